"""What comes out of the printer: lines, pictures and QR codes on paper, measured in dots (8 to the millimetre).

A strip is still in the printer, a ticket was cut or torn off. Nothing here knows a command byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import segno

DOTS = 576
"""Width of the printed area of 80 mm paper."""
DOTS_PER_MM = 8
CELL = 12
"""Width of one column of font A; a Chinese character takes two."""
CELL_HEIGHT = 24
LINE_SPACING = 30
"""Dots from line to line unless told otherwise."""
COLUMNS = DOTS // CELL
JUNK = "■"
"""What a character without a glyph looks like."""


class Align(Enum):
    LEFT = 0
    CENTRE = 1
    RIGHT = 2

    def indent(self, width: int, room: int) -> int:
        """Dots (or columns) to the left of something `width` wide in `room`."""
        spare = max(0, room - width)
        return {Align.LEFT: 0, Align.CENTRE: spare // 2, Align.RIGHT: spare}[self]


class Ending(Enum):
    """How the paper left the printer."""

    FULL_CUT = "full cut"
    PARTIAL_CUT = "partial cut"
    TORN_OFF = "torn off"


@dataclass(frozen=True)
class Glyph:
    """One character with its looks; `wide` and `high` are magnifications 1 … 8."""

    text: str
    chinese: bool
    wide: int = 1
    high: int = 1
    bold: bool = False
    underlined: bool = False
    small: bool = False

    @property
    def width(self) -> int:
        return (24 if self.chinese else 9 if self.small else CELL) * self.wide

    @property
    def height(self) -> int:
        return (17 if self.small and not self.chinese else CELL_HEIGHT) * self.high


@dataclass(frozen=True)
class Line:
    """A printed line; `height` includes the space below."""

    glyphs: tuple[Glyph, ...]
    align: Align
    height: int

    @property
    def width(self) -> int:
        return sum(glyph.width for glyph in self.glyphs)

    def lines(self) -> list[str]:
        columns = sum(max(1, round(glyph.width / CELL)) for glyph in self.glyphs)
        return [" " * self.align.indent(columns, COLUMNS) + "".join(glyph.text for glyph in self.glyphs)]


@dataclass(frozen=True)
class Feed:
    """White paper."""

    height: int

    def lines(self) -> list[str]:
        return [""] * round(self.height / LINE_SPACING)


@dataclass(frozen=True)
class Raster:
    """A picture, one bit a dot, rows of whole bytes, first dot in the highest bit, 1 is black."""

    row_bytes: int
    rows: int
    bits: bytes
    align: Align
    wide: int = 1
    high: int = 1

    @property
    def width(self) -> int:
        return self.row_bytes * 8 * self.wide

    @property
    def height(self) -> int:
        return self.rows * self.high

    def lines(self) -> list[str]:
        return [f"[picture {self.width}x{self.height}]"]


@dataclass(frozen=True)
class Qr:
    """A QR code made by the printer from content it was given."""

    content: bytes
    module: int
    level: str
    align: Align
    modules: int
    """Modules along one side, without quiet zone."""

    @classmethod
    def of(cls, content: bytes, *, module: int, level: str, align: Align) -> Qr:
        """Raises ValueError when the content does not fit any version at this level."""
        return cls(content, module, level, align, len(_matrix(content, level)))

    @property
    def width(self) -> int:
        return self.modules * self.module

    @property
    def height(self) -> int:
        return self.width

    def matrix(self) -> tuple[bytearray, ...]:
        """Rows of 0 (white) and 1 (black)."""
        return _matrix(self.content, self.level)

    def lines(self) -> list[str]:
        return [f"[QR {self.content.decode('utf-8', 'backslashreplace')}]"]


def _matrix(content: bytes, level: str) -> tuple[bytearray, ...]:
    matrix: tuple[bytearray, ...] = segno.make(content, error=level, micro=False, boost_error=False).matrix
    return matrix


Item = Line | Feed | Raster | Qr


@dataclass(frozen=True)
class Ticket:
    """A piece of paper that left the printer."""

    items: tuple[Item, ...]
    ending: Ending

    @property
    def height(self) -> int:
        return sum(item.height for item in self.items)

    def text(self) -> str:
        """What a person could read out, one printed line a line, without trailing blanks."""
        body = "\n".join(line.rstrip() for item in self.items for line in item.lines()).strip("\n")
        return f"{body}\n" if self.ending is not Ending.TORN_OFF else f"{body}\n~~ torn off ~~\n"
