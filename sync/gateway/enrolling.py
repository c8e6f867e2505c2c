"""Enrolment at the centre: a code is checked, two keys are certified, and what to trust is signed.

A code answers once. The same keys asking again with it get the same answer, since the first may have been lost on its
way; any other key is refused.
"""

from __future__ import annotations

import hmac
import os
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from offline_store.chain import timestamp
from sync.gateway.authority import Authority, pem
from sync.gateway.refusals import Refused, problem
from sync.gateway.store import EnrolledTerminal, IssuedCode, Store
from sync.protocol.enrolment import (
    CODE_LIFETIME_SECONDS,
    SECRET_BYTES,
    EnrolmentAnswer,
    EnrolmentCode,
    EnrolmentRequest,
    Trust,
    authority_fingerprint,
    proof_of,
    trust_to_be_signed,
)
from sync.protocol.exchange import JSON, Response
from sync.protocol.suites import suite_of_public_key


def issue_code(terminal: str, authority: Authority, store: Store, now: datetime) -> EnrolmentCode:
    """A new code for one terminal number, good once, for 24 hours. The secret is in the answer and nowhere else."""
    code = EnrolmentCode(authority_fingerprint(authority.public_key), os.urandom(SECRET_BYTES))
    store.add_code(
        IssuedCode(
            code_id=code.code_id,
            terminal=terminal,
            proof_key=code.proof_key,
            expires=int(now.timestamp()) + CODE_LIFETIME_SECONDS,
            used_by=None,
            answer=None,
        )
    )
    return code


def enrol(
    asked: EnrolmentRequest,
    own_fingerprint: str,
    *,
    store: Store,
    authority: Authority,
    urls: tuple[str, str],
    now: datetime,
) -> Response:
    """The signed answer to a request whose signature by its own terminal key has been verified.

    `urls` are the gateway's and the verification page's.
    """
    code = store.code(asked.code_id)
    if code is None or not hmac.compare_digest(proof_of(code.proof_key, asked.binding), asked.proof):
        return _refused("enrolment-code-unknown", "This code is not known here: ask the centre for a new one.")
    if code.terminal != asked.terminal:
        return _refused("enrolment-code-other-terminal", "This code was made for another terminal number.")
    if code.used_by is not None:
        if code.used_by == own_fingerprint and code.answer is not None:
            return Response(200, {"content-type": JSON}, code.answer)
        return _refused("enrolment-code-used", "This code has been used before: ask the centre for a new one.")
    if code.expires < int(now.timestamp()):
        return _refused("enrolment-code-expired", "This code is older than 24 hours: ask the centre for a new one.")
    if suite_of_public_key(asked.terminal_key) is not suite_of_public_key(authority.public_key):
        return _refused(
            "suite-differs", f"This centre works with the suite {authority.suite}: set crypto.suite and enrol again."
        )
    answer = _answer(asked, own_fingerprint, _seal_key(asked), authority, urls, now).to_wire()
    terminal = EnrolledTerminal(
        number=asked.terminal,
        key=asked.terminal_key,
        fingerprint=own_fingerprint,
        seal_key=asked.seal_key,
        enrolled_at=timestamp(now),
        last_seen_at=None,
    )
    store.enrol(terminal, asked.code_id, answer)
    return Response(200, {"content-type": JSON}, answer)


def _refused(code: str, title: str) -> Response:
    return problem(403, code, title)


def _seal_key(asked: EnrolmentRequest) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(asked.seal_key)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(asked.seal_proof, asked.binding, ec.ECDSA(hashes.SHA256()))
            return key
    except (ValueError, InvalidSignature) as error:
        raise _not_proved() from error
    raise _not_proved()


def _not_proved() -> Refused:
    return Refused(problem(400, "seal-key-not-proved", "The seal key is no P-256 key, or its proof does not hold."))


def _answer(
    asked: EnrolmentRequest,
    own_fingerprint: str,
    seal_key: ec.EllipticCurvePublicKey,
    authority: Authority,
    urls: tuple[str, str],
    now: datetime,
) -> EnrolmentAnswer:
    leaf = authority.seal_certificate(asked.terminal, seal_key, serial=x509.random_serial_number(), now=now)
    trust = Trust(
        demo=authority.demo,
        organisation=authority.organisation,
        terminal=asked.terminal,
        terminal_key_fingerprint=own_fingerprint,
        issued_at=timestamp(now),
        authority_key=authority.public_key,
        centre_key=authority.centre.public_key,
        package_key=authority.package.public_key,
        issuers=(authority.anchor,),
        x509_root=pem(authority.root),
        x509_intermediate=pem(authority.intermediate),
        seal_certificate=pem(leaf),
        compact_seal_certificate=authority.compact_seal_certificate(asked.terminal, seal_key, now=now),
        gateway_url=urls[0],
        verify_url=urls[1],
    ).to_wire()
    return EnrolmentAnswer(
        authority_key=authority.public_key, trust=trust, signature=authority.signing.sign(trust_to_be_signed(trust))
    )
