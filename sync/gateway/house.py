"""A gateway's data directory: keys, store, addresses, and the population that waits to be published."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from offline_store.chain import timestamp
from offline_store.schema import SnapshotRow, to_record
from sync.gateway.authority import Authority, AuthorityMissing, load_authority, make_demo_authority, save_authority
from sync.gateway.connectors.core_system import CoreSystem
from sync.gateway.connectors.demo import DemoCore
from sync.gateway.endpoint import Centre
from sync.gateway.packages.online_keys import OnlineKeyFiles
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.staff.door import Door, staff_key
from sync.gateway.store import PublishedSnapshot
from sync.protocol.certificate_code import signer_for
from sync.protocol.packages import TAKEN_BYTES, Manifest, PackageWriter, sign_manifest
from sync.protocol.suites import SuiteName

KEYS: Final = "keys"
SETTINGS: Final = "gateway.json"
DRAFT: Final = "population.ndjson.gz"
LEASE_DAYS: Final = 30
ORIGIN: Final = "demo-centre"


class NoDraft(Exception):  # noqa: N818 - named by the condition
    """There is nothing to publish, or nothing that a terminal would take."""


class NoHouse(Exception):  # noqa: N818 - named by the condition
    """The folder is no gateway's data directory."""


class WallClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """An opened data directory."""

    folder: Path
    authority: Authority
    store: SqliteStore
    gateway_url: str
    verify_url: str
    staff_url: str = ""

    def centre(self, gateway_url: str, verify_url: str, *, client_certificates: bool = False) -> Centre:
        """Who this gateway is; the addresses set at init win over the listeners' own."""
        gateway, verify = self.gateway_url or gateway_url, self.verify_url or verify_url
        return Centre(self.authority, gateway, verify, client_certificates, self.package_keys)

    @property
    def package_keys(self) -> OnlineKeyFiles:
        """The gateway's own keys for packages."""
        return OnlineKeyFiles(self.folder / KEYS)

    def door(self, staff_url: str) -> Door:
        """The door of the staff. Raises StaffKeyUnfit."""
        return Door(self.staff_url or staff_url, staff_key(self.folder / KEYS), self.authority.suite)

    def core_system(self) -> CoreSystem:
        """What answers interactive questions: the demonstration's, over the draft of the population."""
        authority = self.authority
        return DemoCore(self.folder, self.folder / DRAFT, authority.anchor, signer_for(authority.issuer))


_BEGUN: Final = f"{SETTINGS}.begun"
"""The settings of a gateway that is being made: the last step names it `gateway.json`. What lies beside it until then
nobody has used."""
_PARTS: Final = (KEYS, "snapshots", "gateway.db", "gateway.db-wal", "gateway.db-shm", "gateway.db-journal")


