"""The terminals' listener behind its admission: what is too much is answered before anything of it is read.

An ASGI shell around the application. Of a request that is turned away neither the body is read nor a route looked for:
that costs a tenth of an answer, and a returning fleet is turned away more often than it is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sync.gateway.overload import Admission, turned_away

Scope: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Scope, Any, Any], Any]


def behind_admission(application: Application, admission: Admission, monotonic: Callable[[], float]) -> Application:
    """The application, asked only for what the admission takes."""

    async def answer(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        refusal = turned_away(admission, scope["path"], header(scope, b"signature-input"), monotonic())
        if refusal is None:
            await application(scope, receive, send)
            return
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers.items()]
        headers.append((b"content-length", str(len(refusal.body)).encode()))
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": refusal.body})

    return answer


def header(scope: Scope, name: bytes) -> str:
    """The field of a request, the last of that name, which is the one that counts; empty if there is none."""
    return next((value.decode("latin-1") for known, value in reversed(scope["headers"]) if known == name), "")
