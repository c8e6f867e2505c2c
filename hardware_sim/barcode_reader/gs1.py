"""GS1 element strings as a reader sends them: people write `(01)06901234567892(21)A7`, the line carries no brackets.

Elements of a length that is not predefined end with FNC1 (`1D`) unless they are the last (GS1 General Specifications,
7.8.5).
"""

from __future__ import annotations

import re

FNC1 = b"\x1d"
PREDEFINED = {
    **dict.fromkeys(("00",), 18),
    **dict.fromkeys(("01", "02", "03"), 14),
    **dict.fromkeys(("04",), 16),
    **dict.fromkeys(("11", "12", "13", "14", "15", "16", "17", "18", "19"), 6),
    **dict.fromkeys(("20",), 2),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 8),
    **dict.fromkeys(("41",), 14),
}
"""First two digits of the application identifier: length of what follows those two (the rest of the identifier too)."""
_ELEMENT = re.compile(r"\((\d{2,4})\)((?:(?!\(\d{2,4}\))[!-~])+)")


class Gs1Error(ValueError):
    """A text that is no element string; the message says what is."""


def element_string(text: str) -> bytes:
    """The bytes of a text in brackets. Raises Gs1Error. Check digits are not looked at: nor does a reader."""
    elements = _ELEMENT.findall(text)
    if not elements or "".join(f"({ai}){value}" for ai, value in elements) != text:
        raise Gs1Error("a GS1 text is written like (01)06901234567892(21)A7")
    said = b""
    for at, (ai, value) in enumerate(elements):
        length = PREDEFINED.get(ai[:2])
        if length is not None and len(ai) - 2 + len(value) != length:
            raise Gs1Error(f"({ai}) takes {length - len(ai) + 2} characters, not {len(value)}")
        said += (ai + value).encode("ascii")
        if length is None and at + 1 < len(elements):
            said += FNC1
    return said
