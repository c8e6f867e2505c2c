"""Every refusal on the terminals' listener, as one line of the log: for whoever has to find out who knocks, and why.

An ASGI shell around all of the application, so that also what never reaches the core is told. Of the request only its
path and the terminal it claims to be from are told; of the answer its status and code. No body, no query, no address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from offline_store.chain import timestamp
from sync.gateway.admitting import Application, Scope, header
from sync.gateway.claims import claimed_terminal
from sync.gateway.refusals import code_of
from sync.protocol.exchange import Response

_PATH: Final = re.compile(r"/v1/[a-z-]{1,32}(/[a-z-]{1,32})?")


def telling(application: Application, tell: Callable[[str], object], now: Callable[[], datetime]) -> Application:
    """The application, with each of its refusals told as a line of JSON once it was sent."""

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        refused: list[Any] = []

        async def overhear(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refused.append(message)
            elif refused and message["type"] == "http.response.body":
                refused.append(message.get("body", b""))
            await send(message)

        try:
            await application(scope, receive, overhear)
        finally:
            if refused:
                start, *body = refused
                tell(_line(scope, start["status"], start.get("headers", ()), b"".join(body), now()))

    return answer


def _line(scope: Scope, status: int, headers: Any, body: bytes, now: datetime) -> str:
    path = _PATH.match(scope["path"])
    answer = Response(status, {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}, body)
    said = {
        "event": "refused",
        "status": status,
        "code": code_of(answer),
        "method": scope["method"] if scope["method"] in ("GET", "POST") else "other",
        "path": path.group(0) if path else "other",
        "claims": claimed_terminal(header(scope, b"signature-input")),
        "at": timestamp(now),
    }
    return json.dumps(said)
