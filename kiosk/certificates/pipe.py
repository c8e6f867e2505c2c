"""What the terminal and the papers process say to each other: one JSON document a line, over pipes.

    {"id": 1, "warm": true}                 ->  {"id": 1, "ready": true}
    {"id": 2, "make": {certificate}}        ->  {"id": 2, "paper": {...}}  or  {"id": 2, "refused": {...}}

Errors are values. Both ends check what they read; neither puts a person's data into an error.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from kiosk.certificates.facts import EnrolmentCertificate
from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Hex256, Line, Message, Word

MAX_REQUEST_BYTES: Final = 64 * 1024
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
MAX_PDF_BYTES: Final = 2 * 1024 * 1024

RequestId = Annotated[int, Field(ge=0, lt=2**53)]
Reason = Literal["bad-request", "no-glyph", "too-long", "other-issuer", "other-kind", "out-of-time"]


class Request(Message):
    """To the papers process: warm up, or make one certificate."""

    id: RequestId
    warm: Literal[True] | None = None
    make: EnrolmentCertificate | None = None


class Paper(Message):
    """A certificate made: the signed file, its code (COSE octets), and what the register will want to know."""

    number: Word
    pdf: Annotated[Base64Bytes, Field(max_length=MAX_PDF_BYTES, repr=False)]
    sha256: Hex256
    code: Annotated[Base64Bytes, Field(max_length=4096, repr=False)]
    code_sha256: Hex256
    seal_key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    pages: Annotated[int, Field(ge=1, le=20)]


class Refused(Message):
    """A certificate that was not made. `sentence` is for the technician and holds no personal data."""

    reason: Reason
    sentence: Line


class Answer(Message):
    """From the papers process; exactly one of the three is there."""

    id: RequestId
    ready: Literal[True] | None = None
    paper: Paper | None = None
    refused: Refused | None = None


class PipeError(Exception):
    """A line that is not what it should be. The line itself is not kept."""


M = TypeVar("M", bound=BaseModel)


def read_line(model: type[M], line: bytes) -> M:
    """One message of `model` from one line. Raises PipeError."""
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        raise PipeError(f"not a {model.__name__}: {len(error.errors())} fields are wrong") from None


def to_line(message: Message) -> bytes:
    """The message as one line, newline included."""
    return message.model_dump_json(exclude_none=True).encode() + b"\n"
