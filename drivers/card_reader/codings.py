"""How data elements are coded on the card: ``an`` text, ``cn`` digits and dates (sheet, section 3).

Each coding is a construct adapter over the bytes of one value, so that it works in both directions. A value that breaks
its coding raises ``construct.ValidationError`` with the rule it breaks; ``layouts.parsed`` makes it one of our errors.
A value filled with EE throughout belongs to a later version's unused element and reads as empty.
"""

import string
from datetime import date
from typing import Any

from construct import Adapter, Bytes, GreedyBytes, ValidationError

_FILL = b"\x00\x20"
_DIGITS = frozenset(string.digits)
_LATIN = _DIGITS | frozenset(string.ascii_uppercase)
_UNUSED = 0xEE
_PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))


def strip_text_fill(value: bytes) -> bytes:
    """Take the fillers off the right of an ``an`` value: 00 and 20, or EE up to the very end.

    EE EE is also a character of GBK (铑): only a run of EE that starts between two characters and reaches the end of
    the field is a filler. Text in front of other fillers is therefore never shortened.
    """
    if not value or value[-1] != _UNUSED:
        return value.rstrip(_FILL)
    place = 0
    while place < len(value):
        if all(byte == _UNUSED for byte in value[place:]):
            return value[:place].rstrip(_FILL)
        place += 2 if value[place] > 0x80 else 1
    return value.rstrip(_FILL)


def gbk_text(value: bytes) -> str:
    """Decode GBK strictly. ValidationError: not GBK, or no character that everybody can show.

    Python's ``gbk`` lacks the 80 characters that GBK had before Unicode (FE50–FEA0, among them 䶮), so GB 18030
    decodes, and what only GB 18030 has (four bytes, private use) is refused: a name is read right or not at all.
    """
    try:
        text = value.decode("gb18030")
    except UnicodeDecodeError:
        raise ValidationError("not GBK") from None
    if text.isascii() and text.isprintable():
        return text
    for character in text:
        if len(character.encode("gb18030")) > 2 or any(ord(character) in area for area in _PRIVATE):
            raise ValidationError("not GBK")
        if ord(character) < 0x20 or ord(character) == 0x7F:
            raise ValidationError("control character in text")
    return text


def gbk_bytes(text: str) -> bytes:
    """Encode for the card; the inverse of ``gbk_text``. ValidationError: a character that is not in GBK."""
    value = text.encode("gb18030")
    if gbk_text(value) != text:
        raise ValidationError("not GBK")
    return value


class TextBytes(Adapter):  # type: ignore[misc]
    """``an`` without its filler, not yet decoded: a name may be cut inside a character between two elements."""

    def __init__(self, length: int) -> None:
        super().__init__(Bytes(length))
        self._length = length

    def _decode(self, value: bytes, context: Any, path: Any) -> bytes:
        return strip_text_fill(value)

    def _encode(self, value: bytes, context: Any, path: Any) -> bytes:
        if len(value) > self._length:
            raise ValidationError("text too long")
        return value.ljust(self._length, b"\x00")


class Text(TextBytes):
    """``an``, decoded from GBK."""

    def _decode(self, value: bytes, context: Any, path: Any) -> str:  # type: ignore[override]
        return gbk_text(strip_text_fill(value))

    def _encode(self, value: str, context: Any, path: Any) -> bytes:  # type: ignore[override]
        return super()._encode(gbk_bytes(value), context, path)


class Latin(Text):
    """``an`` with digits and capital letters only: numbers that people call a "number"."""

    def _decode(self, value: bytes, context: Any, path: Any) -> str:  # type: ignore[override]
        text = super()._decode(value, context, path)
        if not _LATIN.issuperset(text):
            raise ValidationError("not digits and capital letters")
        return text


class WholeText(Adapter):  # type: ignore[misc]
    """Text without filler, put together from several elements."""

    def __init__(self) -> None:
        super().__init__(GreedyBytes)

    def _decode(self, value: bytes, context: Any, path: Any) -> str:
        return gbk_text(value)

    def _encode(self, value: str, context: Any, path: Any) -> bytes:
        return gbk_bytes(value)


_NINE = Latin(9)


class CardNumberText(Adapter):  # type: ignore[misc]
    """The card number: only 9 characters count, even if the file gives more [S3]."""

    def __init__(self) -> None:
        super().__init__(GreedyBytes)

    def _decode(self, value: bytes, context: Any, path: Any) -> str:
        if len(value) < 9:
            raise ValidationError("shorter than 9 characters")
        return str(_NINE.parse(value[:9]))

    def _encode(self, value: str, context: Any, path: Any) -> bytes:
        return _NINE.build(value)  # type: ignore[no-any-return]


class Digits(Adapter):  # type: ignore[misc]
    """``cn``: BCD, left aligned, filled with F on the right (a later version: EE). The value is the digits as text."""

    def __init__(self, length: int) -> None:
        super().__init__(Bytes(length))
        self._length = length

    def _decode(self, value: bytes, context: Any, path: Any) -> str:
        digits = value.rstrip(bytes([_UNUSED])).hex().rstrip("f")
        if not _DIGITS.issuperset(digits):
            raise ValidationError("not decimal digits")
        return digits

    def _encode(self, value: str, context: Any, path: Any) -> bytes:
        if not _DIGITS.issuperset(value):
            raise ValidationError("not decimal digits")
        if len(value) > 2 * self._length:
            raise ValidationError("too many digits")
        return bytes.fromhex(value.ljust(2 * self._length, "f"))


class Date(Adapter):  # type: ignore[misc]
    """``cn`` YYYYMMDD. The value is a date; one that does not exist is refused, an empty one too."""

    def __init__(self) -> None:
        super().__init__(Digits(4))

    def _decode(self, value: str, context: Any, path: Any) -> date:
        try:
            return date(int(value[:4]), int(value[4:6]), int(value[6:]))
        except ValueError:
            raise ValidationError("no such date" if value else "empty date") from None

    def _encode(self, value: date, context: Any, path: Any) -> str:
        return f"{value:%Y%m%d}"
