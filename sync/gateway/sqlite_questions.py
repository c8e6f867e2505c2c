"""Interactive questions on SQLite. What is deleted is overwritten in the file, for it was personal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from sync.gateway.question_store import StoredQuestion
from sync.gateway.sqlite_database import Database

_COLUMNS: Final = (
    "terminal, id, kind, content_hash, received_at, not_after, state, settled_at, content, answer FROM question"
)


class SqliteQuestions:
    """`QuestionStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.run("PRAGMA secure_delete=ON")

    def question(self, terminal: str, question: str) -> StoredQuestion | None:
        row = self._database.one(f"SELECT {_COLUMNS} WHERE terminal = ? AND id = ?", terminal, question)
        return StoredQuestion(*row) if row else None

    def ask(self, question: StoredQuestion) -> None:
        q = question
        self._database.run(
            "INSERT INTO question VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                q.terminal, q.id, q.kind, q.content_hash, q.received_at, q.not_after, q.state, q.settled_at,
                q.content, q.answer,
            ),
        )  # fmt: skip

    def open_of(self, terminal: str) -> int:
        row = self._database.one(
            "SELECT count(*) FROM question WHERE terminal = ? AND state IN ('waiting', 'begun')", terminal
        )
        return int(row[0]) if row else 0

    def open(self, limit: int) -> Sequence[StoredQuestion]:
        rows = self._database.all(
            f"SELECT {_COLUMNS} WHERE state IN ('waiting', 'begun') ORDER BY received_at LIMIT ?",
            limit,
        )
        return [StoredQuestion(*row) for row in rows]

    def begin(self, terminal: str, question: str) -> bool:
        begun = self._database.run(
            "UPDATE question SET state = 'begun' WHERE terminal = ? AND id = ? AND state IN ('waiting', 'begun')",
            (terminal, question),
        )
        return begun == 1

    def settle(
        self, terminal: str, question: str, state: Literal["answered", "refused", "expired"], answer: bytes, at: str
    ) -> None:
        self._database.run(
            "UPDATE question SET state = ?, answer = ?, settled_at = ?, content = NULL"
            " WHERE terminal = ? AND id = ? AND state IN ('waiting', 'begun')",
            (state, answer, at, terminal, question),
        )

    def forget(self, *, answers_before: str, rows_before: str) -> None:
        self._database.run(
            # those of a quarter of an hour; the other index holds a week's
            "UPDATE question INDEXED BY question_settled SET answer = NULL WHERE answer IS NOT NULL AND settled_at < ?",
            (answers_before,),
        )
        self._database.run("DELETE FROM question WHERE settled_at < ?", (rows_before,))
