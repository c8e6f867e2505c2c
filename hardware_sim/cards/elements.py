"""Data elements as the standard writes them down ("21:an50"), and text turned into their bytes (card sheet section 3).

`cn` is BCD, left aligned, filled with half bytes F; `an` is GBK text, left aligned, filled with 00 as real cards do
(the standard says the character 0); `b` is binary, given as hex. A value in braces is made of inner TLVs
("40:{57:an03 58:cn03}"), all zeros on a card where it was never written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hardware_sim.cards.tlv import record

Kind = Literal["an", "cn", "b", "tl"]

_KINDS: dict[str, Kind] = {"an": "an", "cn": "cn", "b": "b"}
_SIMPLE = r"(?P<kind>an|cn|b)(?P<length>[0-9A-F]{2})"
_TAGGED = re.compile(r"\s*(?P<tag>[0-9A-F]{2}):(?:" + _SIMPLE + r"|\{(?P<inner>[^}]+)\})(?:\*(?P<times>\d))?")
_UNTAGGED = re.compile(_SIMPLE)


class ElementError(ValueError):
    """A text that does not fit its element; the message names the rule, never the text."""


@dataclass(frozen=True)
class Element:
    """Tag, kind and length in bytes of one data element; `inner` are the parts of a B-TLV. Fields have tag 0."""

    tag: int
    kind: Kind
    length: int
    inner: tuple["Element", ...] = ()

    def encode(self, text: str) -> bytes:
        """The value bytes of exactly `length` bytes. Raises ElementError."""
        match self.kind:
            case "cn":
                return self._digits(text)
            case "b":
                return self._binary(text)
            case "tl":
                if text:
                    raise ElementError("an element of inner TLVs cannot be given as text")
                return bytes(self.length)
            case "an":
                return self._text(text)

    def encode_parts(self, parts: Mapping[int, str]) -> bytes:
        """The value of a B-TLV from the texts of its inner elements, all of them present. Raises ElementError."""
        return b"".join(part.record(parts.get(part.tag, "")) for part in self.inner)

    def record(self, text: str = "") -> bytes:
        """The whole record: tag, length, value."""
        return record(self.tag, self.encode(text))

    def _text(self, text: str) -> bytes:
        try:
            value = text.encode("gbk")
        except UnicodeEncodeError:
            raise ElementError("has a character outside GBK") from None
        if len(value) > self.length:
            raise ElementError(f"has {len(value)} bytes in GBK, {self.length} fit")
        return value.ljust(self.length, b"\0")

    def _binary(self, text: str) -> bytes:
        if not re.fullmatch(r"([0-9A-F]{2})*", text) or len(text) not in (0, 2 * self.length):
            raise ElementError(f"must be {self.length} bytes as hex")
        return bytes.fromhex(text) or bytes(self.length)

    def _digits(self, text: str) -> bytes:
        if text and not re.fullmatch(r"[0-9A-F]+", text):
            raise ElementError("must be digits")
        if len(text) > 2 * self.length:
            raise ElementError(f"has {len(text)} digits, {2 * self.length} fit")
        return bytes.fromhex(text.ljust(2 * self.length, "F"))


def elements(notation: str) -> tuple[Element, ...]:
    """ "20:an02 40:{57:an03 58:cn03}*3" as elements in file order; tags and lengths are hexadecimal, *3 repeats one."""
    found: list[Element] = []
    end = 0
    for match in _TAGGED.finditer(notation):
        if match.start() != end:
            break
        end = match.end()
        tag = int(match["tag"], 16)
        if match["inner"]:
            inner = elements(match["inner"])
            element = Element(tag, "tl", sum(2 + part.length for part in inner), inner)
        else:
            element = Element(tag, _KINDS[match["kind"]], int(match["length"], 16))
        found += [element] * int(match["times"] or 1)
    if notation[end:].strip():
        raise ValueError(f"not an element: {notation[end:]}")
    return tuple(found)


def fields(notation: str) -> tuple[Element, ...]:
    """ "an07 cn04 b02": the parts of a record without tags, such as those of cyclic files."""
    found: list[Element] = []
    for word in notation.split():
        match = _UNTAGGED.fullmatch(word)
        if match is None:
            raise ValueError(f"not a field: {word}")
        found.append(Element(0, _KINDS[match["kind"]], int(match["length"], 16)))
    return tuple(found)


def split_name(name: str, first: int) -> tuple[str, str]:
    """A name cut so that the first part has at most `first` bytes in GBK and no character is torn."""
    head = ""
    for character in name:
        if len((head + character).encode("gbk")) > first:
            break
        head += character
    return head, name[len(head) :]
