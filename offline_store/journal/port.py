"""What the rooms above may call on the journal, as protocols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from offline_store.chain import Header, Position
from offline_store.journal.outcomes import PrintJob, RoomAnswer, Verified
from offline_store.schema import DeliveryRow, InboxRow


class JournalPort(Protocol):
    """The terminal's side. One thread; every call returns when its effect is on disk."""

    @property
    def terminal(self) -> str:
        """Id of this terminal."""

    @property
    def epoch(self) -> int:
        """The present epoch."""

    @property
    def head(self) -> Position:
        """The last entry."""

    def append(self, kind: str, header: Header, body: bytes | None = None) -> Position:
        """Append one entry; returns after the commit is on disk. StoreFull: nothing of it was kept."""

    def close_session(self) -> bool:
        """Move the WAL into the database and write the head file. False: a reader kept the WAL from being emptied."""

    def room_for_session(self) -> RoomAnswer:
        """Free disk and a real test write, before a session starts."""

    def prints(self) -> Mapping[str, PrintJob]:
        """Every print job's last state, by job id."""

    def unfinished_prints(self) -> tuple[PrintJob, ...]:
        """Jobs whose last word is queued or sending: after a crash each becomes ``unknown``."""

    def delivery_of(self, epoch: int, seq: int) -> DeliveryRow | None:
        """The delivery row of an entry, to watch for an answer."""

    def inbox_after(self, last_id: int, *, limit: int = 100) -> tuple[InboxRow, ...]:
        """Answers from the centre in order of arrival."""

    def verify(self) -> Verified:
        """Walk the whole chain."""

    def close(self) -> None:
        """Clean stop: close_session, then the mark that the stop was clean."""
