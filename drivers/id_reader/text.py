"""Text as it stands on the card's chip: UTF-16LE fields of a fixed size, filled with U+0020 or U+0000."""

import unicodedata
from typing import Any, Final

from construct import Bytes, ExprAdapter

_FILL: Final = " \x00"


class TextMalformedError(ValueError):
    """A text field that is no UTF-16 text. Carries no content."""


def text_field(size: int) -> Any:
    """A construct for a text of ``size`` bytes. TextMalformedError: half a character, or a control character."""
    return ExprAdapter(Bytes(size), _decode, lambda text, _context: _encode(text, size))


def blank(size: int) -> bytes:
    """``size`` bytes of fill."""
    return size // 2 * b"\x20\x00"


def _decode(raw: bytes, _context: Any) -> str:
    try:
        text = raw.decode("utf-16-le")  # strict: a lone surrogate is no character
    except UnicodeDecodeError:
        raise TextMalformedError("utf-16") from None
    text = text.rstrip(_FILL)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        raise TextMalformedError("control character")
    return text


def _encode(text: str, size: int) -> bytes:
    raw = text.encode("utf-16-le")
    return raw + blank(size - len(raw))  # too long a text is refused by the field's own size
