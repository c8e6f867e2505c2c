"""The terminal's journal: append, close a session, say whether there is room for the next one.

One thread (the terminal's actor) owns it. `append` returns after the commit is on disk; only then may anybody act.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from offline_store import rows, truncation
from offline_store.chain import (
    ENTRY_KINDS,
    MAX_HEADER_BYTES,
    SALT_BYTES,
    ChainEntry,
    Header,
    Position,
    body_info,
    canonical_json,
    commitment,
    make_entry,
    timestamp,
)
from offline_store.connection import Connection, Value
from offline_store.durable import mapped
from offline_store.errors import RowRefused, StoreBroken, StoreError, StoreFull
from offline_store.journal.cutting import AT_ONCE, KEPT, LEAST_KEPT, WORTH_A_RECORD, cutting_off, leaving
from offline_store.journal.files import DATABASE, HEAD, OpenMark
from offline_store.journal.head import HeadRecord, write_head
from offline_store.journal.outcomes import NoRoom, NothingToTruncate, Room, RoomAnswer, Truncated, TruncationOutcome
from offline_store.journal.prints import require_print_header
from offline_store.journal.reader import JournalReader
from offline_store.truncation import Truncation

Sign: TypeAlias = Callable[[bytes], bytes]
"""statement -> signature by the terminal's key."""
Seal: TypeAlias = Callable[[bytes, bytes], bytes]
"""(plain, info) -> sealed bytes that only the centre can open."""
Now: TypeAlias = Callable[[], datetime]
Random: TypeAlias = Callable[[int], bytes]

_TEST_WRITE_BYTES: Final = 64 * 1024
_OWN_KINDS: Final = frozenset({"epoch-opened", truncation.KIND})
"""Written by the journal alone, with a signature."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``free_bytes``: below this no session starts. A session writes some 100 KB; the rest is for prints and logs."""

    free_bytes: int = 64 * 1024 * 1024


