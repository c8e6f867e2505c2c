"""The glass the pages are laid out on: pixels, and how large they really are.

Sizes are millimetres everywhere (UX guide, section 1), because a finger and an eye do not know pixels. The diagonal is
configured: EDID and Qt's physical DPI are often wrong on kiosk panels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Panel:
    """Size of the panel in pixels and inches, and whether things may move on it."""

    width: int = 1080
    height: int = 1920
    diagonal_inch: float = 21.5
    animate: bool = True

    @property
    def px_per_mm(self) -> float:
        """Pixels in a millimetre; 4.03 on a 21.5-inch Full HD panel."""
        return math.hypot(self.width, self.height) / (self.diagonal_inch * MM_PER_INCH)


@dataclass(frozen=True, slots=True)
class Hall:
    """Where the terminal stands, as people read it, and the number they can call."""

    name_zh: str = "人力资源和社会保障自助服务厅"
    name_en: str = "Social Security Self-Service Hall"
    phone: str = "12333"
