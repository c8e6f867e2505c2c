"""Text on a receipt: cleaned, split into what may not be torn apart, measured in columns, wrapped.

A column is half a Chinese character: ASCII takes one, everything else two.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# GB18030 put these two into the two-byte part; GBK, and with it the printers' fonts, has them not
_NOT_IN_GBK: Final = frozenset("€ǹ")
_CLOSING: Final = frozenset("，。、；：！？）】》〉」』”’％…,.;:!?)]}%")
_OPENING: Final = frozenset("（【《〈「『“‘([{")


@dataclass(frozen=True)
class Cluster:
    """A character with the marks that belong to it: never cut apart."""

    text: str
    columns: int
    in_printer_font: bool


def in_printer_font(character: str) -> bool:
    """ASCII or the two-byte part of GBK: what printers have glyphs for.

    Taken from Python's GB18030, since its own ``gbk`` lacks the last rows of GBK (FE50 to FEA0, among them 䶮).
    Private-use characters have two-byte codes as well, but no glyph.
    """
    if character.isascii():
        return character.isprintable()
    return (
        character not in _NOT_IN_GBK
        and unicodedata.category(character) != "Co"
        and len(character.encode("gb18030")) == 2
    )


def cleaned(text: str) -> str:
    """Without control and format characters, so that no user's text can command the printer; any blank is a space."""
    kept = []
    for character in text:
        if character in "\t\n\v\f\r" or (character != "\u3000" and unicodedata.category(character) == "Zs"):
            kept.append(" ")
        elif unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            kept.append(character)
    return "".join(kept)


def clusters(text: str) -> list[Cluster]:
    """Clean a text and split it into clusters."""
    found: list[Cluster] = []
    for character in cleaned(text):
        if unicodedata.category(character) in ("Mn", "Me", "Mc"):
            if found:
                found[-1] = Cluster(found[-1].text + character, found[-1].columns, False)
            continue
        found.append(Cluster(character, 1 if character.isascii() else 2, in_printer_font(character)))
    return found


def columns_of(line: Sequence[Cluster]) -> int:
    """The width of a line in columns."""
    return sum(cluster.columns for cluster in line)


def text_of(line: Sequence[Cluster]) -> str:
    """The line as text."""
    return "".join(cluster.text for cluster in line)


def wrapped(line: Sequence[Cluster], columns: int) -> list[list[Cluster]]:
    """Lines of at most ``columns`` columns: between words, between Chinese characters, inside a word only if need be.

    No line begins with a closing mark or ends with an opening one, as far as that can be had.
    """
    lines: list[list[Cluster]] = []
    start = 0
    while start < len(line):
        end, width = start, 0
        while end < len(line) and (end == start or width + line[end].columns <= columns):
            width += line[end].columns
            end += 1
        cut = end
        while end < len(line) and cut > start and not _may_break(line[cut - 1].text, line[cut].text):
            cut -= 1
        cut = end if cut == start else cut
        lines.append(_without_trailing_blanks(line[start:cut]))
        start = cut
        while start < len(line) and line[start].text == " ":
            start += 1
    return lines or [[]]


def _may_break(before: str, after: str) -> bool:
    if before == " " or after == " ":
        return True
    if before in _OPENING or after in _CLOSING:
        return False
    return not (before.isascii() and after.isascii())


def _without_trailing_blanks(line: Sequence[Cluster]) -> list[Cluster]:
    end = len(line)
    while end > 0 and line[end - 1].text == " ":
        end -= 1
    return list(line[:end])
