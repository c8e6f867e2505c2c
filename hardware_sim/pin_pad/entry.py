"""One entry of a PIN: the digits stay in the pad; the host hears `2A` for each, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from hardware_sim.pin_pad.cipher import LONGEST_PIN, SHORTEST_PIN


class Key(Enum):
    """The keys; the value is what people type."""

    ZERO = "0"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    SIX = "6"
    SEVEN = "7"
    EIGHT = "8"
    NINE = "9"
    ENTER = "enter"
    CANCEL = "cancel"
    CLEAR = "clear"

    @property
    def is_digit(self) -> bool:
        return len(self.value) == 1


ENTERED, CANCELLED, CLEARED, TIMED_OUT, HIDDEN_DIGIT = b"\x0d", b"\x1b", b"\x08", b"\x00", b"\x2a"
"""Key events as they go over the line."""
CODES = {Key.ENTER: ENTERED, Key.CANCEL: CANCELLED, Key.CLEAR: CLEARED}


class Progress(Enum):
    """How far an entry has come."""

    TYPING = "typing"
    ENTERED = "entered"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed-out"


@dataclass(repr=False)
class Entry:
    """`length` is the most digits it takes; `seconds` is the time-out after the start and after each key (0: none)."""

    length: int
    echo: bool
    seconds: int
    deadline: float | None = None
    progress: Progress = Progress.TYPING
    digits: bytearray = field(default_factory=bytearray)

    @classmethod
    def asked_for(cls, data: bytes, now: float) -> Entry | None:
        """From the parameters of command 35 (length, echo, fill, prompt, time-out); None for a value out of range."""
        if len(data) != 5 or not SHORTEST_PIN <= data[0] <= LONGEST_PIN or data[1] > 1:
            return None
        entry = cls(length=data[0], echo=data[1] == 1, seconds=data[4])
        entry._again(now)
        return entry

    def press(self, key: Key, now: float) -> bytes:
        """The event the host hears, or nothing."""
        if self.progress is not Progress.TYPING:
            return b""
        self._again(now)
        if key.is_digit:
            if len(self.digits) == self.length:
                return b""
            self.digits += key.value.encode("ascii")
            return HIDDEN_DIGIT if self.echo else b""
        if key is Key.CLEAR:
            self.wipe()
        elif key is Key.ENTER:
            self.progress, self.deadline = Progress.ENTERED, None
        else:
            self.end(Progress.CANCELLED)
        return CODES[key]

    def end(self, how: Progress) -> None:
        """No digit survives an end without Enter."""
        self.progress, self.deadline = how, None
        self.wipe()

    def wipe(self) -> None:
        self.digits[:] = bytes(len(self.digits))
        self.digits.clear()

    def _again(self, now: float) -> None:
        self.deadline = now + self.seconds if self.seconds else None
