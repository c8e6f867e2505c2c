"""Where the technician's command knocks: a Unix socket in the data directory, for the directory's owner alone.

One JSON object a line. In: {"do": "enter"} or {"do": "leave"}. Out: {"service": "enterPending" | "active" |
"exitPending" | "inactive" | "busy", "kept": [...]} at each change, or {"error": "..."}. A command that entered holds
its connection open; when it closes, however that comes about, the devices are taken back.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from kiosk.effects import TellTechnician
from kiosk.events import Event, VendorModeReleased, VendorModeRequested
from sync.poke import short_path

SOCKET = "service.sock"
LONGEST_LINE = 1_000
_LAST_WORDS = frozenset({"inactive", "busy"})
_CREDENTIALS = struct.Struct("3i")  # SO_PEERCRED of unix(7): pid, uid, gid


class ServiceDoor:
    """Listens from `start` to `stop`; a thread for each command that knocks."""

    def __init__(self, root: Path, post: Callable[[Event], None], crash: Callable[[BaseException], None]) -> None:
        """`post` takes events to the terminal; `crash` gets a bug of ours."""
        self._root = root
        self._post = post
        self._crash = crash
        self._owner = root.stat().st_uid
        self._visits: dict[int, socket.socket] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to listen. What a process before us left there is taken away."""
        path = self._root / SOCKET
        path.unlink(missing_ok=True)
        with short_path(path) as short:
            self._listener.bind(short)
        path.chmod(0o600)
        self._listener.listen(4)
        self._begin(self._listen, "service-door")

    def stop(self) -> None:
        """Close the door, and every connection."""
        (self._root / SOCKET).unlink(missing_ok=True)
        _shut(self._listener)
        with self._lock:
            visits = list(self._visits.values())
        for each in visits:
            _shut(each)
        for thread in self._threads:
            thread.join()

    def tell(self, told: TellTechnician) -> None:
        """Say how it stands to the commands that want to know; one that is gone hears nothing."""
        line = json.dumps({"service": told.service, "kept": list(told.kept)}).encode() + b"\n"
        with self._lock:
            reached = [self._visits[visit] for visit in told.visits if visit in self._visits]
        for connection in reached:
            _say(connection, line)
            if told.service in _LAST_WORDS:
                _shut(connection)

    def _begin(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 nothing is swallowed: this is where bugs become known
            self._crash(error)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                self._listener.close()
                return  # stopped
            visit = next(self._numbers)
            with self._lock:
                self._visits[visit] = connection
            self._begin(lambda visit=visit, connection=connection: self._hear(visit, connection), f"service {visit}")  # type: ignore[misc]

    def _hear(self, visit: int, connection: socket.socket) -> None:
        entered = False
        try:
            if self._uid_of(connection) != self._owner:
                _say(connection, b'{"error": "not-permitted"}\n')
                return
            with connection.makefile("rb") as lines:
                while line := _line(lines):
                    entered = self._asked(visit, connection, line) or entered
        finally:
            with self._lock:
                del self._visits[visit]
            connection.close()
            if entered:
                self._post(VendorModeReleased("gone", holder=visit))

    def _asked(self, visit: int, connection: socket.socket, line: bytes) -> bool:
        """Whether the devices were asked for."""
        try:
            do = json.loads(line).get("do")
        except (ValueError, AttributeError):
            do = None
        if do == "enter":
            self._post(VendorModeRequested(visit))
            return True
        if do == "leave":
            self._post(VendorModeReleased("asked", asker=visit))
        else:
            _say(connection, b'{"error": "not-understood"}\n')
        return False

    @staticmethod
    def _uid_of(connection: socket.socket) -> int:
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(credentials)[1])


def _line(lines: BinaryIO) -> bytes:
    """A whole line; empty when there is none any more, or one without an end."""
    try:
        read = lines.readline(LONGEST_LINE)
    except OSError:
        return b""  # it went without listening to what was said
    return read if read.endswith(b"\n") else b""


def _say(connection: socket.socket, line: bytes) -> None:
    try:
        connection.sendall(line)
    except OSError:
        return  # gone: its own thread finds out


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # nobody is there any more


def knock(root: Path) -> socket.socket:
    """A command's end of the door. OSError: no terminal runs here, or this user may not."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        with short_path(root / SOCKET) as short:
            connection.connect(short)
    except OSError:
        connection.close()
        raise
    return connection
