"""Enrolment: how a terminal comes to trust the centre, and the centre the terminal, over a network nobody trusts.

An operator carries one code from the centre to the terminal. It holds the fingerprint of the centre's authority key and
a secret of 128 bits that is good once, for 24 hours, for one terminal number. The terminal never sends the secret: it
sends a proof (HMAC) over its own public keys, so that whoever listens or stands between cannot enrol keys of his own.
The answer is signed by the authority whose fingerprint the code carries; nothing in it is trusted before that holds.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sync.protocol.certificate_wire import Anchor
from sync.protocol.encoding import Base64Bytes, canonical_cbor
from sync.protocol.messages import Certificate, Line, Malformed, Message, Ordinal, PublicKey, Terminal, Time, parse
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import Suite, SuiteName, UnfitKey, suite_of_public_key
from sync.protocol.terminal_certificate import StatementUnfit, TerminalCertificate, read_statement

CODE_LIFETIME_SECONDS = 24 * 3600
SECRET_BYTES = 16
FINGERPRINT_BYTES = 16
_CHECK_BYTES = 3
_GROUP = 4


class EnrolmentRefused(Exception):
    """The terminal will not go on. `code` is a short word; `sentence` says it in plain words with what to do next."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What the operator types: whom to trust, and the secret that proves the right to enrol."""

    authority: bytes
    secret: bytes = field(repr=False)

    def to_text(self) -> str:
        """Base32, fourteen groups of four, with three check octets against typing errors."""
        data = self.authority + self.secret
        text = base64.b32encode(data + _check(data)).decode("ascii").rstrip("=")
        return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))

    @property
    def code_id(self) -> bytes:
        """Which code it is, without saying it: 8 octets."""
        return hashlib.sha256(b"enrolment code id" + self.secret).digest()[:8]

    @property
    def proof_key(self) -> bytes:
        """The key of the proof; the centre keeps this, not the secret."""
        return hashlib.sha256(b"enrolment proof key" + self.secret).digest()


def read_code(text: str) -> EnrolmentCode:
    """The code as typed: case, spaces and dashes do not matter, 0, 1 and 8 are read as O, I and B."""
    typed = "".join(text.split()).replace("-", "").upper().translate(str.maketrans("018", "OIB"))
    try:
        data = base64.b32decode(typed + "=" * (-len(typed) % 8))
    except ValueError:
        data = b""
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if len(body) != FINGERPRINT_BYTES + SECRET_BYTES or _check(body) != check:
        raise EnrolmentRefused(
            "code-mistyped", "The enrolment code has a typing error: compare it group by group and type it again."
        )
    return EnrolmentCode(body[:FINGERPRINT_BYTES], body[FINGERPRINT_BYTES:])


def _check(data: bytes) -> bytes:
    return hashlib.sha256(b"enrolment code check" + data).digest()[:_CHECK_BYTES]


def authority_fingerprint(public_key: bytes) -> bytes:
    """What the code carries: the first 128 bits of SHA-256 over the authority's public key."""
    return hashlib.sha256(b"enrolment authority" + public_key).digest()[:FINGERPRINT_BYTES]


SealKey = Annotated[Base64Bytes, Field(min_length=64, max_length=200)]
Pem = Annotated[str, StringConstraints(max_length=16_384, pattern=r"^-----BEGIN ")]


class EnrolmentRequest(Message):
    """POST /v1/enrol, signed with the new terminal key itself.

    `seal_key` is the SubjectPublicKeyInfo (DER) of a P-256 key; `seal_proof` its ECDSA signature over `binding`.
    """

    terminal: Terminal
    code_id: Annotated[Base64Bytes, Field(min_length=8, max_length=8)]
    terminal_key: PublicKey
    seal_key: SealKey
    seal_proof: Annotated[Base64Bytes, Field(min_length=8, max_length=80)]
    proof: Annotated[Base64Bytes, Field(min_length=32, max_length=32)]

    @property
    def binding(self) -> bytes:
        """What both proofs cover."""
        return enrolment_binding(self.terminal, self.terminal_key, self.seal_key)


def enrolment_binding(terminal: str, terminal_key: bytes, seal_key: bytes) -> bytes:
    """The octets that tie one terminal number to its two public keys."""
    return canonical_cbor(["terminal enrolment", terminal, terminal_key, seal_key])


def proof_of(proof_key: bytes, binding: bytes) -> bytes:
    """HMAC-SHA256 over the binding."""
    return hmac.new(proof_key, binding, hashlib.sha256).digest()


class Trust(Message):
    """What a terminal trusts after enrolment: written to `trust/centre.json` as it came.

    `demo` marks an authority made at set-up; the service profile refuses it. `terminal_certificate` is the authority's
    statement about the terminal's key (absent in the trust of an earlier release). `least_epoch`: the centre holds, or
    gave up, every epoch below it, so that a journal of one of those ends and a new epoch begins. `package_root`: the
    root that packages are judged by (TUF metadata), for a terminal that has none yet; absent where none is published.
    """

    format: Literal["terminal-trust-1"] = "terminal-trust-1"
    demo: bool
    organisation: Line
    terminal: Terminal
    terminal_key_fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    issued_at: Time
    terminal_certificate: Certificate | None = None
    least_epoch: Ordinal = 1
    authority_key: PublicKey
    centre_key: PublicKey
    package_key: PublicKey
    issuers: Annotated[tuple[Anchor, ...], Field(min_length=1, max_length=8)]
    x509_root: Pem
    x509_intermediate: Pem
    seal_certificate: Pem
    compact_seal_certificate: Annotated[Base64Bytes, Field(min_length=16, max_length=4096)]
    gateway_url: Line
    verify_url: Line
    package_root: Annotated[Base64Bytes, Field(min_length=64, max_length=16_384)] | None = None

    @property
    def suite(self) -> Suite:
        """The suite of this centre: of its keys, and of this terminal's."""
        return suite_of_public_key(self.authority_key)


