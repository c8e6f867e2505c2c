"""The other end of the control socket: one question to a running station, one answer."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

Answer = dict[str, Any]


class NotRunningError(Exception):
    """Nobody listens; the message says where was asked and what to do."""


class EndedWhileAskedError(NotRunningError):
    """Somebody listened, and ended before the answer."""


def ask(path: Path, request: dict[str, object], seconds: float = 60.0) -> Answer:
    """Ask a running station one thing. Raises NotRunningError."""
    remedy = f"Start it: hardware-sim up --state {path.parent}"
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline()
    except TimeoutError:
        raise NotRunningError(f"The station in {path.parent} did not answer in {seconds:g} s.") from None
    except OSError:
        raise NotRunningError(f"No station is running in {path.parent}. {remedy}") from None
    if not line:
        raise EndedWhileAskedError(f"The station in {path.parent} ended while it was asked. {remedy}")
    answer: Answer = json.loads(line)
    return answer
