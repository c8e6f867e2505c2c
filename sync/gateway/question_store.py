"""What the interactive questions ask of the gateway's store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """One question. `content` is there while it is open, `answer` (a signed statement) for a while after it."""

    terminal: str
    id: str
    kind: str
    content_hash: bytes
    received_at: str
    not_after: str
    state: Literal["waiting", "begun", "answered", "refused", "expired"]
    settled_at: str | None
    content: bytes | None = field(repr=False)
    answer: bytes | None = field(repr=False)

    @property
    def open(self) -> bool:
        """Not settled yet."""
        return self.state in ("waiting", "begun")


class QuestionStore(Protocol):
    """Called inside the store's `transaction()`."""

    def question(self, terminal: str, question: str) -> StoredQuestion | None: ...
    def ask(self, question: StoredQuestion) -> None: ...
    def open_of(self, terminal: str) -> int:
        """How many of a terminal's questions are open."""

    def open(self, limit: int) -> Sequence[StoredQuestion]:
        """Open questions in order of receipt."""

    def begin(self, terminal: str, question: str) -> bool:
        """From here on the core system may have done it; False if it was settled meanwhile: then it must not."""

    def settle(
        self, terminal: str, question: str, state: Literal["answered", "refused", "expired"], answer: bytes, at: str
    ) -> None:
        """What became of it, if it is open still; its content is deleted in the same step."""

    def forget(self, *, answers_before: str, rows_before: str) -> None:
        """Delete answers settled before that moment, and whole rows settled before the other."""
