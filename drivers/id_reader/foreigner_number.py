"""The number on the foreign permanent resident card of 2017: 15 characters with a check digit as in travel documents.

Three letters of the country, four digits of the region, YYMMDD of the birth, one digit, one check digit. Source: the
number's rules as documented openly; the check digit is that of ICAO 9303 part 3.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from drivers.id_reader.citizen_number import NumberRefusedError

_SHAPE: Final = re.compile(r"(?P<country>[A-Z]{3})[0-9]{4}(?P<born>[0-9]{6})[0-9][0-9]", re.ASCII)
_WEIGHTS: Final = (7, 3, 1)


def check_digit(first14: str) -> str:
    """The check digit of ICAO 9303: weights 7 3 1, letters count from A = 10, sum modulo 10."""
    return str(sum(int(character, 36) * _WEIGHTS[place % 3] for place, character in enumerate(first14)) % 10)


@dataclass(frozen=True)
class ForeignerNumber:
    """A number that passed every rule. ``country``: three letters. The century of the birth is not in it."""

    text: str = field(repr=False)
    country: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, birth_date: date) -> "ForeignerNumber":
        """Check length, shape, the birth date against the card's, the check digit. NumberRefusedError with its rule."""
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            raise NumberRefusedError("shape")
        if shape["born"] != birth_date.strftime("%y%m%d"):
            raise NumberRefusedError("birth date differs")
        if check_digit(text[:-1]) != text[-1]:
            raise NumberRefusedError("check-character")
        return cls(text, shape["country"])
