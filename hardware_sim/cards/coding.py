"""PINs as commands carry them: two BCD digits a byte, left aligned, the last half byte filled with F if need be."""

import re
from typing import Final

SHORTEST: Final = 2
LONGEST: Final = 8

_CODED = re.compile(r"\d{4,16}|\d{5,15}f")


def coded_pin(digits: str) -> bytes:
    """1234567 as 1234567F."""
    return bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "F")


def is_coded_pin(value: bytes) -> bool:
    """True for BCD digits, at least four, F only as filler of the last half byte."""
    return bool(_CODED.fullmatch(value.hex()))
