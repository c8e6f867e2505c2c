"""What the makes differ in when a code is scanned: how looking for codes is begun and ended."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.barcode_reader import gm65, honeywell


class MakeName(Enum):
    """The makes this room knows. PLAIN: any reader that sends what it sees and takes no commands."""

    NEWLAND = "newland"
    HONEYWELL = "honeywell"
    GM65 = "gm65"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Make:
    """``trigger`` lights the lamp and looks for a code, ``stop`` ends it; None where there is no such command."""

    name: MakeName
    trigger: bytes | None = None
    stop: bytes | None = None


NEWLAND: Final = Make(MakeName.NEWLAND, b"\x1b\x31", b"\x1b\x30")
HONEYWELL: Final = Make(MakeName.HONEYWELL, honeywell.TRIGGER, honeywell.STOP)
GM65: Final = Make(
    MakeName.GM65,
    gm65.write_zone(gm65.Zone.TRIGGER, b"\x01"),
    gm65.write_zone(gm65.Zone.TRIGGER, b"\x00"),
)
PLAIN: Final = Make(MakeName.PLAIN)

MAKES: Final = {make.name: make for make in (NEWLAND, HONEYWELL, GM65, PLAIN)}
