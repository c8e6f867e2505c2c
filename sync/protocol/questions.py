"""Interactive questions: what a terminal asks the centre while a person waits, and the centre's answers.

Each question has an id that the terminal makes and a deadline. The same id with the same content is the same question,
however often it is sent: the centre does nothing twice for it. After the deadline the centre begins nothing that it
has not begun. An answer is a statement of the authority for one terminal, one id and one content.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from offline_store.schema import RowError, SnapshotRow, from_record
from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import IdNumber, Line, Message, Terminal, Time, Word
from sync.protocol.sealed_document import number_said

MAX_DEADLINE_SECONDS: Final = 120
MAX_DOCUMENT_BYTES: Final = 1_500_000
MAX_ROWS: Final = 10_000
ANSWER_SECONDS: Final = 900
"""How long the centre keeps an answer, which is personal, for a terminal that lost it."""

QUESTION_ID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[A-Za-z0-9_-]{21}[AQgw]"
)
"""A UUIDv7 (RFC 9562 section 5.7), or 16 random octets in base64url."""

QuestionId = Annotated[str, StringConstraints(pattern=f"^({QUESTION_ID.pattern})$")]
CardNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{9}$")]
CardStatus = Literal["normal", "lost", "sealed", "cancelled"]
"""正常, 挂失, 封存, 注销."""
Level = Annotated[int, Field(ge=0, le=3)]
"""How surely the person was identified at the terminal (L0 to L3); what it must be is the centre's to say."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""The centre's own words, to be shown as they are."""


# --- what is asked --------------------------------------------------------------------------------------------------


class ConfirmIdentity(Message):
    """Do number, name and card belong together at the centre?"""

    kind: Literal["confirm-identity"] = "confirm-identity"
    id_number: IdNumber = Field(repr=False)
    name: Line = Field(repr=False)
    card_number: CardNumber | None = Field(default=None, repr=False)


class ConfirmEcardCode(Message):
    """Whose is this 电子社保卡 code? It is good for a minute or so, and once."""

    kind: Literal["confirm-ecard-code"] = "confirm-ecard-code"
    code: Annotated[str, StringConstraints(pattern=r"^[!-~]{8,512}$")] = Field(repr=False)


class LiveRecord(Message):
    """One person's records as they are now."""

    kind: Literal["live-record"] = "live-record"
    id_number: IdNumber = Field(repr=False)


class CardStatusChange(Message):
    """Report a card lost (挂失) or release it (解挂)."""

    kind: Literal["card-status-change"] = "card-status-change"
    change: Literal["loss-report", "release"]
    id_number: IdNumber = Field(repr=False)
    card_number: CardNumber = Field(repr=False)
    level: Level


class PinResetToken(Message):
    """A word of the centre that lets this terminal reset the PIN of the card before it, once."""

    kind: Literal["pin-reset-token"] = "pin-reset-token"
    id_number: IdNumber = Field(repr=False)
    card_number: CardNumber = Field(repr=False)
    level: Level


class FetchDocument(Message):
    """A document that the centre has sealed for this person."""

    kind: Literal["fetch-document"] = "fetch-document"
    id_number: IdNumber = Field(repr=False)
    number: Word


Asks: TypeAlias = Annotated[
    ConfirmIdentity | ConfirmEcardCode | LiveRecord | CardStatusChange | PinResetToken | FetchDocument,
    Field(discriminator="kind"),
]


class Question(Message):
    """POST /v1/questions. `deadline`: seconds from its receipt within which the centre may begin it."""

    id: QuestionId
    deadline: Annotated[int, Field(ge=1, le=MAX_DEADLINE_SECONDS)]
    asks: Asks

    @property
    def content_hash(self) -> bytes:
        """SHA-256 of its one spelling: another content under the same id is another question, and refused."""
        return hashlib.sha256(self.to_wire()).digest()


class Working(Message):
    """Answer 202: the question is known and has no answer yet."""

    id: QuestionId
    state: Literal["working"] = "working"


# --- what is answered -----------------------------------------------------------------------------------------------


