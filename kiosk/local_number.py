"""Our own number for an act recorded here (本机业务号): terminal, date, epoch, counter, check character.

`T001-20261122-1-000042-K`: the centre's case number comes later and is stored beside it. The epoch keeps numbers apart
after a journal was replaced. Check: ISO 7064 MOD 37,36 over letters and digits, so that a number read over the phone
is caught when one character is wrong or two neighbours are swapped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_character(body: str) -> str:
    """ISO 7064 MOD 37,36 of letters and digits; other characters are passed over. ValueError if there are none."""
    characters = [c for c in body.upper() if c in _ALPHABET]
    if not characters:
        raise ValueError("a check character needs letters or digits to work on")
    rest = 36
    for character in characters:
        rest = (rest + _ALPHABET.index(character)) % 36 or 36
        rest = rest * 2 % 37
    return _ALPHABET[(37 - rest) % 36]


@dataclass(frozen=True, slots=True)
class LocalNumber:
    """A local number, as printed."""

    text: str

    @classmethod
    def of(cls, terminal: str, day: date, epoch: int, seq: int) -> LocalNumber:
        """The number of the act at (epoch, seq) of this terminal's journal."""
        body = f"{terminal}-{day:%Y%m%d}-{epoch}-{seq:06d}"
        return cls(f"{body}-{check_character(body)}")

    @classmethod
    def parse(cls, typed: str) -> LocalNumber:
        """A number somebody typed; ValueError says what is wrong with it."""
        number = typed.strip().upper()
        parts = number.split("-")
        if len(parts) != 5:
            raise ValueError("local number: five parts with dashes are expected, as on the receipt")
        if check_character("-".join(parts[:4])) != parts[4]:
            raise ValueError("local number: the last character does not fit, one of the others is mistyped")
        return cls(number)