class EnrolmentAnswer(Message):
    """The authority's key, the trust it hands out (canonical JSON of Trust) and its signature over those octets."""

    authority_key: PublicKey
    trust: Annotated[Base64Bytes, Field(max_length=65_536)]
    signature: Annotated[Base64Bytes, Field(min_length=64, max_length=64)]


_CONTEXT = b"terminal trust, version 1\x00"


def trust_to_be_signed(trust: bytes) -> bytes:
    """The octets the authority signs."""
    return _CONTEXT + trust


def check_answer(answer: EnrolmentAnswer, code: EnrolmentCode, *, terminal: str, terminal_key: bytes) -> Trust:
    """The trust in an answer, once the authority is the one on the code and speaks about this terminal and this key."""
    if not hmac.compare_digest(authority_fingerprint(answer.authority_key), code.authority):
        raise EnrolmentRefused(
            "authority-differs",
            "The server that answered is not the centre this code came from: check the address, tell the centre.",
        )
    return _checked_trust(answer, answer.authority_key, terminal, terminal_key)


def _checked_trust(answer: EnrolmentAnswer, authority_key: bytes, terminal: str, terminal_key: bytes) -> Trust:
    """What the answer says, once the authority has signed it for this terminal and this key."""
    if not _signed(authority_key, answer.signature, trust_to_be_signed(answer.trust)):
        raise EnrolmentRefused(
            "answer-not-genuine", "The centre's answer was changed on its way: try again, then tell the centre."
        )
    try:
        trust = parse(Trust, answer.trust)
    except Malformed as error:
        raise EnrolmentRefused(
            "answer-malformed", f"The centre's answer cannot be read ({error.where}): are both of the same version?"
        ) from None
    if trust.authority_key != authority_key:
        raise EnrolmentRefused("answer-malformed", "The centre's answer names two authorities: tell the centre.")
    suite = suite_of_public_key(authority_key)
    if any(suite_of_public_key(key) is not suite for key in (terminal_key, trust.centre_key, trust.package_key)):
        raise EnrolmentRefused(
            "suite-differs", f"The centre works with the suite {suite.name}: enrol this terminal with that one."
        )
    certificate = certificate_in(trust)
    if trust.terminal != terminal or trust.terminal_key_fingerprint != fingerprint(terminal_key):
        raise EnrolmentRefused(
            "answer-for-another", "The centre answered for another terminal or key: enrol again with a new code."
        )
    if certificate is None or (certificate.terminal, certificate.key_fingerprint) != (
        terminal,
        trust.terminal_key_fingerprint,
    ):
        raise EnrolmentRefused(
            "key-not-certified", "The centre gave no certificate for this terminal's key: tell the centre."
        )
    return trust


def _signed(key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        return suite_of_public_key(key).verify(key, signature, data)
    except UnfitKey:
        return False


def certificate_in(trust: Trust) -> TerminalCertificate | None:
    """The terminal's certificate in its trust; None when there is none that its authority signed."""
    if trust.terminal_certificate is None:
        return None
    try:
        return read_statement(TerminalCertificate, trust.terminal_certificate, trust.authority_key)
    except StatementUnfit:
        return None


# --- renewal --------------------------------------------------------------------------------------------------------


class RenewalRequest(Message):
    """POST /v1/renew, signed with the present key. `proof`: the new key's signature over `renewal_binding`."""

    terminal_key: PublicKey
    suite: SuiteName
    proof: Annotated[Base64Bytes, Field(min_length=64, max_length=64)]


def renewal_binding(terminal: str, old_fingerprint: str, new_key: bytes) -> bytes:
    """The octets that tie a new key to the terminal and to the key it takes over from."""
    return canonical_cbor(["terminal renewal", terminal, old_fingerprint, new_key])


def proves_renewal(asked: RenewalRequest, terminal: str, old_fingerprint: str) -> bool:
    """Whether whoever asks holds the new key, and it is of the suite he says."""
    try:
        named = suite_of_public_key(asked.terminal_key).name == asked.suite
    except UnfitKey:
        return False
    return named and _signed(
        asked.terminal_key, asked.proof, renewal_binding(terminal, old_fingerprint, asked.terminal_key)
    )


def check_renewal(answer: EnrolmentAnswer, present: Trust, new_key: bytes) -> Trust:
    """The new trust, once the authority that is trusted already has signed it for the new key.

    The seal key stays: its certificate was checked when it was made, and is given anew for the same key.
    """
    if answer.authority_key != present.authority_key:
        raise EnrolmentRefused("authority-differs", "Another authority answered than the one that is trusted here.")
    return _checked_trust(answer, present.authority_key, present.terminal, new_key)
