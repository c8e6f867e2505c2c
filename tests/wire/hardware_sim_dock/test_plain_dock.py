"""The plain dock as people use it: in a terminal of any size, and fed with lines by a script."""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardware_sim.station.control import Control
from hardware_sim.station.station import Station

COMMAND = [sys.executable, "-m", "hardware_sim.cli", "dock", "--plain", "--state"]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hs-") as name:
        yield Path(name)


@pytest.fixture
def station(folder: Path) -> Iterator[Station]:
    made = Station(folder, pace=0, cards=False)
    control = Control(made, made.places.control, lambda: None)
    yield made
    control.close()
    made.close()


class Terminal:
    """A dock in a terminal of 100 by 32, and what its screen has shown."""

    def __init__(self, folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "32"}
        self.process = subprocess.Popen(
            [*COMMAND, str(folder)], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self._raw = b""

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    @property
    def screen(self) -> str:
        """The newest whole picture, without colours."""
        while select.select([self._ours], [], [], 0.05)[0]:
            try:
                self._raw += os.read(self._ours, 65536)
            except OSError:
                break
        newest = self._raw.split(b"\x1b[H")[-1]
        return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", newest).decode("utf-8", "replace")

    def until(self, holds: Callable[[str], bool]) -> None:
        end = time.monotonic() + 20
        while not holds(shown := self.screen):
            assert time.monotonic() < end, shown

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)
        os.close(self._ours)


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    opened = Terminal(folder)
    yield opened
    opened.close()


def test_a_person_with_a_keyboard_alone_can_do_it_all(station: Station, terminal: Terminal) -> None:
    terminal.until(lambda shown: "选择设备 Choose a device" in shown)
    terminal.type("5")
    terminal.until(lambda shown: "b 缺纸 Paper out" in shown)
    terminal.type("b")
    terminal.until(lambda shown: "● 缺纸  paper out" in shown and "✓ receipt-printer paper-out" in shown)
    terminal.type("\x1b")
    terminal.until(lambda shown: "选择设备" in shown)
    terminal.type("/社会 保障\r")
    terminal.until(lambda shown: "文本 «社会 保障»" in shown)
    terminal.type(":take receipt\r")
    terminal.until(lambda shown: "There is no receipt in the mouth" in shown)
    terminal.type("3")
    terminal.until(lambda shown: "密码键盘 PIN pad   0-9" in shown)
    terminal.type("7")
    terminal.until(lambda shown: "✓ pin-pad press •" in shown)
    assert "press 7" not in terminal.screen
    terminal.type("qq")
    assert terminal.process.wait(10) == 0


def test_ctrl_c_ends_it_and_a_station_that_comes_later_is_found(terminal: Terminal, folder: Path) -> None:
    terminal.until(lambda shown: f"hardware-sim up --state {folder}" in shown)
    made = Station(folder, pace=0, cards=False)
    control = Control(made, made.places.control, lambda: None)
    try:
        terminal.until(lambda shown: "选择设备" in shown)
    finally:
        control.close()
        made.close()
    terminal.until(lambda shown: "尚未启动" in shown)
    os.kill(terminal.process.pid, 2)
    assert terminal.process.wait(10) == 0


def test_a_script_may_give_one_phrase_a_line(station: Station, folder: Path) -> None:
    done = subprocess.run(
        [*COMMAND, str(folder)],
        input="# a comment\nplace id worker\n\npin-pad type 4711\ntake receipt\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "✓ place id worker",
        "✓ pin-pad type •",
        "There is no receipt in the mouth of the printer.",
    ]
    assert done.returncode == 1
    assert station.status().id_reader.card == "worker"


def test_lines_without_a_station_end_with_three(folder: Path) -> None:
    done = subprocess.run(
        [*COMMAND, str(folder)], input="remove id\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, "No station is running" in done.stderr) == (3, True)