_FIRST: Final = (
    "INSERT INTO chain(epoch, seq, kind, at, header, prev, body_commitment, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
# only behind the entry it links to: without that one prev is null, which the table refuses. Not INSERT ... SELECT, for
# which SQLite builds a temporary table
_NEXT: Final = (
    "INSERT INTO chain(epoch, seq, kind, at, header, prev, body_commitment, hash) VALUES (?, ?, ?, ?, ?,"
    " (SELECT hash FROM chain WHERE epoch = ? AND seq = ? AND hash = ?), ?, ?)"
)
_BODY: Final = "INSERT INTO body(epoch, seq, sealed) VALUES (?, ?, ?)"
_DELIVERY: Final = "INSERT INTO delivery(epoch, seq, state, attempts) VALUES (?, ?, 'pending', 0)"

STATEMENTS: Final = 6
"""Prepared ones that the appending connection keeps: the five of an append, and one for all else that it is asked.

Each takes two or three of the 30 larger places that SQLite sets aside in a connection. When they are all taken, each
cursor of an append is memory that the cipher locks and unlocks: 13 pairs of calls for one append with all kept, 2 with
six (an append took 1.4 times as long as a bare commit, and takes 1.2).
"""

Statement: TypeAlias = tuple[str, Sequence[Value]]


def insertion(entry: ChainEntry, sealed: bytes | None, behind: Position | None) -> list[Statement]:
    """What writes one entry with its body and its pending delivery. ``behind``: the chain's end, None for the first."""
    place = (entry.epoch, entry.seq)
    said = (*place, entry.kind, entry.at, entry.header)
    rest = (entry.body_commitment, entry.hash)
    statements: list[Statement]
    if behind is None:
        statements = [(_FIRST, (*said, entry.prev, *rest))]
    else:
        statements = [(_NEXT, (*said, behind.epoch, behind.seq, behind.hash, *rest))]
    if sealed is not None:
        statements.append((_BODY, (*place, sealed)))
    statements.append((_DELIVERY, place))
    return statements


class Journal(JournalReader):
    """The writing side; made by `open_journal`."""

    def __init__(
        self,
        connection: Connection,
        *,
        folder: Path,
        mark: OpenMark,
        key_check: str,
        sign: Sign,
        seal: Seal,
        now: Now,
        random: Random,
        limits: Limits,
    ) -> None:
        super().__init__(connection)
        last = self.last()
        if last is None:
            raise StoreBroken(connection.path.name, "its chain has no entry")
        connection.keep_ready((_NEXT, _BODY, _DELIVERY))
        self._head = last
        self._folder = folder
        self._mark = mark
        self._key_check = key_check
        self._sign = sign
        self._seal = seal
        self._now = now
        self._random = random
        self._limits = limits

    @property
    def head(self) -> Position:
        """The last entry."""
        return self._head

    def append(self, kind: str, header: Header, body: bytes | None = None) -> Position:
        """Append one entry; returns after the commit is on disk.

        ``kind``: one of `ENTRY_KINDS` but epoch-opened and truncated. ``header``: no personal data (see
        `canonical_json`); a print's has ``job`` and ``state``. ``body``: plain bytes, sealed to the centre before they
        are written; the plain never reaches the disk.

        Raises RowRefused (a header of more than `MAX_HEADER_BYTES`), StoreFull, StoreBusy, StoreRefused (nothing of the
        entry was kept), StoreBroken (open the journal anew).
        """
        if kind not in ENTRY_KINDS or kind in _OWN_KINDS:
            raise ValueError(f"no entry of kind {kind!r} is appended here")
        if kind == "print":
            require_print_header(header)
        said = canonical_json(header)
        if len(said) > MAX_HEADER_BYTES:
            facts = {"octets": len(said), "most": MAX_HEADER_BYTES}
            raise RowRefused(DATABASE, f"the header of an entry of kind {kind!r} is too long", facts)
        head, seq = self._head, self._head.seq + 1
        salt = self._random(SALT_BYTES) if body is not None else b""
        entry = make_entry(
            prev=head.hash,
            terminal=self._terminal,
            epoch=head.epoch,
            seq=seq,
            kind=kind,
            at=timestamp(self._now()),
            header=said,
            body_commitment=None if body is None else commitment(salt, body, self.suite),
            suite=self.suite,
        )
        sealed = None
        if body is not None:
            sealed = self._seal(salt + body, body_info(self._terminal, head.epoch, seq, kind))
        self._write(insertion(entry, sealed, head))
        self._head = entry.position
        return self._head

    def truncate(
        self, *, kept: timedelta = KEPT, at_once: int = AT_ONCE, worth: int = WORTH_A_RECORD
    ) -> TruncationOutcome:
        """Let the oldest entries leave whose retention is over, by one signed record; call again for the next ones.

        ``kept``: how long an entry stays after it was made and processed, at least `LEAST_KEPT`. ``at_once``: most
        entries in one transaction. ``worth``: fewer do not leave. Between sessions: the head file is written at once.

        Raises ValueError (kept too short), and what `append` and `close_session` raise.
        """
        if kept < LEAST_KEPT:
            raise ValueError(f"entries stay {LEAST_KEPT.days} days at least")
        now, head = self._now(), self._head
        open_prints = [job.position.seq for job in self.unfinished_prints()]
        found = leaving(
            self._connection,
            head,
            before=timestamp(now - kept),
            first_open_print=min(open_prints, default=None),
            at_once=at_once,
            worth=worth,
        )
        if isinstance(found, NothingToTruncate):
            return found
        at = timestamp(now)
        signature = self._sign(Truncation.statement(self._terminal, at, found.up_to, found.opening))
        record = make_entry(
            prev=head.hash,
            terminal=self._terminal,
            epoch=head.epoch,
            seq=head.seq + 1,
            kind=truncation.KIND,
            at=at,
            header=canonical_json(Truncation(found.up_to, found.opening, signature).header()),
            suite=self.suite,
        )
        self._write([*insertion(record, None, head), *cutting_off(found, record)])
        self._head = record.position
        self.close_session()
        return Truncated(found.up_to, found.count, record.position)

    def close_session(self) -> bool:
        """After each session: move the WAL into the database, then write the head file.

        False: somebody read at that moment, so the WAL was not emptied (the head file is written all the same).
        Raises StoreFull, StoreRefused.
        """
        try:
            return self._connection.truncate_wal()
        finally:
            # also when the WAL could not be moved: the head file says what must be there at least
            write_head(self._folder / HEAD, self._head_record())

    def room_for_session(self) -> RoomAnswer:
        """Free disk space and a real write with fsync, before a session starts."""
        needed = self._limits.free_bytes
        with mapped(self._folder.name):
            disk = os.statvfs(self._folder)
        free = disk.f_bavail * disk.f_frsize
        if free < needed:
            return NoRoom("low-disk", free, needed, "the data directory's disk is nearly full")
        try:
            self._test_write()
        except StoreError as error:
            # a fault the person must not meet in the middle of a session; the store is asked again next time
            return NoRoom("write-failed", free, needed, str(error))
        return Room(free)

    def close(self) -> None:
        """Clean stop: as `close_session`, then the mark that the stop was clean.

        After a damaged page was met the mark is not given, so that the next start checks everything and moves on.
        """
        try:
            if not self._connection.met_damage:
                self.close_session()
                self._mark.clear()
        finally:
            super().close()
            self._mark.release()

    def abandon(self) -> None:
        """Let go of the files without the mark of a clean stop, as a killed process would."""
        super().close()
        self._mark.release()

    def _write(self, statements: list[Statement]) -> None:
        try:
            self._connection.write(statements)
        except RowRefused as error:
            # the number is taken, or the entry before is not there: somebody else wrote
            raise StoreBroken(
                self._connection.path.name, "the chain's end is not where this process left it", error.facts
            ) from error

    def _head_record(self) -> HeadRecord:
        return HeadRecord(self._terminal, self._head, rows.chain_count(self._connection), self._key_check)

    def _test_write(self) -> None:
        path = self._folder / ".room"
        with mapped(self._folder.name):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            try:
                written = os.write(handle, bytes(_TEST_WRITE_BYTES))
                os.fsync(handle)
            finally:
                os.close(handle)
                path.unlink()
        if written != _TEST_WRITE_BYTES:
            raise StoreFull(self._folder.name, "the disk took only a part of a test write")
        with self._connection.writing():
            rows.set_meta(self._connection, "room-asked-at", timestamp(self._now()))
