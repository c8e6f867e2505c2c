"""Reads the machine's own parts from a data directory: opens stores for reading, writes nothing, needs no network."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kiosk.clock import HALL_ZONE
from kiosk.diagnostics import machine
from kiosk.diagnostics.crypto import CryptoReading
from kiosk.diagnostics.findings import Answer, NotFitted, Part
from kiosk.diagnostics.history import History, devices_lent, histories
from kiosk.diagnostics.machine import (
    DiskReading,
    JournalReading,
    KeysReading,
    Refusal,
    SnapshotReading,
    SyncReading,
)
from kiosk.diagnostics.packages import packages
from offline_store.errors import StoreError
from offline_store.journal import Limits, read_journal
from offline_store.journal.files import DATABASE
from offline_store.keys import KeyProvider
from offline_store.rekeying import load_store_key
from offline_store.snapshot import Snapshot
from sync.packages import FOLDER as PACKAGES_FOLDER
from sync.packages import package_status
from sync.process import status
from sync.protocol.suites import KeyInMemory, SuiteName
from sync.terminal_keys import load_signer
from sync.trust import CENTRE, FOLDER, NotEnrolled, read_trust

STORE_KEY = "store"


@dataclass(frozen=True, slots=True)
class MachineRead:
    """All parts of the machine, and what the journal remembers; None: it could not be read."""

    answers: Mapping[Part, Answer]
    histories: Mapping[Part, History] | None


def read_machine(data: Path, snapshots: Path, keys: Callable[[], KeyProvider], now: datetime) -> MachineRead:
    """Every part on its own: one that is ill keeps nobody from looking at the others. `now` is aware; `keys` makes the
    provider, or says why there is none."""
    room = DiskReading(str(data), *_room(data), needed=Limits().free_bytes)
    answers: dict[Part, Answer] = {Part.DISK: machine.disk(room)}
    if not (data / FOLDER / CENTRE).exists() and not (data / DATABASE).exists():
        # settings alone, on a technician's bench: there is nothing yet that could be ill
        absent = NotFitted()
        answers |= dict.fromkeys((Part.KEYS, Part.JOURNAL, Part.SNAPSHOT, Part.PACKAGES, Part.SYNC), absent)
        return MachineRead({**answers, Part.CLOCK: machine.clock(now, ())}, {})
    answers[Part.KEYS] = machine.keys(_keys(data, keys))
    journal, told = _journal(data, keys)
    snapshot, backlog = _snapshot(snapshots, keys), _sync(data, keys)
    known: list[tuple[str, datetime]] = []
    if isinstance(journal, JournalReading) and journal.last_at is not None:
        known.append(("journal", _moment(journal.last_at)))
    if isinstance(snapshot, SnapshotReading):
        known.append(("snapshot", snapshot.as_of))
    if isinstance(backlog, SyncReading) and backlog.last_upload is not None:
        known.append(("upload", backlog.last_upload))
    answers |= {
        Part.JOURNAL: machine.journal(journal, str(data / DATABASE)),
        Part.SNAPSHOT: machine.snapshot(snapshot, now, str(snapshots)),
        Part.PACKAGES: packages(package_status(data, now), now, str(data / PACKAGES_FOLDER)),
        Part.CLOCK: machine.clock(now, tuple(known)),
        Part.SYNC: machine.sync(backlog, now),
    }
    return MachineRead(answers, told)


def read_crypto(data: Path, configured: SuiteName, keys: Callable[[], KeyProvider]) -> CryptoReading:
    """The suite by the settings and by the centre, and whether the terminal's key is in memory or in a module."""
    try:
        trust = read_trust(data)
    except NotEnrolled:
        return CryptoReading(configured, None, None)
    centre = trust.suite.name
    try:
        signer = load_signer(keys(), trust.terminal_key_fingerprint)
    except StoreError:
        return CryptoReading(configured, centre, None)
    return CryptoReading(configured, centre, "software" if isinstance(signer, KeyInMemory) else "module")


def lent_by_a_running_terminal(data: Path, keys: Callable[[], KeyProvider]) -> bool:
    """Whether the journal says that a technician's command has the devices; False when it cannot be read."""
    try:
        with load_store_key(data, keys()) as key:
            reader = read_journal(data, key.material)
            try:
                return devices_lent(reader.entries())
            finally:
                reader.close()
    except StoreError:
        return False


def _keys(data: Path, keys: Callable[[], KeyProvider]) -> KeysReading | Refusal:
    began = time.monotonic()
    try:
        provider = keys()
    except StoreError as error:
        return _refusal(error)
    refusal: Refusal | None = None
    try:
        provider.load(STORE_KEY, length=32).close()
    except StoreError as error:
        refusal = _refusal(error)
    taken = _since(began)
    # the word that names the warning is also the word for its next step
    warning = provider.warning.code.replace("-", "_") if provider.warning else None
    swap = machine.swap_to_disk(_text(Path("/proc/swaps")), _encrypted)
    where = provider.port, provider.names(), provider.registers
    return KeysReading(provider.place.value, *where, warning, swap, refusal, taken)


def _encrypted(device: str) -> bool:
    """Whether a block device is one of dm-crypt (cryptsetup names it so in the mapping's uuid)."""
    name = Path(device).resolve().name
    return _text(Path("/sys/block") / name / "dm" / "uuid").startswith("CRYPT-")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError:
        # no such device, or a system without it
        return ""


def _room(data: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(data)
    return usage.total, usage.free


def _journal(
    data: Path, keys: Callable[[], KeyProvider]
) -> tuple[JournalReading | Refusal, Mapping[Part, History] | None]:
    began = time.monotonic()
    try:
        with load_store_key(data, keys()) as key:
            reader = read_journal(data, key.material)
            try:
                verified = reader.verify()
                told = histories(reader.entries())
                last = None
                for entry in reader.entries(after=max(0, verified.count - 1)):
                    last = entry.at
            finally:
                reader.close()
    except StoreError as error:
        return _refusal(error), None
    walked = JournalReading(
        verified.epoch, verified.count, last, len(verified.findings), verified.damaged_pages, _since(began)
    )
    return walked, told


def _snapshot(snapshots: Path, keys: Callable[[], KeyProvider]) -> SnapshotReading | Refusal:
    began = time.monotonic()
    try:
        with keys().load(STORE_KEY, length=32) as key:
            manifest = Snapshot(snapshots, key.material).manifest()
    except StoreError as error:
        return _refusal(error)
    as_of, expires = _moment(manifest.as_of), _moment(manifest.expires)
    return SnapshotReading(manifest.generation, as_of, expires, manifest.area, _since(began))


def _sync(data: Path, keys: Callable[[], KeyProvider]) -> SyncReading | Refusal:
    began = time.monotonic()
    try:
        stand = status(data, keys=keys())
    except (StoreError, NotEnrolled) as error:
        return _refusal(error)
    upload = dict(stand.last_done).get("upload")
    return SyncReading(
        stand.gateway_url,
        stand.backlog.pending,
        _moment(stand.backlog.oldest_at) if stand.backlog.oldest_at else None,
        stand.backlog.awaiting_result,
        _moment(upload.ended_at) if upload is not None and upload.ended_at else None,
        _since(began),
        None if stand.out_of_service is None else stand.out_of_service.code,
        stand.backlog.refused,
    )


def _refusal(error: StoreError | NotEnrolled) -> Refusal:
    return Refusal(type(error).__name__, str(error))


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(HALL_ZONE)


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
