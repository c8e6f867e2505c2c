"""Enrolment at the centre: a code is checked, two keys are certified, and what to trust is signed.

A code answers once. The same keys asking again with it get the same answer, since the first may have been lost on its
way; any other key is refused.
"""

from __future__ import annotations

import hmac
import os
import secrets
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from offline_store.chain import MOST_ENTRIES, timestamp
from sync.gateway.authority import Authority, pem
from sync.gateway.refusals import Refused, problem
from sync.gateway.store import EnrolledTerminal, IssuedCode, Store
from sync.gateway.terminal_certificate_store import NewKey
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
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite_of_public_key
from sync.protocol.terminal_certificate import TerminalCertificate, lifetime, sign_statement


def issue_code(terminal: str, authority: Authority, store: Store, now: datetime) -> EnrolmentCode:
    """A new code for one terminal number, good once, for 24 hours. The secret is in the answer and nowhere else.

    Older codes of that number which nobody has used are cancelled: one that was mislaid must not enrol a terminal.
    """
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
    if code.cancelled:
        return _refused(
            "enrolment-code-cancelled",
            "This code was cancelled by a newer code, or its terminal was revoked: use the newer one, or ask for one.",
        )
    if code.expires < int(now.timestamp()):
        return _refused("enrolment-code-expired", "This code is older than 24 hours: ask the centre for a new one.")
    if suite_of_public_key(asked.terminal_key) is not suite_of_public_key(authority.public_key):
        return _refused(
            "suite-differs", f"This centre works with the suite {authority.suite}: set crypto.suite and enrol again."
        )
    if store.terminal_certificates.other_holder(asked.terminal, own_fingerprint) is not None:
        return _refused(
            "key-of-another-terminal", "Another terminal has this key: provision this one in an empty directory."
        )
    if store.terminal_certificates.is_revoked(asked.terminal, own_fingerprint):
        return _refused("key-revoked", "This key was taken back: run kiosk enrol, which makes a new one.")
    if store.terminal_certificates.seal_is_revoked(asked.seal_key):
        return _refused("seal-key-revoked", "This terminal's seal was taken back: provision it in an empty directory.")
    known = store.terminal_certificates.key(asked.terminal, own_fingerprint)
    if known is not None and known.forked_at is not None:
        return _refused("key-forked", "Two disks wrote under this key: run kiosk enrol, which makes a new one.")
    least_epoch = store.terminal_certificates.last_epoch(asked.terminal) + 1
    if least_epoch >= MOST_ENTRIES:
        return _refused("epochs-used-up", "This number's last epoch was used: enrol the machine under another number.")
    _seal_key(asked)
    new, answer = certified(
        (asked.terminal, asked.terminal_key, asked.seal_key),
        least_epoch=least_epoch,
        package_root=store.packages.latest("root"),
        authority=authority,
        urls=urls,
        now=now,
    )
    terminal = EnrolledTerminal(
        number=asked.terminal,
        key=asked.terminal_key,
        fingerprint=own_fingerprint,
        seal_key=asked.seal_key,
        enrolled_at=timestamp(now),
        last_seen_at=None,
    )
    store.enrol(terminal, asked.code_id, answer)
    store.terminal_certificates.certify(new, least_epoch)
    return Response(200, {"content-type": JSON}, answer)


def certified(
    keys: tuple[str, bytes, bytes],
    *,
    least_epoch: int,
    authority: Authority,
    urls: tuple[str, str],
    now: datetime,
    package_root: bytes | None = None,
) -> tuple[NewKey, bytes]:
    """A new certificate for a terminal's key, and the answer that tells it with all there is to trust.

    `keys`: number, the terminal's public key, its proved seal key (SubjectPublicKeyInfo).
    """
    terminal, key, seal_key = keys
    begin, end = lifetime(now)
    certificate = TerminalCertificate(
        suite=authority.suite,
        terminal=terminal,
        key_fingerprint=fingerprint(key),
        key_suite=suite_of_public_key(key).name,
        serial=secrets.token_hex(16),
        not_before=timestamp(begin),
        not_after=timestamp(end),
    )
    signed = sign_statement(certificate, authority.signing)
    trust = _trust(certificate, signed, seal_key, least_epoch, authority, urls, now, package_root).to_wire()
    answer = EnrolmentAnswer(
        authority_key=authority.public_key, trust=trust, signature=authority.signing.sign(trust_to_be_signed(trust))
    )
    new = NewKey(
        terminal=terminal,
        key=key,
        fingerprint=certificate.key_fingerprint,
        seal_key=seal_key,
        at=timestamp(now),
        serial=certificate.serial,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        signed=signed,
    )
    return new, answer.to_wire()


def _refused(code: str, title: str) -> Response:
    return problem(403, code, title)


def _seal_key(asked: EnrolmentRequest) -> None:
    try:
        key = load_der_public_key(asked.seal_key)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            key.verify(asked.seal_proof, asked.binding, ec.ECDSA(hashes.SHA256()))
            return
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise _not_proved() from error
    raise _not_proved()


def _not_proved() -> Refused:
    return Refused(problem(400, "seal-key-not-proved", "The seal key is no P-256 key, or its proof does not hold."))


def _trust(
    certificate: TerminalCertificate,
    signed: bytes,
    seal_spki: bytes,
    least_epoch: int,
    authority: Authority,
    urls: tuple[str, str],
    now: datetime,
    package_root: bytes | None,
) -> Trust:
    terminal = certificate.terminal
    seal_key = load_der_public_key(seal_spki)
    if not isinstance(seal_key, ec.EllipticCurvePublicKey):
        raise TypeError("a seal key that was proved is of P-256")
    leaf = authority.seal_certificate(terminal, seal_key, serial=x509.random_serial_number(), now=now)
    return Trust(
        demo=authority.demo,
        organisation=authority.organisation,
        terminal=terminal,
        terminal_key_fingerprint=certificate.key_fingerprint,
        issued_at=timestamp(now),
        terminal_certificate=signed,
        least_epoch=least_epoch,
        authority_key=authority.public_key,
        centre_key=authority.centre.public_key,
        package_key=authority.package.public_key,
        issuers=(authority.anchor,),
        x509_root=pem(authority.root),
        x509_intermediate=pem(authority.intermediate),
        seal_certificate=pem(leaf),
        compact_seal_certificate=authority.compact_seal_certificate(terminal, seal_key, now=now),
        gateway_url=urls[0],
        verify_url=urls[1],
        package_root=package_root,
    )
