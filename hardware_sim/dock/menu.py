"""The plain dock's menu as a table and a small machine: keys in, phrases out. Pure; knows no screen and no socket.

At the top a digit chooses a device. Inside, each letter is one thing that can happen; at the PIN pad digits are its
keys. `:` opens a line for any phrase, `/` a line for a text to scan.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hardware_sim.dock.buttons import PANELS, Button, Panel, given, personas_for_qml

LETTERS: Final = string.ascii_lowercase.replace("q", "")
ENTER, ESCAPE, BACKSPACE, DELETE = "enter", "escape", "backspace", "delete"
LONGEST_LINE = 3000
_PAD_KEYS = {
    ENTER: "pin-pad press enter",
    BACKSPACE: "pin-pad press clear",
    DELETE: "pin-pad press cancel",
}


@dataclass(frozen=True)
class Say:
    """Tell the station this."""

    phrase: str


@dataclass(frozen=True)
class Quit:
    """Leave the dock."""


@dataclass(frozen=True)
class Choice:
    """A key and what it stands for; `say` is empty for a device."""

    key: str
    zh: str
    en: str
    say: str = ""


@dataclass
class Menu:
    """Where the person is. `line` is what is being typed into an opened line, with the phrase it completes."""

    device: str | None = None
    line: str | None = None
    prefix: str = ""
    _status: Mapping[str, Any] = field(default_factory=dict)

    def know(self, status: Mapping[str, Any]) -> None:
        """The newest status: whose cards there are, and what lies where."""
        self._status = status

    @property
    def panel(self) -> Panel | None:
        return None if self.device is None else PANELS[self.device]

    def choices(self) -> list[Choice]:
        """What can be pressed here."""
        panel = self.panel
        if panel is None:
            return [Choice(str(number), each.zh, each.en) for number, each in enumerate(PANELS.values(), start=1)]
        buttons = [*self._personas(panel), *panel.buttons]
        return [Choice(key, each.zh, each.en, each.say) for key, each in zip(LETTERS, buttons, strict=False)]

    def press(self, key: str) -> Say | Quit | None:
        """One key: a character, or enter, escape, backspace, delete."""
        if self.line is not None:
            return self._edit(key)
        if key == ":":
            self.line, self.prefix = "", ""
            return None
        if key == "/":
            self.line, self.prefix = "", "scan "
            return None
        if key in ("q", ESCAPE):
            if self.device is None:
                return Quit() if key == "q" else None
            self.device = None
            return None
        return self._choose(key)

    def _choose(self, key: str) -> Say | None:
        if self.device is None:
            names = list(PANELS)
            if len(key) == 1 and key in "123456789" and int(key) <= len(names):
                self.device = names[int(key) - 1]
            return None
        if self.device == "pin_pad":
            if len(key) == 1 and key in string.digits:
                return Say(f"pin-pad press {key}")
            if key in _PAD_KEYS:
                return Say(_PAD_KEYS[key])
        return next((Say(choice.say) for choice in self.choices() if choice.key == key), None)

    def _edit(self, key: str) -> Say | None:
        line = self.line or ""
        if key == ESCAPE:
            self.line = None
        elif key == ENTER:
            self.line = None
            return Say(self.prefix + line) if line.strip() else None
        elif key in (BACKSPACE, DELETE):
            self.line = line[:-1]
        elif len(key) == 1 and key.isprintable() and len(line) < LONGEST_LINE:
            self.line = line + key
        return None

    def _personas(self, panel: Panel) -> Sequence[Button]:
        if not panel.gives:
            return ()
        word = "社保卡" if panel.gives == "card" else "身份证"
        inside = self._status.get(self.device or "", {}).get("card") or ""
        return [
            Button(f"{word}·{each['zh']}", each["key"], given(panel, each["key"], inside), calm=True)
            for each in personas_for_qml(self._status.get("personas", []))
        ]
