"""The three signed things around a certificate: seal certificate, code on the paper, revocation list.

A *code* is a COSE_Sign1 by a terminal's seal key over the facts. It carries the compact *seal certificate*, itself a
COSE_Sign1 by the issuing authority, in its protected header; so whoever knows the authority's key can check a paper
without knowing the terminal. The *revocation list* is signed by the same authority and dated. Reading checks shape
only; who signed what is decided in `sync.protocol.certificate_code`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationError

from sync.protocol import cose
from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Message, Terminal, Word

MAX_CODE_BYTES: Final = 2100  # as base64url after an address: within the 2 953 octets of the largest QR code
MAX_REVOCATION_BYTES: Final = 4 * 1024 * 1024
_CODE, _SEAL, _REVOCATIONS = "x/certificate-code", "x/seal-certificate", "x/revocations"
_SEAL_LABEL: Final = "seal"
_ID_OCTETS: Final = 8


def _whole_seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


Moment = Annotated[AwareDatetime, AfterValidator(_whole_seconds)]
"""A time in UTC, cut to whole seconds (so that what is read equals what was written)."""
Label = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=280)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
KeyId = Annotated[Base64Bytes, Field(min_length=_ID_OCTETS, max_length=_ID_OCTETS)]
PublicPoint = Annotated[Base64Bytes, Field(min_length=33, max_length=33)]


class CodeUnreadableError(Exception):
    """What was shown is no certificate code. `reason` is a short word, `remedy_*` say what to do."""

    def __init__(self, reason: str, remedy_zh: str, remedy_en: str) -> None:
        super().__init__(f"certificate code unreadable ({reason}): {remedy_en}")
        self.reason = reason
        self.remedy_zh = remedy_zh
        self.remedy_en = remedy_en


class CodeRefusedError(ValueError):
    """A code that must not be signed. `reason`: other-issuer, other-kind, out-of-time or too-long."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class RevocationsUnusableError(Exception):
    """A revocation list that must not be used. `reason` is malformed, unknown-issuer or not-genuine."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"revocation list not usable: {reason}; fetch it again from the centre")
        self.reason = reason


class CertificateFacts(Message):
    """What a certificate says, as it stands on the paper and in its code (service catalogue, 4.2).

    `facts` are pairs (label, value) in Chinese, to be compared with the paper line by line. Times are aware.
    """

    number: Word
    kind: Word
    issuer: Name
    place: Name
    name_masked: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(repr=False)
    id_last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}[0-9X]$")] = Field(repr=False)
    facts: Annotated[tuple[tuple[Label, Value], ...], Field(max_length=24, repr=False)]
    data_as_of: Moment
    printed_at: Moment
    expires_at: Moment
    terminal: Terminal


class Anchor(Message):
    """An authority whose seal certificates are believed: its name, its P-256 key, and whether it is a demonstration."""

    authority: Name
    public_key: PublicPoint
    demo: bool

    @property
    def key_id(self) -> bytes:
        """The first 8 octets of the key's SHA-256."""
        return key_id_of(self.public_key)


class SealCertificate(Message):
    """What an authority lets one terminal's seal key do, and when."""

    authority_key_id: KeyId
    public_key: PublicPoint
    issuer: Name
    terminal: Terminal
    kinds: Annotated[tuple[Word, ...], Field(min_length=1, max_length=16)]
    not_before: Moment
    not_after: Moment
    demo: bool

    @property
    def key_id(self) -> bytes:
        """The first 8 octets of the seal key's SHA-256."""
        return key_id_of(self.public_key)


class RevokedKey(Message):
    """A seal key not to be trusted for anything signed at or after `since`."""

    key_id: KeyId
    since: Moment


class RevocationList(Message):
    """What an authority has taken back, as of `issued_at`: certificate numbers, and seal keys from a time on."""

    authority_key_id: KeyId
    issued_at: Moment
    numbers: frozenset[Word]
    keys: tuple[RevokedKey, ...]


