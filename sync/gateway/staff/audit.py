"""The chain of what staff did: who, what, when, with what result. No personal data, no free text.

Each row's hash (SHA-256, or SM3 where the centre's suite is `sm`; the row says which) covers the row before it, so a
changed, missing or inserted one shows. A chain that was cut at its end shows against an earlier export, whose head the
authority signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final, get_args

import cbor2

from sync.protocol.suites import SuiteName, suite

GENESIS: Final = bytes(32)
FORMAT: Final = "staff-audit-1"
SUITES: Final = get_args(SuiteName)
NOBODY: Final = "-"
"""The actor of an attempt under a name that is no account's. What was typed is not kept: it may be a password."""


class Act(StrEnum):
    """What can be done."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    ACCOUNT_LOCKED = "account-locked"
    SESSION_ENDED = "session-ended"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a word, not a secret
    NOT_ALLOWED = "not-allowed"
    ENROLMENT_CODE = "enrolment-code"
    REGISTER_SEARCHED = "register-searched"
    CERTIFICATE_REVOKED = "certificate-revoked"
    TERMINAL_REVOKED = "terminal-revoked"
    FORK_ADOPTED = "fork-adopted"
    STAFF_ADDED = "staff-added"
    STAFF_LOCKED = "staff-locked"
    STAFF_UNLOCKED = "staff-unlocked"
    STAFF_ROLES = "staff-roles"
    STAFF_TOTP_RESET = "staff-totp-reset"
    STAFF_PASSWORD_RESET = "staff-password-reset"  # noqa: S105 - the same
    AUDIT_EXPORTED = "audit-exported"
    ALARM_ACKNOWLEDGED = "alarm-acknowledged"
    GATEWAY_MADE = "gateway-made"
    POPULATION_DRAFTED = "population-drafted"
    SNAPSHOT_PUBLISHED = "snapshot-published"
    RECORDS_REVEALED = "records-revealed"
    TERMINAL_ORDERED = "terminal-ordered"
    CASE_DECIDED = "case-decided"
    RESULT_CORRECTED = "result-corrected"
    PACKAGE_ROOT_PROPOSED = "package-root-proposed"
    PACKAGE_LIST_PROPOSED = "package-list-proposed"
    PACKAGES_EXPORTED = "packages-exported"
    PACKAGE_SIGNATURE_TAKEN = "package-signature-taken"
    PACKAGES_PUBLISHED = "packages-published"
    PACKAGES_WITHDRAWN = "packages-withdrawn"


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
    suite: SuiteName
    prev: bytes
    hash: bytes

    @property
    def computed(self) -> bytes:
        """The hash these contents must have: over a deterministic CBOR array (RFC 8949 section 4.2)."""
        who = [self.n, self.at, self.actor, self.act, self.subject, self.result, self.reason]
        return suite(self.suite).digest(cbor2.dumps([FORMAT, self.suite, self.prev, *who], canonical=True))


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain is not whole: the row's number, and one word: gap, link, content, or head."""

    n: int
    what: str


def follow(
    last: AuditRow | None,
    *,
    at: str,
    actor: str,
    act: Act,
    subject: str,
    result: Result,
    reason: str,
    suite_name: SuiteName,
) -> AuditRow:
    """The next row."""
    n, prev = (1, GENESIS) if last is None else (last.n + 1, last.hash)
    draft = AuditRow(n, at, actor, act, subject, result, reason, suite_name, prev, b"")
    return replace(draft, hash=draft.computed)


def first_fault(rows: Iterable[AuditRow], before: AuditRow | None = None) -> Fault | None:
    """The first thing wrong with rows in order that follow `before`; None if the chain is whole."""
    n, prev = (0, GENESIS) if before is None else (before.n, before.hash)
    for row in rows:
        n += 1
        if row.n != n:
            return Fault(n, "gap")
        if row.prev != prev:
            return Fault(n, "link")
        if row.suite not in SUITES or row.computed != row.hash:
            return Fault(n, "content")
        prev = row.hash
    return None


def to_line(row: AuditRow) -> str:
    """One line of an export: JSON with the hashes in hexadecimal."""
    values: dict[str, Any] = {**asdict(row), "prev": row.prev.hex(), "hash": row.hash.hex()}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """How long the chain was at a time, and its last hash, as the authority signed it."""

    n: int
    head: bytes
    at: str
    suite: SuiteName
    signature: bytes = b""

    @property
    def statement(self) -> bytes:
        """What is signed."""
        return cbor2.dumps([FORMAT + "-head", self.suite, self.n, self.head, self.at], canonical=True)

    def to_line(self) -> str:
        """The last line of an export."""
        values = {**asdict(self), "head": self.head.hex(), "signature": self.signature.hex()}
        return json.dumps(values, sort_keys=True)


def heads_of(lines: Iterable[str]) -> Iterator[SignedHead]:
    """The signed heads in an export. ValueError for what is no line of one."""
    for line in lines:
        try:
            values = json.loads(line)
            if "signature" not in values:
                continue
            if values["suite"] not in SUITES:
                raise ValueError("an unknown suite")
            head, signature = bytes.fromhex(values["head"]), bytes.fromhex(values["signature"])
            yield SignedHead(int(values["n"]), head, str(values["at"]), values["suite"], signature)
        except (ValueError, KeyError, TypeError):
            raise ValueError("a line is no line of an export") from None
