"""`kiosk read-card` and `kiosk read-id` as a technician or a script types them, in front of the simulated devices."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardware_sim import people
from hardware_sim.station.asking import ask

LIMIT = 30.0


@dataclass(frozen=True)
class Answered:
    """How a command ended."""

    code: int
    document: dict[str, Any]
    said: str


@dataclass
class Desk:
    """Devices, and the commands in front of them."""

    folder: Path
    process: subprocess.Popen[str]

    def do(self, *what: str) -> None:
        for each in what:
            answer = ask(self.folder / "control.sock", {"do": each})
            assert answer["ok"], answer

    def status(self) -> dict[str, Any]:
        return ask(self.folder / "control.sock", {"status": True})

    @property
    def environment(self) -> dict[str, str]:
        found: dict[str, str] = ask(self.folder / "control.sock", {"env": True})["env"]
        return found

    def kiosk(self, *words: str, environment: dict[str, str] | None = None) -> Answered:
        """`kiosk … --json`; one document on standard output, nothing but sentences for people beside it."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("kiosk")), *words, "--json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
            env={**os.environ, **(self.environment if environment is None else environment)},
        )
        assert "Traceback" not in done.stderr, done.stderr
        (line,) = done.stdout.splitlines()
        return Answered(done.returncode, json.loads(line), done.stderr)

    def seen(self, reader: str, *, card: bool) -> None:
        """The PC/SC service looks at its readers a few times a second; wait until it has looked."""
        deadline = time.monotonic() + LIMIT
        wanted = rf"^\d+\s+{'Yes' if card else 'No'}\s.*{reader}"
        while time.monotonic() < deadline:
            listed = subprocess.run(
                ["opensc-tool", "--list-readers"],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, **self.environment},
            )
            if re.search(wanted, listed.stdout, re.M):
                return
        raise AssertionError(f"{reader}: {listed.stdout}")

    def clear(self) -> None:
        """Nothing in the devices, all of them well."""
        status = self.status()
        if status["card_reader"]["pcscd"] is None:
            self.do("pcsc up")
        if status["card_reader"]["card"]:
            self.do("remove card")
        if not status["card_reader"]["psam"]:
            self.do("insert psam")
        if not status["id_reader"]["plugged"]:
            self.do("id-reader plug")
        if status["id_reader"]["card"]:
            self.do("remove id")
        self.do("id-reader ok")
        self.seen("User", card=False)
        self.seen("PSAM", card=True)


@pytest.fixture(scope="session")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """`hardware-sim up` for all tests of a test process, with one more person whose card is over."""
    personas = tmp_path_factory.mktemp("people") / "personas"
    shutil.copytree(people.FOLDER, personas, ignore=shutil.ignore_patterns("__*"))
    worker = (personas / "worker.toml").read_text("utf-8")
    expired = worker.replace('key = "worker"', 'key = "expired"').replace("2034-01-01", "2025-01-01")
    (personas / "expired.toml").write_text(expired, "utf-8")
    # a short path: a Unix socket's address has 107 characters at most
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    up = ["up", "--state", str(folder), "--personas", str(personas), "--pace", "0"]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("hardware-sim")), *up], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "ready\n" in iter(process.stdout.readline, ""), "the devices did not come up"
    yield Desk(folder, process)
    process.terminate()
    process.wait(20)
    process.stdout.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def desk(station: Desk) -> Desk:
    """The devices, empty and well."""
    station.clear()
    return station
