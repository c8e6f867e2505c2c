"""The machine's own parts as values: journal, snapshot, clock, room on disk, what waits for the centre. Pure.

`machine_reading` brings the readings; here they become the same `Found` as a device's, so that one report holds all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.diagnostics.findings import Found, Identity, Result, Step

LOW_SHARE = 0.10
"""Below a tenth of the disk somebody should free space in time (UX guide, SY-01)."""
LONG_WAIT = timedelta(hours=24)
"""An act that waited longer for the centre needs a person: every hall has the network back by then."""
EXPIRES_SOON = timedelta(days=7)
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A store could not be read: its error's name, one sentence, and what it says to do."""

    kind: str
    sentence: str

    @property
    def cause(self) -> str:
        """`WrongKey` -> wrong_key."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.kind).lower()


@dataclass(frozen=True, slots=True)
class KeysReading:
    """Where keys lie (``files``, ``tpm``), which, what is to be warned of for ever, and swap that is not encrypted.

    ``registers``: what the keys are bound to; ``refusal``: a key cannot be had.
    """

    place: str
    port: str
    names: tuple[str, ...]
    registers: tuple[int, ...]
    warning: str | None
    swap: tuple[str, ...]
    refusal: Refusal | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class JournalReading:
    """The whole chain was walked. `findings`: what is wrong with it, and pages that do not authenticate."""

    epoch: int
    entries: int
    last_at: str | None
    findings: int
    damaged_pages: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class SnapshotReading:
    """What the present generation says of itself."""

    generation: int
    as_of: datetime
    expires: datetime
    area: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class DiskReading:
    """Of the disk that holds the data directory; `needed`: below it no session starts."""

    path: str
    total: int
    free: int
    needed: int


@dataclass(frozen=True, slots=True)
class SyncReading:
    """`oldest`: since when the oldest act waits. `last_upload`: when an upload last ended well."""

    gateway: str
    pending: int
    oldest: datetime | None
    awaiting_result: int
    last_upload: datetime | None
    milliseconds: float
    out_of_service: str | None = None
    """The centre's word why this disk may serve nobody."""
    refused: int = 0
    """Entries that the centre refused; `kiosk sync status` names them."""


def keys(reading: KeysReading | Refusal) -> Found:
    """Can they be had, and are they where nobody else gets them?"""
    if isinstance(reading, Refusal):
        return _refused("lend", reading, None)
    refusal = reading.refusal
    lends = Step("lend", Result.PASS, reading.milliseconds)
    if refusal is not None:
        lends = Step("lend", Result.FAIL, None, refusal.sentence)
    warnings = [reading.warning] if reading.warning else []
    if reading.swap:
        warnings.append("swap_on")
    return Found(
        Identity(port=reading.port),
        {
            "place": reading.place,
            "keys": " ".join(reading.names) or "-",
            "registers": ",".join(map(str, reading.registers)) or "-",
            "swap": " ".join(reading.swap) or "-",
        },
        steps=(lends,),
        causes=() if refusal is None else (refusal.cause,),
        warnings=tuple(warnings),
    )


def swap_to_disk(listed: str, encrypted: Callable[[str], bool]) -> tuple[str, ...]:
    """From /proc/swaps (proc(5)): what memory can be swapped out to and be read there later.

    Compressed memory (zram) is no disk; `encrypted` tells of a block device whether it is.
    """
    names = (line.split()[0] for line in listed.splitlines()[1:] if line.strip())
    return tuple(name for name in names if not name.startswith("/dev/zram") and not encrypted(name))


def journal(reading: JournalReading | Refusal, port: str) -> Found:
    """Can it be read, and is the chain whole?"""
    if isinstance(reading, Refusal):
        return _refused("open", reading, port)
    whole = not reading.findings and not reading.damaged_pages
    bad = f"{reading.findings} findings, {reading.damaged_pages} damaged pages"
    return Found(
        Identity(port=port),
        {"epoch": str(reading.epoch), "entries": str(reading.entries), "last": reading.last_at or "-"},
        steps=(
            Step("open", Result.PASS),
            _step("chain", well=whole, detail="" if whole else bad, milliseconds=reading.milliseconds),
        ),
        causes=() if whole else ("chain_broken",),
    )


