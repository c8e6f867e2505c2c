"""The line to the gateway, and how long one request may keep it.

A silence is bounded by the time-outs of the socket. Whoever sends an octet now and then is never silent: so the line is
cut when an answer is not whole in time. More time is given for what has really gone over it, a slow line being no fault
of the centre's.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SLOWEST: Final = 8192
"""Octets a second; so much is borne of a line."""


class Line(HTTPAdapter):
    """A kept connection that another thread can cut. For one request at a time."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self.ended = False
        """Nobody wants an answer through it any more."""
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        """Called by requests. The connections tell which socket they speak through."""
        super().init_poolmanager(connections, maxsize, block, **more)
        note = self._note

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        class Secure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                note(self.sock)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def cut(self) -> None:
        """End the connection in use: whoever reads from it or writes to it is told that it has ended."""
        if self._socket is not None:
            # below TLS, which would wait for the other side; it may have ended by itself
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def end(self) -> None:
        """Cut it for good: also a connection that is made later. From any thread."""
        self.ended = True
        self.cut()

    def _note(self, connected: socket.socket) -> None:
        self._socket = connected
        if self.ended:
            self.cut()


class Deadline:
    """Calls `cut` from a thread of its own when so many seconds have gone by before the block has ended."""

    def __init__(self, seconds: float, cut: Callable[[], None]) -> None:
        self.passed = False
        self._end = time.monotonic() + seconds
        self._cut = cut
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def heard(self, octets: int) -> None:
        """So many have arrived: the end is put off by what they may take."""
        self._end += octets / SLOWEST

    def _watch(self) -> None:
        while (left := self._end - time.monotonic()) > 0:
            if self._over.wait(left):
                return
        self.passed = True
        self._cut()
