"""Reading a journal: entries, prints, answers, a walk over the chain, an export. Writes nothing, takes no lock.

The terminal's `Journal` is a reader too; the command line uses this class alone, beside a running terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from offline_store import rows
from offline_store.chain import GENESIS, ChainEntry, HeaderValue, Position, verify_run
from offline_store.connection import Connection, KeyBytes, open_encrypted
from offline_store.errors import StoreBroken
from offline_store.journal.files import DATABASE, HEAD, wal_is_suspect
from offline_store.journal.head import HeadRecord, read_head
from offline_store.journal.outcomes import PrintJob, Verified
from offline_store.journal.prints import print_jobs, unfinished
from offline_store.migrations import require_version
from offline_store.schema import DeliveryRow, InboxRow


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

    def delivery_of(self, epoch: int, seq: int) -> DeliveryRow | None:
        """The delivery row of an entry, to watch for an answer."""
        return rows.delivery_of(self._connection, epoch, seq)

    def inbox_after(self, last_id: int, *, limit: int = 100) -> tuple[InboxRow, ...]:
        """Answers from the centre in order of arrival."""
        return rows.inbox_after(self._connection, last_id, limit)

    def verify(self) -> Verified:
        """Check every page's authentication, then walk the whole chain of this epoch."""
        damaged = self._connection.damaged_pages()
        if damaged:
            return Verified(self._epoch, 0, None, (), damaged)
        run = verify_run(self.entries(), GENESIS, 1)
        return Verified(self._epoch, run.count, run.head, run.findings, 0)

    def export(self) -> Iterator[dict[str, HeaderValue]]:
        """Every entry as a flat JSON object for an auditor; bodies are left out, and the chain has no personal data."""
        for entry in self.entries():
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
