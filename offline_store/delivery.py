"""The sync process' side of the journal: what waits, what was received, what the centre answered.

Only the sync process writes here (delivery, inbox, runs, the delivery part of meta), and it deletes bodies whose time
is over; it never touches the chain. Each call is one short transaction, so that the terminal's next append waits no
longer than one of them. One thread owns one `Delivery`. All times are RFC 3339 text (`offline_store.chain.timestamp`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from offline_store import rows, standing
from offline_store.beside import Beside
from offline_store.chain import ChainEntry, Position
from offline_store.connection import Connection, KeyBytes
from offline_store.device_states import device_states
from offline_store.errors import StoreBroken
from offline_store.journal.files import DATABASE
from offline_store.questions import Settling
from offline_store.schema import DeliveryRow, DeviceStateRow, InboxRow, PendingItem, RunRow
from offline_store.standing import OutOfService

BODY_RETENTION_DAYS: Final = 7
"""A sealed body is kept until its entry was processed, and this many days more; then `delete_old_bodies` removes it."""

_RESULTS_CURSOR: Final = "results-cursor"
_RESULTS_GENERATION: Final = "results-generation"
_CLOCK_OFFSET: Final = "clock-offset"
_RESULT: Final = "result"
_RESULT_OF_ANOTHER: Final = "result-of-another"
_LATEST_AUDIT: Final = 2000


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The centre's later word on one item, which is the entry with that ``hash``. ``result``: JSON text."""

    epoch: int
    seq: int
    hash: bytes
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


