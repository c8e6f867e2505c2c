"""The two ways a person types a PIN, which share no result and no parameter.

A bank's PIN is typed in the pad's PIN mode: the pad says a star for each key and gives out ciphertext. The PIN of a
social security card is typed in plain mode, since the card wants it in clear (VERIFY, ISO 7816-4); its digits go from
the line into a ``PinBuffer`` and out of it once. Digits that come during a bank PIN end the entry, and so does whatever
cannot be trusted: a damaged frame, a byte that is no key, an answer nobody asked for. A PIN is never guessed.
"""

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from drivers.errors import DeviceError, ProtocolError
from drivers.operation import Operation, Progress, T
from drivers.pin_buffer import MAX_DIGITS, MIN_DIGITS, PinBuffer, PinHandle
from drivers.pin_pad import commands
from drivers.pin_pad.commands import Cipher, Key, Keypad, Status
from drivers.pin_pad.faults import PinPadModeWrong
from drivers.pin_pad.frames import Answer, Broken, Item, KeyByte
from drivers.pin_pad.pad import PinPad
from drivers.pin_pad.pin_block import Account, EncryptedPinBlock

_STEP: Final = "digits-"
_GRACE_SECONDS: Final = 2.0  # the pad's own clock ends a bank PIN; ours only if the pad does not


class ClearPin(Enum):
    """The PINs that may be typed in clear. There is one, and a bank's will never be here."""

    SOCIAL_SECURITY_CARD = "social security card"


class ClearKey(Enum):
    """What the key *clear* takes back."""

    ALL = "all"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Numbers of the master key and the working key in the pad."""

    master: int
    working: int


@dataclass(frozen=True, slots=True)
class CardPinEntered:
    """The person typed a card PIN: the right to use it once."""

    handle: PinHandle = field(repr=False)


@dataclass(frozen=True, slots=True)
class BankPinEntered:
    """The person typed a bank PIN: ciphertext, and how many digits."""

    block: EncryptedPinBlock
    count: int


@dataclass(frozen=True, slots=True)
class EntryCancelled:
    """The person pressed *cancel*."""


@dataclass(frozen=True, slots=True)
class EntryTimedOut:
    """The time was over before *enter*."""


@dataclass(frozen=True, slots=True)
class EntryTooShort:
    """*Enter* after fewer than 4 digits. Nothing of them is kept; the entry may be begun again."""

    count: int


NoEntry: TypeAlias = EntryCancelled | EntryTimedOut | EntryTooShort
CardPinResult: TypeAlias = CardPinEntered | NoEntry
BankPinResult: TypeAlias = BankPinEntered | NoEntry


def digits_in(step: str) -> int | None:
    """How many digits a progress step of an entry tells; None for another operation's step."""
    count = step.removeprefix(_STEP)
    return int(count) if count != step and count.isdecimal() else None


def enter_card_pin(
    pad: PinPad,
    purpose: ClearPin,
    seconds: float,
    *,
    longest: int = MAX_DIGITS,
    clear: ClearKey = ClearKey.ALL,
) -> Operation[CardPinResult]:
    """Let the person type the card's PIN in clear, within ``seconds``.

    Reports ``Progress`` steps that ``digits_in`` reads, from 0 digits when the pad is ready. Digits beyond ``longest``
    are not taken. However it ends the keypad is off again and the buffer is overwritten. Errors: as ``PinPad``,
    PinPadModeWrong (the pad sends stars). TypeError: a purpose that is none. ValueError: ``longest`` is under 4.
    """
    if not isinstance(purpose, ClearPin):
        raise TypeError("only the PINs named in ClearPin may be typed in clear")
    if longest < MIN_DIGITS:
        raise ValueError(f"a PIN has at least {MIN_DIGITS} digits")
    return _card_pin(pad, seconds, min(longest, MAX_DIGITS), clear)


def enter_bank_pin(
    pad: PinPad,
    account: Account,
    keys: KeyPair,
    seconds: float,
    *,
    length: int = 6,
    cipher: Cipher = Cipher.TRIPLE_DES,
    clear: ClearKey = ClearKey.ALL,
    full_is_entered: bool = False,
) -> Operation[BankPinResult]:
    """Let the person type a bank PIN of at most ``length`` digits; the pad gives out ciphertext only.

    ``clear`` and ``full_is_entered`` say how this pad behaves: what *clear* takes back (for the count alone), and
    whether a full PIN counts as entered without *enter*. Progress as ``enter_card_pin``. Errors: as ``PinPad``,
    PinPadModeWrong (digits came in clear; they are forgotten and the keypad is switched off).
    """
    tally = _Tally(clear)

    def typed() -> Operation[BankPinResult]:
        yield from pad.set_cipher(cipher)
        yield from pad.choose_keys(keys.master, keys.working)
        yield from pad.account_number(account)
        yield from pad.start_pin_entry(length=length, seconds=min(255, math.ceil(seconds)))
        full = length if full_is_entered else None
        ended = yield from _keys(pad, tally, seconds + _GRACE_SECONDS, wanted="encrypted", full=full)
        if ended is not None:
            return ended
        return BankPinEntered((yield from pad.pin_block()), tally.count)

    return _keypad_off_after(pad, typed(), _nothing)


