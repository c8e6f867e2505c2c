"""The HTTP shells: three FastAPI applications, for terminals, the public and staff. They hold no logic.

Bodies are read up to a limit and handed on as octets, for a signature covers octets; the messages' schemas stand in the
OpenAPI document all the same. The core blocks on the disk, so it runs in threads. Answers go out in pieces, a file's as
they are read. A request is in progress from when its body is whole until the last piece of the answer is on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI
from fastapi import Request as HttpRequest
from fastapi import Response as HttpResponse
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import BytesSchema
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from sync.gateway.arriving import Arrivals, NoPlace
from sync.gateway.claims import claimed_fingerprint
from sync.gateway.core import MAX_ENROLMENT_BYTES
from sync.gateway.endpoint import Endpoint, FileAnswer
from sync.gateway.endpoints import ENDPOINTS
from sync.gateway.public import MAX_CHECK_BYTES, CheckAnswer, CheckRequest
from sync.gateway.refusals import problem, too_busy, unavailable
from sync.gateway.staff.visit import MAX_FORM_BYTES
from sync.protocol.enrolment import EnrolmentAnswer, EnrolmentRequest
from sync.protocol.exchange import JSON, PROBLEM, Request, Response
from sync.protocol.messages import Problem

MAX_AT_ONCE: Final = 200
"""Requests of one listener in progress: their bodies are in memory, and they wait for a thread. Those whose bodies are
still coming are counted apart (`sync.gateway.arriving`)."""
MAX_LONG_AT_ONCE: Final = 100
"""Of these, answers of more than one piece: slow lines take minutes for them, and what is urgent needs a place."""
BODY_SECONDS: Final = 20.0
"""How long a body may take to come: a terminal that lost its power in between never says so."""
SLOWEST: Final = 8192
"""Octets a second of the slowest line that is borne: a body has more time for what has come (`sync.client.line`)."""
PIECE_BYTES: Final = 64 * 1024
_BUSY_SECONDS: Final = 5
_LONG_SECONDS: Final = 60
TERMINALS_THREADS: Final = 40
PEOPLE_THREADS: Final = 8
"""Each listener has its own: sign-in attempts, which are slow on purpose, must not take the turns of terminals."""

Core = Callable[[Request], Response]
_MODELS: Final[tuple[type[BaseModel], ...]] = (
    EnrolmentRequest,
    EnrolmentAnswer,
    Problem,
    CheckRequest,
    CheckAnswer,
    *(
        model
        for endpoint in ENDPOINTS
        for model in (endpoint.takes, endpoint.gives, endpoint.later, endpoint.refuses)
        if isinstance(model, type)
    ),
)


_SIGNATURE: Final = "signature"
_SIGNED: Final[dict[str, Any]] = {"security": [{_SIGNATURE: []}]}
_SCHEME: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": (
        "HTTP Message Signature (RFC 9421) by the terminal's key, with Signature-Input and Content-Digest (RFC 9530); "
        'covers "@method", "@path", "@query" and "content-digest", with created, nonce, keyid, alg and tag.'
    ),
}
HTML: Final = "text/html"


class _AsOnTheWire(GenerateJsonSchema):
    """Octets travel as unpadded base64url, so their lengths are those of that text."""

    def bytes_schema(self, schema: BytesSchema) -> JsonSchemaValue:
        return {"type": "string", "pattern": "^[A-Za-z0-9_-]*$", "contentEncoding": "base64url"}

    @classmethod
    def measured(cls, schema: Any) -> Any:
        """With the lengths of the texts where those of the octets stand, and the words that tell messages apart."""
        if isinstance(schema, list):
            return [cls.measured(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        described = {name: cls.measured(value) for name, value in schema.items()}
        if described.get("type") == "object":
            # a default for the code that makes one; on the wire it is always there
            constant = [name for name, value in described.get("properties", {}).items() if "const" in value]
            described["required"] = sorted({*described.get("required", ()), *constant})
        if described.get("contentEncoding") == "base64url":
            least, most = described.get("minLength"), described.get("maxLength")
            for name in described.keys() & {"minLength", "maxLength"}:
                described[name] = (4 * described[name] + 2) // 3
            if least is not None and least == most:
                # only one spelling is taken: the bits that the last character has left over are 0
                last = ("", "[AQgw]", "[AEIMQUYcgkosw048]")[least % 3]
                described["pattern"] = f"^[A-Za-z0-9_-]{{{described['minLength'] - bool(last)}}}{last}$"
        return described


class _Application(FastAPI):
    """Adds the messages' schemas to the OpenAPI document, for FastAPI sees octets only; refuses as the core does."""

    def __init__(
        self,
        threads: int,
        body_seconds: float = BODY_SECONDS,
        enrolled: Callable[[str], bool] = lambda who: False,
        **words: Any,
    ) -> None:
        # an address with a slash too many is no other address: a redirect would lead to whatever Host the request names
        super().__init__(**words, redirect_slashes=False, exception_handlers={HTTPException: _no_such_route})
        self.state.in_progress = 0
        self.state.long = 0
        self.state.threads = CapacityLimiter(threads)
        self.state.body_seconds = body_seconds
        self.state.arrivals = Arrivals(enrolled)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if self.state.in_progress >= MAX_AT_ONCE:
            await _to_http(too_busy(_BUSY_SECONDS))(scope, receive, send)
            return
        self.state.in_progress += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.state.in_progress -= 1

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        _, schemas = models_json_schema(
            [(model, "validation") for model in _MODELS],
            ref_template="#/components/schemas/{model}",
            schema_generator=_AsOnTheWire,
        )
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update(_AsOnTheWire.measured(schemas["$defs"]))
        if any(_SIGNED["security"][0] in operation.get("security", []) for operation in _operations(document)):
            components["securitySchemes"] = {_SIGNATURE: _SCHEME}
        return document


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


