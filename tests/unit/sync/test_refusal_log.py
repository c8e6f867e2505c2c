"""What the gateway's log says of a refusal, and what it never says."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest

from sync.gateway.admitting import behind_admission
from sync.gateway.app import terminals_app
from sync.gateway.endpoint import SMALL_BYTES
from sync.gateway.overload import Admission
from sync.gateway.refusal_log import telling
from sync.gateway.refusals import problem
from sync.protocol.exchange import JSON, Request, Response

SIGNED = {"signature-input": 'terminal=("@method");keyid="T0001:' + "0" * 64 + '"'}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def told(method, path, core=lambda request: Response(204), *, headers=SIGNED, content=None, per_second=1000.0):
    """One request to the terminals' listener as it is served; what the log says of it, and the answer's status."""
    lines: list[str] = []
    admitted = behind_admission(terminals_app(core, {}, body_seconds=0.05), Admission(per_second), lambda: 0.0)

    async def ask():
        app = telling(admitted, lines.append, lambda: NOW)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.example") as client:
            await client.get("/v1/time")  # takes the one place of a gateway that answers one request a second
            return (await client.request(method, path, headers=headers, content=content)).status_code

    status = asyncio.run(ask())
    assert all("\n" not in line for line in lines)
    return [json.loads(line) for line in lines], status


def test_a_refusal_is_told_with_its_code_and_who_it_claims_to_be_from() -> None:
    def refuse(request: Request) -> Response:
        return Response(204) if request.path == "/v1/time" else problem(401, "signature-not-genuine", "Not accepted.")

    lines, status = told("POST", "/v1/chain?after=7", refuse, content=b"secret")
    assert status == 401
    assert lines == [
        {
            "event": "refused",
            "status": 401,
            "code": "signature-not-genuine",
            "method": "POST",
            "path": "/v1/chain",
            "claims": "T0001",
            "at": "2026-11-22T00:00:00.000Z",
        }
    ]


async def never():
    await asyncio.sleep(1)
    yield b"x"


@pytest.mark.parametrize(
    ("method", "path", "content", "expected"),
    [
        ("POST", "/v1/heartbeat", bytes(SMALL_BYTES + 1), (413, "body-too-large")),
        ("POST", "/v1/nothing", b"{}", (404, "no-such-path")),
        ("DELETE", "/v1/chain", None, (405, "wrong-method")),
        ("POST", "/v1/chain", never(), (408, "too-slow")),
    ],
)
def test_what_never_reaches_the_core_is_told_too(method, path, content, expected) -> None:
    lines, status = told(method, path, content=content)
    assert [(line["status"], line["code"]) for line in lines] == [expected]
    assert status == expected[0]


def test_who_is_turned_away_is_told() -> None:
    lines, status = told("POST", "/v1/chain", content=b"{}", per_second=1.0)
    assert status == 503
    assert [(line["code"], line["path"], line["claims"]) for line in lines] == [("too-busy", "/v1/chain", "T0001")]


def test_who_hangs_up_within_a_body_is_told() -> None:
    lines: list[str] = []
    app = telling(terminals_app(lambda request: Response(204), {}), lines.append, lambda: NOW)

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        pass

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/heartbeat", "raw_path": b"/v1/heartbeat", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"x"), (b"content-length", b"10")], "client": ("127.0.0.1", 1), "server": ("x", 80),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert [json.loads(line)["code"] for line in lines] == ["cut-off"]


def test_what_was_answered_is_not_told() -> None:
    assert told("GET", "/v1/results", lambda _: Response(200, {"content-type": JSON}, b"{}")) == ([], 200)


@pytest.mark.parametrize(
    "path", ["/v1/QUESTIONS", "/v1/../etc", '/"}%0a{"event":"forged"', "/v1/<script>", "/110101199003072316"]
)
def test_nothing_of_an_odd_path_or_a_forged_header_reaches_the_log(path: str) -> None:
    (line,), _ = told("BREW", path, headers={"signature-input": ';keyid="T0001\t:x"'}, content=b"x")
    assert (line["method"], line["claims"]) == ("other", None)
    assert line["path"] == "other"
    assert "110101" not in json.dumps(line)
