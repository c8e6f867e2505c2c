"""Numbers with right check digits: citizen ID (GB 11643, ISO 7064 MOD 11-2) and social security card."""

from __future__ import annotations

from datetime import date
from typing import Final

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"
_CARD_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

DISTRICT: Final = "110199"
"""A district code that was never given out, so that no number here can be anybody's."""


def id_number(birth: date, sequence: int, *, district: str = DISTRICT) -> str:
    """District, birth date, a sequence of three digits (odd for men), check character."""
    body = f"{district}{birth:%Y%m%d}{sequence:03}"
    return body + id_check(body)


def id_check(body: str) -> str:
    """The 18th character for the first 17."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def card_number(sequence: int, *, letter: str = "B") -> str:
    """District letter, seven digits, check character (file structure V2.0, annex A)."""
    body = f"{letter}{sequence:07}"
    return body + card_check(body)


def card_check(body: str) -> str:
    """The 9th character for the first 8; digits count as themselves, letters from A = 10."""
    rest = sum(int(char, 36) * weight for char, weight in zip(body, _CARD_WEIGHTS, strict=True)) % 11
    check = 11 - rest
    return {10: "X", 11: "0"}.get(check, str(check))
