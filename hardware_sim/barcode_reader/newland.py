"""Newland: a settings mode with text commands, and two trigger bytes on newer readers."""

from __future__ import annotations

import re
from typing import Final

from hardware_sim.barcode_reader.make import Defaults, Remark, Say, Trigger, Wish

ENTER, ENTERED, LEAVE, LEFT = b"$$$$", b"@@@@", b"%%%%", b"^^^^"
TRIGGER, STOP = b"\x1b1", b"\x1b0"
FACTORY_DEFAULTS: Final = b"99900030"
LEAVES_BY_ITSELF_AFTER = 5.0
LONGEST_COMMAND = 64
_COMMAND = re.compile(rb"#(\d{8});")


class Newland:
    """Settings are refused (`?…;`) unless this reader has them; the mode ends by itself after 5 s of quiet."""

    name = "newland"

    def __init__(self) -> None:
        self._held = b""
        self._setting_until: float | None = None

    def forget(self) -> None:
        self._held, self._setting_until = b"", None

    def hear(self, data: bytes, now: float) -> list[Wish]:
        if self._setting_until is not None and now > self._setting_until:
            self.forget()
        self._held += data
        wishes: list[Wish] = []
        while self._held and (size := self._piece(wishes)):
            self._held = self._held[size:]
        if self._setting_until is not None:
            self._setting_until = now + LEAVES_BY_ITSELF_AFTER
        return wishes

    def _piece(self, wishes: list[Wish]) -> int:
        """Obey the first thing in what is held; its size, 0 if it is not yet whole."""
        held = self._held
        for words, wish in ((TRIGGER, Trigger(on=True)), (STOP, Trigger(on=False))):
            if held.startswith(words):
                wishes.append(wish)
                return len(words)
        if held.startswith(ENTER):
            self._setting_until = float("inf")
            wishes.append(Say(ENTERED))
            return len(ENTER)
        if held.startswith(LEAVE) and self._setting_until is not None:
            self._setting_until = None
            wishes.append(Say(LEFT))
            return len(LEAVE)
        if self._setting_until is not None and held.startswith(b"#"):
            return self._setting(held, wishes)
        if any(words.startswith(held) for words in (TRIGGER, STOP, ENTER, LEAVE)):
            return 0
        wishes.append(Remark(f"not understood: {held[:1].hex().upper()}"))
        return 1

    @staticmethod
    def _setting(held: bytes, wishes: list[Wish]) -> int:
        end = held.find(b";")
        if end < 0:
            return 0 if len(held) <= LONGEST_COMMAND else len(held)
        command = held[: end + 1]
        known = _COMMAND.fullmatch(command)
        if known is not None and known[1] == FACTORY_DEFAULTS:
            wishes += [Defaults(), Say(b"!" + command[1:])]
        else:
            wishes += [Remark("a setting this reader does not have"), Say(b"?" + command[1:])]
        return end + 1
