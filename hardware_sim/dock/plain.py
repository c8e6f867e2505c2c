"""The plain dock in a terminal: keys from stdin, a picture on stdout, a socket to the station. Works over ssh.

Without a terminal on stdin each line is a phrase, and each answer a line: for scripts.
"""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from hardware_sim.dock.buttons import without_digits
from hardware_sim.dock.keys import Keys
from hardware_sim.dock.menu import Menu, Quit, Say
from hardware_sim.dock.screen import picture
from hardware_sim.dock.wires import Wires
from hardware_sim.station.asking import NotRunningError, ask

_LOOK_EVERY = 0.4
_ESCAPE_WAITS = 0.05
_REFUSED, _NOBODY = 1, 3


def run_plain(control: Path) -> int:
    """Until the person quits or stdin ends; the exit code."""
    if not sys.stdin.isatty():
        return _obey_lines(control)
    try:
        return _PlainDock(control).run()
    except KeyboardInterrupt:
        return 0


def _obey_lines(control: Path) -> int:
    code = 0
    for line in sys.stdin:
        phrase = line.strip()
        if not phrase or phrase.startswith("#"):
            continue
        try:
            answer = ask(control, {"do": phrase})
        except NotRunningError as error:
            print(error, file=sys.stderr)  # noqa: T201 - this is the screen
            return _NOBODY
        if not answer["ok"]:
            code = _REFUSED
        print(_word(phrase, answer), flush=True)  # noqa: T201
    return code


class _PlainDock:
    """One sitting at the terminal."""

    def __init__(self, control: Path) -> None:
        self._control = control
        self._menu = Menu()
        self._wires = Wires()
        self._status: dict[str, Any] = {}
        self._word = ""
        self._console = Console()

    def run(self) -> int:
        keys = Keys()
        with _key_by_key(), Live(console=self._console, screen=True, auto_refresh=False) as live:
            while True:
                self._look()
                live.update(self._picture(), refresh=True)
                for key in self._keys(keys):
                    if self._press(key):
                        return 0

    def _keys(self, keys: Keys) -> list[str]:
        found = self._read(keys, _LOOK_EVERY)
        if keys.waiting:
            found += self._read(keys, _ESCAPE_WAITS) or keys.quiet()
        return found

    @staticmethod
    def _read(keys: Keys, seconds: float) -> list[str]:
        descriptor = sys.stdin.fileno()
        if not select.select([descriptor], [], [], seconds)[0]:
            return []
        data = os.read(descriptor, 1024)
        # the terminal has gone: leave, however deep in the menu
        return keys.hear(data) if data else ["escape", "q", "q"]

    def _press(self, key: str) -> bool:
        """Whether the person is done."""
        match self._menu.press(key):
            case Say(phrase=phrase):
                self._say(phrase)
            case Quit():
                return True
        return False

    def _say(self, phrase: str) -> None:
        try:
            self._word = _word(phrase, ask(self._control, {"do": phrase}))
        except NotRunningError:
            self._status = {}

    def _look(self) -> None:
        try:
            status = ask(self._control, {"status": True})
            if not self._status:
                self._wires.forget()
            self._wires.add(ask(self._control, {"wires": self._wires.last})["wires"])
        except NotRunningError:
            self._status = {}
            return
        self._status = status
        self._menu.know(status)

    def _picture(self) -> Any:
        size = self._console.size
        command = f"hardware-sim up --state {self._control.parent}"
        return picture(
            self._menu,
            self._status,
            self._wires,
            self._word,
            width=size.width,
            height=size.height,
            command=command,
        )


def _word(phrase: str, answer: dict[str, Any]) -> str:
    return f"✓ {without_digits(phrase)}" if answer["ok"] else str(answer["error"])


@contextmanager
def _key_by_key() -> Iterator[None]:
    """No echo and no waiting for Enter; Ctrl-C still ends."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
