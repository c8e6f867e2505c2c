"""Draws a ticket as it would lie in the hand: thermal print on white paper, one dot a pixel."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from hardware_sim.receipt_printer.fonts import FontFiles
from hardware_sim.receipt_printer.ticket import (
    CELL,
    CELL_HEIGHT,
    DOTS,
    Ending,
    Feed,
    Glyph,
    Line,
    Qr,
    Raster,
    Ticket,
)

MARGIN = 32
"""80 mm paper around 72 mm of print."""
HEAD = 40
"""White paper between the knife and the first line."""
FOOT = 48
TOOTH = 8
PAPER, EDGE, INK, DESK = (252, 251, 247), (226, 224, 216), (36, 36, 42), (206, 210, 214)


def picture(ticket: Ticket, fonts: FontFiles) -> Image.Image:
    """An RGB picture, 640 pixels wide, as high as the paper; the edges show how it was cut."""
    width, height = DOTS + 2 * MARGIN, HEAD + ticket.height + FOOT
    sheet = _paper(width, height, ticket.ending)
    ink = Image.new("L", (width, height), 0)
    top = HEAD
    for item in ticket.items:
        match item:
            case Line():
                _draw_line(ink, item, top, fonts)
            case Raster():
                mark = Image.frombytes("1", (item.row_bytes * 8, item.rows), item.bits).convert("L")
                mark = mark.resize((item.width, item.height), Image.Resampling.NEAREST)
                ink.paste(mark, (MARGIN + item.align.indent(item.width, DOTS), top))
            case Qr():
                mark = _qr(item)
                ink.paste(mark, (MARGIN + item.align.indent(item.width, DOTS), top))
            case Feed():
                pass
        top += item.height
    sheet.paste(Image.new("RGB", sheet.size, INK), mask=ink)
    return sheet


def _paper(width: int, height: int, ending: Ending) -> Image.Image:
    sheet = Image.new("RGB", (width, height), DESK)
    draw = ImageDraw.Draw(sheet)
    bottom = height - 1
    edge: list[tuple[int, int]] = [(0, 0), (width, 0)]
    if ending is Ending.TORN_OFF:
        # a hand tears: uneven, but the same every time
        edge += [(x, bottom - (x * 37 // 8) % 23) for x in range(width, -1, -16)]
    else:
        edge += [(x, bottom - (TOOTH if (x // TOOTH) % 2 else 0)) for x in range(width, -1, -TOOTH)]
    draw.polygon(edge, fill=PAPER, outline=EDGE)
    if ending is Ending.PARTIAL_CUT:
        # the strip that holds the ticket until it is taken
        middle = width // 2
        draw.rectangle((middle - TOOTH, bottom - 2 * TOOTH, middle + TOOTH, bottom), fill=PAPER)
    return sheet


def _draw_line(ink: Image.Image, line: Line, top: int, fonts: FontFiles) -> None:
    left = MARGIN + line.align.indent(line.width, DOTS)
    tallest = max((glyph.height for glyph in line.glyphs), default=CELL_HEIGHT)
    draw = ImageDraw.Draw(ink)
    for glyph in line.glyphs:
        mark = _glyph(fonts, glyph)
        ink.paste(mark, (left, top + tallest - glyph.height), mark)
        if glyph.underlined:
            draw.line((left, top + tallest + 1, left + glyph.width - 1, top + tallest + 1), fill=255, width=2)
        left += glyph.width


@cache
def _font(fonts: FontFiles, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    file, face = (fonts.bold, fonts.bold_face) if bold else (fonts.regular, fonts.regular_face)
    return ImageFont.truetype(str(file), size, index=face)


@cache
def _glyph(fonts: FontFiles, glyph: Glyph) -> Image.Image:
    """The character in its cell. Drawn once at the larger magnification, so that big letters have round corners."""
    scale = max(glyph.wide, glyph.high)
    cell = (CELL * (2 if glyph.chinese else 1) * scale, CELL_HEIGHT * scale)
    mark = Image.new("L", cell, 0)
    # a little smaller than the cell, so that descenders stay inside; all characters share one base line
    font = _font(fonts, 22 * scale, glyph.bold)
    base = round(19.5 * scale)
    ImageDraw.Draw(mark).text((cell[0] / 2, base), glyph.text, fill=255, font=font, anchor="ms")
    if mark.size != (glyph.width, glyph.height):
        mark = mark.resize((glyph.width, glyph.height), Image.Resampling.LANCZOS)
    return mark


def _qr(code: Qr) -> Image.Image:
    small = Image.new("L", (code.modules, code.modules))
    small.putdata([255 if dot else 0 for row in code.matrix() for dot in row])
    return small.resize((code.width, code.height), Image.Resampling.NEAREST)
