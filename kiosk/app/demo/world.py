"""A small world for one terminal: simulated devices, a gateway with invented people, and the enrolled terminal.

Everything lies in one private directory and listens on loopback or Unix sockets only; all of it ends with it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kiosk.app.children import die_with_parent

TERMINAL = "T001"
START_LIMIT, STOP_LIMIT = 60.0, 15.0


class WorldFailed(Exception):  # noqa: N818 named by the condition
    """A part of the demonstration did not come up; says which, and what it said."""


class World:
    """A context manager. `say` is told what happens."""

    def __init__(
        self, count: int, seed: int, say: Callable[[str], None], *, personas: Path | None = None, pace: float = 1.0
    ) -> None:
        """`count` people by `seed`, among them the `personas` (default: the simulator's own).

        `pace`: how slow mechanical work is, 1 as in life.
        """
        self._count = count
        self._seed = seed
        self._say = say
        self._personas = personas if personas is not None else _personas()
        self._pace = pace
        # a short path: a Unix socket's address has 107 characters at most
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-demo-"))
        self.simulator = self.folder / "sim"
        self.gateway = self.folder / "gateway"
        self.terminal = self.folder / "terminal"
        self.environment: Mapping[str, str] = {}
        self._servers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> World:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def happen(self, what: str) -> None:
        """Tell the simulated devices what happens to them."""
        self.run("hardware-sim", "do", what, "--state", str(self.simulator))

    def run(self, program: str, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run one of our programs to its end; its standard output. WorldFailed when it ends otherwise."""
        done = subprocess.run(  # noqa: S603 our own programs, an argument list
            [_program(program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, **self.environment},
        )
        if done.returncode not in codes:
            said = (done.stderr or done.stdout).strip().splitlines()[-6:]
            raise WorldFailed(f"{program} {arguments[0]} ended with {done.returncode}: " + " | ".join(said))
        return done.stdout

    def _start(self) -> None:
        self._say("simulated devices: card readers, ID reader, receipt printer, A4 printer")
        up = ["hardware-sim", "up", "--state", str(self.simulator), "--personas", str(self._personas)]
        self._serve([*up, "--pace", str(self._pace)], until="ready")
        self.environment = json.loads(self.run("hardware-sim", "env", "--json", "--state", str(self.simulator)))
        os.environ.update(self.environment)
        self._say(f"a gateway with {self._count} invented people")
        where = ("--data", str(self.gateway))
        self.run("kiosk-gateway", "init", *where, "--json")
        people = ("--count", str(self._count), "--seed", str(self._seed), "--personas", str(self._personas))
        self.run("kiosk-gateway", "population", *where, *people, "--json")
        self.run("kiosk-gateway", "publish", *where, "--json")
        ready = self.folder / "gateway-ready.json"
        ports = ("--port", "0", "--public-port", "0", "--staff-port", "0", "--ready-file", str(ready))
        self._serve(["kiosk-gateway", "serve", *where, *ports], until="Terminals:")
        address = json.loads(ready.read_text("utf-8"))["gateway_url"]
        self._say("terminal: keys, enrolment, first data")
        code = json.loads(self.run("kiosk-gateway", "enrol", TERMINAL, *where, "--json"))["code"]
        self.run("kiosk", "provision", *self._provision(address, code))
        self.run("kiosk", "sync", "now", "--data", str(self.terminal), "--json")

    def _provision(self, address: str, code: str) -> list[str]:
        named: dict[str, Any] = {
            "--data": self.terminal,
            "--terminal": TERMINAL,
            "--gateway": address,
            "--code": code,
            "--receipt-printer": self.environment["HARDWARE_SIM_RECEIPT_PRINTER"],
            "--id-reader": self.environment["HARDWARE_SIM_ID_READER"],
            "--document-printer": self.environment["HARDWARE_SIM_A4_PRINTER"],
        }
        return [
            *(str(part) for pair in named.items() for part in pair),
            "--allow-key-files",
            "--demonstration",
            "--json",
        ]

    def _serve(self, command: list[str], until: str) -> None:
        process = subprocess.Popen(  # noqa: S603 our own programs, an argument list
            [_program(command[0]), *command[1:]],
            stdout=subprocess.PIPE,
            stderr=(self.folder / f"{command[0]}.log").open("w"),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        self._servers.append(process)
        assert process.stdout is not None  # noqa: S101 it is a pipe
        deadline = time.monotonic() + START_LIMIT
        said_so_far = b""
        while time.monotonic() < deadline and process.poll() is None:
            ready, _, _ = select.select([process.stdout], [], [], 0.2)
            said_so_far += os.read(process.stdout.fileno(), 65536) if ready else b""
            if any(line.startswith(until.encode()) for line in said_so_far.splitlines()):
                return
        said = (self.folder / f"{command[0]}.log").read_text("utf-8").strip().splitlines()[-6:]
        raise WorldFailed(f"{command[0]} did not come up: " + " | ".join(said))

    def _stop(self) -> None:
        for process in reversed(self._servers):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(STOP_LIMIT)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _program(name: str) -> str:
    """One of our console scripts, beside this interpreter."""
    return str(Path(sys.executable).with_name(name))


def _personas() -> Path:
    """The invented people that simulator and gateway share, by path."""
    found = importlib.util.find_spec("hardware_sim")
    if found is None or found.origin is None:
        raise WorldFailed("the simulator is not installed: install the extra [sim]")
    return Path(found.origin).parent / "personas"