def _card_pin(pad: PinPad, seconds: float, longest: int, clear: ClearKey) -> Operation[CardPinResult]:
    buffer = PinBuffer()
    tally = _Digits(buffer, longest, clear)

    def typed() -> Operation[NoEntry | None]:
        yield from pad.keypad(Keypad.ON)
        return (yield from _keys(pad, tally, seconds, wanted="plain", full=None))

    try:
        ended = yield from _keypad_off_after(pad, typed(), buffer.clear)
        return CardPinEntered(buffer.hand_over()) if ended is None else ended
    finally:
        buffer.clear()


class _Tally:
    """Counts the stars of a bank PIN."""

    def __init__(self, clear: ClearKey) -> None:
        self._clear = clear
        self._stars = 0

    @property
    def count(self) -> int:
        return self._stars

    def take(self, byte: int) -> bool:
        """A key of this mode; False for one that this mode does not have."""
        if byte != Key.STAR:
            return False
        self._stars += 1
        return True

    def take_back(self) -> None:
        self._stars = 0 if self._clear is ClearKey.ALL else max(0, self._stars - 1)


class _Digits(_Tally):
    """Puts the digits of a card PIN where they belong."""

    def __init__(self, buffer: PinBuffer, longest: int, clear: ClearKey) -> None:
        super().__init__(clear)
        self._buffer = buffer
        self._longest = longest

    @property
    def count(self) -> int:
        return self._buffer.count

    def take(self, byte: int) -> bool:
        if not Key.ZERO <= byte <= Key.NINE:
            return False
        if self._buffer.count < self._longest:
            self._buffer.press(byte - Key.ZERO)
        return True

    def take_back(self) -> None:
        if self._clear is ClearKey.ALL:
            self._buffer.clear()
        else:
            self._buffer.backspace()


def _keys(pad: PinPad, tally: _Tally, seconds: float, *, wanted: str, full: int | None) -> Operation[NoEntry | None]:
    """Take keys until the entry ends; None when it was entered."""
    end = pad.line.now() + seconds
    yield Progress(f"{_STEP}{tally.count}")
    while full is None or tally.count < full:
        item = yield from pad.line.item(end - pad.line.now())
        match _key(pad, item, tally, wanted):
            case None | Key.TIMED_OUT:
                return EntryTimedOut()
            case Key.CANCEL:
                return EntryCancelled()
            case Key.ENTER:
                return None if tally.count >= MIN_DIGITS else EntryTooShort(tally.count)
            case Key.CLEAR:
                tally.take_back()
        yield Progress(f"{_STEP}{tally.count}")
    return None


def _key(pad: PinPad, item: Item | None, tally: _Tally, wanted: str) -> Key | None:
    """Which key it was, STAR for any digit; None when time is over. Everything that is no key of this mode raises."""
    match item:
        case None:
            return None
        case KeyByte(byte) if tally.take(byte):
            return Key.STAR
        case KeyByte(Key.TIMED_OUT | Key.CLEAR | Key.ENTER | Key.CANCEL as byte):
            return Key(byte)
        case KeyByte(byte) if byte == Key.STAR or Key.ZERO <= byte <= Key.NINE:
            raise PinPadModeWrong(pad.line.device, wanted=wanted)
        case KeyByte():
            raise ProtocolError(pad.line.device, shape="a byte that is no key")
        case Answer(status=Status.TIMED_OUT):
            return None
        case Answer() as answer:
            pad.line.judge(commands.START_PIN, answer)
            raise ProtocolError(pad.line.device, shape="an answer nobody asked for")
        case Broken(shape):
            raise ProtocolError(pad.line.device, shape=f"frame: {shape}")


def _nothing() -> None:
    return None


def _keypad_off_after(pad: PinPad, typing: Operation[T], forget: Callable[[], None]) -> Operation[T]:
    """Run ``typing`` and switch the keypad off, whatever happens; ``forget`` comes first when it fails."""
    try:
        result = yield from typing
        yield from pad.keypad(Keypad.OFF)
    except DeviceError:
        forget()
        with contextlib.suppress(DeviceError):  # the line is gone: the next operation on it settles first
            yield from pad.line.let_off()
        raise
    return result
