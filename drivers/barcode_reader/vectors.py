"""Worked frames and codes for this room. One test walks all of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ZoneVector:
    """A GM65 command: its frame (hex), type, address and data (hex)."""

    meaning: str
    frame: str
    type: int
    address: int
    data: str


GM65_COMMANDS: Final = (
    ZoneVector("two zones from 002A", "7E000701002A02D80F", 0x07, 0x002A, "02"),
    ZoneVector("zone 00D9 to D3", "7E00080100D9D32038", 0x08, 0x00D9, "D3"),
    ZoneVector("trigger", "7E00080100020102DA", 0x08, 0x0002, "01"),
)
GM65_UNCHECKED_TRIGGER: Final = "7E000801000201ABCD"
GM65_DONE: Final = "02000001003331"
"""An answer: done, one byte 00."""

NEWLAND_SETTING: Final = ("#99900030;", "!99900030;")

GTINS: Final = ("06901234567892", "00012345600012", "04006381333931")
"""With their right check digits."""
