"""Honeywell: trigger and stop as three bytes, settings as menu commands that begin `16 4D 0D`."""

from __future__ import annotations

from hardware_sim.barcode_reader.make import Defaults, Remark, Say, Suffix, Terminator, Trigger, Wish

TRIGGER, STOP, MENU = b"\x16T\r", b"\x16U\r", b"\x16M\r"
ACK, ENQ, NAK = b"\x06", b"\x05", b"\x15"
LONGEST_MENU = 128
SETTINGS: dict[bytes, Wish] = {
    b"DEFALT": Defaults(),
    b"SUFCA2": Suffix(Terminator.NONE),
    b"SUFBK2990D": Suffix(Terminator.CR),
    b"SUFBK2990D0A": Suffix(Terminator.CRLF),
}
"""Menu words this reader has: factory defaults, and the suffix of all symbologies (99) in hexadecimal."""


class Honeywell:
    """A menu command ends with `.` (until power is lost) or `!` (kept); its words come back with 06, or 05 unknown."""

    name = "honeywell"

    def __init__(self) -> None:
        self._held = b""

    def forget(self) -> None:
        self._held = b""

    def hear(self, data: bytes, now: float) -> list[Wish]:
        self._held += data
        wishes: list[Wish] = []
        while self._held and (size := self._piece(wishes)):
            self._held = self._held[size:]
        return wishes

    def _piece(self, wishes: list[Wish]) -> int:
        held = self._held
        if held.startswith((TRIGGER, STOP)):
            wishes.append(Trigger(on=held.startswith(TRIGGER)))
            return len(TRIGGER)
        if held.startswith(MENU):
            return self._menu(held, wishes)
        if any(words.startswith(held) for words in (TRIGGER, STOP, MENU)):
            return 0
        wishes.append(Remark(f"not understood: {held[:1].hex().upper()}"))
        return 1

    @staticmethod
    def _menu(held: bytes, wishes: list[Wish]) -> int:
        ends = [at for at in (held.find(b"."), held.find(b"!")) if at >= 0]
        if not ends:
            return 0 if len(held) <= LONGEST_MENU else len(held)
        end = min(ends)
        words = held[len(MENU) : end]
        wish = SETTINGS.get(words)
        if wish is not None:
            wishes += [wish, Say(words + ACK)]
        elif any(known.startswith(words[:6]) for known in SETTINGS if len(words) > 6):
            wishes += [Remark("a menu value out of range"), Say(words + NAK)]
        else:
            wishes += [Remark("a menu word this reader does not have"), Say(words + ENQ)]
        return end + 1
