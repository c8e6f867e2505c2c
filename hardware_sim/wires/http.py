"""An IPP device behind HTTP on loopback: POST of application/ipp to /ipp/print (RFC 8010, section 3.4)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from hardware_sim.meaning import Direction

RESOURCE = "/ipp/print"
LARGEST_BODY = 64 * 1024 * 1024
_LONGEST_CHUNK_LINE = 1024
_IDLE_SECONDS = 60


class IppDevice(Protocol):
    """What this wire needs of a device. `handle` may raise ConnectionError: then the line is cut without an answer."""

    def handle(self, body: bytes, now: float) -> tuple[bytes, float]: ...


class HttpWire:
    """Listens on 127.0.0.1 at a free port; keeps the port when unplugged and plugged in again."""

    def __init__(
        self,
        device: IppDevice,
        *,
        about: str = "simulated printer",
        tap: Callable[[Direction, bytes], None] = lambda _direction, _data: None,
    ) -> None:
        """`tap` is called with each request body and with each answer that is sent."""
        self._device = device
        self._about = about
        self._tap = tap
        self._lock = threading.RLock()
        self._server: _Server | None = None
        self._port = 0
        self._mute = threading.Event()
        self.plug()

    @property
    def uri(self) -> str:
        return f"ipp://127.0.0.1:{self._port}{RESOURCE}"

    @property
    def plugged(self) -> bool:
        return self._server is not None

    @property
    def mute(self) -> bool:
        return self._mute.is_set()

    def plug(self) -> None:
        if self._server is None:
            self._server = _Server(self._port, self._answer, self._about)
            self._port = self._server.server_address[1]

    def unplug(self) -> None:
        """Connections are refused, and those under way are cut."""
        server, self._server = self._server, None
        if server is not None:
            server.end()

    def close(self) -> None:
        self.unplug()

    def fall_silent(self) -> None:
        """Take requests and never answer them."""
        self._mute.set()

    def speak(self) -> None:
        self._mute.clear()

    def _answer(self, body: bytes, gone: threading.Event) -> bytes:
        with self._lock:
            self._tap(Direction.TO_DEVICE, body)
            answer, seconds = self._device.handle(body, time.monotonic())
        gone.wait(seconds)
        while self._mute.is_set() and not gone.is_set():
            gone.wait(0.05)
        if not gone.is_set():
            self._tap(Direction.FROM_DEVICE, answer)
        return answer

    @property
    def lock(self) -> threading.RLock:
        """Hold it while touching the device."""
        return self._lock


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, answer: Callable[[bytes, threading.Event], bytes], about: str) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self.about = about
        self.gone = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="ipp", daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.gone.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)

    def opened(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._open_lock:
            self._open.discard(connection)


class _BodyError(Exception):
    """A body that cannot be taken; holds the HTTP status to say so."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    # the answer leaves in one piece; without this, header and body wait for one another (Nagle)
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        if self.path != "/":
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        self._reply("text/plain; charset=utf-8", f"{self.server.about}\n".encode())

    def do_POST(self) -> None:
        try:
            if self.path.partition("?")[0] != RESOURCE and not self.path.startswith(f"{RESOURCE}/"):
                raise _BodyError(HTTPStatus.NOT_FOUND)
            if self.headers.get_content_type() != "application/ipp":
                raise _BodyError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
            body = self._body()
        except _BodyError as error:
            self._refuse(error.status)
            return
        answer = self.server.answer(body, self.server.gone)
        if self.server.gone.is_set():
            self.close_connection = True
            return
        self._reply("application/ipp", answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: requests carry names of people and their papers."""

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise _BodyError(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > LARGEST_BODY:
            raise _BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            line = self.rfile.readline(_LONGEST_CHUNK_LINE).partition(b";")[0].strip()
            try:
                size = int(line, 16)
            except ValueError:
                raise _BodyError(HTTPStatus.BAD_REQUEST) from None
            total += size
            if size < 0 or total > LARGEST_BODY:
                raise _BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if size == 0:
                while self.rfile.readline(_LONGEST_CHUNK_LINE).strip():
                    pass
                return b"".join(parts)
            parts.append(self._exactly(size))
            self.rfile.readline(_LONGEST_CHUNK_LINE)

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise ConnectionAbortedError("the request ended too early")
        return data

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._reply("text/plain; charset=utf-8", f"{status.phrase}\n".encode(), status)

    def _reply(self, content_type: str, body: bytes, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # the other side was quicker
        return