@dataclass(frozen=True)
class Code:
    """A code as read: nothing in it is believed yet."""

    data: bytes
    facts: CertificateFacts
    seal: SealCertificate
    envelope: cose.Sign1
    seal_envelope: cose.Sign1

    @property
    def sha256(self) -> str:
        """Hex digest that identifies the code in the register."""
        return hashlib.sha256(self.data).hexdigest()


def key_id_of(public_key: cose.PublicKey) -> bytes:
    """The name of a key: the first 8 octets of the SHA-256 of its compressed point."""
    return hashlib.sha256(public_key).digest()[:_ID_OCTETS]


def issue_seal_certificate(certificate: SealCertificate, authority: cose.Signer) -> bytes:
    """The authority's signature over `certificate`. Its `authority_key_id` must be that of the signing key."""
    cose.load_public_key(certificate.public_key)
    payload = {
        1: certificate.authority_key_id,
        2: certificate.public_key,
        3: certificate.issuer,
        4: certificate.terminal,
        5: list(certificate.kinds),
        6: _seconds(certificate.not_before),
        7: _seconds(certificate.not_after),
        8: certificate.demo,
    }
    return cose.sign(_SEAL, payload, authority)


def read_seal_certificate(data: bytes) -> SealCertificate:
    """The fields of a seal certificate, unverified. Raises CodeUnreadableError."""
    return _read_seal(data)[0]


def issue_code(facts: CertificateFacts, seal_certificate: bytes, seal: cose.Signer) -> bytes:
    """The code of a certificate, signed by the terminal's seal key.

    Issuer and terminal stand in the seal certificate and are not repeated. CodeRefusedError when the facts name another
    issuer or terminal, a kind the seal may not be used for, or a time outside its validity: nothing is signed then.
    The same when the code would not fit into a QR code.
    """
    certificate = read_seal_certificate(seal_certificate)
    if (facts.issuer, facts.terminal) != (certificate.issuer, certificate.terminal):
        raise CodeRefusedError("other-issuer", "the seal certificate is for another issuer or terminal")
    if facts.kind not in certificate.kinds:
        raise CodeRefusedError("other-kind", f"the seal may not be used for certificates of kind {facts.kind}")
    if not certificate.not_before <= facts.printed_at <= certificate.not_after:
        raise CodeRefusedError("out-of-time", "the seal certificate is not valid at the time of printing")
    payload = {
        1: facts.number,
        2: facts.kind,
        3: facts.place,
        4: facts.name_masked,
        5: facts.id_last4,
        6: [list(pair) for pair in facts.facts],
        7: _seconds(facts.data_as_of),
        8: _seconds(facts.printed_at),
        9: _seconds(facts.expires_at),
    }
    data = cose.sign(_CODE, payload, seal, header={_SEAL_LABEL: seal_certificate})
    if len(data) > MAX_CODE_BYTES:
        raise CodeRefusedError(
            "too-long", f"the facts are too long for a QR code ({len(data)} of {MAX_CODE_BYTES} octets)"
        )
    return data


def read_code(data: bytes) -> Code:
    """Parse a code's octets; nothing is verified. Raises CodeUnreadableError, or cose.OtherSuiteError."""
    if not data:
        raise _unreadable("empty")
    if len(data) > MAX_CODE_BYTES:
        raise _unreadable("too-long")
    try:
        envelope = cose.read(_CODE, data)
        payload = cose.decode(envelope.payload)
    except cose.NotCoseError as error:
        raise _unreadable(error.wrong) from error
    embedded = envelope.header.get(_SEAL_LABEL)
    if not isinstance(embedded, bytes):
        raise _unreadable("no-seal")
    seal, seal_envelope = _read_seal(embedded)
    number, kind, place, name, last4, facts, data_as_of, printed_at, expires_at = _fields(payload, 9)
    try:
        content = CertificateFacts(
            number=number,
            kind=kind,
            issuer=seal.issuer,
            place=place,
            name_masked=name,
            id_last4=last4,
            facts=_pairs(facts),
            data_as_of=_time(data_as_of),
            printed_at=_time(printed_at),
            expires_at=_time(expires_at),
            terminal=seal.terminal,
        )
    except ValidationError as error:
        raise _unreadable("facts") from error
    return Code(data, content, seal, envelope, seal_envelope)


