"""What the host sets and a reset puts back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

DES, TRIPLE_DES = 0x20, 0x30
"""Values of command 46, parameter 00."""


class Keypad(Enum):
    """Command 45. In the first and last case keys outside a PIN entry are dead."""

    OFF = 0x01
    ON = 0x02
    SILENT = 0x03
    SYSTEM = 0x04

    @property
    def open(self) -> bool:
        return self in (Keypad.ON, Keypad.SILENT)


@dataclass
class Settings:
    """`chosen` are the numbers of master and working key; `account` 12 digits in ASCII."""

    algorithm: int = DES
    keypad: Keypad = Keypad.OFF
    chosen: tuple[int, int] | None = None
    account: bytes | None = None
