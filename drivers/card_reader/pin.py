"""The PIN of a social security card: how many tries are left, and proving one (sheet, section 7 "PIN").

A PIN is sent exactly once, whatever the card answers. The number of tries is the issuer's choice: it is asked for,
never guessed. The command is built when the link asks for it, and overwritten when the link has sent it.
"""

from dataclasses import dataclass
from typing import TypeAlias

from drivers.card_reader.channel import OK, Channel, Response
from drivers.card_reader.commands import ASK_PIN_TRIES
from drivers.operation import Operation, SecretExchange, Slot
from drivers.pin_buffer import PinHandle

_CARD = Channel(Slot.USER)
_LOCKED = 0x6983


@dataclass(frozen=True, slots=True)
class PinTries:
    """A PIN is set, and this many wrong ones are still allowed (at least 1)."""

    left: int


@dataclass(frozen=True, slots=True)
class PinNotSet:
    """The card has no PIN."""


@dataclass(frozen=True, slots=True)
class PinLocked:
    """No try is left. Only the issuer can help."""


@dataclass(frozen=True, slots=True)
class PinVerified:
    """The PIN was right; its rights last until the power goes."""


@dataclass(frozen=True, slots=True)
class PinWrong:
    """The PIN was wrong, and this many tries are left (at least 1)."""

    tries_left: int


PinState: TypeAlias = PinTries | PinNotSet | PinLocked
PinResult: TypeAlias = PinVerified | PinWrong | PinLocked | PinNotSet


def pin_tries() -> Operation[PinState]:
    """Ask; the counter stays as it is. Refused: the card answers something else."""
    response = yield from _CARD.send_once(ASK_PIN_TRIES)
    if response.sw == OK:
        return PinNotSet()
    left = _tries(ASK_PIN_TRIES.name, response)
    return PinTries(left) if left else PinLocked()


def verify_pin(handle: PinHandle) -> Operation[PinResult]:
    """Prove the PIN, once. It is not sent to a card that has none or is locked; ``handle`` is empty afterwards.

    An error of the wire after sending leaves open whether the card counted a try: ask again before the next one.
    """
    try:
        state = yield from pin_tries()
        if not isinstance(state, PinTries):
            return state
        response = yield from _CARD.send_secret("verify", SecretExchange(Slot.USER, lambda: _verify_command(handle)))
    finally:
        handle.clear()
    if response.sw == OK:
        return PinVerified()
    left = _tries("verify", response)
    return PinWrong(left) if left else PinLocked()


def _tries(name: str, response: Response) -> int:
    if response.sw == _LOCKED:
        return 0
    if response.tries_left is None:
        raise _CARD.refusal(name, response)
    return response.tries_left


def _verify_command(handle: PinHandle) -> bytearray:
    """``0020 0000 Lc PIN``: two digits a byte, filled with F. Written in place, so that no other copy exists."""
    digits = handle.open()
    body = (len(digits) + 1) // 2
    command = bytearray(5 + body)
    command[:5] = bytes((0x00, 0x20, 0x00, 0x00, body))
    for place, digit in enumerate(digits):
        command[5 + place // 2] |= digit << (0 if place % 2 else 4)
    if len(digits) % 2:
        command[-1] |= 0x0F
    digits[:] = bytes(len(digits))
    return command


VECTORS = (("123456", "0020000003123456"), ("1234567", "00200000041234567F"))
"""PIN and its command (section 7)."""
