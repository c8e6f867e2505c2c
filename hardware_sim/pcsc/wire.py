"""vpcd's protocol without sockets: length-prefixed messages in, replies and the time they take out.

A message is two bytes of length (big-endian) and its content. One byte of content is an order of the reader, anything
longer a command APDU. Orders 00, 01 and 02 (power off, power on, reset) have no reply; 04 asks for the ATR, also every
time the driver wants to know whether the card is still there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from hardware_sim.cards.device import CardDevice, NoAnswerError
from hardware_sim.meaning import Direction

_LENGTH_BYTES: Final = 2

# The driver takes every reply as a sign of presence and an ATR of more than 33 bytes as a failed power-up. A card that
# is there but has no ATR therefore answers with 34 bytes: pcscd then reports it as present and mute, like hardware.
_NO_ATR: Final = bytes(34)
_PRESENT: Final = b"\x3b\x00"


class Order(IntEnum):
    """What one byte means."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


@dataclass(frozen=True, repr=False)
class Reply:
    """A complete framed reply and the seconds until it leaves."""

    frame: bytes
    seconds: float


def framed(message: bytes) -> bytes:
    """Length and content."""
    return len(message).to_bytes(_LENGTH_BYTES, "big") + message


class CardWire:
    """One card on one connection. Only a slow card's extra time delays replies; a fast machine need not play 9600 baud.

    `extra_seconds` is read for each command. `heard` is told of each command, answer and ATR; empty when none came.
    """

    def __init__(
        self, card: CardDevice, heard: Callable[[Direction, bytes], None] = lambda _direction, _data: None
    ) -> None:
        self._card = card
        self._heard = heard
        self._buffer = b""
        self._atr: bytes | None = None
        self.powered = False
        self.extra_seconds = 0.0

    def feed(self, data: bytes) -> list[bytes]:
        """Bytes from the driver; returns the messages that are complete."""
        self._buffer += data
        messages = []
        while len(self._buffer) >= _LENGTH_BYTES:
            end = _LENGTH_BYTES + int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
            if len(self._buffer) < end:
                break
            messages.append(self._buffer[_LENGTH_BYTES:end])
            self._buffer = self._buffer[end:]
        return messages

    def reply(self, message: bytes) -> Reply | None:
        """What goes back for one message, or None. Raises NoAnswerError when the card is gone."""
        if len(message) == 1:
            return self._order(message[0])
        if not message:
            return None
        if not self.powered:
            # Readers with automatic activation (CCID dwFeatures bit 2) power a card as it comes in. So a program that
            # goes on with an old handle after a quick swap reaches the next person's card, as it can in the field.
            self._power_on()
        self._heard(Direction.TO_DEVICE, message)
        try:
            answer = self._card.transmit(message)
        except NoAnswerError:
            self._heard(Direction.FROM_DEVICE, b"")
            raise
        self._heard(Direction.FROM_DEVICE, answer)
        return Reply(framed(answer), self.extra_seconds)

    def _power_on(self) -> None:
        atr = self._card.power_on()
        self.powered = atr is not None
        self._atr = _NO_ATR if atr is None else atr
        self._heard(Direction.FROM_DEVICE, atr or b"")

    def _order(self, order: int) -> Reply | None:
        if order == Order.POWER_OFF:
            self._card.power_off()
            self.powered = False
        elif order in (Order.POWER_ON, Order.RESET):
            self._power_on()
        elif order == Order.ATR:
            return Reply(framed(self._atr or _PRESENT), 0.0)
        return None
