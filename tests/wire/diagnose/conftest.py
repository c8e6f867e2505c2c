"""`kiosk diagnose` as a technician types it: an enrolled terminal among simulated devices, on real wires."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.station.asking import ask
from kiosk.app.demo.world import World

LIMIT = 30.0
MENDING = (
    *("pcsc up", "remove card", "insert psam", "card ok"),
    *("id-reader plug", "id-reader ok", "remove id"),
    *("receipt-printer plug", "receipt-printer power-on", "receipt-printer clear", "receipt-printer online"),
    *("receipt-printer paper-ok", "take receipt"),
    *("a4-printer power-on", "a4-printer clear", "a4-printer paper-ok", "a4-printer toner-ok"),
    *("pin-pad power-on", "pin-pad ok", "pin-pad case-closed", "pin-pad demo-keys", "pin-pad battery-ok"),
    *("barcode-reader power-on", "barcode-reader ok", "barcode-reader make newland"),
)


@dataclass(frozen=True)
class Answered:
    """How a command ended."""

    code: int
    out: str
    said: str

    @property
    def document(self) -> dict[str, Any]:
        (line,) = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    def part(self, name: str) -> dict[str, Any]:
        (found,) = [part for part in self.document["parts"] if part["name"] == name]
        assert isinstance(found, dict)
        return found

    def health(self, *but: str) -> dict[str, str]:
        """Of every part that is fitted, without those named."""
        parts = self.document["parts"]
        return {p["name"]: p["health"] for p in parts if p["health"] != "not-fitted" and p["name"] not in but}


@dataclass
class Hall:
    """Devices, terminal, and the command in front of them."""

    world: World
    data: Path

    def do(self, *what: str) -> None:
        for each in what:
            answer = ask(self.world.simulator / "control.sock", {"do": each})
            assert answer["ok"], (each, answer)

    def status(self) -> dict[str, Any]:
        return ask(self.world.simulator / "control.sock", {"status": True})

    def mend(self) -> None:
        """Everything well and nothing in it; a phrase is refused where there is nothing to do."""
        for each in MENDING:
            ask(self.world.simulator / "control.sock", {"do": each})
        self.seen("User", card=False)
        self.seen("PSAM", card=True)

    def diagnose(self, *words: str, data: Path | None = None) -> Answered:
        return self.ended(self.begin(*words, data=data))

    def begin(self, *words: str, data: Path | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("kiosk")), "diagnose", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.world.environment, "KIOSK_DATA": str(data or self.data)},
        )

    def ended(self, process: subprocess.Popen[str]) -> Answered:
        out, said = process.communicate(timeout=90)
        assert "Traceback" not in said, said
        return Answered(process.returncode, out, said)

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
                env={**os.environ, **self.world.environment},
            )
            if re.search(wanted, listed.stdout, re.M):
                return
        raise AssertionError(f"{reader}: {listed.stdout}")


@pytest.fixture(scope="session")
def the_hall() -> Iterator[Hall]:
    """One world for all tests of a test process; every device is in the settings."""
    with World(12, 7, lambda what: None, pace=0.0) as world:
        file = world.terminal / "terminal.toml"
        wires = "\n".join(
            f'{name} = "{world.environment[variable]}"'
            for name, variable in (
                ("pin_pad", "HARDWARE_SIM_PIN_PAD"),
                ("barcode_reader", "HARDWARE_SIM_BARCODE_READER"),
            )
        )
        wires += '\nbarcode_make = "newland"'
        file.write_text(file.read_text("utf-8").replace("[devices]", f"[devices]\n{wires}"), "utf-8")
        yield Hall(world, world.terminal)


@pytest.fixture
def hall(the_hall: Hall) -> Hall:
    """All devices well and empty."""
    the_hall.mend()
    return the_hall
