"""Questions to the centre while a person waits: rows that the terminal writes and the sync process settles.

A question is nothing that was promised, so it is not in the chain. It is personal, so its content goes when it is
settled, its answer when the terminal has taken it, at the latest when `Settling.forget_old` is called. What became of
it stays for a while without them. Who settles gives up what is open for too long (`sync.client.questions`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from offline_store.beside import Beside
from offline_store.connection import Connection, KeyBytes
from offline_store.schema import QuestionRow

_OPEN: Final = "state IN ('waiting', 'sent')"
_NEVER_OUT: Final = "state = 'waiting'"
_COLUMNS: Final = "id, kind, asked_at, deadline_seconds, content, state, sent_at, settled_at, reason, answer"


class Asking:
    """The terminal's side. One thread; a connection of its own beside the journal's."""

    def __init__(self, folder: Path, key: KeyBytes) -> None:
        self._beside = Beside(folder, key)

    def put(self, question: str, kind: str, content: str, *, deadline_seconds: int, at: str) -> None:
        """Ask; on disk when it returns. ``question``: an id never used before; ``content``: JSON text."""
        connection = self._beside.connection
        with connection.writing():
            connection.execute(
                "INSERT INTO question(id, kind, asked_at, deadline_seconds, content) VALUES (?, ?, ?, ?, ?)",
                (question, kind, at, deadline_seconds, content),
            )

    def look(self, question: str) -> QuestionRow | None:
        """How it stands."""
        return _row(self._beside.connection, question)

    def taken(self, question: str) -> None:
        """The answer has been used: it is deleted, what became of the question stays."""
        connection = self._beside.connection
        with connection.writing():
            connection.execute("UPDATE question SET answer = NULL WHERE id = ?", (question,))

    def close(self) -> None:
        """Give the connection back."""
        self._beside.close()


class Settling:
    """The sync process' side, on the connection it has already.

    Another process may be at the same question; whoever settles it first has settled it.
    """

    def __init__(self, connection: Callable[[], Connection]) -> None:
        self._connection = connection

    def open(self) -> tuple[QuestionRow, ...]:
        """Questions that are not settled, the oldest first."""
        sql = f"SELECT {_COLUMNS} FROM question WHERE {_OPEN} ORDER BY asked_at, id"  # noqa: S608 - constant
        return tuple(QuestionRow(*row) for row in self._connection().rows(sql))

    def sent(self, question: str, at: str) -> bool:
        """It goes out now: from here on it may have arrived, whatever happens. False: it is settled, and must not."""
        connection = self._connection()
        with connection.writing():
            changed = connection.execute(
                f"UPDATE question SET state = 'sent', sent_at = ? WHERE id = ? AND {_OPEN}",  # noqa: S608 - constant
                (at, question),
            )
        return changed > 0

    def settle(
        self,
        question: str,
        state: Literal["answered", "refused", "expired", "unknown"],
        at: str,
        *,
        reason: str | None = None,
        answer: str | None = None,
    ) -> bool:
        """What became of it. Its content is deleted in the same step. ``reason``: a word; ``answer``: JSON text.

        *expired* is the centre's word: of one that never went out, `expire` says it. False: it was settled before, and
        nothing is changed; its answer may have been taken.
        """
        return self._settle(question, _OPEN, state, at, reason, answer)

    def expire(self, question: str, at: str, *, reason: str) -> bool:
        """Its time is over and it never went out, so that certainly nothing was done; its content is deleted.

        False, and nothing is changed: another process has sent it meanwhile, or settled it.
        """
        return self._settle(question, _NEVER_OUT, "expired", at, reason, None)

    def _settle(self, question: str, among: str, state: str, at: str, reason: str | None, answer: str | None) -> bool:
        connection = self._connection()
        with connection.writing():
            changed = connection.execute(
                "UPDATE question SET state = ?, settled_at = ?, reason = ?, answer = ?, content = NULL"  # noqa: S608 - constant
                f" WHERE id = ? AND {among}",
                (state, at, reason, answer, question),
            )
        return changed > 0

    def forget_old(self, *, answers_before: str, rows_before: str) -> None:
        """Delete answers nobody took since that moment, and whole rows settled before the other."""
        connection = self._connection()
        with connection.writing():
            connection.execute(
                "UPDATE question SET answer = NULL WHERE answer IS NOT NULL AND settled_at < ?", (answers_before,)
            )
            connection.execute("DELETE FROM question WHERE settled_at < ?", (rows_before,))


def _row(connection: Connection, question: str) -> QuestionRow | None:
    row = connection.one(f"SELECT {_COLUMNS} FROM question WHERE id = ?", (question,))  # noqa: S608 - constant
    return None if row is None else QuestionRow(*row)
