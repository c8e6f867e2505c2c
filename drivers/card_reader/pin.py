"""The PIN of a social security card: tries left, proving one, changing it (sheet, section 7 "PIN").

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


@dataclass(frozen=True, slots=True)
class PinChanged:
    """The new PIN holds, and all its tries are there again."""


PinState: TypeAlias = PinTries | PinNotSet | PinLocked
PinResult: TypeAlias = PinVerified | PinWrong | PinLocked | PinNotSet
PinChange: TypeAlias = PinChanged | PinWrong | PinLocked | PinNotSet | PinTries


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


def change_pin(old: PinHandle | None, new: PinHandle) -> Operation[PinChange]:
    """Set a new PIN by the old one (CHANGE PIN), once. ``old`` None: the card has no PIN yet.

    Nothing is sent to a card that is locked, that has a PIN where ``old`` is None (PinTries), or none where it is not
    (PinNotSet). Both handles are empty afterwards. An error of the wire after sending leaves open which PIN holds.
    """
    try:
        state = yield from pin_tries()
        if isinstance(state, PinLocked) or isinstance(state, PinNotSet) is not (old is None):
            return state
        request = SecretExchange(Slot.USER, lambda: _change_command(old, new))
        response = yield from _CARD.send_secret("change PIN", request)
    finally:
        new.clear()
        if old is not None:
            old.clear()
    if response.sw == OK:
        return PinChanged()
    left = _tries("change PIN", response)
    return PinWrong(left) if left else PinLocked()


def _tries(name: str, response: Response) -> int:
    if response.sw == _LOCKED:
        return 0
    if response.tries_left is None:
        raise _CARD.refusal(name, response)
    return response.tries_left


def _verify_command(handle: PinHandle) -> bytearray:
    """``0020 0000 Lc PIN``: two digits a byte, filled with F. Written in place, so that no other copy exists."""
    body = packed_length(handle)
    command = bytearray(5 + body)
    command[:5] = bytes((0x00, 0x20, 0x00, 0x00, body))
    pack(handle, command, 5)
    return command


def _change_command(old: PinHandle | None, new: PinHandle) -> bytearray:
    """``805E 0100 Lc old ‖ FF ‖ new``, written in place."""
    before, after = 0 if old is None else packed_length(old), packed_length(new)
    command = bytearray(5 + before + 1 + after)
    command[:5] = bytes((0x80, 0x5E, 0x01, 0x00, before + 1 + after))
    if old is not None:
        pack(old, command, 5)
    command[5 + before] = 0xFF
    pack(new, command, 6 + before)
    return command


def packed_length(handle: PinHandle) -> int:
    """Bytes of the PIN on the wire: two digits a byte."""
    return (handle.count + 1) // 2


def pack(handle: PinHandle, target: bytearray, place: int) -> None:
    """Open the handle and write its digits into zeros at ``place``: two a byte, the last filled with F."""
    digits = handle.open()
    for number, digit in enumerate(digits):
        target[place + number // 2] |= digit << (0 if number % 2 else 4)
    if len(digits) % 2:
        target[place + len(digits) // 2] |= 0x0F
    digits[:] = bytes(len(digits))


VECTORS = (("123456", "0020000003123456"), ("1234567", "00200000041234567F"))
"""PIN and its command (section 7)."""

CHANGE_VECTORS = (
    ("123456", "888888", "805E010007123456FF888888"),
    ("1234567", "88888", "805E0100081234567FFF88888F"),
    (None, "888888", "805E010004FF888888"),
)
"""Old PIN, new PIN and their command; the first line is the sheet's."""
