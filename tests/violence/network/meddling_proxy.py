"""A proxy that understands HTTP and misuses it: doubles requests, holds one back, answers for the gateway."""

from __future__ import annotations

import http.client
import http.server
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Heard:
    """A request as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Meddling = Callable[["MeddlingProxy", Heard], Said | None]
"""What the proxy does with a request; None: the terminal gets no answer, its connection ends."""


@dataclass
class MeddlingProxy:
    """Between a terminal and the gateway's port. `certificate`: PEM file of key and certificate; it speaks TLS then."""

    upstream: int
    meddle: Meddling
    certificate: Path | None = None
    held: list[Heard] = field(default_factory=list)
    held_once: bool = False
    answers: list[tuple[str, int]] = field(default_factory=list)
    """Route and status of every answer the gateway gave."""

    def __enter__(self) -> MeddlingProxy:
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                said = proxy.meddle(proxy, Heard(self.command, self.path, tuple(self.headers.items()), body))
                if said is None:
                    self.close_connection = True
                    return
                self.send_response_only(said.status)
                for name, value in said.headers:
                    self.send_header(name, value)
                if not any(name.lower() == "content-length" for name, _ in said.headers):
                    self.send_header("content-length", str(len(said.body)))
                self.end_headers()
                self.wfile.write(said.body)

            do_POST = do_GET  # noqa: N815 - the base class looks for this name

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a terminal that hangs up on us is what this is about

        self._server = Server(("127.0.0.1", 0), Handler)
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if self.certificate is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def forward(self, heard: Heard) -> Said:
        """The gateway's own answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=20)
        try:
            connection.putrequest(heard.method, heard.target, skip_host=True, skip_accept_encoding=True)
            for name, value in heard.headers:
                connection.putheader(name, value)
            connection.endheaders(heard.body or None)
            answer = connection.getresponse()
            said = Said(answer.status, tuple(answer.getheaders()), answer.read())
        finally:
            connection.close()
        self.answers.append((heard.target.partition("?")[0], said.status))
        return said

    def let_go(self) -> list[Said]:
        """What was held back arrives at last."""
        held, self.held = self.held, []
        return [self.forward(heard) for heard in held]


def doubling(answer: Literal["first", "second"]) -> Meddling:
    """Every request arrives twice, one right after the other; the terminal hears one of the two answers."""

    def meddle(proxy: MeddlingProxy, heard: Heard) -> Said:
        both = (proxy.forward(heard), proxy.forward(heard))
        return both[0] if answer == "first" else both[1]

    return meddle


def doubling_at_once(proxy: MeddlingProxy, heard: Heard) -> Said:
    """Every request arrives twice at the same moment; the terminal hears the quicker answer."""
    said: list[Said] = []
    threads = [threading.Thread(target=lambda: said.append(proxy.forward(heard))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said[0]


def holding(route: str) -> Meddling:
    """The first request for a path is held back and its sender hung up on; what comes later overtakes it."""

    def meddle(proxy: MeddlingProxy, heard: Heard) -> Said | None:
        if heard.target.partition("?")[0] == route and not proxy.held_once:
            proxy.held_once = True
            proxy.held.append(heard)
            return None
        return proxy.forward(heard)

    return meddle


def answering(said: Said, *, seconds: float = 0.0) -> Meddling:
    """The gateway hears nothing: whatever is asked, this is the answer."""

    def meddle(proxy: MeddlingProxy, heard: Heard) -> Said:
        time.sleep(seconds)
        return said

    return meddle
