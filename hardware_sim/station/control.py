"""The control socket: one JSON object a line in, one a line out, for people's commands, programs and the dock.

{"do": "insert card worker"}   ->  {"ok": true}  |  {"ok": false, "error": "...", "usage": true|false}
{"status": true}               ->  {"ok": true, ...the status document}
{"env": true}                  ->  {"ok": true, "env": {...}}
{"wires": 17}                  ->  {"ok": true, "wires": [...]}: what passed on the wires after number 17
{"record": "FILE"}             ->  {"ok": true}: what passes from now on is kept in this file
{"stop_recording": true}       ->  {"ok": true, "lines": 12}
{"down": true}                 ->  {"ok": true}, and the station ends
"""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hardware_sim.pcsc.errors import BenchError
from hardware_sim.recording.wire_log import Entry
from hardware_sim.station.hall import CannotError
from hardware_sim.station.station import Station
from hardware_sim.station.understanding import NotUnderstoodError, understand, without_secrets

LONGEST_LINE = 65536
MOST_ENTRIES = 200
"""Of the wires' log in one answer."""

Answer = dict[str, Any]


class Request(BaseModel):
    """Exactly one of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    do: str | None = Field(default=None, max_length=8000)
    status: Literal[True] | None = None
    env: Literal[True] | None = None
    wires: int | None = Field(default=None, ge=0)
    record: Path | None = None
    stop_recording: Literal[True] | None = None
    down: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for _, value in self) != 1:
            raise ValueError(f"give one of {', '.join(name for name, _ in self)}")
        return self


class Control:
    """Listens on a Unix socket of its owner alone. One thread a connection; the station is told one thing at a time."""

    def __init__(self, station: Station, path: Path, end: Callable[[], None]) -> None:
        """`end` is called when somebody says down."""
        self._station = station
        self._end = end
        self._path = path
        self._one_at_a_time = threading.Lock()
        path.unlink(missing_ok=True)
        self._server = _Server(str(path), _Conversation)
        self._server.answer = self.answer
        path.chmod(0o600)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.hang_up()
        self._path.unlink(missing_ok=True)

    def answer(self, line: bytes) -> Answer:
        """The answer to one line."""
        try:
            request = Request.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            return {"ok": False, "error": f"Not a request: {first['msg']}.", "usage": True}
        try:
            with self._one_at_a_time:
                return {"ok": True} | self._obey(request)
        except NotUnderstoodError as error:
            return {"ok": False, "error": str(error), "usage": True}
        except (CannotError, BenchError) as error:
            return {"ok": False, "error": str(error).strip(), "usage": False}

    def _obey(self, request: Request) -> Answer:
        station = self._station
        if request.do is not None:
            hand = understand(request.do)
            station.did(without_secrets(request.do))
            hand(station)
        elif request.status:
            return station.status().model_dump(mode="json")
        elif request.env:
            return {"env": station.environment()}
        elif request.wires is not None:
            return {"wires": [_shown(entry) for entry in station.passed(request.wires, MOST_ENTRIES)]}
        elif request.record is not None:
            station.start_recording(request.record)
        elif request.stop_recording:
            return {"lines": station.stop_recording()}
        else:
            self._end()
        return {}


def _shown(entry: Entry) -> Answer:
    return {
        "number": entry.number,
        "at": round(entry.at, 3),
        "device": entry.device,
        "direction": entry.direction,
        "hex": entry.piece.data.hex(" ").upper(),
        "size": entry.size,
        "zh": entry.piece.zh,
        "en": entry.piece.en,
    }


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    answer: Callable[[bytes], Answer]

    def __init__(self, path: str, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(path, handler)
        self.open: set[socket.socket] = set()

    def hang_up(self) -> None:
        """End the conversations that are still open."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # the other side was quicker
                continue


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.open.add(self.connection)
        try:
            while line := self.rfile.readline(LONGEST_LINE):
                if not line.endswith(b"\n"):
                    return
                self.wfile.write(json.dumps(self.server.answer(line), ensure_ascii=False).encode() + b"\n")
        except ConnectionError:
            # whoever asked has gone; what was asked is done
            return
        finally:
            self.server.open.discard(self.connection)
