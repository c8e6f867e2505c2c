"""More at once than a gateway takes, and senders that fall silent: a described answer, and the places come free."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from sync.gateway.app import MAX_AT_ONCE, terminals_app
from sync.gateway.connections import MAX_CONNECTIONS
from sync.protocol.exchange import PROBLEM, Response
from sync.protocol.messages import Problem, parse
from tests.violence.network.conftest import LoggedGateway

HALF = b"POST /v1/heartbeat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"


def asked(port: int, path: str = "/v1/time") -> bytes:
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = b""
        while data := line.recv(65536):
            answer += data
        return answer


def until(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


def test_bodies_that_never_come_keep_nobody_out_of_a_running_gateway(tmp_path):
    gateway = LoggedGateway(tmp_path / "data")
    gateway.command("init")
    gateway.start()
    port = urlsplit(gateway.url).port
    try:
        with ExitStack() as stack:
            lines = []
            for _ in range(MAX_AT_ONCE):
                lines.append(stack.enter_context(socket.create_connection(("127.0.0.1", port), 20)))
                lines[-1].sendall(HALF)
                time.sleep(0.01)  # slower than what is taken of those whom nobody knows
            until(lambda: asked(port).startswith(b"HTTP/1.1 204 "))  # a stranger, who is taken while there is plenty
            head, _, body = lines[0].recv(65536).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 "), "it gave way"
            assert b"retry-after: 5" in head
            assert f"content-type: {PROBLEM}".encode() in head
            assert parse(Problem, body).code == "too-busy"
    finally:
        assert gateway.end() == 0
    assert "Traceback" not in gateway.log


def test_hundreds_of_silent_connections_keep_nobody_out_of_any_listener(tmp_path):
    gateway = LoggedGateway(tmp_path / "data")
    gateway.command("init")
    gateway.start()
    try:
        for name, path in (("port", "/v1/time"), ("public_port", "/v"), ("staff_port", "/")):
            port = gateway.ready[name]
            with ExitStack() as lines:
                for _ in range(MAX_CONNECTIONS + 50):
                    lines.enter_context(socket.create_connection(("127.0.0.1", port), 20))
                assert int(asked(port, path)[9:12]) < 500
        assert asked(gateway.ready["port"], "/v1/nothing").startswith(b"HTTP/1.1 404 ")
    finally:
        assert gateway.end() == 0
    assert "Traceback" not in gateway.log
    (line,) = [line for line in gateway.log.splitlines() if line.startswith("{")]
    assert json.loads(line)["code"] == "no-such-path"


def test_a_body_that_never_comes_is_given_up():
    """A terminal whose power failed within an upload has not hung up."""
    app = terminals_app(lambda request: Response(204), {}, body_seconds=0.05)
    said: list[dict] = []

    async def receive():
        await asyncio.Event().wait()

    async def send(message):
        said.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/heartbeat", "raw_path": b"/v1/heartbeat", "query_string": b"", "root_path": "",
        "headers": [(b"host", b"x"), (b"content-length", b"10")], "client": ("127.0.0.1", 1), "server": ("x", 80),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert said[0]["status"] == 408
    assert json.loads(said[1]["body"])["code"] == "too-slow"
