"""What is wrong with the printer, as sensors and people know it, and how its status bytes say so."""

from __future__ import annotations

from dataclasses import dataclass

ONLINE_GROUP, ERROR_GROUP, PAPER_GROUP, BUTTON_GROUP = 0x02, 0x04, 0x08, 0x40
"""What 1D 61 n switches on, bit by bit; bit 0 is the drawer, which this printer has not."""
KNOWN_GROUPS = 0x01 | ONLINE_GROUP | ERROR_GROUP | PAPER_GROUP | BUTTON_GROUP


@dataclass
class Condition:
    """Default: nothing is wrong."""

    cover_open: bool = False
    near_end: bool = False
    paper_end: bool = False
    cutter_error: bool = False
    jam: bool = False
    switched_offline: bool = False
    broken: bool = False
    """An error that nobody in the hall can mend."""
    too_hot: bool = False
    button_pressed: bool = False
    """Somebody feeds paper by the button."""
    waiting: bool = False
    """Mended, and waiting for somebody to press the button."""

    @property
    def failed(self) -> bool:
        """The error bit."""
        return self.cutter_error or self.jam or self.broken or self.too_hot

    @property
    def stopped(self) -> bool:
        """Offline, whatever for."""
        return (
            self.cover_open
            or self.paper_end
            or self.failed
            or self.switched_offline
            or self.button_pressed
            or self.waiting
        )

    def real_time(self, n: int) -> int:
        """The answer to 10 04 n."""
        byte = 0x12
        match n:
            case 1:
                byte |= _bits((0x08, self.stopped), (0x20, self.waiting), (0x40, self.button_pressed))
            case 2:
                byte |= _bits((0x04, self.cover_open), (0x08, self.button_pressed))
                byte |= _bits((0x20, self.paper_end), (0x40, self.failed))
            case 3:
                byte |= self._errors()
            case 4:
                byte |= _bits((0x0C, self.near_end), (0x60, self.paper_end))
        return byte

    def paper(self) -> int:
        """The answer to 1D 72 01 and 1B 76, and the third byte of an automatic status."""
        return _bits((0x03, self.near_end), (0x0C, self.paper_end))

    def automatic(self) -> bytes:
        """The four bytes of an automatic status."""
        first = 0x10 | _bits((0x08, self.stopped), (0x20, self.cover_open), (0x40, self.button_pressed))
        second = self._errors() | _bits((0x01, self.waiting), (0x02, self.button_pressed))
        return bytes((first, second, self.paper(), 0))

    def watched(self, groups: int) -> bytes:
        """What of the automatic status belongs to these groups; a change elsewhere is not told."""
        first, second, third, _ = self.automatic()
        return bytes(
            (
                first & 0x28 if groups & ONLINE_GROUP else 0,
                second & 0x6C if groups & ERROR_GROUP else 0,
                third if groups & PAPER_GROUP else 0,
                (first & 0x40) | (second & 0x03) if groups & BUTTON_GROUP else 0,
            )
        )

    def _errors(self) -> int:
        return _bits((0x04, self.jam), (0x08, self.cutter_error), (0x20, self.broken), (0x40, self.too_hot))


def _bits(*pairs: tuple[int, bool]) -> int:
    return sum(bits for bits, holds in pairs if holds)
