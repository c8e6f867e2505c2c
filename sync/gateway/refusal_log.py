"""Every refusal of a terminal's request, as one line of the log: for whoever has to find out who knocks, and why.

Of the request only its path and the terminal it claims to be from are told; of the answer its status and code. No body,
no query, no address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from sync.gateway.claims import claimed_terminal
from sync.gateway.refusals import code_of
from sync.protocol.exchange import Request, Response

_PATH: Final = re.compile(r"/v1/[a-z-]{1,32}(/[a-z-]{1,32})?")


def telling(core: Callable[[Request], Response], tell: Callable[[str], object]) -> Callable[[Request], Response]:
    """The core, with each of its refusals told as a line of JSON."""

    def answer(request: Request) -> Response:
        response = core(request)
        if response.status >= 400:
            tell(_line(request, response))
        return response

    return answer


def _line(request: Request, response: Response) -> str:
    path = _PATH.match(request.route)
    said = {
        "event": "refused",
        "status": response.status,
        "code": code_of(response),
        "method": request.method if request.method in ("GET", "POST") else "other",
        "path": path.group(0) if path else "other",
        "claims": claimed_terminal(request.headers.get("signature-input", "")),
        "at": response.headers.get("date"),
    }
    return json.dumps(said)
