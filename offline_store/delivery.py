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
from typing import Final, Literal, TypeAlias

from offline_store import rows, runs, standing
from offline_store.beside import Beside
from offline_store.chain import ChainEntry, Position
from offline_store.connection import Connection, KeyBytes
from offline_store.device_states import device_states
from offline_store.errors import StoreBroken
from offline_store.journal.files import DATABASE
from offline_store.questions import Settling
from offline_store.results import ItemResult, RefusedItem, Told, note_told, record, told
from offline_store.results import refused as refused_items
from offline_store.runs import Run
from offline_store.schema import DeliveryRow, DeviceStateRow, InboxRow, PendingItem, RunRow
from offline_store.standing import FORK, OutOfService

BODY_RETENTION_DAYS: Final = 7
"""A sealed body is kept until its entry was processed, and this many days more; then `delete_old_bodies` removes it."""

_CLOCK_OFFSET: Final = "clock-offset"
_LATEST_AUDIT: Final = 2000


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits: entries not received, time of the oldest, entries received but not processed; those refused."""

    pending: int
    oldest_at: str | None
    awaiting_result: int
    refused: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The centre's head agrees with ours. ``newly_received``: entries this moved from pending to received."""

    newly_received: int


@dataclass(frozen=True, slots=True)
class Fork:
    """The centre has another entry at this number, or numbers that we never gave: out of service."""

    ours: Position | None
    theirs: Position


@dataclass(frozen=True, slots=True)
class Outdated:
    """What the centre said is about a state that was overtaken meanwhile; nothing was changed.

    "epoch-differs": the journal of that epoch was moved aside. "overtaken": another process spoke with the centre.
    """

    why: Literal["epoch-differs", "overtaken"]


