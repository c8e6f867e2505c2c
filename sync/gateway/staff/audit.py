"""The chain of what staff did: who, what, when, with what result. No personal data, no free text.

Each row's hash covers the one before it, so a changed, missing or inserted row shows. A chain that was cut at its end
shows against an earlier export, whose head the authority signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import cbor2

GENESIS: Final = bytes(32)
FORMAT: Final = "staff-audit-1"
NOBODY: Final = "-"
"""The actor of an attempt under a name that is no account's. What was typed is not kept: it may be a password."""


class Act(StrEnum):
    """What can be done."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    ACCOUNT_LOCKED = "account-locked"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a word, not a secret
    NOT_ALLOWED = "not-allowed"
    ENROLMENT_CODE = "enrolment-code"
    REGISTER_SEARCHED = "register-searched"
    CERTIFICATE_REVOKED = "certificate-revoked"
    STAFF_ADDED = "staff-added"
    STAFF_LOCKED = "staff-locked"
    STAFF_UNLOCKED = "staff-unlocked"
    STAFF_ROLES = "staff-roles"
    STAFF_TOTP_RESET = "staff-totp-reset"
    STAFF_PASSWORD_RESET = "staff-password-reset"  # noqa: S105 - the same
    AUDIT_EXPORTED = "audit-exported"


class Result(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row, numbered from 1 without a gap. `at` as in the terminals' chain."""

    n: int
    at: str
    actor: str
    act: str
    subject: str
    result: str
    reason: str
    prev: bytes
    hash: bytes

    @property
    def computed(self) -> bytes:
        """The hash these contents must have: SHA-256 over a deterministic CBOR array (RFC 8949 section 4.2)."""
        parts = [FORMAT, self.prev, self.n, self.at, self.actor, self.act, self.subject, self.result, self.reason]
        return hashlib.sha256(cbor2.dumps(parts, canonical=True)).digest()


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain is not whole: the row's number, and one word: gap, link, content, or head."""

    n: int
    what: str


def follow(
    last: AuditRow | None, *, at: str, actor: str, act: Act, subject: str, result: Result, reason: str
) -> AuditRow:
    """The next row."""
    n, prev = (1, GENESIS) if last is None else (last.n + 1, last.hash)
    draft = AuditRow(n, at, actor, act, subject, result, reason, prev, b"")
    return AuditRow(n, at, actor, act, subject, result, reason, prev, draft.computed)


def first_fault(rows: Iterable[AuditRow], before: AuditRow | None = None) -> Fault | None:
    """The first thing wrong with rows in order that follow `before`; None if the chain is whole."""
    n, prev = (0, GENESIS) if before is None else (before.n, before.hash)
    for row in rows:
        n += 1
        if row.n != n:
            return Fault(n, "gap")
        if row.prev != prev:
            return Fault(n, "link")
        if row.computed != row.hash:
            return Fault(n, "content")
        prev = row.hash
    return None


def to_line(row: AuditRow) -> str:
    """One line of an export: JSON with the hashes in hexadecimal."""
    values: dict[str, Any] = {**asdict(row), "prev": row.prev.hex(), "hash": row.hash.hex()}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def head_statement(n: int, head: bytes, at: str) -> bytes:
    """What the authority signs: how long the chain was, and its last hash, at this time."""
    return cbor2.dumps([FORMAT + "-head", n, head, at], canonical=True)


def heads_of(lines: Iterable[str]) -> Iterator[tuple[int, bytes, str, bytes]]:
    """The signed heads in an export: number, hash, time, signature. ValueError for what is no line of an export."""
    for line in lines:
        try:
            values = json.loads(line)
            if "signature" in values:
                yield (
                    int(values["n"]),
                    bytes.fromhex(values["head"]),
                    str(values["at"]),
                    bytes.fromhex(values["signature"]),
                )
        except (ValueError, KeyError, TypeError):
            raise ValueError("a line is no line of an export") from None
