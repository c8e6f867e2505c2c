"""Draws laid-out pages as PDF with reportlab, the hall's own fonts embedded as subsets.

A character that Hall Sans lacks is drawn from the Mincho faces for rare names, on the same baseline. `Typesetter` keeps
the loaded fonts, for loading them takes longer than a page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import segno
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from kiosk.certificates.marks import (
    PAGE_HEIGHT,
    POINT,
    Box,
    CodeSquare,
    Colour,
    Letters,
    Mark,
    Page,
    Rule,
    Slanted,
)
from kiosk.fonts import Face, Fonts

# Octets that level M holds in a code of version 24: up to there the modules stay above 0.35 mm
_LONGEST_WITH_MORE_REDUNDANCY: Final = 911


class Typesetter:
    """Measures and draws text. Fonts for rare names are loaded when the first such name comes."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._names: dict[Path, str] = {}
        self._name_of(fonts.regular)
        self._name_of(fonts.bold)

    @property
    def main_font(self) -> str:
        """The name under which reportlab knows Hall Sans Regular."""
        return self._name_of(self._fonts.regular)

    def measure(self, text: str, size: float, bold: bool) -> float:
        """Width in mm (`kiosk.certificates.marks.Measure`)."""
        points = sum(pdfmetrics.stringWidth(run, font, size) for font, run in self.runs(text, bold))
        return float(points * POINT)

    def runs(self, text: str, bold: bool) -> list[tuple[str, str]]:
        """(reportlab font name, run) pairs that cover `text`."""
        return [(self._name_of(face), run) for face, run in self._fonts.runs(text, bold=bold)]

    def _name_of(self, face: Face) -> str:
        # reportlab keeps fonts in one register for the process: the path is the name
        name = self._names.get(face.path)
        if name is None:
            name = str(face.path)
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, str(face.path)))
            self._names[face.path] = name
        return name


def draw(pages: Sequence[Page], typesetter: Typesetter) -> bytes:
    """The pages as a PDF file, with a link to each code's address over the code. No time of day goes in."""
    buffer = io.BytesIO()
    rl_config.useA85 = 0  # `pdfa` rewrites all streams; making text of them first takes a tenth of the time
    # the canvas's default font would be an unembedded Helvetica
    canvas = Canvas(buffer, pagesize=A4, initialFontName=typesetter.main_font, invariant=1, pageCompression=1)
    for page in pages:
        for mark in page:
            _draw_mark(canvas, mark, typesetter)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw_mark(canvas: Any, mark: Mark, typesetter: Typesetter) -> None:
    match mark:
        case Letters():
            _draw_letters(canvas, mark, typesetter)
        case Slanted():
            _draw_slanted(canvas, mark, typesetter)
        case Rule():
            canvas.setStrokeColorRGB(*mark.colour)
            canvas.setLineWidth(mark.weight / POINT)
            canvas.line(_x(mark.x1), _y(mark.y1), _x(mark.x2), _y(mark.y2))
        case Box():
            _draw_box(canvas, mark)
        case CodeSquare():
            _draw_code(canvas, mark)


def _draw_letters(canvas: Any, mark: Letters, typesetter: Typesetter) -> None:
    text = canvas.beginText(_x(mark.x), _y(mark.baseline))
    text.setFillColorRGB(*mark.colour)
    for font, run in typesetter.runs(mark.text, mark.bold):
        text.setFont(font, mark.size)
        text.textOut(run)
    canvas.drawText(text)


def _draw_slanted(canvas: Any, mark: Slanted, typesetter: Typesetter) -> None:
    canvas.saveState()
    canvas.translate(_x(mark.x), _y(mark.y))
    canvas.rotate(mark.degrees)
    half = typesetter.measure(mark.text, mark.size, True) / 2
    text = canvas.beginText(-_x(half), -mark.size * 0.38)
    text.setFillColorRGB(*mark.colour)
    for font, run in typesetter.runs(mark.text, True):
        text.setFont(font, mark.size)
        text.textOut(run)
    canvas.drawText(text)
    canvas.restoreState()


def _draw_box(canvas: Any, mark: Box) -> None:
    outline: Colour | None = mark.outline
    if mark.fill is not None:
        canvas.setFillColorRGB(*mark.fill)
    if outline is not None:
        canvas.setStrokeColorRGB(*outline)
        canvas.setLineWidth(0.2 / POINT)
    canvas.rect(
        _x(mark.x),
        _y(mark.y + mark.height),
        _x(mark.width),
        _x(mark.height),
        stroke=int(outline is not None),
        fill=int(mark.fill is not None),
    )


def _draw_code(canvas: Any, mark: CodeSquare) -> None:
    """Modules as one filled path of horizontal runs, in module units: exact edges, and small."""
    error = "m" if len(mark.text) <= _LONGEST_WITH_MORE_REDUNDANCY else "l"
    rows = [list(row) for row in segno.make_qr(mark.text, error=error, boost_error=False).matrix]
    canvas.saveState()
    canvas.translate(_x(mark.x), _y(mark.y + mark.size))
    canvas.scale(_x(mark.size) / len(rows), _x(mark.size) / len(rows))
    path = canvas.beginPath()
    for up, row in enumerate(reversed(rows)):
        for start, length in _dark_runs(row):
            path.rect(start, up, length, 1)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.restoreState()
    area = (_x(mark.x), _y(mark.y + mark.size), _x(mark.x + mark.size), _y(mark.y))
    canvas.linkURL(mark.text, area, relative=0, thickness=0)


def _dark_runs(row: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, dark in enumerate(row):
        if dark and runs and runs[-1][0] + runs[-1][1] == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((at, 1))
    return runs


def _x(millimetres: float) -> float:
    return millimetres / POINT


def _y(millimetres: float) -> float:
    return (PAGE_HEIGHT - millimetres) / POINT
