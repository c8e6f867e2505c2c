"""Data elements as the standard writes them down ("21:an50"), and text turned into their bytes (card sheet section 3).

`cn` is BCD, left aligned, filled with half bytes F; `an` is GBK text, left aligned, filled with 00 as real cards do
(the standard says the character 0); `tl` is a value of inner TLVs, all empty on a card that was never written.
"""

import re
from dataclasses import dataclass
from typing import Literal

from hardware_sim.cards.tlv import record

Kind = Literal["an", "cn", "tl"]

_NOTATION = re.compile(r"(?P<tag>[0-9A-F]{2}):(?P<kind>an|cn|tl)(?P<length>[0-9A-F]{2})(\*(?P<times>\d))?")


class ElementError(ValueError):
    """A text that does not fit its element; the message names the rule, never the text."""


@dataclass(frozen=True)
class Element:
    """Tag, kind and length in bytes of one data element."""

    tag: int
    kind: Kind
    length: int

    def encode(self, text: str) -> bytes:
        """The value bytes of exactly `length` bytes. Raises ElementError."""
        if self.kind == "cn":
            return self._digits(text)
        if self.kind == "tl" and text:
            raise ElementError("an element of inner TLVs cannot be given as text")
        try:
            value = text.encode("gbk")
        except UnicodeEncodeError:
            raise ElementError("has a character outside GBK") from None
        if len(value) > self.length:
            raise ElementError(f"has {len(value)} bytes in GBK, {self.length} fit")
        return value.ljust(self.length, b"\0")

    def record(self, text: str = "") -> bytes:
        """The whole record: tag, length, value."""
        return record(self.tag, self.encode(text))

    def _digits(self, text: str) -> bytes:
        if text and not re.fullmatch(r"[0-9A-F]+", text):
            raise ElementError("must be digits")
        if len(text) > 2 * self.length:
            raise ElementError(f"has {len(text)} digits, {2 * self.length} fit")
        return bytes.fromhex(text.ljust(2 * self.length, "F"))


def elements(notation: str) -> tuple[Element, ...]:
    """ "20:an02 43:tl6C*2" as elements in file order; tags and lengths are hexadecimal, *2 repeats the element."""
    found: list[Element] = []
    for word in notation.split():
        match = _NOTATION.fullmatch(word)
        if match is None:
            raise ValueError(f"not an element: {word}")
        kind: Kind = "cn" if match["kind"] == "cn" else "an" if match["kind"] == "an" else "tl"
        element = Element(int(match["tag"], 16), kind, int(match["length"], 16))
        found += [element] * int(match["times"] or 1)
    return tuple(found)


def split_name(name: str, first: int) -> tuple[str, str]:
    """A name cut so that the first part has at most `first` bytes in GBK and no character is torn."""
    head = ""
    for character in name:
        if len((head + character).encode("gbk")) > first:
            break
        head += character
    return head, name[len(head) :]
