"""Draws a line of text as dots with Pillow, for the characters a printer has no glyph for.

Pillow and fontTools are imported when the first line is drawn: few receipts need one, and no terminal waits for them
at its start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.text import clusters

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_MISSING: Final = "〓"  # the customary sign for a character that cannot be shown
_BASELINE: Final = 0.88  # of the em square, in the fonts for Chinese
_LATIN_SIZE: Final = 0.85  # smaller and higher than the characters, so that g and p keep their tails
_LATIN_BASELINE: Final = 0.79
_INK: Final = 110  # grey from which on a dot is burnt: thin strokes must survive 24 dots


@dataclass(frozen=True)
class FontFile:
    """A font by path, and which one of a collection."""

    path: Path
    index: int = 0

    @cached_property
    def characters(self) -> frozenset[int]:
        """The code points it has glyphs for."""
        from fontTools.ttLib import TTFont

        with TTFont(self.path, fontNumber=self.index, lazy=True) as font:
            return frozenset(font.getBestCmap())


class PillowRasteriser:
    """``rasterise(text, height)``: each character in its own cell, ASCII half as wide, as on the printer's lines.

    The first font that has a character draws it; one that no font has becomes 〓, which nobody can take for a name.
    """

    def __init__(self, fonts: Sequence[FontFile]) -> None:
        """``fonts`` from the best to the last resort, at least one."""
        if not fonts:
            raise ValueError("no font given")
        self._fonts = tuple(fonts)
        self._loaded: dict[tuple[FontFile, int], ImageFont.FreeTypeFont] = {}

    def __call__(self, text: str, height: int) -> Bitmap:
        """A picture ``height`` dots high, as wide as the text's columns."""
        from PIL import Image

        line = clusters(text)
        width = max(1, sum(cluster.columns for cluster in line) * height // 2)
        image = Image.new("L", (width, height), 0)
        left = 0
        for cluster in line:
            cell = cluster.columns * height // 2
            image.paste(self._cell(cluster.text, cell, height), (left, 0))
            left += cell
        dots = image.point(lambda grey: 255 if grey >= _INK else 0).convert("1", dither=Image.Dither.NONE)
        return Bitmap(width, height, dots.tobytes())

    def _cell(self, text: str, width: int, height: int) -> Image.Image:
        """One cell; a Latin letter too wide for it (m, W) is squeezed, so that it does not run into the next."""
        from PIL import Image, ImageDraw

        size, baseline = (_LATIN_SIZE, _LATIN_BASELINE) if text[0].isascii() else (1.0, _BASELINE)
        font, drawn = self._font_for(text, round(height * size))
        advance = font.getlength(drawn)
        room = max(width, math.ceil(advance))
        cell = Image.new("L", (room, height), 0)
        place = ((room - advance) / 2, round(height * baseline))
        ImageDraw.Draw(cell).text(place, drawn, fill=255, font=font, anchor="ls")
        return cell if room == width else cell.resize((width, height), Image.Resampling.LANCZOS)

    def _font_for(self, text: str, height: int) -> tuple[ImageFont.FreeTypeFont, str]:
        for font in self._fonts:
            if ord(text[0]) in font.characters:
                # marks the font does not know are left away rather than drawn as boxes
                return self._at(font, height), "".join(c for c in text if ord(c) in font.characters)
        return self._at(self._fonts[0], height), _MISSING

    def _at(self, font: FontFile, height: int) -> ImageFont.FreeTypeFont:
        from PIL import ImageFont

        key = (font, height)
        if key not in self._loaded:
            self._loaded[key] = ImageFont.truetype(str(font.path), height, index=font.index)
        return self._loaded[key]
