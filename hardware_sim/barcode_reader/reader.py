"""The reader itself: lamp, trigger, the texts it sends, and the faults it can be told to show."""

from __future__ import annotations

import random
from collections import deque
from enum import Enum

from hardware_sim.barcode_reader.gm65 import Gm65
from hardware_sim.barcode_reader.honeywell import Honeywell
from hardware_sim.barcode_reader.make import (
    Defaults,
    Light,
    Lighting,
    LineRate,
    Make,
    Remark,
    Say,
    Suffix,
    Terminator,
    Trigger,
    Wish,
)
from hardware_sim.barcode_reader.newland import Newland
from hardware_sim.line_troubles import LineTroubles, Trouble

MAKES: dict[str, type[Make]] = {"newland": Newland, "honeywell": Honeywell, "gm65": Gm65}
LARGEST_CODE = 2953
"""Bytes in the largest QR code (version 40, level L)."""
LAMP_SECONDS = 15.0
"""The lamp of a trigger goes off by itself after so long without a code."""
REMARKS_KEPT = 100
_READ_SECONDS, _ANSWER_SECONDS = 0.12, 0.02
_RATE_OF_USB = 115200
_FACTORY_TERMINATOR = Terminator.CR

Said = list[tuple[float, bytes]]


class Mode(Enum):
    """When it reads: whatever comes before it, or only while the host's trigger is on. Values are what people type."""

    SENSE = "sense"
    HOST = "host"


class BarcodeReader:
    """One reader on one line. `feed` is its wire; every other public method is a hand from outside."""

    def __init__(self, make: str = "newland", *, pace: float = 1.0, chance: random.Random | None = None) -> None:
        """`chance` makes the garbage; the same seed, the same garbage. Raises KeyError for a make that is not known."""
        self._make: Make = MAKES[make]()
        self._pace = pace
        self._chance = chance if chance is not None else random.Random(0)  # noqa: S311 - garbage, not a secret
        self._mode = Mode.SENSE
        self._terminator = _FACTORY_TERMINATOR
        self._lamp_until: float | None = None
        self._light = Light.WHILE_SCANNING
        self._powered = True
        self._busy_until = float("-inf")
        self._troubles = LineTroubles()
        self._remarks: deque[str] = deque(maxlen=REMARKS_KEPT)
        self.rate: int | None = None
        """The rate of the line; None on USB, where any will do."""
        self.scans = 0
        """How many texts were sent."""

    # the wire

    def feed(self, data: bytes, now: float) -> Said:
        """Bytes from the host at `now` (seconds); answers as (seconds from now, bytes)."""
        if not self._powered:
            return []
        said: Said = []
        for wish in self._make.hear(data, now):
            said += self._fulfil(wish, now)
        return said

    # hands

    def scan(self, data: bytes, now: float) -> Said | None:
        """Hold a code before it. None if it was not read: no power, or the trigger is off in host mode.

        Raises ValueError for more bytes than any code holds, or none.
        """
        if not 1 <= len(data) <= LARGEST_CODE:
            raise ValueError(f"a code holds 1 to {LARGEST_CODE} bytes")
        if not self._powered or (self._mode is Mode.HOST and not self.lamp(now)):
            return None
        self._lamp_until = None
        self.scans += 1
        text = data + self._terminator.data
        return self._send(text, _READ_SECONDS, now)

    def send_garbage(self, count: int, now: float) -> Said:
        """So many bytes that are no text come over the line, as from a worn plug."""
        if not self._powered:
            return []
        return [(0.0, self._chance.randbytes(count))]

    def set_make(self, make: str) -> None:
        """Another reader in its place, fresh from the factory."""
        self._make = MAKES[make]()
        self._to_defaults()
        self.rate = None

    def set_terminator(self, terminator: Terminator) -> None:
        self._terminator = terminator

    def set_mode(self, mode: Mode) -> None:
        self._mode = mode

    def disturb(self, trouble: Trouble, *, count: int | None = None, keep: int = 0) -> None:
        """Spoil what is sent until told otherwise, or the next `count` times."""
        self._troubles.begin(trouble, count=count, keep=keep)

    def slow_down(self, seconds: float) -> None:
        self._troubles.slow_seconds = seconds

    def recover(self) -> None:
        """End every trouble; settings stay."""
        self._troubles.end()

    def power_off(self) -> None:
        """Silence, and the lamp is off. Settings are kept."""
        self._powered, self._lamp_until, self._light = False, None, Light.WHILE_SCANNING
        self._make.forget()
        self._busy_until = float("-inf")

    def power_on(self) -> None:
        self._powered = True

    # what can be seen from outside

    @property
    def powered(self) -> bool:
        return self._powered

    @property
    def make(self) -> str:
        return self._make.name

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def terminator(self) -> Terminator:
        return self._terminator

    def lamp(self, now: float) -> bool:
        """Whether the host's trigger has the lamp on."""
        return self._lamp_until is not None and now < self._lamp_until

    def lit(self, now: float) -> bool:
        """Whether the lamp can be seen."""
        if not self._powered or self._light is Light.NEVER:
            return False
        return self._light is Light.ALWAYS or self.lamp(now)

    @property
    def troubles(self) -> LineTroubles:
        return self._troubles

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a strict reader did not understand, oldest first."""
        return tuple(self._remarks)

    # inside

    def _fulfil(self, wish: Wish, now: float) -> Said:
        match wish:
            case Say(data=data):
                return self._send(data, _ANSWER_SECONDS, now)
            case Trigger(on=on):
                self._lamp_until = now + LAMP_SECONDS if on else None
            case Suffix(terminator=terminator):
                self._terminator = terminator
            case Lighting(light=light):
                self._light = light
            case LineRate(rate=rate):
                self.rate = rate
            case Defaults():
                self._to_defaults()
            case Remark(text=text):
                self._remarks.append(text)
        return []

    def _to_defaults(self) -> None:
        self._terminator, self._mode, self._lamp_until = _FACTORY_TERMINATOR, Mode.SENSE, None
        self._light = Light.WHILE_SCANNING

    def _send(self, data: bytes, seconds: float, now: float) -> Said:
        spoilt = self._troubles.spoil(data)
        if not spoilt:
            return []
        begins = max(now, self._busy_until)
        work = seconds * self._pace + self._troubles.slow_seconds
        self._busy_until = begins + work + len(spoilt) * 10 / (self.rate or _RATE_OF_USB)
        return [(self._busy_until - now, spoilt)]
