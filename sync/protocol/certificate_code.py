"""Is this certificate genuine? The one place that answers, for terminals, the public page and the command line alike.

`read_text` takes what a scanner delivered, `decide` gives one of four answers (service catalogue, 4.2) by a table over
signature, key at the time of signing, register and revocation list. A bare number, an unknown authority or another
suite of algorithms is never called false: it cannot be verified here. The makers' half is in
`sync.protocol.certificate_wire`, whose names are repeated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from sync.protocol.certificate_verdict import Answer, Reason, Verdict
from sync.protocol.certificate_wire import (
    MAX_CODE_BYTES,
    Anchor,
    CertificateFacts,
    Code,
    CodeRefusedError,
    CodeUnreadableError,
    RevocationList,
    RevocationsUnusableError,
    RevokedKey,
    SealCertificate,
    issue_code,
    issue_revocations,
    issue_seal_certificate,
    key_id_of,
    read_code,
    read_revocations,
    read_seal_certificate,
)
from sync.protocol.cose import OtherSuiteError, Signer, public_key_of, signer_for
from sync.protocol.encoding import from_base64url, to_base64url

__all__ = [
    "MAX_CODE_BYTES",
    "Anchor",
    "Answer",
    "CertificateFacts",
    "Code",
    "CodeRefusedError",
    "CodeUnreadableError",
    "NumberOnly",
    "OtherSuite",
    "Presented",
    "Reason",
    "RegisterAnswer",
    "RevocationList",
    "RevocationsUnusableError",
    "RevokedKey",
    "SealCertificate",
    "Signer",
    "Verdict",
    "code_text",
    "decide",
    "issue_code",
    "issue_revocations",
    "issue_seal_certificate",
    "key_id_of",
    "public_key_of",
    "read_code",
    "read_revocations",
    "read_seal_certificate",
    "read_text",
    "signer_for",
]

LIST_USABLE_FOR: Final = timedelta(days=30)
"""A revocation list older than this no longer shows that a certificate was not taken back."""
REGISTER_GRACE: Final = timedelta(days=7)
"""A terminal may be without a network this long; a later certificate that the register lacks is not believed."""
CLOCK_SLACK: Final = timedelta(minutes=10)
"""Clocks of terminal and verifier may differ by this much."""

_NUMBER = re.compile(r"[0-9A-Za-z-]{4,40}")
_MAX_TEXT: Final = 8192


class RegisterAnswer(Enum):
    """What the authority's register says of this very code (number and SHA-256 of the code)."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class NumberOnly:
    """A certificate number without a code."""

    number: str


@dataclass(frozen=True)
class OtherSuite:
    """A code of a suite of algorithms this program does not have."""

    suite: str


Presented = Code | NumberOnly | OtherSuite


def code_text(verify_url: str, data: bytes) -> str:
    """The text of the QR code: `verify_url` (https://…/v) with the code in the fragment, which no server sees."""
    return f"{verify_url}#{to_base64url(data)}"


def read_text(text: str) -> Presented:
    """What a scanner or a keyboard delivered: a code's address, the bare base64url of a code, or a number.

    Raises CodeUnreadableError with a remedy. The host of the address is not looked at: only signatures count.
    """
    shown = text.strip()
    if len(shown) > _MAX_TEXT:
        raise CodeUnreadableError("too-long", "这不是证明二维码。", "This is not a certificate code.")
    if _NUMBER.fullmatch(shown):
        return NumberOnly(shown.upper())
    encoded = _fragment(shown) if ":" in shown else shown
    try:
        data = from_base64url(encoded)
    except ValueError as error:
        raise CodeUnreadableError(
            "not-base64", "请把证明上的二维码完整地再扫描一次。", "Scan the whole certificate code again."
        ) from error
    try:
        return read_code(data)
    except OtherSuiteError as error:
        return OtherSuite(error.suite)


def _fragment(address: str) -> str:
    try:
        parts = urlsplit(address)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        parts, loopback = urlsplit(""), False
    secure = parts.scheme == "https" or (parts.scheme == "http" and loopback)
    if not secure or not parts.path.endswith("/v") or not parts.fragment:
        raise CodeUnreadableError(
            "other-address",
            "这不是证明二维码，请扫描证明右下方的二维码。",
            "This is another code: scan the one on the certificate.",
        )
    return parts.fragment


class _Signature(Enum):
    SOUND = 0
    BROKEN = 1
    UNKNOWN_KEY = 2


class _Key(Enum):
    VALID = 0
    OUT_OF_TIME = 1
    OTHER_KIND = 2
    REVOKED = 3
    REVOKED_LATER = 4


class _Register(Enum):
    KNOWN = 0
    NOT_YET = 1
    MISSING = 2
    REVOKED = 3
    NOT_ASKED = 4


class _List(Enum):
    FRESH = 0
    OLD = 1
    NONE = 2


_GENUINE: Final = Answer.GENUINE_VALID  # turned into GENUINE_EXPIRED by the date
_FALSE: Final = Answer.NOT_GENUINE_OR_REVOKED
_OPEN: Final = Answer.CANNOT_VERIFY
_ANY: Final = None