def snapshot(reading: SnapshotReading | Refusal, now: datetime, port: str) -> Found:
    """Is there one whose lease runs?"""
    if isinstance(reading, Refusal):
        return _refused("open", reading, port)
    runs = now < reading.expires
    soon = runs and reading.expires - now < EXPIRES_SOON
    return Found(
        Identity(port=port),
        {
            "generation": str(reading.generation),
            "as_of": _minute(reading.as_of),
            "expires": _minute(reading.expires),
            "age_days": str((now - reading.as_of).days),
            "area": reading.area,
        },
        steps=(
            Step("open", Result.PASS, reading.milliseconds),
            _step("lease", well=runs, detail="" if runs else "over"),
        ),
        causes=() if runs else ("lease_expired",),
        warnings=("expires_soon",) if soon else (),
    )


def clock(now: datetime, known: tuple[tuple[str, datetime], ...]) -> Found:
    """The clock may not stand before what was recorded or received: `known` are such moments, with where they are."""
    ahead = [(name, moment) for name, moment in known if moment - now > CLOCK_TOLERANCE]
    detail = " ".join(f"{name}={_minute(moment)}" for name, moment in ahead)
    return Found(
        status={"now": now.isoformat(timespec="seconds"), "compared_with": " ".join(name for name, _ in known) or "-"},
        steps=(_step("not-before-what-is-known", well=not ahead, detail=detail),),
        causes=("clock_behind",) if ahead else (),
    )


def disk(reading: DiskReading) -> Found:
    """Is there room for sessions, and will there be?"""
    room = reading.free >= reading.needed
    low = room and reading.free < reading.total * LOW_SHARE
    return Found(
        Identity(port=reading.path),
        {"free": megabytes(reading.free), "total": megabytes(reading.total), "needed": megabytes(reading.needed)},
        steps=(_step("room", well=room, detail="" if room else "below what a session needs"),),
        causes=() if room else ("disk_full",),
        warnings=("disk_low",) if low else (),
    )


def sync(reading: SyncReading | Refusal, now: datetime) -> Found:
    """Does what was accepted reach the centre?"""
    if isinstance(reading, Refusal):
        return _refused("open", reading, None)
    late = reading.oldest is not None and now - reading.oldest > LONG_WAIT
    last, out = reading.last_upload, reading.out_of_service
    causes = (*(("out_of_service",) if out else ()), *(("backlog_late",) if late else ()))
    return Found(
        Identity(port=reading.gateway),
        {
            "pending": str(reading.pending),
            "oldest": "-" if reading.oldest is None else _minute(reading.oldest),
            "awaiting_result": str(reading.awaiting_result),
            "refused": str(reading.refused),
            "last_upload": "-" if last is None else _minute(last),
        },
        steps=(
            Step("open", Result.PASS, reading.milliseconds),
            _step("standing", well=not out, detail=out or ""),
            _step("backlog", well=not late, detail="waits longer than a day" if late else ""),
        ),
        causes=causes,
        warnings=() if late or last is not None else ("never_uploaded",),
    )


def megabytes(octets: int) -> str:
    """1 MB = 10**6 octets, as disks are sold."""
    return f"{octets // 10**6} MB"


def _step(name: str, *, well: bool, detail: str, milliseconds: float | None = None) -> Step:
    return Step(name, Result.PASS if well else Result.FAIL, milliseconds, detail)


def _refused(name: str, refusal: Refusal, port: str | None) -> Found:
    """The store's sentence names files and numbers, no content."""
    step = Step(name, Result.FAIL, None, refusal.sentence)
    return Found(Identity(port=port), steps=(step,), causes=(refusal.cause,))


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
