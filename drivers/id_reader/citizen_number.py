"""The citizen number (公民身份号码) of GB 11643: its check character and the facts inside it."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS: Final = "10X98765432"
_SHAPE: Final = re.compile(
    r"(?P<region>[0-9]{6})(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})[0-9]{2}(?P<sex>[0-9])[0-9X]", re.ASCII
)


class NumberRefusedError(ValueError):
    """A number that breaks a rule of GB 11643. Carries the rule's short word, never the number."""

    def __init__(self, rule: str) -> None:
        """``rule``: shape | birth-date | future-date | check-character."""
        super().__init__(rule)
        self.rule = rule


def check_character(first17: str) -> str:
    """The 18th character for 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True))
    return _CHECK_CHARACTERS[total % 11]


@dataclass(frozen=True)
class CitizenNumber:
    """A number that passed every rule. ``text`` has 18 characters with an upper-case X."""

    text: str = field(repr=False)
    birth_date: date = field(repr=False)
    male: bool = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, today: date) -> "CitizenNumber":
        """Check length, digits, calendar date, date not after ``today``, check character; ``x`` is taken as ``X``.

        The region (first six digits) is not looked up: withdrawn region codes live on in valid cards.
        Raises NumberRefusedError.
        """
        upper = text.replace("x", "X")
        shape = _SHAPE.fullmatch(upper)
        if shape is None:
            raise NumberRefusedError("shape")
        try:
            born = date(int(shape["year"]), int(shape["month"]), int(shape["day"]))
        except ValueError:
            raise NumberRefusedError("birth-date") from None
        if born > today:
            raise NumberRefusedError("future-date")
        if check_character(upper[:17]) != upper[17]:
            raise NumberRefusedError("check-character")
        return cls(upper, born, int(shape["sex"]) % 2 == 1)
