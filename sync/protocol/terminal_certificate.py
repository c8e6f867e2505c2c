"""A terminal's certificate and the list of those taken back: statements of the centre's authority, readable off-line.

The certificate says that one key speaks for one terminal, for a year. Both ends keep it. A statement is canonical JSON
with a signature over its context and its octets; it names the suite it is signed in, which has to be the suite of the
authority's key, for that key alone decides how a signature is verified.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field, StringConstraints

from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Hex256, Malformed, Message, Terminal, Time, Word, parse
from sync.protocol.suites import Signer, SuiteName, UnfitKey, suite_of_public_key

CERTIFICATE_DAYS: Final = 365
RENEW_DAYS: Final = 30
"""So long before its end a terminal renews its certificate."""

Serial = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""128 random bits: a centre restored from a backup never gives one out twice."""


class StatementUnfit(Exception):
    """A statement that says nothing. `reason`: malformed or not-genuine."""

    def __init__(self, reason: Literal["malformed", "not-genuine"]) -> None:
        super().__init__(f"the authority's statement is {reason}")
        self.reason = reason


class TerminalCertificate(Message):
    """This key speaks for this terminal from `not_before` to `not_after`. `suite`: of the authority's signature."""

    format: Literal["terminal-certificate-1"] = "terminal-certificate-1"
    suite: SuiteName = "intl"
    terminal: Terminal
    key_fingerprint: Hex256
    key_suite: SuiteName = "intl"
    serial: Serial
    not_before: Time
    not_after: Time


class RevokedTerminal(Message):
    """A certificate that was taken back. Its key says nothing any more, whatever its dates."""

    terminal: Terminal
    serial: Serial
    key_fingerprint: Hex256
    revoked_at: Time
    reason: Word


class TerminalRevocations(Message):
    """GET /v1/terminal-revocations: every certificate of a terminal that was taken back, as of `issued_at`."""

    format: Literal["terminal-revocations-1"] = "terminal-revocations-1"
    suite: SuiteName = "intl"
    issued_at: Time
    revoked: Annotated[tuple[RevokedTerminal, ...], Field(max_length=100_000)]

    def age(self, now: datetime) -> timedelta:
        """How old the list is; never negative."""
        return max(now - datetime.fromisoformat(self.issued_at), timedelta(0))

    def names(self, key_fingerprint: str) -> RevokedTerminal | None:
        """The row of a key, if it was taken back."""
        return next((row for row in self.revoked if row.key_fingerprint == key_fingerprint), None)


class Signed(Message):
    """The octets of a statement and the authority's signature over them."""

    statement: Annotated[Base64Bytes, Field(max_length=32 * 1024 * 1024)]
    signature: Annotated[Base64Bytes, Field(min_length=64, max_length=64)]


Statement = TypeVar("Statement", TerminalCertificate, TerminalRevocations)

_CONTEXTS: Final = {
    TerminalCertificate: b"terminal certificate, version 1\x00",
    TerminalRevocations: b"terminal revocations, version 1\x00",
}


def sign_statement(statement: TerminalCertificate | TerminalRevocations, authority: Signer) -> bytes:
    """The statement as it is kept and sent. Its suite is that of the authority's key."""
    if statement.suite != authority.suite:
        raise ValueError("a statement names the suite it is signed in")
    octets = statement.to_wire()
    return Signed(statement=octets, signature=authority.sign(_CONTEXTS[type(statement)] + octets)).to_wire()


def read_statement(kind: type[Statement], data: bytes, authority_key: bytes) -> Statement:
    """The statement, verified with the authority's key. Raises StatementUnfit."""
    try:
        signed = parse(Signed, data)
        suite = suite_of_public_key(authority_key)
        if not suite.verify(authority_key, signed.signature, _CONTEXTS[kind] + signed.statement):
            raise StatementUnfit("not-genuine")
        found = parse(kind, signed.statement)
    except (Malformed, UnfitKey) as error:
        raise StatementUnfit("malformed") from error
    if found.suite != suite.name:
        raise StatementUnfit("malformed")
    return found


def lifetime(now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of a certificate made now; it begins a little earlier, for clocks differ."""
    start = now.astimezone(UTC).replace(microsecond=0)
    return start - timedelta(minutes=5), start + timedelta(days=CERTIFICATE_DAYS)