Acknowledgement: TypeAlias = Acknowledged | Fork | Outdated


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
        terminal = _terminal(connection)
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
        connection = self._connection
        with connection.writing():
            connection.execute(
                "UPDATE delivery SET attempts = attempts + 1, last_attempt_at = ?"
                " WHERE state = 'pending' AND epoch = ? AND seq BETWEEN ? AND ?",
                (at, first.epoch, first.seq, last.seq),
            )

    def mark_received(self, head: Position, at: str) -> Acknowledgement:
        """Everything up to and including ``head`` was received; ``head`` becomes the acknowledged head.

        A head that our chain does not hold is a fork, and one of another epoch is outdated: nothing is changed. An
        older head than the acknowledged one is no step back (see `rewind`).
        """
        connection = self._connection
        with connection.writing():
            if head.epoch != _epoch(connection):
                return Outdated("epoch-differs")
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

    def rewind(self, epoch: int, seq: int, *, acknowledged: Position | None) -> int | Outdated:
        """The centre lost entries: those from ``seq`` on become pending again. Returns how many.

        ``acknowledged``: the acknowledged head that the centre's word follows on; with another one it is outdated, for
        what was received and processed meanwhile would be waited for once more. Results already recorded for them stay.
        Bodies that were deleted by then cannot be sent again.
        """
        connection = self._connection
        with connection.writing():
            if epoch != _epoch(connection):
                return Outdated("epoch-differs")
            if acknowledged != rows.acknowledged_head(connection):
                return Outdated("overtaken")
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
            connection, _terminal(connection), "(epoch, seq) IN (SELECT epoch, record_seq FROM truncation)", ()
        )
        return max(found, key=lambda entry: entry.epoch, default=None)

    def present(self) -> tuple[str, int]:
        """Terminal and epoch of the present journal."""
        connection = self._connection
        return _terminal(connection), _epoch(connection)

    # --- standing ---

    def out_of_service(self) -> OutOfService | None:
        """Why the terminal may serve nobody, if it may not (`offline_store.standing`)."""
        return standing.out_of_service(self._connection)

    def take_out_of_service(self, why: OutOfService) -> bool:
        """No session starts from now on; False if it was so before.

        A fork at an entry of an earlier epoch says nothing about the present journal: False, and nothing is changed.
        """
        connection = self._connection
        with connection.writing():
            if why.code == FORK and why.epoch is not None and why.epoch < _epoch(connection):
                return False
            return standing.take_out_of_service(connection, why)

    def put_back_in_service(self, *, journal_taken: bool = False) -> bool:
        """The centre takes this terminal's word again; False if nothing changed. A fork stays one.

        ``journal_taken``: it has taken all that waited of this journal; otherwise it has answered the key.
        """
        connection = self._connection
        if standing.out_of_service(connection) is None:
            return False
        with connection.writing():
            return standing.put_back_in_service(connection, journal_taken=journal_taken)

    # --- results and answers ---

    def record_results(self, results: Sequence[ItemResult], *, cursor: int, generation: int = 0) -> None:
        """Store results per item and where to ask from next, in one transaction.

        ``cursor``: number of the last one; ``generation``: of the centre's store that gave it. A result for an item of
        an epoch that was moved aside goes to the inbox alone. Every result is also an inbox row of kind ``result``, but
        for one that says again what the last one about its item said: a centre restored from a backup repeats itself.
        The inbox keeps the newest 20 000 rows.

        One about another disk's entry at a number of ours says nothing of ours: it is an inbox row of kind
        ``result-of-another`` and nothing else.
        """
        connection = self._connection
        with connection.writing():
            record(connection, results)
            note_told(connection, Told(cursor, generation))

    def results_cursor(self) -> int:
        """The N for ``GET /v1/results?after=N``; 0 at first. A new epoch goes on where the one before it was."""
        return told(self._connection).cursor

    def results_generation(self) -> int:
        """The generation of the centre's store that the cursor is of; 0 when none was told yet."""
        return told(self._connection).generation

    def state_of(self, epoch: int, seq: int) -> DeliveryRow | None:
        """Delivery state of one entry."""
        return rows.delivery_of(self._connection, epoch, seq)

    def store_inbox(self, kind: str, payload: str, at: str, *, epoch: int | None = None, seq: int | None = None) -> int:
        """Store an answer of the centre (``payload``: JSON text); returns its id."""
        connection = self._connection
        with connection.writing():
            return rows.insert_inbox(connection, kind, payload, at, epoch=epoch, seq=seq)

    def inbox_after(self, last_id: int, *, limit: int = 100) -> tuple[InboxRow, ...]:
        """Answers in order of arrival."""
        return rows.inbox_after(self._connection, last_id, limit)

    # --- runs ---

    def run_started(self, job: str, started_by: str, at: str) -> Run:
        """Open a row for a run of a job."""
        connection = self._connection
        with connection.writing():
            return runs.started(connection, job, started_by, at)

    def run_ended(self, run: Run, at: str, *, outcome: str, items: int = 0, detail: str | None = None) -> None:
        """Close it. ``outcome``: a short word; ``detail``: one sentence without personal data.

        When the journal was moved aside meanwhile, its row lies there and stays open.
        """
        connection = self._connection
        with connection.writing():
            runs.ended(connection, run, at, outcome, items, detail)

    def last_run(self, job: str, *, outcome: str | None = None) -> RunRow | None:
        """The latest run of a job, by rising id; with ``outcome`` the latest that ended so."""
        return runs.latest(self._connection, job, outcome)

    def delete_old_runs(self, before: str, *, keep: int = runs.KEPT, at_once: int = 500) -> int:
        """Delete rows of runs that began before that moment, and all but the newest ``keep``; returns how many.

        The latest of each job and the latest that was done stay whatever they are. ``at_once``: in one short
        transaction; the terminal's append comes in between.
        """
        connection = self._connection
        old = runs.old(connection, before, keep=keep)
        for first in range(0, len(old), at_once):
            with connection.writing():
                runs.delete(connection, old[first : first + at_once])
        return len(old)

    # --- clock and orders ---

    def note_clock(self, offset_ms: int, at: str) -> None:
        """The centre's clock was found to be that many milliseconds before ours."""
        connection = self._connection
        with connection.writing():
            rows.set_meta(connection, _CLOCK_OFFSET, f"{offset_ms} {at}")

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
        return Backlog(
            pending=counts.get("pending", 0),
            oldest_at=oldest[0] if oldest else None,
            awaiting_result=counts.get("received", 0),
            refused=counts.get("refused", 0),
        )

    def refused(self, *, limit: int = 100) -> tuple[RefusedItem, ...]:
        """The newest entries that the centre refused, in order: a person has to look."""
        return refused_items(self._connection, limit)

    def delete_old_bodies(self, before: str, *, limit: int = 200) -> int:
        """Delete bodies of entries processed before that moment (now - 7 days); the chain rows stay.

        At most ``limit`` in one short transaction; call again while the answer equals the limit. A refused item's body
        stays until a person has dealt with it.
        """
        connection = self._connection
        with connection.writing():
            return connection.execute(
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
        """To be asked for once per call: asked again, it may be the next journal's, and the one before closed."""
        return self._beside.connection


def _terminal(connection: Connection) -> str:
    return _known(connection, "terminal")


def _epoch(connection: Connection) -> int:
    return int(_known(connection, "epoch"))


def _known(connection: Connection, key: str) -> str:
    value = rows.meta(connection, key)
    if value is None:
        raise StoreBroken(DATABASE, "it does not say whose it is")
    return value