class Delivery:
    """Opens the journal of a data directory beside the terminal process. ``questions``: see `offline_store.questions`.

    When the terminal moved the journal aside meanwhile, the next call goes to the new one. Every call may raise
    WrongKey, StoreBroken, StoreFull, StoreBusy, StoreRefused, SchemaTooNew.
    """

    def __init__(self, folder: Path, key: KeyBytes, *, busy_seconds: float = 2.0) -> None:
        self._beside = Beside(folder, key, busy_seconds=busy_seconds)
        self.questions: Final = Settling(lambda: self._connection)

    # --- upload ---

    def pending(self, *, limit: int, max_bytes: int) -> tuple[PendingItem, ...]:
        """The oldest pending entries in order; at least one, even if it alone is over ``max_bytes``.

        ``max_bytes`` counts headers and sealed bodies.
        """
        connection = self._connection
        found = connection.each(
            "SELECT c.epoch, c.seq, c.kind, c.at, c.header, c.prev, c.body_commitment, c.hash, b.sealed"
            " FROM delivery AS d JOIN chain AS c USING (epoch, seq) LEFT JOIN body AS b USING (epoch, seq)"
            " WHERE d.state = 'pending' ORDER BY d.epoch, d.seq LIMIT ?",
            (limit,),
            at_once=20,
        )
        terminal = self._terminal
        batch: list[PendingItem] = []
        size = 0
        for *columns, sealed in found:
            item = PendingItem(ChainEntry(terminal, *columns), sealed)
            size += len(item.entry.header) + len(sealed or b"")
            if batch and size > max_bytes:
                break
            batch.append(item)
        return tuple(batch)

    def attempted(self, first: Position, last: Position, at: str) -> None:
        """Count one upload try of the pending entries from first to last (same epoch)."""
        with self._connection.writing():
            self._connection.execute(
                "UPDATE delivery SET attempts = attempts + 1, last_attempt_at = ?"
                " WHERE state = 'pending' AND epoch = ? AND seq BETWEEN ? AND ?",
                (at, first.epoch, first.seq, last.seq),
            )

    def mark_received(self, head: Position, at: str) -> Acknowledgement:
        """Everything up to and including ``head`` was received; ``head`` becomes the acknowledged head.

        A head that our chain does not hold is a fork: nothing is changed. An older head than the acknowledged one is
        no step back (see `rewind`).
        """
        connection = self._connection
        with connection.writing():
            ours = rows.hash_at(connection, head.epoch, head.seq)
            if ours != head.hash:
                return Fork(None if ours is None else Position(head.epoch, head.seq, ours), head)
            newly = connection.execute(
                "UPDATE delivery SET state = 'received', received_at = ?"
                " WHERE state = 'pending' AND epoch = ? AND seq <= ?",
                (at, head.epoch, head.seq),
            )
            before = rows.acknowledged_head(connection)
            if before is None or (before.epoch, before.seq) < (head.epoch, head.seq):
                rows.set_acknowledged_head(connection, head)
        return Acknowledged(newly)

    def acknowledged_head(self) -> Position | None:
        """The last head the centre acknowledged in the present epoch."""
        return rows.acknowledged_head(self._connection)

    def rewind(self, epoch: int, seq: int) -> int:
        """The centre lost entries: those from ``seq`` on become pending again. Returns how many.

        Results already recorded for them stay. Bodies that were deleted by then cannot be sent again.
        """
        connection = self._connection
        with connection.writing():
            again = connection.execute(
                "UPDATE delivery SET state = 'pending', received_at = NULL"
                " WHERE epoch = ? AND seq >= ? AND state <> 'pending'",
                (epoch, seq),
            )
            digest = rows.hash_at(connection, epoch, seq - 1)
            if digest is None:
                rows.clear_acknowledged_head(connection)
            else:
                rows.set_acknowledged_head(connection, Position(epoch, seq - 1, digest))
        return again

    def cut(self) -> ChainEntry | None:
        """The entry that says which entries of the present epoch left (`offline_store.truncation`); None if none did.

        What left was processed, so that it is asked for again by a centre alone that was restored from a backup.
        """
        connection = self._connection
        found = rows.entries(
            connection, self._terminal, "(epoch, seq) IN (SELECT epoch, record_seq FROM truncation)", ()
        )
        return max(found, key=lambda entry: entry.epoch, default=None)

    def present(self) -> tuple[str, int]:
        """Terminal and epoch of the present journal."""
        epoch = rows.meta(self._connection, "epoch")
        if epoch is None:
            raise StoreBroken(DATABASE, "it does not say whose it is")
        return self._terminal, int(epoch)

    # --- standing ---

    def out_of_service(self) -> OutOfService | None:
        """Why the terminal may serve nobody, if it may not (`offline_store.standing`)."""
        return standing.out_of_service(self._connection)

    def take_out_of_service(self, why: OutOfService) -> bool:
        """No session starts from now on; False if it was so before."""
        connection = self._connection
        with connection.writing():
            return standing.take_out_of_service(connection, why)

    def put_back_in_service(self) -> bool:
        """The centre takes this terminal's word again; False if nothing changed. A fork stays one."""
        if self.out_of_service() is None:
            return False
        connection = self._connection
        with connection.writing():
            return standing.put_back_in_service(connection)

    # --- results and answers ---

    def record_results(self, results: Sequence[ItemResult], *, cursor: int, generation: int = 0) -> None:
        """Store results per item and where to ask from next, in one transaction.

        ``cursor``: number of the last one; ``generation``: of the centre's store that gave it. A result for an item of
        an epoch that was moved aside goes to the inbox alone. Every result is also an inbox row of kind ``result``, but
        for one that says again what the last one about its item said: a centre restored from a backup repeats itself.

        One about another disk's entry at a number of ours says nothing of ours: it is an inbox row of kind
        ``result-of-another`` and nothing else.
        """
        connection = self._connection
        with connection.writing():
            told = [(self._kind_of(connection, result), result) for result in results]
            said = self._said_before(connection, told)
            for kind, result in told:
                if kind == _RESULT:
                    connection.execute(
                        "UPDATE delivery SET state = ?, processed_at = ?, result = ? WHERE epoch = ? AND seq = ?",
                        (result.state, result.at, result.result, result.epoch, result.seq),
                    )
                if (kind, result.epoch, result.seq, result.result) not in said:
                    self._insert_inbox(connection, kind, result.result, result.at, result.epoch, result.seq)
            rows.set_meta(connection, _RESULTS_CURSOR, str(cursor))
            rows.set_meta(connection, _RESULTS_GENERATION, str(generation))

    def results_cursor(self) -> int:
        """The N for ``GET /v1/results?after=N``; 0 at first."""
        return int(rows.meta(self._connection, _RESULTS_CURSOR) or 0)

    def results_generation(self) -> int:
        """The generation of the centre's store that the cursor is of; 0 when none was told yet."""
        return int(rows.meta(self._connection, _RESULTS_GENERATION) or 0)

    def state_of(self, epoch: int, seq: int) -> DeliveryRow | None:
        """Delivery state of one entry."""
        return rows.delivery_of(self._connection, epoch, seq)

    def store_inbox(self, kind: str, payload: str, at: str, *, epoch: int | None = None, seq: int | None = None) -> int:
        """Store an answer of the centre (``payload``: JSON text); returns its id."""
        connection = self._connection
        with connection.writing():
            return self._insert_inbox(connection, kind, payload, at, epoch, seq)

    def inbox_after(self, last_id: int, *, limit: int = 100) -> tuple[InboxRow, ...]:
        """Answers in order of arrival."""
        return rows.inbox_after(self._connection, last_id, limit)

    # --- runs ---

    def run_started(self, job: str, started_by: str, at: str) -> int:
        """Open a row for a run of a job; returns its id."""
        runs = self._connection.tables.table("runs")
        return cast("int", runs.insert({"job": job, "started_by": started_by, "started_at": at, "items": 0}).last_pk)

    def run_ended(self, run_id: int, at: str, *, outcome: str, items: int = 0, detail: str | None = None) -> None:
        """Close it. ``outcome``: a short word; ``detail``: one sentence without personal data."""
        table = self._connection.tables.table("runs")
        table.update(run_id, {"ended_at": at, "outcome": outcome, "items": items, "detail": detail})

    def last_run(self, job: str, *, outcome: str | None = None) -> RunRow | None:
        """The latest run of a job, by rising id; with ``outcome`` the latest that ended so."""
        row = self._connection.one(
            "SELECT id, job, started_by, started_at, ended_at, outcome, items, detail FROM runs"
            " WHERE job = ? AND (? IS NULL OR outcome = ?) ORDER BY id DESC LIMIT 1",
            (job, outcome, outcome),
        )
        return None if row is None else RunRow(*row)

    # --- clock and orders ---

    def note_clock(self, offset_ms: int, at: str) -> None:
        """The centre's clock was found to be that many milliseconds before ours."""
        with self._connection.writing():
            rows.set_meta(self._connection, _CLOCK_OFFSET, f"{offset_ms} {at}")

    def clock_offset(self) -> int | None:
        """Milliseconds, as last measured in this journal's time; None when it never was."""
        noted = rows.meta(self._connection, _CLOCK_OFFSET)
        return None if noted is None else int(noted.partition(" ")[0])

    def audit_names_order(self, number: int) -> bool:
        """Whether one of the latest audit entries was written for that order of the centre."""
        latest = self._connection.rows(
            "SELECT header FROM chain WHERE kind = 'audit' ORDER BY epoch DESC, seq DESC LIMIT ?", (_LATEST_AUDIT,)
        )
        return any(json.loads(header).get("order") == number for (header,) in latest)

    # --- state and retention ---

    def devices(self) -> tuple[DeviceStateRow, ...]:
        """How the terminal says its devices are."""
        return device_states(self._connection)

    def backlog(self) -> Backlog:
        """Counts and age for the status page."""
        connection = self._connection
        counts = dict(connection.rows("SELECT state, count(*) FROM delivery GROUP BY state"))
        oldest = connection.one(
            "SELECT c.at FROM delivery AS d JOIN chain AS c USING (epoch, seq)"
            " WHERE d.state = 'pending' ORDER BY d.epoch, d.seq LIMIT 1"
        )
        return Backlog(counts.get("pending", 0), oldest[0] if oldest else None, counts.get("received", 0))

    def delete_old_bodies(self, before: str, *, limit: int = 200) -> int:
        """Delete bodies of entries processed before that moment (now - 7 days); the chain rows stay.

        At most ``limit`` in one short transaction; call again while the answer equals the limit. A refused item's body
        stays until a person has dealt with it.
        """
        with self._connection.writing():
            return self._connection.execute(
                "DELETE FROM body WHERE (epoch, seq) IN"
                " (SELECT epoch, seq FROM delivery AS d JOIN body USING (epoch, seq)"
                " WHERE d.state = 'processed' AND d.processed_at < ? LIMIT ?)",
                (before, limit),
            )

    def close(self) -> None:
        """Give the connection back."""
        self._beside.close()

    @property
    def _connection(self) -> Connection:
        return self._beside.connection

    @property
    def _terminal(self) -> str:
        terminal = rows.meta(self._connection, "terminal")
        if terminal is None:
            raise StoreBroken(DATABASE, "it does not say whose it is")
        return terminal

    @staticmethod
    def _kind_of(connection: Connection, result: ItemResult) -> str:
        """Whether it is about the entry that stands here at its number; where none stands, nothing says otherwise."""
        ours = rows.hash_at(connection, result.epoch, result.seq)
        return _RESULT if ours in (None, result.hash) else _RESULT_OF_ANOTHER

    @staticmethod
    def _said_before(connection: Connection, told: Sequence[tuple[str, ItemResult]]) -> set[tuple[str, int, int, str]]:
        """(kind, epoch, seq, result) of what is known already: the last word about an item stands in its row."""
        said: set[tuple[str, int, int, str]] = set()
        for kind, result in told:
            row = rows.delivery_of(connection, result.epoch, result.seq)
            if kind != _RESULT or row is None or row.result not in (None, result.result):
                # an entry that is not here, or one of several words: the inbox has all, but no index
                words = connection.rows(
                    "SELECT kind, epoch, seq, payload FROM inbox WHERE kind IN (?, ?)", (_RESULT, _RESULT_OF_ANOTHER)
                )
                return {(str(kind), int(epoch), int(seq), str(word)) for kind, epoch, seq, word in words}
            if row.result is not None:
                said.add((_RESULT, row.epoch, row.seq, row.result))
        return said

    @staticmethod
    def _insert_inbox(
        connection: Connection, kind: str, payload: str, at: str, epoch: int | None, seq: int | None
    ) -> int:
        return connection.insert(
            "INSERT INTO inbox(kind, epoch, seq, payload, arrived_at) VALUES (?, ?, ?, ?, ?)",
            (kind, epoch, seq, payload, at),
        )
