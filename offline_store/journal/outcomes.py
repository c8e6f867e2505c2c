"""The values the journal answers with: whether there is room, how prints stand, what was salvaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from offline_store.chain import Position
from offline_store.schema import PendingItem, PrintState
from offline_store.truncation import NOT_SIGNED, BadRecord, ChainFinding


@dataclass(frozen=True, slots=True)
class Room:
    """There is room for a session. ``free_bytes`` on the data directory's disk."""

    free_bytes: int


@dataclass(frozen=True, slots=True)
class NoRoom:
    """No session may start. ``reason``: "low-disk" | "write-failed"; ``detail``: one sentence for the log."""

    reason: Literal["low-disk", "write-failed"]
    free_bytes: int
    needed_bytes: int
    detail: str


RoomAnswer: TypeAlias = Room | NoRoom


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A print as the chain tells it: ``job`` id, last state, where that was said, session it belongs to if named."""

    job: str
    state: PrintState
    position: Position
    at: str
    session: str | None


@dataclass(frozen=True, slots=True)
class Cut:
    """What left the chain by truncation. ``removed``: entries 2 to ``up_to``; ``record``: the entry that says so.

    ``proved``: a key of the terminal signed it; None when nobody was asked to check.
    """

    up_to: Position
    removed: int
    record: Position
    at: str
    proved: bool | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A check of all pages and a walk over the whole chain (which is not begun when pages are damaged).

    ``count``: entries there. ``cut``: what left before them, None when nothing did.
    """

    epoch: int
    count: int
    head: Position | None
    findings: tuple[ChainFinding, ...]
    damaged_pages: int
    cut: Cut | None = None

    @property
    def whole(self) -> bool:
        """True when nothing was found wrong."""
        return not self.findings and not self.damaged_pages

    @property
    def only_unsigned(self) -> bool:
        """True when nothing is wrong but that no known key signed a truncation."""
        unsigned = [each for each in self.findings if isinstance(each, BadRecord) and each.why == NOT_SIGNED]
        return bool(unsigned) and len(unsigned) == len(self.findings) and not self.damaged_pages


@dataclass(frozen=True, slots=True)
class Truncated:
    """Entries left the chain for good. ``removed``: by this record alone; ``record``: the entry that says so."""

    up_to: Position
    removed: int
    record: Position


@dataclass(frozen=True, slots=True)
class NothingToTruncate:
    """Too few may leave yet. ``kept_from``: the first number that has to stay; ``because``: what keeps it."""

    kept_from: int
    because: Literal["not-processed", "refused", "too-young", "unfinished-print", "newest"]


TruncationOutcome: TypeAlias = Truncated | NothingToTruncate


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read of a journal that was moved aside.

    ``items``: all entries, each proved by its own hash; ``undelivered``: those of them not known to be received, to be
    uploaded under the old epoch;
    ``read``: entries read in all; ``lost_bodies``: undelivered entries whose sealed body cannot be read any more;
    ``findings``: what is wrong in the chain; ``complete``: everything could be read, up to the last head known;
    ``head``: the last entry that could be read.
    """

    moved_aside: Path
    epoch: int | None
    undelivered: tuple[PendingItem, ...]
    read: int
    lost_bodies: int
    findings: tuple[ChainFinding, ...]
    complete: bool
    unfinished_prints: tuple[PrintJob, ...]
    head: Position | None = None
    items: tuple[PendingItem, ...] = ()
