"""The sync process' side of the journal: what waits, what was received, what the centre answered.

Only the sync process writes here (delivery, inbox, runs, the delivery part of meta); it never touches the chain.
Each call is one short transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from offline_store.chain import ChainEntry, Position
from offline_store.schema import DeliveryRow, InboxRow, RunRow


@dataclass(frozen=True, slots=True)
class PendingItem:
    """One entry to upload with its sealed body (None: no body, or already deleted)."""

    entry: ChainEntry
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The centre's later word on one item. ``result``: JSON text."""

    epoch: int
    seq: int
    state: Literal["processed", "refused"]
    at: str
    result: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits: entries not yet received, time of the oldest, entries received but not processed."""

    pending: int
    oldest_at: str | None
    awaiting_result: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The centre's head agrees with ours. ``newly_received``: entries this moved from pending to received."""

    newly_received: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The centre has another entry at this number, or numbers that we never gave: out of service."""

    ours: Position | None
    theirs: Position


Acknowledgement: TypeAlias = Acknowledged | Fork


class DeliveryPort(Protocol):
    """What the sync process calls. All times are RFC 3339 text (`offline_store.chain.timestamp`)."""

    def pending(self, *, limit: int, max_bytes: int) -> tuple[PendingItem, ...]:
        """The oldest pending entries in order; at least one, even if it alone is over ``max_bytes``."""

    def attempted(self, first: Position, last: Position, at: str) -> None:
        """Count one upload try of the entries from first to last (same epoch)."""

    def mark_received(self, head: Position, at: str) -> Acknowledgement:
        """Everything up to and including ``head`` was received; ``head`` becomes the acknowledged head."""

    def acknowledged_head(self) -> Position | None:
        """The last head the centre acknowledged in the present epoch."""

    def rewind(self, epoch: int, seq: int) -> int:
        """The centre lost entries: those from seq on become pending again. Returns how many."""

    def record_results(self, results: Sequence[ItemResult], *, cursor: int) -> None:
        """Store results per item and the cursor to ask from next, in one transaction."""

    def results_cursor(self) -> int:
        """The N for ``GET /v1/results?after=N``; 0 at first."""

    def state_of(self, epoch: int, seq: int) -> DeliveryRow | None:
        """Delivery state of one entry."""

    def store_inbox(self, kind: str, payload: str, at: str, *, epoch: int | None = None, seq: int | None = None) -> int:
        """Store an answer; returns its id."""

    def inbox_after(self, last_id: int, *, limit: int = 100) -> tuple[InboxRow, ...]:
        """Answers in order of arrival."""

    def run_started(self, job: str, started_by: str, at: str) -> int:
        """Open a row for a run of a job; returns its id."""

    def run_ended(self, run_id: int, at: str, *, outcome: str, items: int = 0, detail: str | None = None) -> None:
        """Close it."""

    def last_run(self, job: str, *, outcome: str | None = None) -> RunRow | None:
        """The latest run of a job, by rising id; with ``outcome`` the latest that ended so."""

    def backlog(self) -> Backlog:
        """Counts and age for the status page."""

    def delete_old_bodies(self, before: str, *, limit: int = 200) -> int:
        """Delete bodies of entries processed before that moment (now - 7 days); the chain rows stay."""

    def close(self) -> None:
        """Give the connection back."""
