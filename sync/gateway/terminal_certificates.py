"""Terminals' certificates at the centre: looked at with every request, renewed, taken back, and listed for all.

A key says something while its certificate stands: not taken back, not expired, and not replaced by a later key. After a
renewal the old key and the new one count until the terminal has spoken with the new one, for the answer may be lost.

A key under which two disks wrote still counts for what was begun with it: chain, results, heartbeat, lists. Nothing new
begins with it (`no_more_for_a_forked_key`): no question, snapshot or renewal, and no epoch (`sync.gateway.receiving`).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from offline_store.chain import timestamp
from sync.gateway.authority import Authority
from sync.gateway.endpoint import Asked, Endpoint
from sync.gateway.enrolling import certified
from sync.gateway.refusals import Alarm, Refused, no_more_for_a_forked_key, problem
from sync.gateway.store import Store
from sync.gateway.terminal_certificate_store import RETIRED, CertifiedKey
from sync.protocol.certificate_code import RevokedKey, public_key_of
from sync.protocol.certificate_wire import key_id_of
from sync.protocol.enrolment import EnrolmentAnswer, RenewalRequest, proves_renewal
from sync.protocol.exchange import JSON, Response
from sync.protocol.signatures import Signed, fingerprint
from sync.protocol.suites import suite_of_public_key
from sync.protocol.terminal_certificate import RevokedTerminal, TerminalRevocations, sign_statement
from sync.protocol.terminal_certificate import Signed as SignedStatement


def known_key(store: Store, who: Signed) -> CertifiedKey:
    """The key that signed, whether it counts or not; Refused (401) when there is none."""
    key = store.terminal_certificates.key(who.terminal, who.fingerprint)
    if key is None:
        raise Refused(problem(401, "signature-unknown-key", "The request's key is not known here."))
    return key


def check_certificate(store: Store, key: CertifiedKey, at: str) -> None:
    """Raises Refused (401), with an alarm, when the key that signed does not count. Else it is in use from now on."""
    if key.revoked_at is not None:
        raise _refused(key, "certificate-revoked", "This terminal's certificate was taken back: out of service.")
    if not key.current:
        raise _refused(key, "certificate-superseded", "Another key took this one's place: this disk may be a copy.")
    if at > key.not_after:
        raise _refused(key, "certificate-expired", "This terminal's certificate has expired: enrol it again.")
    store.terminal_certificates.used(key.terminal, key.fingerprint, at)


def _refused(key: CertifiedKey, code: str, title: str) -> Refused:
    return Refused(problem(401, code, title), Alarm(key.terminal, code, 0, key.certificate))


def revocations(store: Store, authority: Authority, now: datetime) -> bytes:
    """The signed list of certificates that were taken back."""
    rows = tuple(
        RevokedTerminal(
            terminal=key.terminal,
            serial=key.serial,
            key_fingerprint=key.fingerprint,
            revoked_at=key.revoked_at,
            reason=key.reason or "compromised",
        )
        for key in store.terminal_certificates.revoked()
        if key.revoked_at is not None
    )
    listed = TerminalRevocations(suite=authority.suite, issued_at=timestamp(now), revoked=rows)
    return sign_statement(listed, authority.signing)


def revoked_seals(store: Store) -> tuple[RevokedKey, ...]:
    """Seals that certify nothing any more, each since when: those of terminals that were stolen or compromised."""
    since: dict[bytes, str] = {}
    for key in store.terminal_certificates.revoked():
        if key.revoked_at is not None and key.reason != RETIRED:
            since[key.seal_key] = min(key.revoked_at, since.get(key.seal_key, key.revoked_at))
    return tuple(
        RevokedKey(key_id=_key_id(seal), since=datetime.fromisoformat(at).replace(microsecond=0))
        for seal, at in since.items()
    )


@lru_cache(maxsize=4096)
def _key_id(spki: bytes) -> bytes:
    key = load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError("a seal key is of P-256")
    return key_id_of(public_key_of(key))


def _renew(asked: Asked) -> Response:
    wanted = asked.message(RenewalRequest)
    if asked.key.forked_at is not None:
        return no_more_for_a_forked_key()
    old, new = asked.key.fingerprint, fingerprint(wanted.terminal_key)
    kept = asked.store.terminal_certificates
    if new == old or not proves_renewal(wanted, asked.terminal, old):
        return problem(400, "renewal-not-proved", "The new key is the old one, or its proof does not hold.")
    if suite_of_public_key(wanted.terminal_key) is not suite_of_public_key(asked.centre.authority.public_key):
        return problem(403, "suite-differs", "This centre works with another suite.")
    if kept.other_holder(asked.terminal, new) is not None:
        return problem(403, "key-of-another-terminal", "Another terminal has this key: make a new one.")
    if kept.is_revoked(asked.terminal, new):
        return problem(403, "key-revoked", "This key was taken back: make a new one.")
    given, known = kept.renewed(asked.terminal, old, new), kept.key(asked.terminal, new)
    if given is not None and known is not None and known.current:
        return Response(200, {"content-type": JSON}, given)
    made, answer = certified(
        (asked.terminal, wanted.terminal_key, asked.key.seal_key),
        # a renewal changes nothing about the journal
        least_epoch=1,
        authority=asked.centre.authority,
        urls=(asked.centre.gateway_url, asked.centre.verify_url),
        now=asked.now,
    )
    kept.renew(made, old, answer)
    return Response(200, {"content-type": JSON}, answer)


def _revocations(asked: Asked) -> Response:
    listed = revocations(asked.store, asked.centre.authority, asked.now)
    return Response(200, {"content-type": JSON}, listed)


def _to_revoked(asked: Asked, refusal: Response) -> Response:
    """The list, not the refusal: it alone tells a terminal, under the authority's signature, that it was revoked.

    What such a terminal could not deliver it destroys on an order to wipe; for that a refusal, which nobody signs, is
    not enough.
    """
    return _revocations(asked)


ENDPOINTS: Final = (
    Endpoint("/v1/renew", "POST", "Renew the terminal's key and certificate", _renew, RenewalRequest, EnrolmentAnswer),
    Endpoint(
        "/v1/terminal-revocations",
        "GET",
        "Signed list of revoked terminal certificates",
        _revocations,
        None,
        SignedStatement,
        when_revoked=_to_revoked,
    ),
)
