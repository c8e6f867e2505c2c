"""Reading a journal: entries, prints, answers, a walk over the chain, an export. Writes nothing, takes no lock.

The terminal's `Journal` is a reader too; the command line uses this class alone, beside a running terminal.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from offline_store import rows, standing
from offline_store.chain import ChainEntry, HeaderValue, Position, stated_suite
from offline_store.connection import Connection, KeyBytes, open_encrypted
from offline_store.digests import SuiteName
from offline_store.errors import StoreBroken
from offline_store.journal.files import DATABASE, HEAD, wal_is_suspect
from offline_store.journal.head import HeadRecord, read_head
from offline_store.journal.outcomes import Cut, PrintJob, Verified
from offline_store.journal.prints import print_jobs, unfinished
from offline_store.migrations import require_version
from offline_store.schema import DeliveryRow, InboxRow
from offline_store.standing import OutOfService
from offline_store.truncation import NOT_SIGNED, BadRecord, EpochRun, Proves, verify_epoch

Progress: TypeAlias = Callable[[int, int], None]
"""(done, in all)."""
_STEP: Final = 2000


def _silent(done: int, total: int) -> None:
    """Nobody watches."""


def _cut(run: EpochRun, proves: Proves | None) -> Cut | None:
    if run.truncation is None or run.recorded_at is None:
        return None
    record = run.recorded_at
    proved = None if proves is None else BadRecord(record.seq, NOT_SIGNED) not in run.findings
    return Cut(run.truncation.up_to, run.truncation.removed, record.position, record.at, proved)


class JournalReader:
    """One thread's read side of a journal file, which holds one epoch."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        terminal, epoch = rows.meta(connection, "terminal"), rows.meta(connection, "epoch")
        if terminal is None or epoch is None:
            raise StoreBroken(connection.path.name, "it does not say whose it is")
        self._terminal = terminal
        self._epoch = int(epoch)

    @property
    def terminal(self) -> str:
        """Id of the terminal this journal belongs to."""
        return self._terminal

    @property
    def epoch(self) -> int:
        """The epoch of this file."""
        return self._epoch

    @functools.cached_property
    def suite(self) -> SuiteName:
        """The suite of this epoch's hashes, as its opening says."""
        opening = next(rows.entries(self._connection, self._terminal, "epoch = ? AND seq = 1", (self._epoch,)), None)
        return "intl" if opening is None else stated_suite(opening)

    def last(self) -> Position | None:
        """The last entry on disk."""
        return rows.last_position(self._connection, self._epoch)

    def entries(self, *, after: int = 0) -> Iterator[ChainEntry]:
        """Entries with a number above ``after``, in order."""
        return rows.entries(self._connection, self._terminal, "epoch = ? AND seq > ?", (self._epoch, after))

    def prints(self) -> Mapping[str, PrintJob]:
        """Every print job's last state, by job id."""
        where = "kind = 'print' AND epoch = ?"
        return print_jobs(rows.entries(self._connection, self._terminal, where, (self._epoch,)))

    def unfinished_prints(self) -> tuple[PrintJob, ...]:
        """Jobs whose last word is queued or sending: after a crash each becomes ``unknown``."""
        return unfinished(self.prints())

    def out_of_service(self) -> OutOfService | None:
        """Why the centre lets this terminal serve nobody, if it does not (`offline_store.standing`)."""
        return standing.out_of_service(self._connection)

    def delivery_of(self, epoch: int, seq: int) -> DeliveryRow | None:
        """The delivery row of an entry, to watch for an answer."""
        return rows.delivery_of(self._connection, epoch, seq)

    def inbox_after(self, last_id: int, *, limit: int = 100) -> tuple[InboxRow, ...]:
        """Answers from the centre in order of arrival."""
        return rows.inbox_after(self._connection, last_id, limit)

    def verify(self, proves: Proves | None = None, *, progress: Progress = _silent) -> Verified:
        """Check every page's authentication, then walk the whole chain of this epoch.

        ``proves``: (statement, signature) -> whether a key of this terminal made it; without it the signature of a
        truncation is not looked at. ``progress``: (entries walked, entries in all), every few thousand.
        """
        damaged = self._connection.damaged_pages()
        if damaged:
            return Verified(self._epoch, 0, None, (), damaged)
        run = verify_epoch(self._watched(progress), proves)
        findings = run.findings
        noted = rows.truncated_up_to(self._connection, self._epoch)
        if noted != (run.truncation.up_to if run.truncation else None):
            findings += (BadRecord(run.recorded_at.seq if run.recorded_at else 0, "not-as-noted"),)
        return Verified(self._epoch, run.count, run.head, findings, 0, _cut(run, proves))

    def entry_count(self) -> int:
        """Entries there now, without those that left by truncation."""
        cut = rows.truncated_up_to(self._connection, self._epoch)
        return rows.chain_count(self._connection) - (cut.seq - 1 if cut else 0)

    def _watched(self, progress: Progress) -> Iterator[ChainEntry]:
        total = self.entry_count()
        for number, entry in enumerate(self.entries()):
            if number % _STEP == 0:
                progress(number, total)
            yield entry
        progress(total, total)

    def export(self, *, progress: Progress = _silent) -> Iterator[dict[str, HeaderValue]]:
        """Every entry as a flat JSON object for an auditor; bodies are left out, and the chain has no personal data.

        After a truncation the opening is followed by the first entry that is left; the newest entry of kind
        ``truncated`` proves the hole.
        """
        for entry in self._watched(progress):
            delivery = self.delivery_of(entry.epoch, entry.seq)
            commitment = entry.body_commitment
            yield {
                "terminal": entry.terminal,
                "epoch": entry.epoch,
                "seq": entry.seq,
                "kind": entry.kind,
                "at": entry.at,
                "header": entry.header_values(),
                "prev": entry.prev.hex(),
                "body_commitment": None if commitment is None else commitment.hex(),
                "hash": entry.hash.hex(),
                "delivery": None if delivery is None else delivery.state,
            }

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def read_journal(folder: Path, key: KeyBytes) -> JournalReader:
    """Open the journal of a data directory for reading, also beside a running terminal.

    Raises WrongKey, NotEncrypted, StoreBroken, StoreRefused, SchemaTooNew.
    """
    if wal_is_suspect(folder):
        raise StoreBroken(DATABASE, "its write-ahead log is damaged; the terminal has to open it first")
    head = read_head(folder / HEAD)
    check = head.key_check if isinstance(head, HeadRecord) else None
    connection = open_encrypted(folder / DATABASE, key, query_only=True, expected_key_check=check)
    try:
        require_version(connection)
        return JournalReader(connection)
    except BaseException:
        connection.close()
        raise
