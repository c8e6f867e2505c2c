"""The gateway's core: one request in, one answer out, all memory in the store, all time from the clock.

Every request of a terminal is signed. One transaction holds the nonce, the look at the chain and what is written: an
answer never leaves before its cause is on disk, and a refused request leaves nothing behind but an alarm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel

from offline_store.chain import timestamp
from sync.gateway.authority import Authority
from sync.gateway.enrolling import enrol
from sync.gateway.receiving import receive
from sync.gateway.refusals import Refused, problem, unavailable
from sync.gateway.store import Store, StoreUnavailable
from sync.protocol.encoding import TooLarge, decompress
from sync.protocol.enrolment import EnrolmentRequest
from sync.protocol.exchange import COSE, JSON, NDJSON_GZIP, Request, Response
from sync.protocol.messages import (
    MAX_REQUEST_BYTES,
    MAX_UNPACKED_REQUEST_BYTES,
    ChainUpload,
    ItemResult,
    Malformed,
    Message,
    Results,
    parse,
)
from sync.protocol.signatures import WINDOW_SECONDS, KeyLookup, SignatureRefused, Signed, fingerprint, verify

RESULTS_PAGE: Final = 200


class Clock(Protocol):
    """Wall time."""

    def now(self) -> datetime:
        """Aware, UTC."""


@dataclass(frozen=True, slots=True)
class Centre:
    """Who this gateway is: its keys, and the addresses it tells terminals."""

    authority: Authority
    gateway_url: str
    verify_url: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request whose sender is known, with all that an endpoint may look at."""

    request: Request
    terminal: str
    now: datetime
    store: Store
    centre: Centre


_Endpoint = Callable[[_Asked], Response]
_M = TypeVar("_M", bound=BaseModel)


def handle(request: Request, store: Store, clock: Clock, centre: Centre) -> Response:
    """Answer a terminal's request. Every answer carries the centre's time in its Date field."""
    now = clock.now()
    try:
        response = _route(request, store, now, centre)
    except Refused as refused:
        response = refused.response
    except StoreUnavailable:
        response = unavailable()
    always = {"date": format_datetime(now, usegmt=True), "cache-control": "no-store"}
    return Response(response.status, {**response.headers, **always}, response.body)


def _route(request: Request, store: Store, now: datetime, centre: Centre) -> Response:
    if len(request.body) > MAX_REQUEST_BYTES:
        raise Refused(problem(413, "body-too-large", f"A request has at most {MAX_REQUEST_BYTES} octets."))
    route = "/v1/snapshot/" if request.route.startswith("/v1/snapshot/") else request.route
    method, endpoint = _SIGNED.get(route, (_METHODS.get(route), None))
    if method is None:
        raise Refused(problem(404, "no-such-path", "The gateway has no such path."))
    if request.method != method:
        raise Refused(problem(405, "wrong-method", f"This path takes {method} only.", headers={"allow": method}))
    if route == "/v1/enrol":
        return _enrol(request, store, now, centre)
    if endpoint is None:
        return Response(204)
    with store.transaction():
        who = _verified(request, _present_key(store), now)
        _use_up(store, who, now)
        store.seen(who.terminal, timestamp(now))
        return endpoint(_Asked(request, who.terminal, now, store, centre))


def _present_key(store: Store) -> KeyLookup:
    def key_of(number: str, claimed: str) -> bytes | None:
        terminal = store.terminal(number)
        return terminal.key if terminal is not None and terminal.fingerprint == claimed else None

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
    if not store.use_nonce(who.fingerprint, who.nonce, until=until, now=int(now.timestamp())):
        raise Refused(problem(401, "nonce-used", "This very request was seen before; sign a new one."))


def _message(request: Request, model: type[_M]) -> _M:
    """The message in a request's body."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Refused(problem(415, "wrong-content-type", f"This path takes {JSON}."))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise Refused(problem(415, "wrong-content-encoding", "This path takes gzip or no content encoding."))
    try:
        body = decompress(request.body, MAX_UNPACKED_REQUEST_BYTES) if encoding == "gzip" else request.body
        return parse(model, body)
    except TooLarge:
        raise Refused(
            problem(413, "body-too-large", f"A request unpacks to at most {MAX_UNPACKED_REQUEST_BYTES} octets.")
        ) from None
    except Malformed as error:
        raise Refused(problem(400, "malformed", f"Not a message of this path: {error.where}"[:200])) from None
    except ValueError:
        raise Refused(problem(400, "malformed", "The body is not gzip, although its header says so.")) from None


def _answer(message: Message) -> Response:
    return Response(200, {"content-type": JSON}, message.to_wire())


# --- endpoints ------------------------------------------------------------------------------------------------------


def _enrol(request: Request, store: Store, now: datetime, centre: Centre) -> Response:
    asked = _message(request, EnrolmentRequest)
    own = fingerprint(asked.terminal_key)
    _verified(request, lambda number, _: asked.terminal_key if number == asked.terminal else None, now)
    with store.transaction():
        return enrol(
            asked,
            own,
            store=store,
            authority=centre.authority,
            urls=(centre.gateway_url, centre.verify_url),
            now=now,
        )


def _chain(asked: _Asked) -> Response:
    upload = _message(asked.request, ChainUpload)
    return receive(upload, asked.terminal, asked.store, timestamp(asked.now))


def _results(asked: _Asked) -> Response:
    after = _number(asked.request.query.get("after", ""))
    rows = asked.store.results_after(asked.terminal, after, RESULTS_PAGE + 1)
    page = tuple(
        ItemResult(
            n=row.n, epoch=row.epoch, seq=row.seq, hash=row.hash, state=row.state, reason=row.reason,
            processed_at=row.processed_at,
        )
        for row in rows[:RESULTS_PAGE]
    )  # fmt: skip
    return _answer(Results(terminal=asked.terminal, results=page, more=len(rows) > RESULTS_PAGE))


def _manifest(asked: _Asked) -> Response:
    latest = asked.store.latest_snapshot()
    if latest is None:
        return problem(404, "no-snapshot", "The centre has published no snapshot yet.")
    return Response(200, {"content-type": JSON}, latest.manifest)


def _package(asked: _Asked) -> Response:
    generation = _number(asked.request.route.removeprefix("/v1/snapshot/"))
    found = asked.store.snapshot(generation)
    if found is None:
        return problem(404, "no-snapshot", "The centre does not offer this generation.")
    return Response(200, {"content-type": NDJSON_GZIP}, asked.store.package(found))


def _revocations(asked: _Asked) -> Response:
    listed = asked.centre.authority.revocation_list(asked.store.revoked_numbers(), now=asked.now)
    return Response(200, {"content-type": COSE}, listed)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refused(problem(400, "malformed", "A whole number is missing from the address."))
    return int(text)


_METHODS: Final = {"/v1/time": "GET", "/v1/enrol": "POST"}
_SIGNED: Final[dict[str, tuple[str, _Endpoint]]] = {
    "/v1/chain": ("POST", _chain),
    "/v1/results": ("GET", _results),
    "/v1/snapshot": ("GET", _manifest),
    "/v1/snapshot/": ("GET", _package),
    "/v1/revocations": ("GET", _revocations),
}
