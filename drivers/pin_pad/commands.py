"""The pad's commands with the shapes of their answers, and the words of the status byte.

An answer does not say which command it answers. Hence each command knows the only shapes that can be its own; whatever
else comes along is left over from an earlier command and is not taken.

The sheet has every status but D5 and what F0 to F7 mean one by one; those two are from the family's open driver, which
also says that A4 and C4 are answers to commands that were done (low nibble 4: done, 5: refused).
"""

from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Final

from drivers.pin_pad.frames import LONGEST_DATA, Answer

BLOCK: Final = 8
"""Bytes of a DES block: keys, PIN blocks and MACs are made of these."""


class Status(IntEnum):
    """The status byte. What is not here is refused, with the byte as a fact."""

    DONE = 0x04
    BAD_PARAMETER = 0x15
    TIMED_OUT = 0x80
    DONE_KEYS_INVALID = 0xA4
    REFUSED_KEYS_INVALID = 0xB5
    DONE_BATTERY_LOW = 0xC4
    REFUSED_BATTERY_LOW = 0xD5
    UNKNOWN_COMMAND = 0xE0


DONE: Final = frozenset({Status.DONE, Status.DONE_KEYS_INVALID, Status.DONE_BATTERY_LOW})

SELF_TEST: Final = {
    0xF0: "processor",
    0xF1: "memory",
    0xF2: "short-circuited keys",
    0xF3: "serial level",
    0xF4: "secure module",
    0xF5: "battery",
    0xF6: "master keys",
    0xF7: "other",
}


@dataclass(frozen=True, slots=True)
class Command:
    """CMD, bytes of data in a good answer (least, most), seconds to wait, and whether it works with the keys."""

    name: str
    code: int
    least: int = 0
    most: int = 0
    seconds: float = 1.0
    needs_keys: bool = False

    def answering(self, size: int) -> "Command":
        """The same with exactly ``size`` bytes in its good answer."""
        return replace(self, least=size, most=size)

    def good_answer(self, answer: Answer) -> bool:
        """This answer says that the command was done."""
        return answer.status in DONE and self.least <= len(answer.data) <= self.most

    def bad_answer(self, answer: Answer) -> bool:
        """This answer says that some command was refused."""
        return answer.status not in DONE and not answer.data


VERSION: Final = Command("version", 0x30, 1, LONGEST_DATA)
RESET: Final = Command("reset", 0x31, seconds=5.0)
# some pads answer a key with its check value
LOAD_MASTER_KEY: Final = Command("load master key", 0x32, 0, BLOCK, 2.0)
LOAD_WORKING_KEY: Final = Command("load working key", 0x33, 0, BLOCK, 2.0, needs_keys=True)
ACCOUNT: Final = Command("account number", 0x34, needs_keys=True)
START_PIN: Final = Command("start PIN entry", 0x35, needs_keys=True)
ENCRYPT: Final = Command("encrypt", 0x36, seconds=2.0, needs_keys=True)
DECRYPT: Final = Command("decrypt", 0x37, seconds=2.0, needs_keys=True)
SERIAL_NUMBER: Final = Command("serial number", 0x38, 1, LONGEST_DATA)
MAC: Final = Command("MAC", 0x41, BLOCK, BLOCK, 2.0, needs_keys=True)
FETCH_PIN_BLOCK: Final = Command("fetch PIN block", 0x42, BLOCK, BLOCK, needs_keys=True)
CHOOSE_KEYS: Final = Command("choose keys", 0x43, needs_keys=True)
KEYPAD: Final = Command("keypad", 0x45)
MODE: Final = Command("mode", 0x46)

WIPE_KEYS: Final = b"\x38"
"""The parameter that makes a reset wipe all keys."""


class Keypad(Enum):
    """What the keys do outside a PIN entry (command 45)."""

    OFF = 0x01
    ON = 0x02
    SILENT = 0x03
    SYSTEM = 0x04


class Cipher(Enum):
    """Mode 00: how keys are used."""

    DES = 0x20
    TRIPLE_DES = 0x30


class ModePlace(Enum):
    """What command 46 sets."""

    CIPHER = 0x00
    PIN_BLOCK = 0x01
    MAC = 0x06


class Key(IntEnum):
    """Keys as raw bytes. Digits are ASCII, and come in plain mode only."""

    TIMED_OUT = 0x00
    CLEAR = 0x08
    ENTER = 0x0D
    CANCEL = 0x1B
    STAR = 0x2A
    ZERO = 0x30
    NINE = 0x39
