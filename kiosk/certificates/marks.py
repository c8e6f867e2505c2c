"""What stands on a page, as values: letters, lines, boxes, a code. Millimetres from the top left corner.

`layout` makes them and `pdf` draws them; a test can ask whether two of them overlap without rendering anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PAGE_WIDTH: Final = 210.0
PAGE_HEIGHT: Final = 297.0
POINT: Final = 25.4 / 72  # mm
ASCENT, DESCENT = 0.88, 0.12
"""Of the em box of Hall Sans, in which every Han character stands."""

Measure = Callable[[str, float, bool], float]
"""Width in mm of (text, size in points, bold)."""
Colour = tuple[float, float, float]

INK: Final[Colour] = (0.10, 0.12, 0.15)
MUTED: Final[Colour] = (0.29, 0.33, 0.39)
RULE: Final[Colour] = (0.72, 0.76, 0.81)
ACCENT: Final[Colour] = (0.04, 0.34, 0.64)
TINT: Final[Colour] = (0.94, 0.955, 0.975)
FAINT: Final[Colour] = (0.915, 0.92, 0.93)


@dataclass(frozen=True)
class Letters:
    """One line of text; `x` is its left end, `baseline` where it stands."""

    x: float
    baseline: float
    text: str
    size: float  # points
    bold: bool = False
    colour: Colour = INK


@dataclass(frozen=True)
class Slanted:
    """Large text behind everything, turned by `degrees` about its middle at (x, y)."""

    x: float
    y: float
    text: str
    size: float
    degrees: float
    colour: Colour = FAINT


@dataclass(frozen=True)
class Rule:
    """A straight line of `weight` mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float = 0.2
    colour: Colour = RULE


@dataclass(frozen=True)
class Box:
    """A filled rectangle, or the outline of one when `fill` is None."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour | None = None
    outline: Colour | None = None


@dataclass(frozen=True)
class CodeSquare:
    """A QR code of `size` mm without its quiet zone, which the layout keeps free around it."""

    x: float
    y: float
    size: float
    text: str


Mark = Letters | Slanted | Rule | Box | CodeSquare
Page = tuple[Mark, ...]


def bounds_of(mark: Letters, measure: Measure) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of a line of text in mm."""
    em = mark.size * POINT
    right = mark.x + measure(mark.text, mark.size, mark.bold)
    return mark.x, mark.baseline - ASCENT * em, right, mark.baseline + DESCENT * em
