"""The gateway's core: one request in, one answer out, all memory in the store, all time from the clock.

Every request of a terminal is signed. One transaction holds the nonce, the look at the chain and what is written: an
answer never leaves before its cause is on disk. Signature and message are read before it: while it lasts all others
wait. A request that ends in `Refused` (its signature, its key, its form) leaves nothing behind but an alarm, and may
come again as it is. What an endpoint answers, a refusal too, has used up its nonce, and shows that the terminal was
there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Final, Protocol

from pydantic import BaseModel

from offline_store.chain import timestamp
from sync.gateway.client_certificates import certificate_serial
from sync.gateway.endpoint import Asked, Centre, Endpoint, message_in, too_large
from sync.gateway.endpoints import ENDPOINTS
from sync.gateway.enrolling import enrol
from sync.gateway.refusals import Refused, problem, unavailable
from sync.gateway.store import Store, StoreUnavailable
from sync.gateway.terminal_certificates import check_certificate, known_key
from sync.protocol.enrolment import EnrolmentRequest
from sync.protocol.exchange import Request, Response
from sync.protocol.signatures import WINDOW_SECONDS, KeyLookup, SignatureRefused, Signed, fingerprint, verify

MAX_ENROLMENT_BYTES: Final = 16 * 1024
_LONGEST_WAIT: Final = 3600
_ENROL: Final = "/v1/enrol"
_TIME: Final = "/v1/time"
_UNSIGNED: Final = {_TIME: "GET", _ENROL: "POST"}
"""Asked by terminals that the centre does not know yet; enrolment is signed with the new key itself."""


class Clock(Protocol):
    """Wall time."""

    def now(self) -> datetime:
        """Aware, UTC."""


def handle(request: Request, store: Store, clock: Clock, centre: Centre) -> Response:
    """Answer a terminal's request; a snapshot is a `FileAnswer`. Every answer carries the centre's time in its Date."""
    now = clock.now()
    try:
        response = _route(request, store, now, centre)
    except Refused as refused:
        response = _raised(refused, store, timestamp(now))
    except StoreUnavailable:
        response = unavailable()
    always = {"date": format_datetime(now, usegmt=True), "cache-control": "no-store"}
    return replace(response, headers={**response.headers, **always})


def _route(request: Request, store: Store, now: datetime, centre: Centre) -> Response:
    route = request.route
    endpoint = next((found for found in ENDPOINTS if found.serves(route)), None)
    method = _UNSIGNED.get(route) if endpoint is None else endpoint.method
    if method is None:
        raise Refused(problem(404, "no-such-path", "The gateway has no such path."))
    if request.method != method:
        raise Refused(problem(405, "wrong-method", f"This path takes {method} only.", headers={"allow": method}))
    if endpoint is None:
        return _enrol(request, store, now, centre) if route == _ENROL else Response(204)
    if len(request.body) > endpoint.most_sent:
        raise too_large(endpoint.most_sent)
    # what takes time is done before the transaction, in which all others wait
    who = _verified(request, _certified_key(store), now)
    if request.repeats_a_name:
        raise Refused(problem(400, "malformed", "The address names a parameter twice."))
    said = _said(request, endpoint)
    with store.transaction():
        asked = Asked(request, known_key(store, who), now, store, centre, said)
        _check_certificate(asked, endpoint)
        _note_client_certificate(request, store, who, now, centre)
        _use_up(store, who, now)
        store.seen(who.terminal, timestamp(now))
        return endpoint.answer(asked)


def _check_certificate(asked: Asked, endpoint: Endpoint) -> None:
    try:
        check_certificate(asked.store, asked.key, timestamp(asked.now))
    except Refused as refused:
        if endpoint.when_revoked is None or asked.key.revoked_at is None:
            raise
        raise Refused(endpoint.when_revoked(asked, refused.response), refused.alarm) from None


def _said(request: Request, endpoint: Endpoint) -> BaseModel | Refused | None:
    """The message of a request, or why there is none: who may not ask is told that first."""
    if endpoint.takes is None:
        return None
    try:
        return message_in(request, endpoint.takes, most=endpoint.most)
    except Refused as refused:
        return refused


def _raised(refused: Refused, store: Store, at: str) -> Response:
    """The refusal, once the alarm that belongs to it is on disk."""
    if refused.alarm is not None:
        alarm = refused.alarm
        try:
            with store.transaction():
                store.alarm(alarm.terminal, alarm.code, alarm.epoch, alarm.seq, at)
        except StoreUnavailable:
            return unavailable()
    return refused.response


def _certified_key(store: Store) -> KeyLookup:
    def key_of(number: str, claimed: str) -> bytes | None:
        with store.reading():
            found = store.terminal_certificates.key(number, claimed)
        return None if found is None else found.key

    return key_of


def _verified(request: Request, key_of: KeyLookup, now: datetime) -> Signed:
    try:
        return verify(request, key_of, int(now.timestamp()))
    except SignatureRefused as error:
        raise Refused(
            problem(401, f"signature-{error.reason}", f"The request's signature is not accepted: {error.reason}.")
        ) from None


def _use_up(store: Store, who: Signed, now: datetime) -> None:
    until = who.created + WINDOW_SECONDS
    last = store.forgotten_until(until, who.fingerprint)
    if last is not None:
        # the clock was set back by more than a day: whether this request was seen in that time is not known any more
        wait = str(min(last - until + 1, _LONGEST_WAIT))
        raise Refused(problem(503, "clock-set-back", "The centre's clock was set back.", headers={"retry-after": wait}))
    if not store.use_nonce(who.fingerprint, who.nonce, until=until, now=int(now.timestamp())):
        raise Refused(problem(401, "nonce-used", "This very request was seen before; sign a new one."))


def _note_client_certificate(request: Request, store: Store, who: Signed, now: datetime, centre: Centre) -> None:
    if centre.client_certificates:
        serial = certificate_serial(request, who.terminal)
        store.client_certificates.note(who.terminal, serial, timestamp(now))


def _enrol(request: Request, store: Store, now: datetime, centre: Centre) -> Response:
    asked = message_in(request, EnrolmentRequest, most=MAX_ENROLMENT_BYTES, packed=False)
    own = fingerprint(asked.terminal_key)
    who = _verified(request, lambda number, _: asked.terminal_key if number == asked.terminal else None, now)
    with store.transaction():
        _note_client_certificate(request, store, who, now, centre)
        return enrol(
            asked,
            own,
            store=store,
            authority=centre.authority,
            urls=(centre.gateway_url, centre.verify_url),
            now=now,
        )
