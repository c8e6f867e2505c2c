"""The terminal's side of interactive questions: ask, look, take. Nothing here waits, and nothing goes over the network.

A question becomes a row in the journal's file and a poke; the sync process asks the centre and settles the row. What
has no answer is a value of its own, `NotYetKnown`, and is never read as yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import TypeAdapter

from offline_store.chain import timestamp
from offline_store.connection import KeyBytes
from offline_store.questions import Asking
from sync.poke import poke
from sync.protocol.certificate_wire import Anchor
from sync.protocol.encoding import to_base64url
from sync.protocol.questions import Answer, Asks, DocumentAnswer, Question, Refusal
from sync.protocol.sealed_document import SealedDocument, SealRefusedError, check_document

ID_BYTES: Final = 16
_ANSWER: Final[TypeAdapter[Answer]] = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class NotYetKnown:
    """No answer yet. `sent`: it may have been done already; False: it has not even left the terminal."""

    sent: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """The centre's answer."""

    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose seal holds; `seal.sha256_hex` goes into the record of its print."""

    content: bytes = field(repr=False)
    seal: SealedDocument


@dataclass(frozen=True, slots=True)
class NotDone:
    """Certainly nothing was done. `refusal`: the centre's words, if it was the centre that said no."""

    reason: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say any more what became of it, or the id is not known here."""

    reason: str


Reply: TypeAlias = NotYetKnown | Answered | Document | NotDone | Unknown


class Questions:
    """One terminal's questions. One thread. Every call may raise the store's typed errors."""

    def __init__(
        self,
        data_dir: Path,
        key: KeyBytes,
        anchors: tuple[Anchor, ...],
        now: Callable[[], datetime],
        random: Callable[[int], bytes],
    ) -> None:
        """``anchors``: authorities whose seals on documents are believed."""
        self._data_dir = data_dir
        self._asking = Asking(data_dir, key)
        self._anchors = anchors
        self._now = now
        self._random = random

    def put(self, asks: Asks, *, deadline: int) -> str:
        """Ask; answers the question's id. `deadline`: seconds within which the centre may begin it."""
        question = Question(id=to_base64url(self._random(ID_BYTES)), deadline=deadline, asks=asks)
        self._asking.put(
            question.id,
            asks.kind,
            question.to_wire().decode(),
            deadline_seconds=deadline,
            at=timestamp(self._now()),
        )
        poke(self._data_dir)
        return question.id

    def look(self, question: str) -> Reply:
        """How it stands; may be asked as often as one likes."""
        row = self._asking.look(question)
        if row is None:
            return Unknown("no-such-question")
        if row.state in ("waiting", "sent"):
            return NotYetKnown(sent=row.state == "sent")
        if row.state == "unknown":
            return Unknown(row.reason or row.state)
        if row.state == "expired":
            return NotDone("expired")
        if row.answer is None:
            return Unknown("answer-taken") if row.state == "answered" else NotDone(row.reason or row.state)
        if row.state == "refused":
            return NotDone(row.reason or row.state, Refusal.model_validate_json(row.answer))
        return self._answered(_ANSWER.validate_json(row.answer))

    def taken(self, question: str) -> None:
        """The answer has been used: it is deleted here."""
        self._asking.taken(question)

    def close(self) -> None:
        """Give the connection back."""
        self._asking.close()

    def _answered(self, answer: Answer) -> Reply:
        if not isinstance(answer, DocumentAnswer):
            return Answered(answer)
        try:
            seal = check_document(answer.document, answer.seal, self._anchors)
        except SealRefusedError as refused:
            return NotDone(f"seal-{refused.reason}")
        return Document(answer.document, seal)