def issue_revocations(
    anchor: Anchor, issued_at: datetime, numbers: Iterable[str], keys: Iterable[RevokedKey], authority: cose.Signer
) -> bytes:
    """The authority's dated list of certificates and seal keys taken back."""
    payload = {
        1: anchor.key_id,
        2: _seconds(issued_at),
        3: sorted(set(numbers)),
        4: sorted([each.key_id, _seconds(each.since)] for each in keys),
    }
    return cose.sign(_REVOCATIONS, payload, authority)


def read_revocations(data: bytes, anchors: Iterable[Anchor]) -> RevocationList:
    """A list, verified: one of `anchors` signed it. Raises RevocationsUnusableError."""
    if len(data) > MAX_REVOCATION_BYTES:
        raise RevocationsUnusableError("malformed")
    try:
        envelope = cose.read(_REVOCATIONS, data)
        authority, issued_at, numbers, keys = _fields(cose.decode(envelope.payload), 4)
        listed = RevocationList(
            authority_key_id=authority,
            issued_at=_time(issued_at),
            numbers=frozenset(numbers),
            keys=tuple(RevokedKey(key_id=key, since=_time(since)) for key, since in keys),
        )
    except (cose.NotCoseError, CodeUnreadableError, cose.OtherSuiteError, ValueError, TypeError) as error:
        raise RevocationsUnusableError("malformed") from error
    signer = next((each for each in anchors if each.key_id == listed.authority_key_id), None)
    if signer is None:
        raise RevocationsUnusableError("unknown-issuer")
    if not envelope.is_signed_by(signer.public_key):
        raise RevocationsUnusableError("not-genuine")
    return listed


def _read_seal(data: bytes) -> tuple[SealCertificate, cose.Sign1]:
    try:
        envelope = cose.read(_SEAL, data)
        payload = cose.decode(envelope.payload)
    except cose.NotCoseError as error:
        raise _unreadable("seal") from error
    authority, key, issuer, terminal, kinds, not_before, not_after, demo = _fields(payload, 8)
    try:
        certificate = SealCertificate(
            authority_key_id=authority,
            public_key=key,
            issuer=issuer,
            terminal=terminal,
            kinds=tuple(kinds) if isinstance(kinds, list) else kinds,
            not_before=_time(not_before),
            not_after=_time(not_after),
            demo=demo,
        )
        cose.load_public_key(certificate.public_key)
    except (ValidationError, ValueError) as error:
        raise _unreadable("seal") from error
    return certificate, envelope


def _fields(payload: Any, count: int) -> list[Any]:
    if not isinstance(payload, dict) or list(payload) != list(range(1, count + 1)):
        raise _unreadable("fields")
    return list(payload.values())


def _pairs(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return tuple(tuple(each) if isinstance(each, list) else each for each in value)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _time(value: Any) -> datetime:
    # 0 to the end of the year 9999; anything else is no time of ours
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 253_402_300_799:
        raise _unreadable("time")
    return datetime.fromtimestamp(value, UTC)


def _unreadable(reason: str) -> CodeUnreadableError:
    if reason == "empty":
        return CodeUnreadableError(reason, "请扫描证明上的二维码。", "Scan the code on the certificate.")
    zh = "请把证明上的二维码完整地再扫描一次。"
    return CodeUnreadableError(reason, zh, "Scan the whole certificate code again; this is cut off or another code.")
