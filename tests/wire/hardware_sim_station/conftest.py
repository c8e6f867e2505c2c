"""Stations as people start them: processes of their own with a private state directory."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.station.asking import ask

COMMAND = [sys.executable, "-m", "hardware_sim.cli"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "HARDWARE_SIM_STATE"}


class Running:
    """One `hardware-sim up` and the other commands for it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--state", str(folder), "--pace", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        self.greeting = ""

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        while (line := self.process.stdout.readline()) not in ("ready\n", ""):
            self.greeting += line
        assert line, f"the station did not come up: {self.process.stderr.read() if self.process.stderr else ''}"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words, "--state", str(self.folder)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=ENVIRONMENT,
        )

    # straight over the control socket: quicker than a process a word; the commands have tests of their own

    def do(self, text: str) -> None:
        assert self._ask({"do": text}) == {"ok": True}

    def status(self) -> dict[str, Any]:
        return self._ask({"status": True})

    def environment(self) -> dict[str, str]:
        found: dict[str, str] = self._ask({"env": True})["env"]
        return found

    def _ask(self, request: dict[str, object]) -> dict[str, Any]:
        return ask(self.folder / "control.sock", request)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()


Up = Callable[..., Running]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hs-") as name:
        yield Path(name)


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    """Starts stations that end with the test; without arguments in `folder` and without cards (quicker)."""
    with ExitStack() as stack:

        def start(*options: str, place: Path = folder) -> Running:
            running = Running(place, *(options or ("--no-cards",)))
            stack.callback(running.end)
            running.wait_until_ready()
            return running

        yield start


@pytest.fixture(scope="module")
def station() -> Iterator[Running]:
    """One station with card readers for a whole file; tests leave its devices as they found them."""
    with tempfile.TemporaryDirectory(prefix="hs-") as name:
        running = Running(Path(name))
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.end()
