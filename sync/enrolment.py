"""The terminal's side of enrolment: keys made and kept, the centre asked, its answer checked before it is trusted.

The keys are on disk before the request goes out: if the answer is lost, the same code asks again with the same keys and
gets the same answer. Nothing is written into `trust/` before the authority on the code has signed for this terminal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from offline_store.keys import KeyProvider
from sync.client.outcomes import Answer, NoAnswer, problem_of
from sync.protocol.certificate_code import CodeUnreadableError, public_key_of, read_seal_certificate
from sync.protocol.enrolment import (
    EnrolmentAnswer,
    EnrolmentCode,
    EnrolmentRefused,
    EnrolmentRequest,
    Trust,
    check_answer,
    enrolment_binding,
    proof_of,
    read_code,
)
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import Malformed, parse
from sync.protocol.signatures import NONCE_BYTES, sign
from sync.protocol.suites import SuiteName
from sync.trust import write_trust

TERMINAL_KEY: Final = "terminal"
SEAL_KEY: Final = "seal"
_SEED_BYTES: Final = 32


@dataclass(frozen=True)
class TerminalSigner:
    """The terminal's Ed25519 key, as the library holds it."""

    key: Ed25519PrivateKey
    suite: SuiteName = "intl"

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


def load_signer(keys: KeyProvider) -> TerminalSigner:
    """The terminal's key. Raises KeyMissing, KeyUnfit."""
    with keys.load(TERMINAL_KEY, length=_SEED_BYTES) as buffer:
        return TerminalSigner(Ed25519PrivateKey.from_private_bytes(buffer.material))


def load_seal_key(keys: KeyProvider) -> ec.EllipticCurvePrivateKey:
    """The seal's P-256 key (PKCS #8, DER or PEM). Raises KeyMissing; ValueError for a key of another kind."""
    with keys.load(SEAL_KEY) as buffer:
        load = load_pem_private_key if buffer.material.startswith(b"-----") else load_der_private_key
        key = load(buffer.material, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the seal key is not of P-256")
    return key


def make_keys(keys: KeyProvider) -> None:
    """Make the terminal's and the seal's key where they do not exist yet."""
    seed = bytearray(os.urandom(_SEED_BYTES))
    keys.create(TERMINAL_KEY, seed)
    seed[:] = bytes(_SEED_BYTES)
    seal = bytearray(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    keys.create(SEAL_KEY, seal)
    seal[:] = bytes(len(seal))


def enrol(
    data_dir: Path,
    *,
    terminal: str,
    code: str,
    keys: KeyProvider,
    send: Callable[[Request], Answer],
    now: Callable[[], datetime],
    random: Callable[[int], bytes] = os.urandom,
) -> Trust:
    """Enrol this terminal with the code an operator typed, and keep what it may trust.

    `send` reaches the gateway (`sync.client.http.HttpSender`). Raises EnrolmentRefused, whose `sentence` says what to
    do, and the errors of keys and disk.
    """
    typed = read_code(code)
    make_keys(keys)
    signer, seal = load_signer(keys), load_seal_key(keys)
    request = Request("POST", "/v1/enrol", {"content-type": JSON}, _request(terminal, typed, signer, seal).to_wire())
    answer = send(sign(request, signer, terminal=terminal, now=int(now().timestamp()), nonce=random(NONCE_BYTES)))
    trust = check_answer(_parsed(answer), typed, terminal=terminal, terminal_key=signer.public_key)
    _check_seal_certificates(trust, seal)
    write_trust(data_dir, trust)
    return trust


def _request(
    terminal: str, code: EnrolmentCode, signer: TerminalSigner, seal: ec.EllipticCurvePrivateKey
) -> EnrolmentRequest:
    spki = seal.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    binding = enrolment_binding(terminal, signer.public_key, spki)
    return EnrolmentRequest(
        terminal=terminal,
        code_id=code.code_id,
        terminal_key=signer.public_key,
        seal_key=spki,
        seal_proof=seal.sign(binding, ec.ECDSA(hashes.SHA256())),
        proof=proof_of(code.proof_key, binding),
    )


def _parsed(answer: Answer) -> EnrolmentAnswer:
    if isinstance(answer, NoAnswer):
        raise EnrolmentRefused("no-answer", f"The centre does not answer ({answer.reason}): check address and network.")
    problem = problem_of(answer)
    if problem is not None:
        raise EnrolmentRefused(problem.code, problem.title)
    if answer.status == 200 and answer.content_type == JSON:
        try:
            return parse(EnrolmentAnswer, answer.body)
        except Malformed:
            pass
    raise EnrolmentRefused("not-the-gateway", "What answered at this address is not the centre's gateway.")


def _check_seal_certificates(trust: Trust, seal: ec.EllipticCurvePrivateKey) -> None:
    """The authority's word is genuine by now; this finds a centre that certified another key than ours by mistake."""
    try:
        leaf = x509.load_pem_x509_certificate(trust.seal_certificate.encode("ascii"))
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(trust.x509_intermediate.encode("ascii")))
        compact = read_seal_certificate(trust.compact_seal_certificate)
    except (ValueError, TypeError, InvalidSignature, CodeUnreadableError):
        compact = None
    if compact is None or leaf.public_key() != seal.public_key() or compact.public_key != public_key_of(seal):
        raise EnrolmentRefused(
            "seal-not-certified", "The centre certified another seal key than ours: tell the centre."
        )
