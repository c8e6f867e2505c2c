"""What a terminal window shows, as a file: SVG, or PNG drawn cell by cell with the hall's system font.

Han characters take two cells, all else one, as in a terminal window; so columns stand as they do there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.terminal_theme import TerminalTheme

WIDTH: Final = 116
_SIZE, _LINE, _MARGIN = 26, 38, 40
_CELL = _SIZE // 2

THEME: Final = TerminalTheme(
    (17, 22, 30),
    (222, 227, 233),
    [
        *((17, 22, 30), (240, 98, 98), (96, 200, 120), (235, 190, 80)),
        *((98, 160, 240), (200, 130, 220), (90, 200, 210), (222, 227, 233)),
    ],
    [
        *((138, 148, 160), (255, 120, 120), (120, 225, 145), (250, 210, 110)),
        *((130, 185, 255), (225, 160, 240), (120, 225, 235), (255, 255, 255)),
    ],
)


class PictureImpossibleError(Exception):
    """No picture of this kind can be made; says what to do."""


@dataclass(frozen=True, slots=True)
class MonoFonts:
    """A typeface with cells of half an em: regular and bold, as (file, index in the collection)."""

    regular: tuple[Path, int]
    bold: tuple[Path, int]


NOTO_MONO: Final = MonoFonts(
    (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 7),
    (Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"), 7),
)
"""Noto Sans Mono CJK SC of Debian's fonts-noto-cjk, which the set-up installs."""


def save(shown: RenderableType, file: Path, title: str, fonts: MonoFonts = NOTO_MONO) -> None:
    """Write the picture; the kind is the file's ending. PictureImpossibleError, or OSError of the file."""
    match file.suffix.lower():
        case ".svg":
            file.write_text(svg(shown, title), "utf-8")
        case ".png":
            png(shown, fonts).save(file)
        case _:
            raise PictureImpossibleError(f"{file.name}: give a file that ends in .png or .svg")


def svg(shown: RenderableType, title: str) -> str:
    """Rich's own picture of a window, without its typeface from the network."""
    with Path("/dev/null").open("w") as nowhere:
        console = _console(nowhere, record=True)
        console.print(shown)
        local = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        local = local.replace("Fira Code, monospace", "'Noto Sans Mono CJK SC', monospace")
        # it would draw digits and hyphens as wide as Han characters
        local = local.replace("font-variant-east-asian: full-width;", "")
        cells = 0.5  # of an em, as in this typeface
        return console.export_svg(
            title=title, theme=THEME, code_format=local, unique_id="diagnose", font_aspect_ratio=cells
        )


def png(shown: RenderableType, fonts: MonoFonts) -> Image.Image:
    """The same lines drawn with Pillow."""
    try:
        regular, bold = (ImageFont.truetype(str(path), _SIZE, index=at) for path, at in (fonts.regular, fonts.bold))
    except OSError as error:
        raise PictureImpossibleError(f"no font for a PNG ({error}): install fonts-noto-cjk, or give an .svg") from None
    with Path("/dev/null").open("w") as nowhere:
        console = _console(nowhere, record=False)
        lines = console.render_lines(shown, pad=False)
    size = (WIDTH * _CELL + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN)
    image = Image.new("RGB", size, tuple(THEME.background_color))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        _draw_line(draw, line, _MARGIN + row * _LINE, regular, bold)
    return image


def _draw_line(
    draw: ImageDraw.ImageDraw,
    line: list[Segment],
    top: int,
    regular: ImageFont.FreeTypeFont,
    bold: ImageFont.FreeTypeFont,
) -> None:
    left = _MARGIN
    for segment in line:
        style = segment.style
        font = bold if style and style.bold else regular
        colour = style.color.get_truecolor(THEME) if style and style.color else THEME.foreground_color
        for character in segment.text:
            width = cell_len(character) * _CELL
            # a sign that is wider than its cells (× in a Chinese font) stands in their middle
            draw.text((left + width / 2, top + _LINE * 0.75), character, fill=tuple(colour), font=font, anchor="ms")
            left += width


def _console(nowhere: object, *, record: bool) -> Console:
    return Console(
        file=nowhere,  # type: ignore[arg-type]
        width=WIDTH,
        record=record,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
