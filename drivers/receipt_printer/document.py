"""What a receipt consists of: frozen lines from top to bottom. Their contents may be personal, so repr shows none."""

from dataclasses import dataclass, field
from enum import Enum

from drivers.receipt_printer.bitmap import Bitmap


class Align(Enum):
    """Where a line stands; the value is the parameter of ESC a."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class QrLevel(Enum):
    """Error correction of a QR code; the value is the parameter of GS ( k function 69."""

    L = 48
    M = 49
    Q = 50
    H = 51


@dataclass(frozen=True)
class Text:
    """A paragraph, wrapped to the paper. ``double`` is twice as wide and twice as high."""

    text: str = field(repr=False)
    align: Align = Align.LEFT
    bold: bool = False
    double: bool = False


@dataclass(frozen=True)
class Pair:
    """A label at the left and its value at the right edge; on lines of their own when they do not fit on one."""

    left: str = field(repr=False)
    right: str = field(repr=False)
    bold: bool = False


@dataclass(frozen=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True)
class Qr:
    """A QR code, model 2, centred. ``module_dots`` is the wanted size of a module (1 to 16)."""

    data: str = field(repr=False)
    module_dots: int = 6
    level: QrLevel = QrLevel.M


@dataclass(frozen=True)
class Picture:
    """A picture, no wider than the paper."""

    bitmap: Bitmap
    align: Align = Align.CENTRE


@dataclass(frozen=True)
class Feed:
    """Empty lines (1 to 255)."""

    lines: int = 1


Line = Text | Pair | Rule | Qr | Picture | Feed


@dataclass(frozen=True)
class Receipt:
    """A whole receipt; the cut comes by itself."""

    lines: tuple[Line, ...]
