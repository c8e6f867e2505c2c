"""Breaking text into lines, Chinese and Latin mixed.

A line may break between any two Han characters, and at spaces of Latin text; closing punctuation never begins a line
and opening punctuation never ends one (避头尾, GB/T 15834-2011 section 5.1.10). A word wider than the line is cut.
"""

from __future__ import annotations

import re

from kiosk.certificates.marks import Measure

_NOT_FIRST = "，。、；：？！）》」』】〉”’…—·%,.;:?!)]}"
_NOT_LAST = "（《「『【〈“‘([{"
_PIECES = re.compile(r"[!-~\u00a0-\u024f]+|.", re.DOTALL)


def wrap(text: str, width: float, size: float, measure: Measure, *, bold: bool = False) -> list[str]:
    """Lines of at most `width` mm at `size` points; one empty line for an empty text."""
    lines: list[str] = []
    line = ""
    for piece in _unbreakable(text):
        if measure((line + piece).rstrip(), size, bold) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = piece.lstrip()
        while measure(line.rstrip(), size, bold) > width and len(line) > 1:
            fitting = _fitting(line, width, size, measure, bold)
            lines.append(line[:fitting])
            line = line[fitting:]
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _unbreakable(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        if pieces and (piece[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _fitting(text: str, width: float, size: float, measure: Measure, bold: bool) -> int:
    count = 1
    while count < len(text) and measure(text[: count + 1], size, bold) <= width:
        count += 1
    return count
