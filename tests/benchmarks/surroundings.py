"""What benchmarks share in one run, made when it is first wanted: a folder, fonts, people, devices, a small world."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from kiosk.app.children import die_with_parent
from kiosk.app.demo.world import World
from kiosk.fonts import development_directory
from sync.gateway.population.generate import Population, generate

ROOT: Final = Path(__file__).parents[2]
PEOPLE: Final = 10_000
SEED: Final = 7
CHILD_SECONDS: Final = 120.0


class Station:
    """Simulated devices that answer at once, behind a pcscd of their own."""

    def __init__(self) -> None:
        # short, because it holds Unix sockets
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        command = [sys.executable, "-m", "hardware_sim.cli"]
        self._process = subprocess.Popen(
            [*command, "up", "--state", str(self.folder), "--pace", "0"],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
        )  # fmt: skip
        assert self._process.stdout is not None
        if not any(line.strip() == "ready" for line in self._process.stdout):
            raise RuntimeError("the simulated devices did not come up")
        said = subprocess.run(
            [*command, "env", "--json", "--state", str(self.folder)], cwd=ROOT, capture_output=True, check=True
        )
        self.environment: dict[str, str] = json.loads(said.stdout)

    def do(self, what: str) -> None:
        """Something happens to the devices."""
        tell(self.folder, what)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def tell(simulator: Path, what: str) -> None:
    """Say on a simulator's control socket what happens to its devices."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(simulator / "control.sock"))
        control.sendall(json.dumps({"do": what}).encode() + b"\n")
        with control.makefile("r", encoding="utf-8") as answers:
            answer = json.loads(answers.readline())
    if not answer["ok"]:
        raise RuntimeError(f"{what}: {answer['error']}")


class Child:
    """A process of `tests.benchmarks.children` that is asked in lines of JSON."""

    def __init__(self, module: str, *words: str, environment: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.benchmarks.children.{module}", *words],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})}, preexec_fn=die_with_parent,
        )  # fmt: skip

    def send(self, request: str) -> None:
        """One line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()

    def ask(self, request: str) -> Any:
        """One line to it, and one back."""
        self.send(request)
        return self.hear()

    def hear(self) -> Any:
        """One line from it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            _, said = self._process.communicate(timeout=CHILD_SECONDS)
            raise RuntimeError("a child process ended: " + " | ".join(said.strip().splitlines()[-4:]))
        return json.loads(line)

    def close(self) -> None:
        """Let it end, if it has not."""
        if self._process.returncode is None:
            self._process.communicate(timeout=CHILD_SECONDS)


class Surroundings:
    """A context manager; all of it ends with it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self._held = ExitStack()

    def __enter__(self) -> Surroundings:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._held.close()

    @cached_property
    def folder(self) -> Path:
        """On the disk of the working copy, not in memory: commits are to be real ones."""
        build = ROOT / "build"
        build.mkdir(exist_ok=True)
        return Path(self._held.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=build)))

    @cached_property
    def fonts(self) -> Path:
        """The hall's own typefaces, as set-up built them."""
        found = development_directory()
        if found is None:
            raise RuntimeError("the fonts are not built: run make setup")
        return found

    @cached_property
    def now(self) -> datetime:
        """The moment of this run, to the millisecond."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    @cached_property
    def people(self) -> Population:
        """Invented people, always the same."""
        self.say(f"inventing {PEOPLE} people")
        return generate(PEOPLE, SEED, self.now.date())

    @cached_property
    def station(self) -> Station:
        """Devices without a terminal, for raw APDUs."""
        self.say("simulated devices")
        station = Station()
        self._held.callback(station.close)
        return station

    @cached_property
    def world(self) -> World:
        """Devices, gateway and an enrolled terminal."""
        self.say("a gateway, an enrolled terminal and its simulated devices")
        return self._held.enter_context(World(40, SEED, lambda line: None, pace=0.0))

    def child(self, module: str, *words: str, environment: dict[str, str] | None = None) -> Child:
        """A child process that ends with the run, if it has not ended before."""
        child = Child(module, *words, environment=environment)
        self._held.callback(child.close)
        return child