def make_house(
    folder: Path,
    *,
    gateway_url: str = "",
    verify_url: str = "",
    staff_url: str = "",
    suite: SuiteName = "intl",
    noted: Callable[[House], object] = lambda made: None,
) -> House:
    """A new data directory with a new demo authority, whole or not at all; one that was cut off gives way.

    `noted` is called in a transaction of the new store; without what it writes there is no directory either.
    FileExistsError if a gateway's files are there, OSError, StoreUnusable, StoreUnavailable.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        if not (folder / SETTINGS).exists() and (folder / _BEGUN).exists():
            _clear(folder)
        if any(os.path.lexists(folder / name) for name in (SETTINGS, *_PARTS)):
            raise FileExistsError(folder)
        try:
            settings = {"gateway_url": gateway_url, "verify_url": verify_url, "staff_url": staff_url}
            _write(folder / _BEGUN, [json.dumps(settings, indent=1).encode() + b"\n"])
            _sync(folder)
            authority = make_demo_authority(datetime.now(UTC), suite)
            save_authority(authority, folder / KEYS)
            store = SqliteStore(folder, create=True)
            try:
                made = House(folder, authority, store, gateway_url, verify_url, staff_url)
                with store.transaction():
                    noted(made)
                (folder / _BEGUN).replace(folder / SETTINGS)
            except BaseException:
                store.close()
                raise
        except BaseException:
            _clear(folder)
            raise
        _sync(folder)
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time makes a gateway here: another's unfinished files are not a cut-off one's."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    """Take away what an unfinished making left; the sign that it is unfinished goes last."""
    for name in _PARTS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    _sync(folder)
    (folder / _BEGUN).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_house(folder: Path) -> House:
    """Open it. Raises NoHouse, StoreUnusable, StoreUnavailable."""
    try:
        settings = json.loads((folder / SETTINGS).read_bytes())
        urls = (str(settings["gateway_url"]), str(settings["verify_url"]), str(settings.get("staff_url", "")))
    except (OSError, ValueError, KeyError, TypeError):
        raise NoHouse(f"{folder} is no data directory of a gateway: run kiosk-gateway init --data {folder}") from None
    try:
        authority = load_authority(folder / KEYS)
    except AuthorityMissing as error:
        sentence = f"the keys in {folder / KEYS} cannot be used ({error}): put the folder back from its backup"
        raise NoHouse(sentence) from None
    return House(folder, authority, SqliteStore(folder), *urls)


def write_draft(
    folder: Path,
    rows: Iterable[SnapshotRow],
    progress: Callable[[int], None],
    *,
    noted: Callable[[], object] = lambda: None,
) -> dict[str, int]:
    """Pack rows as the draft that `publish` offers; the counts per table. The old draft stays until this is whole.

    `noted` is called when it is, and before the old one gives way: none does without what that writes. OSError.
    """
    counts: dict[str, int] = {}

    def records() -> Iterator[dict[str, Any]]:
        for done, row in enumerate(rows):
            counts[row.TABLE] = counts.get(row.TABLE, 0) + 1
            if done % 20_000 == 0:
                progress(done)
            yield to_record(row)

    writer = PackageWriter()
    with _written(folder / DRAFT, writer.pack(records())) as draft:
        # What a manifest says besides its times is written down now, so that publishing need not unpack the draft.
        facts = writer.manifest(
            generation=1, area="000000", origin=ORIGIN, as_of=_NEVER, made_at=_NEVER, expires_at=_NEVER
        ).to_wire()
        with _written(folder / f"{DRAFT}.json", [facts]) as described:
            noted()
            draft.replace(folder / DRAFT)
            described.replace(folder / f"{DRAFT}.json")
    return counts


_NEVER: Final = "0001-01-01T00:00:00.000Z"


def publish(
    house: House, now: datetime, *, area: str = "990100", noted: Callable[[Manifest], object] = lambda made: None
) -> Manifest:
    """Offer the draft as the next generation, signed, for 30 days. Raises NoDraft.

    Generations are numbered by the seconds of their making, or one more than the last: a gateway that was restored from
    a backup gives out no number again that terminals already have with other contents.

    `noted` is called within the same transaction: what it writes is kept with the offer, or neither is.
    """
    draft = house.folder / DRAFT
    try:
        facts = Manifest.model_validate_json((house.folder / f"{DRAFT}.json").read_bytes())
    except OSError:
        raise NoDraft("there is no population to publish: run kiosk-gateway population first") from None
    with draft.open("rb") as packed:
        if hashlib.file_digest(packed, "sha256").hexdigest() != facts.package_sha256:
            raise NoDraft("the last population was cut off: run kiosk-gateway population again")
    if facts.package_bytes > TAKEN_BYTES:
        raise NoDraft(
            f"its package of {facts.package_bytes} octets is more than a terminal takes: offer a smaller area"
        )
    with house.store.transaction():
        latest = house.store.latest_snapshot()
        generation = max(0 if latest is None else latest.generation + 1, int(now.timestamp()))
        manifest = facts.model_copy(
            update={
                "generation": generation,
                "area": area,
                "as_of": timestamp(now),
                "made_at": timestamp(now),
                "expires_at": timestamp(now + timedelta(days=LEASE_DAYS)),
            }
        )
        file = f"snapshot-{generation}.ndjson.gz"
        place = house.folder / "snapshots" / file
        place.unlink(missing_ok=True)  # left by a publish that was killed before its row was written
        os.link(draft, place)
        signed = sign_manifest(manifest, house.authority.package).to_wire()
        house.store.publish(PublishedSnapshot(generation, signed, file, timestamp(now)))
        noted(manifest)
    return manifest


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    """Replace a file, 0600, by a new one that is wholly on the disk; a package is never changed in place."""
    with _written(path, chunks) as temporary:
        temporary.replace(path)


@contextmanager
def _written(path: Path, chunks: Iterable[bytes]) -> Iterator[Path]:
    """A new file, wholly on the disk, that can take the place of this one; gone afterwards if it did not."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
