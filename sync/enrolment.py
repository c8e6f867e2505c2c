"""The terminal's side of enrolment: keys made and kept, the centre asked, its answer checked before it is trusted.

The keys are on disk before the request goes out: if the answer is lost, the same code asks again with the same keys and
gets the same answer. Nothing is written into `trust/` before the authority on the code has signed for this terminal.
The key that another takes over from is remembered with its certificate: it has opened epochs that are not sent yet.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from offline_store.errors import KeyMissing, KeyUnfit
from offline_store.keys import KeyProvider
from sync.client.outcomes import Answer, NoAnswer, problem_of
from sync.former_keys import remember
from sync.packages import PackagesUnusable, lay_root_once
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
from sync.protocol.suites import Signer, SuiteName
from sync.seal_key import SealKey, load_seal_key, make_seal_key
from sync.terminal_keys import AGAIN_KEY, TERMINAL_KEY, load_signer, make_terminal_key, settle_keys, signer_named
from sync.trust import NotEnrolled, changing, read_certificate, read_trust, write_trust


def enrol(
    data_dir: Path,
    *,
    terminal: str,
    code: str,
    keys: KeyProvider,
    send: Callable[[Request], Answer],
    now: Callable[[], datetime],
    random: Callable[[int], bytes] = os.urandom,
    again: bool = False,
    suite: SuiteName = "intl",
) -> Trust:
    """Enrol this terminal with the code an operator typed, and keep what it may trust.

    `again`: the terminal is enrolled already and gets a new key, which takes over when the answer has been checked; the
    old one stays in use until then. What it trusted may be broken or gone. `suite`: of the key that is made. `send`
    reaches the gateway (`sync.client.http.HttpSender`). Raises EnrolmentRefused, whose `sentence` says what to do, and
    the errors of keys and disk.
    """
    typed = read_code(code)
    name = AGAIN_KEY if again else TERMINAL_KEY
    present = _present(data_dir) if again else None
    if present is not None:
        settle_keys(keys, present.terminal_key_fingerprint)
    make_terminal_key(keys, name, suite)
    make_seal_key(keys)
    signer, seal = signer_named(keys, name, suite), load_seal_key(keys)
    request = Request("POST", "/v1/enrol", {"content-type": JSON}, _request(terminal, typed, signer, seal).to_wire())
    answer = send(sign(request, signer, terminal=terminal, now=int(now().timestamp()), nonce=random(NONCE_BYTES)))
    trust = check_answer(_parsed(answer), typed, terminal=terminal, terminal_key=signer.public_key)
    _check_seal_certificates(trust, seal)
    if present is not None and trust.demo and not present.demo:
        raise EnrolmentRefused("demonstration", "A demonstration authority answered: enrol again at the real centre.")
    _begin_packages(data_dir, trust)
    with changing(data_dir):
        if again:
            _remember_former(data_dir, keys, present, suite)
        write_trust(data_dir, trust)
        settle_keys(keys, trust.terminal_key_fingerprint)
    return trust


def _present(data_dir: Path) -> Trust | None:
    try:
        return read_trust(data_dir)
    except NotEnrolled:
        return None


def _remember_former(data_dir: Path, keys: KeyProvider, present: Trust | None, suite: SuiteName) -> None:
    """The key in use until now. Where the trust is broken its certificate lies beside it still; where the key itself is
    gone nothing can be proved by it."""
    certificate = read_certificate(data_dir) if present is None else present.terminal_certificate
    with contextlib.suppress(KeyMissing, KeyUnfit):
        former = load_signer(keys, None if present is None else present.terminal_key_fingerprint, suite)
        remember(data_dir, certificate, former.public_key)


def _begin_packages(data_dir: Path, trust: Trust) -> None:
    """The root comes with the code that an operator carried; never later, when nobody would know whose it is."""
    if trust.package_root is None:
        return
    try:
        lay_root_once(data_dir, trust.package_root)
    except PackagesUnusable:
        raise EnrolmentRefused(
            "package-root-unfit", "The centre gave a root of packages that cannot be used: tell the centre."
        ) from None


def _request(terminal: str, code: EnrolmentCode, signer: Signer, seal: SealKey) -> EnrolmentRequest:
    binding = enrolment_binding(terminal, signer.public_key, seal.spki)
    return EnrolmentRequest(
        terminal=terminal,
        code_id=code.code_id,
        terminal_key=signer.public_key,
        seal_key=seal.spki,
        seal_proof=seal.sign_der(binding),
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


def _check_seal_certificates(trust: Trust, seal: SealKey) -> None:
    """The authority's word is genuine by now; this finds a centre that certified another key than ours by mistake."""
    try:
        leaf = x509.load_pem_x509_certificate(trust.seal_certificate.encode("ascii"))
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(trust.x509_intermediate.encode("ascii")))
        compact = read_seal_certificate(trust.compact_seal_certificate)
    except (ValueError, TypeError, InvalidSignature, CodeUnreadableError):
        compact = None
    if compact is None or leaf.public_key() != seal.public_key or compact.public_key != public_key_of(seal.public_key):
        raise EnrolmentRefused(
            "seal-not-certified", "The centre certified another seal key than ours: tell the centre."
        )
