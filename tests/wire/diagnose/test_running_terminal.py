"""Diagnosis beside a terminal that is in service: nothing is touched unasked, and what is lent goes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

LIMIT = 40.0


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.fixture
def running(hall) -> Iterator[subprocess.Popen[bytes]]:
    """`kiosk run` on the hall's terminal, without a display, until its door is open."""
    process = subprocess.Popen(
        [program("kiosk"), "run", "--data", str(hall.data), "--window"],
        env={
            **os.environ,
            **hall.world.environment,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_QUICK_BACKEND": "software",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + LIMIT
    while not (hall.data / "service.sock").exists() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1].decode()[-2000:]
        time.sleep(0.1)
    yield process
    process.terminate()
    process.communicate(timeout=LIMIT)


def vendor_modes(hall) -> list[str]:
    """What the journal says of it."""
    told = subprocess.run(
        [program("kiosk"), "journal", "export", "--data", str(hall.data)], capture_output=True, text=True, check=True
    )
    headers = [json.loads(line)["header"] for line in told.stdout.splitlines()]
    return [header["state"] for header in headers if header.get("event") == "vendor-mode"]


def test_a_terminal_in_service_lends_its_devices_and_takes_them_back(hall, running):
    untouched = hall.diagnose("--json")
    assert untouched.code == 3
    assert untouched.part("receipt-printer")["causes"] == ["terminal_runs"]
    assert "--take-devices" in untouched.part("receipt-printer")["next"]["en"]
    assert untouched.part("journal")["health"] == "well", "the journal can be read beside the terminal"

    lent = hall.diagnose("--take-devices", "--json")
    assert lent.code == 0, lent.out
    assert set(lent.health().values()) == {"well"}
    deadline = time.monotonic() + LIMIT
    while vendor_modes(hall)[-1:] != ["left"] and time.monotonic() < deadline:
        time.sleep(0.2)
    assert vendor_modes(hall) == ["entered", "left"]

    printed = hall.diagnose("bench", "receipt-printer", "--take-devices", "--json")
    assert printed.code == 0, printed.out
    assert running.poll() is None, "service goes on"


def test_what_another_window_has_entered_may_be_tested_here(hall, running):
    holder = subprocess.Popen(
        [program("kiosk"), "service", "enter", "--data", str(hall.data), "--json"], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        states = []
        for line in holder.stdout:
            states.append(json.loads(line)["service"])
            if states[-1] == "active":
                break
        done = hall.diagnose("--device", "receipt-printer", "--json")
        assert done.code == 0, done.out
        taken = hall.diagnose("--device", "receipt-printer", "--json", "--take-devices")
        assert taken.code == 0, "what is lent already need not be taken"
    finally:
        holder.terminate()
        holder.wait(LIMIT)
        holder.stdout.close()
