"""The life of a station: it ends whole, whoever ends it; two of them never meet."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Up = Callable[..., Any]

LEFT_BEHIND = {"pages", "receipts", "station.lock", "pcsc"}


def children(pid: int) -> list[int]:
    """All descendants of a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pids: list[int], seconds: float = 15.0) -> bool:
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_it_started(up: Up, how: signal.Signals) -> None:
    station = up("--cards")
    started = children(station.process.pid)
    assert len(started) >= 2, "the card host and its pcscd"
    station.process.send_signal(how)
    assert station.process.wait(20) == 0
    assert gone(started)
    assert {file.name for file in station.folder.iterdir()} <= LEFT_BEHIND


def test_down_returns_when_everything_is_gone(up: Up) -> None:
    station = up("--cards")
    started = children(station.process.pid)
    assert station.command("down").returncode == 0
    assert station.process.wait(5) == 0
    assert gone(started, 1.0)
    for words in (["down"], ["status"], ["env"], ["do", "remove id"]):
        asked = station.command(*words)
        assert asked.returncode == 3
        assert asked.stderr == (
            f"No station is running in {station.folder}. Start it: hardware-sim up --state {station.folder}\n"
        )


def test_a_station_ends_when_its_parent_is_killed(folder: Path) -> None:
    starter = (
        "import subprocess, sys, time\n"
        "up = subprocess.Popen([sys.executable, '-m', 'hardware_sim.cli', 'up', '--state', sys.argv[1]],\n"
        "                      stdout=subprocess.PIPE, text=True)\n"
        "while up.stdout.readline() != 'ready\\n': pass\n"
        "print(up.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", starter, str(folder)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        station = int(parent.stdout.readline())
        family = [station, *children(station)]
        parent.kill()
        assert gone(family)


def test_a_station_that_was_killed_leaves_nothing_running_and_nothing_in_the_way(up: Up) -> None:
    first = up("--cards")
    started = children(first.process.pid)
    first.process.kill()
    first.process.wait(10)
    assert gone(started)
    second = up("--cards")
    second.do("insert card worker")
    assert second.status()["card_reader"]["card"] == "worker"


def test_two_stations_with_different_state_do_not_meet(up: Up, folder: Path) -> None:
    one, other = up("--cards", place=folder / "a"), up("--cards", place=folder / "b")
    one.do("insert card worker")
    one.do("place id worker")
    one.do("receipt-printer jam")
    one.do("a4-printer paper-out")
    shown = other.status()
    assert shown["card_reader"]["card"] is None
    assert shown["id_reader"]["card"] is None
    assert not shown["receipt_printer"]["jam"]
    assert shown["a4_printer"]["reasons"] == []
    assert set(one.environment().values()).isdisjoint(other.environment().values())
    assert one.command("down").returncode == 0
    other.do("insert card pensioner")
    assert other.status()["card_reader"]["card"] == "pensioner"


def test_a_second_station_with_the_same_state_is_refused(up: Up) -> None:
    station = up()
    again = station.command("up")
    assert again.returncode == 1
    assert "is running" in again.stderr
    assert station.status()["pid"] == station.process.pid


def test_without_card_readers_the_rest_works(up: Up) -> None:
    station = up("--no-cards")
    refused = station.command("do", "insert card worker")
    assert (refused.returncode, refused.stderr) == (1, "This station is up without cards.\n")
    assert "PCSCLITE_CSOCK_NAME" not in station.environment()
    assert station.status()["card_reader"]["available"] is False
    station.do("place id worker")


def test_a_path_too_long_for_a_socket_is_told_before_anything_starts(folder: Path) -> None:
    command = [sys.executable, "-m", "hardware_sim.cli", "up", "--state", str(folder / ("x" * 120))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 3
    assert "too long" in done.stderr
    assert list(folder.iterdir()) == []


def test_the_state_directory_is_its_owner_s_alone(up: Up, folder: Path) -> None:
    station = up("--no-cards", place=folder / "new")
    assert os.stat(station.folder).st_mode & 0o777 == 0o700
    assert (station.folder / "receipts").stat().st_mode & 0o777 == 0o700
