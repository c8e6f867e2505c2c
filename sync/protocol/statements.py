"""What the centre says to one terminal under its authority's key: its time, an order, the answer to a question.

A statement is a message's octets with a signature over a context and those octets. The context keeps one kind of
statement from passing as another. Whoever carries the answer, a proxy in front of the gateway for example, can neither
make nor change one. The suite is that of the key the terminal trusts, and the statement names it too.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, Field

from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Malformed, Message, parse
from sync.protocol.suites import Signer, SuiteName, suite_of_public_key

MAX_STATEMENT_BYTES: Final = 2_800_000
"""In base64url it stays below what a terminal takes as an answer."""

Kind: TypeAlias = Literal["time", "order", "answer"]
_CONTEXT: Final = b"statement of the centre, version 1\x00"
_M = TypeVar("_M", bound=BaseModel)


class StatementRefused(Exception):
    """A statement that says nothing. `reason`: other-suite, not-genuine or malformed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Statement(Message):
    """A signed message, octet for octet as it was signed."""

    suite: SuiteName = "intl"
    statement: Annotated[Base64Bytes, Field(max_length=MAX_STATEMENT_BYTES, repr=False)]
    signature: Annotated[Base64Bytes, Field(min_length=64, max_length=64)]


def make_statement(kind: Kind, message: Message, signer: Signer) -> Statement:
    """The message under the authority's key."""
    octets = message.to_wire()
    return Statement(suite=signer.suite, statement=octets, signature=signer.sign(_to_be_signed(kind, octets)))


def read_statement(kind: Kind, model: type[_M], signed: Statement, authority_key: bytes) -> _M:
    """The message, once the authority has signed it as one of this kind. Raises StatementRefused."""
    suite = suite_of_public_key(authority_key)
    if signed.suite != suite.name:
        raise StatementRefused("other-suite")
    if not suite.verify(authority_key, signed.signature, _to_be_signed(kind, signed.statement)):
        raise StatementRefused("not-genuine")
    try:
        return parse(model, signed.statement)
    except Malformed:
        raise StatementRefused("malformed") from None


def _to_be_signed(kind: Kind, octets: bytes) -> bytes:
    return _CONTEXT + kind.encode("ascii") + b"\x00" + octets