class IdentityAnswer(Message):
    """`cannot-be-said` is a third answer, never read as one of the two others."""

    kind: Literal["confirm-identity"] = "confirm-identity"
    verdict: Literal["confirmed", "differs", "cannot-be-said"]


class EcardHolder(Message):
    """The person a code belongs to."""

    id_number: IdNumber = Field(repr=False)
    name: Line = Field(repr=False)
    card_number: CardNumber | None = Field(default=None, repr=False)


class EcardAnswer(Message):
    """`holder` is missing for a code that belongs to nobody, or not any more."""

    kind: Literal["confirm-ecard-code"] = "confirm-ecard-code"
    holder: EcardHolder | None = None


def _rows_of_the_snapshot(records: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    try:
        for record in records:
            from_record(record)
    except RowError as error:
        raise ValueError(f"no row of table {error.table}") from None
    return records


class LiveRecordAnswer(Message):
    """One person's rows, in the shapes of the snapshot (`offline_store.schema`); none for a person not known."""

    kind: Literal["live-record"] = "live-record"
    as_of: Time
    origin: Line
    records: Annotated[
        tuple[dict[str, str | int | None], ...],
        Field(max_length=MAX_ROWS, repr=False),
        AfterValidator(_rows_of_the_snapshot),
    ]

    @property
    def rows(self) -> tuple[SnapshotRow, ...]:
        """The records as typed rows."""
        return tuple(from_record(record) for record in self.records)


class CardStatusAnswer(Message):
    """What the card is now, the number of the case, and the centre's words for the screen."""

    kind: Literal["card-status-change"] = "card-status-change"
    status: CardStatus
    case_number: Word
    words_zh: Words
    words_en: Words


class PinResetAnswer(Message):
    """The token, for this card, until that moment."""

    kind: Literal["pin-reset-token"] = "pin-reset-token"
    card_number: CardNumber = Field(repr=False)
    token: Annotated[Base64Bytes, Field(min_length=16, max_length=64, repr=False)]
    not_after: Time


class DocumentAnswer(Message):
    """The document's octets and the centre's seal over them (`sync.protocol.sealed_document`)."""

    kind: Literal["fetch-document"] = "fetch-document"
    document: Annotated[Base64Bytes, Field(min_length=1, max_length=MAX_DOCUMENT_BYTES, repr=False)]
    seal: Annotated[Base64Bytes, Field(min_length=16, max_length=4096, repr=False)]


Answer: TypeAlias = Annotated[
    IdentityAnswer | EcardAnswer | LiveRecordAnswer | CardStatusAnswer | PinResetAnswer | DocumentAnswer,
    Field(discriminator="kind"),
]


def is_about(answer: Answer, asks: Asks) -> bool:
    """Whether an answer is about the card, the person and the document that were asked about.

    A document is about what its seal says; whether the seal holds is for `check_document`, where it is shown.
    """
    match asks, answer:
        case PinResetToken(), PinResetAnswer():
            return answer.card_number == asks.card_number
        case LiveRecord(), LiveRecordAnswer():
            return all(row.id_number == asks.id_number for row in answer.rows)
        case FetchDocument(), DocumentAnswer():
            return number_said(answer.seal) in (asks.number, None)
    return answer.kind == asks.kind


class Refusal(Message):
    """The centre says no: nothing was done. `reason` is for programs; the words are for the screen."""

    reason: Word
    words_zh: Words
    words_en: Words


class AnswerStatement(Message):
    """What the authority signs: for this terminal, this id, this content, and nobody else.

    `expired`: the deadline had passed before it was begun; nothing was done and nothing will be.
    """

    terminal: Terminal
    id: QuestionId
    content_hash: Annotated[Base64Bytes, Field(min_length=32, max_length=32)]
    state: Literal["answered", "refused", "expired"]
    at: Time
    answer: Answer | None = Field(default=None, repr=False)
    refusal: Refusal | None = None

    @model_validator(mode="after")
    def _says_what_its_state_says(self) -> Self:
        if (self.answer is not None) != (self.state == "answered"):
            raise ValueError("an answer belongs to an answered question")
        if (self.refusal is not None) != (self.state == "refused"):
            raise ValueError("a refusal belongs to a refused question")
        return self
