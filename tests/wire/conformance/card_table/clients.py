"""Two ways to the same card: a PC/SC program that shares no code with us, and our driver in a process of its own.

Both are talked to in hexadecimal, one command at a time, so that a challenge can be answered.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

READERS = {"user": "Kiosk User 00 00", "psam": "Kiosk PSAM 00 00"}
_LIMIT = 30.0
_ANSWER = re.compile(rb"^< ((?:[0-9A-F]{2}\s+)+): [^\n]*\n|^< OK: ([^\n]*)\n|^(< KO[^\n]*|Can't [^\n]*)\n", re.M)
_GREETING = re.compile(rb"^Using (T=[01]) protocol\n", re.M)


class Talk(Protocol):
    """A powered card."""

    def send(self, command: str) -> str:
        """The whole answer: what the card wants fetched is fetched, what it wants asked with another Le is."""

    def once(self, command: str) -> str:
        """Exactly one frame there, and one back."""

    def reset(self) -> None:
        """Whatever was proved and selected is gone."""

    def close(self) -> None:
        """Let go of the card."""


class Outside:
    """Debian's scriptor (pcsc-tools): Perl on libpcsclite."""

    def __init__(self, slot: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["scriptor", "-u", "-r", READERS[slot]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment, "LC_ALL": "C"},
        )
        self._seen = b""
        # T=1 carries Le behind command data, T=0 must not (ISO 7816-3, 12.1).
        self._le = "00" if self._await(_GREETING)[1] == b"T=1" else ""

    def send(self, command: str) -> str:
        case_4 = len(command) > 10
        answer, data = self.once(command + self._le if case_4 else command), ""
        if answer[-4:-2] == "6C" and not case_4:
            answer = self.once(command[:8] + answer[-2:])
        while answer[-4:-2] == "61":
            data += answer[:-4]
            answer = self.once("00C00000" + answer[-2:])
        return data + answer

    def once(self, command: str) -> str:
        self._say(" ".join(re.findall("..", command)))
        answer = self._await(_ANSWER)
        assert answer[1] is not None, answer[0]
        return b"".join(answer[1].split()).decode("ascii")

    def reset(self) -> None:
        self._say("reset")
        answer = self._await(_ANSWER)
        assert answer[2] is not None, answer[0]

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(_LIMIT)
        self._process.stdout.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode("ascii") + b"\n")
        self._process.stdin.flush()

    def _await(self, expected: re.Pattern[bytes]) -> re.Match[bytes]:
        assert self._process.stdout is not None
        stream, until = self._process.stdout.fileno(), time.monotonic() + _LIMIT
        while (found := expected.search(self._seen)) is None:
            ready, _, _ = select.select([stream], [], [], max(0.0, until - time.monotonic()))
            data = os.read(stream, 4096) if ready else b""
            assert data, f"no answer from scriptor: {self._seen!r}"
            self._seen += data
        self._seen = self._seen[found.end() :]
        return found


class DriverProcess:
    """Hands for driver_process.py."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("driver_process.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the driver's process has ended"
        return json.loads(line)

    def wait_until_present(self, slot: str, after: int) -> None:
        """Until the reader has a card and has seen `after` insertions and removals."""
        until = time.monotonic() + _LIMIT
        while True:
            state = self.ask(presence=READERS[slot])
            if state["present"] and state["events"] >= after:
                return
            assert time.monotonic() < until, state
            time.sleep(0.02)

    def events(self, slot: str) -> int:
        """Insertions and removals so far."""
        events: int = self.ask(presence=READERS[slot])["events"]
        return events

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        assert self._process.wait(_LIMIT) == 0
        self._process.stdout.close()


class Ours:
    """Our driver: `Channel` over `PcscLink`."""

    def __init__(self, slot: str, process: DriverProcess) -> None:
        self._slot = slot
        self._process = process
        self.reset()

    def send(self, command: str) -> str:
        answer: str = self._process.ask(slot=self._slot, send=command)
        return answer

    def once(self, command: str) -> str:
        answer: str = self._process.ask(slot=self._slot, once=command)
        return answer

    def reset(self) -> None:
        self._process.ask(slot=self._slot, power="")

    def close(self) -> None:
        self._process.ask(slot=self._slot, leave="")