async def _no_such_route(request: HttpRequest, error: Exception) -> HttpResponse:
    """What no route takes never reaches the core; it is refused in the same words."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        allow = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow", "")
        return _to_http(problem(405, "wrong-method", "This path takes another method.", headers={"allow": allow}))
    return _to_http(problem(404, "no-such-path", "There is nothing at this address."))


def terminals_app(
    core: Core,
    after: Mapping[str, Callable[[], None]],
    body_seconds: float = BODY_SECONDS,
    enrolled: Callable[[str], bool] = lambda who: False,
) -> FastAPI:
    """The listener for terminals. `after`: by path, what to call once such a request was taken; it must not block.

    `enrolled`: whether somebody has the key of this fingerprint; asked for each request, so it looks nothing up.
    """
    app = _Application(
        TERMINALS_THREADS, body_seconds, enrolled, title="Terminal gateway", version="1", docs_url=None, redoc_url=None
    )

    def route(
        path: str, method: str, about: str, extra: dict[str, Any], responses: dict[int | str, Any], most: int
    ) -> None:
        async def answer(request: HttpRequest) -> HttpResponse:
            response = await _answer(core, request, most)
            if request.method == "POST" and response.status_code < 300 and (call := after.get(path)):
                call()
            return response

        app.add_api_route(
            path,
            answer,
            methods=[method],
            summary=about,
            operation_id=about.lower().replace(" ", "-"),
            response_class=HttpResponse,
            responses=responses,
            openapi_extra=extra,
        )

    enrolment = {**_body(EnrolmentRequest), **_SIGNED}
    route(
        "/v1/enrol", "POST", "Enrol a terminal with a code", enrolment, _responses(EnrolmentAnswer), MAX_ENROLMENT_BYTES
    )
    route("/v1/time", "GET", "The centre's time, in the Date field", {}, _responses(None), 0)
    for endpoint in ENDPOINTS:
        extra = {**_body(endpoint.takes), **_parameters(endpoint), **_SIGNED}
        responses = _responses(endpoint.gives, endpoint.refuses)
        if endpoint.later is not None:
            responses[202] = {"description": "Not yet", "content": {JSON: {"schema": _reference(endpoint.later)}}}
        route(endpoint.path, endpoint.method, endpoint.about, extra, responses, endpoint.most_sent)
    return app


def public_app(core: Core) -> FastAPI:
    """The listener for the public: the page and its question."""
    app = _Application(PEOPLE_THREADS, title="Certificate check", version="1", docs_url=None, redoc_url=None)

    async def answer(request: HttpRequest) -> HttpResponse:
        return await _answer(core, request, MAX_CHECK_BYTES)

    app.add_api_route("/", answer, methods=["GET"], response_class=HttpResponse, include_in_schema=False)
    app.add_api_route(
        "/v", answer, methods=["GET"], response_class=HttpResponse, summary="The page", responses=_responses(HTML)
    )
    app.add_api_route(
        "/v/check",
        answer,
        methods=["POST"],
        response_class=HttpResponse,
        summary="Check a code or a number",
        responses=_responses(CheckAnswer),
        openapi_extra=_body(CheckRequest),
    )
    return app


def staff_app(core: Core) -> FastAPI:
    """The listener for the gateway's own people: every address is the core's, and none is described."""
    app = _Application(PEOPLE_THREADS, openapi_url=None, docs_url=None, redoc_url=None)

    async def answer(request: HttpRequest) -> HttpResponse:
        return await _answer(core, request, MAX_FORM_BYTES)

    app.add_api_route("/{path:path}", answer, methods=["GET", "POST"], response_class=HttpResponse)
    return app


async def _answer(core: Core, request: HttpRequest, limit: int) -> HttpResponse:
    state = request.app.state
    state.in_progress -= 1
    try:
        body = await _received(request, limit)
    finally:
        state.in_progress += 1
    if isinstance(body, Response):
        return _to_http(body)
    if state.in_progress > MAX_AT_ONCE:
        return _to_http(too_busy(_BUSY_SECONDS))
    # The raw path: a decoded one would not be what was signed.
    target = request.scope["raw_path"].decode("ascii", "replace")
    if request.scope["query_string"]:
        target += "?" + request.scope["query_string"].decode("ascii", "replace")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.raw}
    asked = Request(request.method, target, headers, body)
    return _to_http(await run_sync(core, asked, limiter=state.threads))


async def _received(request: HttpRequest, limit: int) -> bytes | Response:
    """The body once it is whole, or why it is not waited for any longer."""
    body = bytearray()
    begun, seconds = asyncio.get_running_loop().time(), request.app.state.body_seconds
    claimed = claimed_fingerprint((request.headers.getlist("signature-input") or [""])[-1])
    arrival = None
    try:
        async with asyncio.timeout_at(begun + seconds) as end:
            with request.app.state.arrivals.waiting(claimed or "", end) as arrival:
                async for part in request.stream():
                    body += part
                    if len(body) > limit:
                        return problem(413, "body-too-large", f"A request has at most {limit} octets.")
                    arrival.may_last_until(begun + seconds + len(body) / SLOWEST)
    except TimeoutError:
        if arrival is not None and arrival.gave_way:
            return too_busy(_BUSY_SECONDS)
        return problem(408, "too-slow", "The request's body did not come in time.")
    except NoPlace:
        return too_busy(_BUSY_SECONDS)
    except ClientDisconnect:  # nobody hears this; the log keeps its lines for faults of our own
        return problem(400, "cut-off", "The request ended before its body did.")
    return bytes(body)


class _InPieces(HttpResponse):
    """An answer that goes out piece by piece, each when the one before is on its way."""

    def __init__(self, response: Response, source: Callable[[], BinaryIO]) -> None:
        super().__init__(status_code=response.status, headers=dict(response.headers))
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["app"].state
        if state.long >= MAX_LONG_AT_ONCE:
            await _to_http(too_busy(_LONG_SECONDS))(scope, receive, send)
            return
        state.long += 1
        try:
            with await run_sync(self._source) as source:
                await self._send(source, receive, send)
        except FileNotFoundError:
            await _to_http(unavailable())(scope, receive, send)
        finally:
            state.long -= 1

    async def _send(self, source: BinaryIO, receive: Receive, send: Send) -> None:
        left = source.seek(0, SEEK_END)
        source.seek(0)
        self.headers["content-length"] = str(left)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        gone = asyncio.ensure_future(receive())  # so that nothing is read for a reader who has left
        try:
            while left and not (gone.done() and gone.result()["type"] == "http.disconnect"):
                piece = await run_sync(source.read, PIECE_BYTES)
                if not piece:
                    raise EOFError("a file became shorter while it was sent")
                left -= len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
        finally:
            gone.cancel()


def _to_http(response: Response) -> HttpResponse:
    if isinstance(response, FileAnswer):
        return _InPieces(response, lambda: response.file.open("rb"))
    if len(response.body) > PIECE_BYTES:
        return _InPieces(response, lambda: BytesIO(response.body))
    return HttpResponse(content=response.body, status_code=response.status, headers=dict(response.headers))


def _responses(
    gives: type[BaseModel] | str | None, refuses: type[Problem] = Problem
) -> dict[int | str, dict[str, Any]]:
    refusal = {"description": "Refused", "content": {PROBLEM: {"schema": _reference(refuses)}}}
    content: dict[str, Any] = {}
    if gives == JSON:
        content = {JSON: {"schema": {}}}
    elif isinstance(gives, str):
        content = {gives: {"schema": {"type": "string", "format": "binary"}}}
    elif isinstance(gives, type):
        content = {JSON: {"schema": _reference(gives)}}
    later = {
        "description": "Come back after so many seconds",
        "headers": {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
        "content": refusal["content"],
    }
    return {200 if gives else 204: {"description": "Done", "content": content}, "4XX": refusal, 503: later}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _body(takes: type[BaseModel] | None) -> dict[str, Any]:
    if takes is None:
        return {}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": _reference(takes)}}}}


def _parameters(endpoint: Endpoint) -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 0}
    word = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "required": True, "schema": whole} for name in endpoint.query
    ]
    if endpoint.prefix is not None:
        name = endpoint.path.rpartition("{")[2].rstrip("}")
        schema = whole if endpoint.part == "number" else word
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
    return {"parameters": parameters} if parameters else {}
