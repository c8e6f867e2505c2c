"""Text of somebody who is not believed, on a screen: what shows nothing of itself stands there in its escaped form."""

from __future__ import annotations

import unicodedata
from typing import Final

_HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, formats (with those that turn the direction), surrogates, unassigned ones, ends of lines."""
_IGNORABLE: Final = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point, Unicode 15 (DerivedCoreProperties.txt): fillers, joiners, variation selectors, tags.
Many of them are letters or marks by their category."""
_BLANK: Final = {0x2800, 0xFFFC, 0x16FE4, 0x1D159}
"""Drawn as nothing though no such property says so: braille blank, object replacement, two fillers."""


def plain(text: str) -> str:
    """The text with every character that shows nothing of itself, or moves others, in its escaped form.

    A tab and the common space stay; every other space is escaped, for two of them look like one.
    """
    return "".join(character if _shows(character) else _escaped(character) for character in text)


def _shows(character: str) -> bool:
    if character in "\t ":
        return True
    category, point = unicodedata.category(character), ord(character)
    hidden = category in _HIDDEN or category == "Zs" or point in _BLANK
    return not hidden and not any(first <= point <= last for first, last in _IGNORABLE)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
