"""Opens what a power cut left, and looks for every entry that was acknowledged before it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from cuts.disk import Disk, lay_out
from cuts.log import Event
from offline_store.chain import ChainEntry
from offline_store.delivery import Delivery
from offline_store.journal import Journal, Limits, NewEpoch, open_journal, salvage

KEY = bytes(range(32))
_MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one


class LostError(AssertionError):
    """Something acknowledged is not there."""


@dataclass
class Acknowledged:
    """What the store had answered before the cut: hash by (epoch, seq); ``may_be_gone``: up to there, by truncation."""

    kept: dict[tuple[int, int], str] = field(default_factory=dict)
    may_be_gone: int = 0

    def hear(self, line: str) -> None:
        """One line of the run."""
        word, *rest = line.split()
        if word == "cut":
            self.may_be_gone = int(rest[0])
        else:
            self.kept[int(rest[0]), int(rest[1])] = rest[2]


@dataclass
class Figures:
    """How the cuts ended."""

    cuts: int = 0
    went_on: int = 0
    new_epochs: int = 0
    failures: list[str] = field(default_factory=list)


def cut_at(events: Sequence[Event], places: Sequence[int], seed: int) -> Figures:
    """Cut after each of those numbers of events, lay out what may be left, open it, and look."""
    figures, disk, heard = Figures(), Disk(), Acknowledged()
    done = 0
    for place in sorted(places):
        for event in events[done:place]:
            disk.do(event)
            if event.what == "A":
                for line in event.data.decode().splitlines():
                    heard.hear(line)
        done = place
        chance = Random(f"{seed} {place} {figures.cuts}")
        # what was synced is decided before: here a sync need not cost anything
        with tempfile.TemporaryDirectory(prefix="cut-", dir=_MEMORY if _MEMORY.is_dir() else None) as somewhere:
            folder = Path(somewhere) / "data"
            folder.mkdir(mode=0o700)
            lay_out(disk.after_a_cut(chance), folder)
            figures.cuts += 1
            try:
                went_on = look(folder, heard)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its place and seed
                figures.failures.append(f"seed {seed}, cut after event {place}: {type(error).__name__}: {error}")
            else:
                figures.went_on += went_on
                figures.new_epochs += not went_on
    return figures


def look(folder: Path, heard: Acknowledged) -> bool:
    """True when the journal goes on, False when a new epoch began and salvage had everything. Raises LostError."""
    outcome = opened(folder)
    found = dict(_places(outcome.journal.entries()))
    verified = outcome.journal.verify()
    if not verified.whole:
        raise LostError(f"the chain is not whole: {verified.findings}")
    gone = verified.cut.up_to.seq if verified.cut else 0
    if gone > heard.may_be_gone:
        raise LostError(f"entries up to {gone} left the chain, and nobody let them")
    reached = 0
    if isinstance(outcome, NewEpoch) and outcome.moved_aside is not None:
        reached = _salvaged(outcome.moved_aside, found, heard)
        gone = heard.may_be_gone
    for place, digest in heard.kept.items():
        epoch, seq = place
        # what the centre has already is salvaged too, but only counted: its chain is whole up to its last entry
        counted = epoch < outcome.journal.epoch and place not in found and seq <= reached
        if found.get(place) != digest and not counted and not (1 < seq <= gone):
            raise LostError(f"entry {place} was acknowledged and is gone ({outcome.__class__.__name__})")
    _goes_on(folder, outcome.journal)
    return not isinstance(outcome, NewEpoch) or outcome.reason == "first-start"


def _salvaged(moved_aside: Path, found: dict[tuple[int, int], str], heard: Acknowledged) -> int:
    """Up to which number a whole chain was salvaged, with the body of every entry that was acknowledged."""
    salvaged = salvage(moved_aside, key=KEY)
    if salvaged.findings or salvaged.head is None:
        raise LostError(f"salvage is not whole: {salvaged.findings}")
    never_acknowledged = [
        item.entry.seq
        for item in salvaged.undelivered
        if item.sealed is None and item.entry.body_commitment and (item.entry.epoch, item.entry.seq) not in heard.kept
    ]
    if salvaged.lost_bodies > len(never_acknowledged):
        raise LostError(f"{salvaged.lost_bodies} bodies lost, and only of {never_acknowledged} nothing was promised")
    found.update(_places(item.entry for item in salvaged.undelivered))
    return salvaged.head.seq


def opened(folder: Path) -> Any:
    """As at a start after the cut."""
    return open_journal(
        folder,
        terminal="T-0001",
        key=KEY,
        sign=lambda statement: bytes(64),
        seal=lambda plain, info: plain[::-1],
        now=lambda: datetime(2028, 1, 1, tzinfo=UTC),
        limits=Limits(free_bytes=0),
    )


def _places(entries: Iterable[ChainEntry]) -> Iterator[tuple[tuple[int, int], str]]:
    for entry in entries:
        yield (entry.epoch, entry.seq), entry.hash.hex()


def _goes_on(folder: Path, journal: Journal) -> None:
    """It takes entries again, sync finds them, and the next start is a clean one."""
    last = journal.append("audit", {"event": "restarted"})
    journal.close()
    delivery = Delivery(folder, KEY)
    waiting = delivery.pending(limit=100_000, max_bytes=1 << 40)
    delivery.close()
    again = opened(folder)
    if isinstance(again, NewEpoch) or again.how != "clean" or again.journal.head != last:
        raise LostError("the next start is not a clean one")
    again.journal.close()
    if waiting[-1].entry.position != last:
        raise LostError("sync does not find the last entry")
