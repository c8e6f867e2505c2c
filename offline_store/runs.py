"""Rows about runs of the sync process' jobs: what ran, when, how it ended.

Nobody reads far back in them: the latest run of a job and the latest that was done are asked for, by a search from the
newest on. So their number is bounded: while there is no network there are some 12 000 a day, and a search for the last
upload that was done goes through all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from offline_store.connection import Connection
from offline_store.schema import RunRow

KEPT_DAYS: Final = 30
KEPT: Final = 20_000
"""A search through so many takes some 3 ms."""
DONE: Final = "done"
_COLUMNS: Final = "id, job, started_by, started_at, ended_at, outcome, items, detail"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has begun, to close its row with."""

    id: int
    job: str
    started_at: str


def started(connection: Connection, job: str, started_by: str, at: str) -> Run:
    """Open a row, inside the caller's transaction."""
    row = connection.insert(
        "INSERT INTO runs(job, started_by, started_at, items) VALUES (?, ?, ?, 0)", (job, started_by, at)
    )
    return Run(row, job, at)


def ended(connection: Connection, run: Run, at: str, outcome: str, items: int, detail: str | None) -> None:
    """Close it, inside the caller's transaction; nothing happens when this journal has no such row."""
    connection.execute(
        "UPDATE runs SET ended_at = ?, outcome = ?, items = ?, detail = ?"
        # in another journal another run has this id
        " WHERE id = ? AND job = ? AND started_at = ?",
        (at, outcome, items, detail, run.id, run.job, run.started_at),
    )


def latest(connection: Connection, job: str, outcome: str | None) -> RunRow | None:
    """The latest run of a job, by rising id; with ``outcome`` the latest that ended so."""
    row = connection.one(
        f"SELECT {_COLUMNS} FROM runs WHERE job = ? AND (? IS NULL OR outcome = ?) ORDER BY id DESC LIMIT 1",  # noqa: S608 - constant
        (job, outcome, outcome),
    )
    return None if row is None else RunRow(*row)


def old(connection: Connection, before: str, *, keep: int) -> list[int]:
    """Ids of rows that may go, the oldest first."""
    found = connection.rows(
        "SELECT id FROM runs WHERE (started_at < ? OR id <= (SELECT max(id) FROM runs) - ?)"
        " AND id NOT IN (SELECT max(id) FROM runs GROUP BY job)"
        " AND id NOT IN (SELECT max(id) FROM runs WHERE outcome = ? GROUP BY job) ORDER BY id",
        (before, keep, DONE),
    )
    return [row[0] for row in found]


def delete(connection: Connection, ids: Sequence[int]) -> None:
    """Delete these rows, inside the caller's transaction."""
    connection.execute_many("DELETE FROM runs WHERE id = ?", [(row,) for row in ids])
