"""A whole terminal without a screen, in a process of its own: touches come in as NDJSON, screens go out.

A program, not a module to import: PC/SC reads its socket's name once in a process, and a process can be killed.

In:  {"press": "wake"}  {"choose": "SI-02"}  {"option": "male"}  {"digits": "196508"}  {"pin": "123456"}
     {"pin_digits": "12"}  {"pin_cancel": true}  {"stop": true}
Out: {"page": "C05", "body": {...}, "strip": {...}, "can_exit": true, "idle_warning": null} for each screen.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from kiosk.app.core import Core
from kiosk.app.directory import DataDirectory
from kiosk.app.hardening import harden
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed
from kiosk.screen import Screen
from kiosk.text import Text
from kiosk.texts import render


def plain(value: Any) -> Any:
    """JSON of a screen; texts as the Chinese sentence a person reads."""
    match value:
        case Text():
            return render(value, "zh")
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case tuple() | list():
            return [plain(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    return value


class Glass:
    """Takes standard output for the screens; what the terminal itself writes there goes to standard error."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)

    def show(self, screen: Screen) -> None:
        """One line, written at once: what was shown before a kill is known."""
        line = json.dumps(plain(screen), ensure_ascii=False).encode() + b"\n"
        while line:
            line = line[os.write(self._out, line) :]


def touch(core: Core, said: dict[str, Any]) -> None:
    """What a finger does."""
    match said:
        case {"press": press}:
            core.post(Pressed(Press(press)))
        case {"choose": item}:
            core.post(ItemChosen(item))
        case {"option": key}:
            core.post(OptionChosen(key))
        case {"digits": digits}:
            for digit in digits:
                core.post(DigitTyped(digit))
        case {"pin": digits}:
            for digit in digits:
                core.pin_pad.press(int(digit))
            core.pin_pad.confirm()
        case {"pin_digits": digits}:
            for digit in digits:
                core.pin_pad.press(int(digit))
        case {"pin_cancel": True}:
            core.pin_pad.cancel()
        case _:
            raise ValueError(f"{sorted(said)} is not understood")


def listen(core: Core) -> None:
    """Until `stop` or the end of standard input."""
    try:
        while line := sys.stdin.readline():
            said = json.loads(line)
            if said == {"stop": True}:
                break
            touch(core, said)
    finally:
        core.stop()


def main() -> None:
    harden()
    glass = Glass()
    data = DataDirectory(Path(sys.argv[1]))
    core = Core(data, data.load_settings(), Path(sys.argv[2]), glass.show)
    core.start()
    threading.Thread(target=listen, args=(core,), daemon=True).start()
    # a bug ends the process with its traceback, as it ends `kiosk run`
    core.join()


if __name__ == "__main__":
    main()
