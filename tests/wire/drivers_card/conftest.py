"""The simulated devices as users start them, and terminals that are processes of their own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TERMINAL = Path(__file__).with_name("terminal.py")


class Station:
    """A running `hardware-sim up`, told over its control socket what happens."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hardware_sim.cli", "up", "--state", str(folder), "--pace", "0"],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
        else:
            pytest.fail(f"hardware-sim ended with {self.process.wait(10)} before it was up")
        said = subprocess.run(
            [sys.executable, "-m", "hardware_sim.cli", "env", "--json", "--state", str(folder)],
            cwd=root,
            capture_output=True,
            check=True,
            text=True,
        )
        self.environment: dict[str, str] = json.loads(said.stdout)

    def try_do(self, phrase: str) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control.sock"))
            control.sendall(json.dumps({"do": phrase}).encode() + b"\n")
            with control.makefile("r", encoding="utf-8") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        return answer

    def do(self, phrase: str) -> None:
        answer = self.try_do(phrase)
        assert answer["ok"], (phrase, answer)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Terminal:
    """Hands for one terminal process."""

    def __init__(self, station: Station) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(TERMINAL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **station.environment, "PYTHONPATH": str(station.root)},
        )

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def wait_for(self, kind: str, reader: str | None = None) -> dict[str, Any]:
        """The next event of this kind (about this reader); others before it are passed over."""
        while True:
            event = self.ask("event")
            assert event["is"] != "nothing", (kind, reader, event)
            if event["is"] == kind and reader in (None, event.get("reader")):
                return event

    def wait_until(self, media: str) -> None:
        """Until the monitor knows the citizen's reader in this state."""
        assert self.is_soon(media, 20), self.ask("status")

    def is_soon(self, media: str, seconds: float = 5) -> bool:
        """Whether the monitor comes to know the citizen's reader in this state."""
        deadline = time.monotonic() + seconds
        while self.ask("status")["media"] != media:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        code = self.process.wait(20)
        self.process.stdout.close()
        return code


@pytest.fixture(scope="session")
def the_station(request: pytest.FixtureRequest) -> Iterator[Station]:
    # Short, because it holds Unix sockets.
    folder = Path(tempfile.mkdtemp(prefix="dc-"))
    station = Station(folder, request.config.rootpath)
    yield station
    station.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def station(the_station: Station) -> Station:
    """The station with an empty user reader, a PSAM, and a service that runs."""
    return the_station


@pytest.fixture
def terminals(station: Station) -> Iterator[Callable[[], Terminal]]:
    """Makes terminals and ends them; each must end well."""
    made: list[Terminal] = []

    def make() -> Terminal:
        made.append(Terminal(station))
        return made[-1]

    yield make
    assert [terminal.close() for terminal in made] == [0] * len(made)


@pytest.fixture
def terminal(station: Station, terminals: Callable[[], Terminal]) -> Iterator[Terminal]:
    """A terminal that watches its readers; it sees them empty again before the next test begins."""
    terminal = terminals()
    terminal.ask("watch")
    yield terminal
    for phrase in ("pcsc up", "remove card", "insert psam"):
        station.try_do(phrase)
    terminal.wait_until("NOT_PRESENT")