# (signature, key at signing time, register, revocation list) -> answer, reason. The first row that fits counts.
TABLE: Final = (
    (_Signature.UNKNOWN_KEY, _ANY, _ANY, _ANY, _OPEN, Reason.UNKNOWN_ISSUER),
    (_Signature.BROKEN, _ANY, _ANY, _ANY, _FALSE, Reason.SIGNATURE_BROKEN),
    (_Signature.SOUND, _Key.OUT_OF_TIME, _ANY, _ANY, _FALSE, Reason.KEY_NOT_VALID),
    (_Signature.SOUND, _Key.OTHER_KIND, _ANY, _ANY, _FALSE, Reason.KIND_NOT_ALLOWED),
    (_Signature.SOUND, _ANY, _Register.REVOKED, _ANY, _FALSE, Reason.REVOKED),
    (_Signature.SOUND, _Key.REVOKED, _ANY, _ANY, _FALSE, Reason.KEY_REVOKED),
    (_Signature.SOUND, _ANY, _Register.KNOWN, _ANY, _GENUINE, Reason.IN_REGISTER),
    (_Signature.SOUND, _Key.REVOKED_LATER, _ANY, _ANY, _OPEN, Reason.KEY_REVOKED_LATER),
    (_Signature.SOUND, _Key.VALID, _Register.MISSING, _ANY, _OPEN, Reason.NOT_REGISTERED),
    (_Signature.SOUND, _Key.VALID, _ANY, _List.NONE, _OPEN, Reason.NO_LIST),
    (_Signature.SOUND, _Key.VALID, _ANY, _List.OLD, _OPEN, Reason.LIST_TOO_OLD),
    (_Signature.SOUND, _Key.VALID, _Register.NOT_YET, _List.FRESH, _GENUINE, Reason.NOT_YET_REGISTERED),
    (_Signature.SOUND, _Key.VALID, _Register.NOT_ASKED, _List.FRESH, _GENUINE, Reason.SIGNATURE_HOLDS),
)


def decide(
    shown: Presented,
    anchors: Iterable[Anchor],
    revocations: RevocationList | None,
    register: RegisterAnswer,
    now: datetime,
) -> Verdict:
    """The verdict on what was shown.

    `revocations` is a list as `read_revocations` returned it (verified), or None; a list of another authority counts as
    none. `register` says what the register answered for this number and this code's digest. `now` is aware.
    """
    if isinstance(shown, NumberOnly):
        return Verdict(_OPEN, Reason.NUMBER_ONLY)
    if isinstance(shown, OtherSuite):
        return Verdict(_OPEN, Reason.UNKNOWN_SUITE)
    anchor = next((each for each in anchors if each.key_id == shown.seal.authority_key_id), None)
    signature = _signature(shown, anchor)
    listed = _list_of(revocations, anchor)
    age = None if listed is None else max(now - listed.issued_at, timedelta(0))
    demo = anchor is not None and (anchor.demo or shown.seal.demo)
    facts = shown.facts if signature is _Signature.SOUND else None
    answer, reason = _look_up(signature, _key(shown, listed), _register(shown, listed, register, now), _list_state(age))
    if facts is not None and answer is not _FALSE and _is_ahead(shown, listed, now):
        return Verdict(_OPEN, Reason.CLOCK_DIFFERS, demo, facts, age)
    if answer is _GENUINE and now > shown.facts.expires_at:
        answer = Answer.GENUINE_EXPIRED
    return Verdict(answer, reason, demo, facts, age)


def _look_up(signature: _Signature, key: _Key, register: _Register, listed: _List) -> tuple[Answer, Reason]:
    for for_signature, for_key, for_register, for_list, answer, reason in TABLE:
        wanted = (for_signature, for_key, for_register, for_list)
        if all(each in (_ANY, have) for each, have in zip(wanted, (signature, key, register, listed), strict=True)):
            return answer, reason
    raise AssertionError("the decision table has no row for this case")


def _signature(code: Code, anchor: Anchor | None) -> _Signature:
    if anchor is None:
        return _Signature.UNKNOWN_KEY
    sealed = code.seal_envelope.is_signed_by(anchor.public_key)
    return _Signature.SOUND if sealed and code.envelope.is_signed_by(code.seal.public_key) else _Signature.BROKEN


def _key(code: Code, listed: RevocationList | None) -> _Key:
    signed_at = code.facts.printed_at
    if not code.seal.not_before <= signed_at <= code.seal.not_after:
        return _Key.OUT_OF_TIME
    if code.facts.kind not in code.seal.kinds:
        return _Key.OTHER_KIND
    revoked_keys = () if listed is None else listed.keys
    since = min((each.since for each in revoked_keys if each.key_id == code.seal.key_id), default=None)
    if since is None:
        return _Key.VALID
    return _Key.REVOKED if signed_at >= since else _Key.REVOKED_LATER


def _register(code: Code, listed: RevocationList | None, answer: RegisterAnswer, now: datetime) -> _Register:
    if answer is RegisterAnswer.REVOKED or (listed is not None and code.facts.number in listed.numbers):
        return _Register.REVOKED
    if answer is RegisterAnswer.UNKNOWN:
        return _Register.NOT_YET if now - code.facts.printed_at <= REGISTER_GRACE else _Register.MISSING
    return _Register.KNOWN if answer is RegisterAnswer.KNOWN else _Register.NOT_ASKED


def _list_of(revocations: RevocationList | None, anchor: Anchor | None) -> RevocationList | None:
    if revocations is None or anchor is None or revocations.authority_key_id != anchor.key_id:
        return None
    return revocations


def _list_state(age: timedelta | None) -> _List:
    if age is None:
        return _List.NONE
    return _List.FRESH if age <= LIST_USABLE_FOR else _List.OLD


def _is_ahead(code: Code, listed: RevocationList | None, now: datetime) -> bool:
    latest = code.facts.printed_at if listed is None else max(code.facts.printed_at, listed.issued_at)
    return latest > now + CLOCK_SLACK
