"""The module's commands with the shapes their answers may have, and the words of SW3.

An answer frame does not say which command it answers. Hence each command knows the only shapes that can be its own;
whatever else comes along is left over from an earlier command and is not taken.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

from drivers.id_reader.frames import Answer
from drivers.status import DeviceState


class Sw3(IntEnum):
    """The third status byte; SW1 and SW2 are 00 in every documented answer."""

    WRONG_CHECK = 0x10
    WRONG_LENGTH = 0x11
    UNKNOWN_COMMAND = 0x21
    OUT_OF_SEQUENCE = 0x23
    UNKNOWN_ERROR = 0x24
    CARD_REFUSED_READER = 0x31
    CARD_NOT_GENUINE = 0x32
    INFORMATION_CHECK_FAILED = 0x33
    OTHER_KIND_OF_CARD = 0x40
    READ_FAILED = 0x41
    RANDOM_NUMBER_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    DONE = 0x90
    ITEM_NOT_ON_CARD = 0x91
    CARD_FOUND = 0x9F


class Remedy(Enum):
    """What is to be done about an SW3 (GA 450 / GA 467 as documented in the open protocol pages)."""

    GO_ON = "go-on"
    KEEP_POLLING = "keep-polling"
    NOT_ON_CARD = "not-on-card"
    SEND_AGAIN = "send-again"
    REPORT_PROGRAM = "report-program"
    DO_WITHOUT = "do-without"
    START_AGAIN = "start-again"
    LAY_DOWN_AGAIN = "lay-down-again"
    RESET = "start-again-then-reset"
    WRONG_CARD = "wrong-card"
    CALL_STAFF = "call-staff"
    OUT_OF_SERVICE = "out-of-service"


REMEDIES: Final = {
    Sw3.WRONG_CHECK: Remedy.SEND_AGAIN,
    Sw3.WRONG_LENGTH: Remedy.REPORT_PROGRAM,
    Sw3.UNKNOWN_COMMAND: Remedy.DO_WITHOUT,
    Sw3.OUT_OF_SEQUENCE: Remedy.START_AGAIN,  # also given as "no privilege"; the order is what we can mend
    Sw3.UNKNOWN_ERROR: Remedy.RESET,
    Sw3.CARD_REFUSED_READER: Remedy.LAY_DOWN_AGAIN,
    Sw3.CARD_NOT_GENUINE: Remedy.CALL_STAFF,
    Sw3.INFORMATION_CHECK_FAILED: Remedy.LAY_DOWN_AGAIN,
    Sw3.OTHER_KIND_OF_CARD: Remedy.WRONG_CARD,
    Sw3.READ_FAILED: Remedy.LAY_DOWN_AGAIN,
    Sw3.RANDOM_NUMBER_FAILED: Remedy.RESET,
    Sw3.SELF_TEST_FAILED: Remedy.OUT_OF_SERVICE,
    Sw3.NOT_AUTHORISED: Remedy.OUT_OF_SERVICE,
    Sw3.NO_CARD: Remedy.KEEP_POLLING,
    Sw3.SELECT_FAILED: Remedy.START_AGAIN,
    Sw3.DONE: Remedy.GO_ON,
    Sw3.ITEM_NOT_ON_CARD: Remedy.NOT_ON_CARD,
    Sw3.CARD_FOUND: Remedy.GO_ON,
}


def remedy(sw3: int) -> Remedy | None:
    """What to do about an SW3, or None for one that no source knows."""
    try:
        return REMEDIES[Sw3(sw3)]
    except ValueError:
        return None


_SUCCESS: Final = frozenset({Sw3.DONE, Sw3.CARD_FOUND})


@dataclass(frozen=True)
class Command:
    """CMD PARA, the shape of its good answer (bytes of data, least and most), and seconds to wait for any answer."""

    name: str
    code: bytes
    good: Sw3
    least: int
    most: int
    seconds: float

    def good_answer(self, answer: Answer) -> bool:
        """This answer says that the command was done."""
        return answer.sw == bytes((0, 0, self.good)) and self.least <= len(answer.data) <= self.most

    def bad_answer(self, answer: Answer) -> bool:
        """This answer says that some command failed: a status word that is no success, and no data."""
        return answer.sw[:2] == b"\x00\x00" and answer.sw[2] not in _SUCCESS and not answer.data


RESET_MODULE: Final = Command("reset module", b"\x10\xff", Sw3.DONE, 0, 0, 3.0)
MODULE_STATE: Final = Command("module state", b"\x11\xff", Sw3.DONE, 0, 0, 1.0)
MODULE_NUMBER: Final = Command("module number", b"\x12\xff", Sw3.DONE, 16, 16, 1.0)
FIND: Final = Command("find", b"\x20\x01", Sw3.CARD_FOUND, 4, 4, 1.0)
SELECT: Final = Command("select", b"\x20\x02", Sw3.DONE, 8, 8, 1.0)
# two length words and the text at least; a photo up to what a frame can hold
READ_TEXT_AND_PHOTO: Final = Command("read text and photo", b"\x30\x01", Sw3.DONE, 4 + 256, 0x0C00, 3.0)
# three length words, the text, and no fingerprint at least
READ_WITH_FINGERPRINT: Final = Command("read with fingerprint", b"\x30\x10", Sw3.DONE, 6 + 256, 0x0C00, 4.0)
READ_NEW_ADDRESS: Final = Command("read newest address", b"\x30\x03", Sw3.DONE, 70, 70, 2.0)

BAUD_RATES: Final = (115200, 57600, 38400, 19200, 9600)
"""In the order of their commands 60 00 to 60 04; the first is the one as delivered."""


def set_baud(rate: int) -> Command:
    """The command that sets the speed of the line; answered at the old speed. ValueError: no such speed."""
    return Command("set baud", bytes((0x60, BAUD_RATES.index(rate))), Sw3.DONE, 0, 0, 1.0)


class ModuleState(Enum):
    """What the module says of itself."""

    READY = Sw3.DONE
    SELF_TEST_FAILED = Sw3.SELF_TEST_FAILED
    NOT_AUTHORISED = Sw3.NOT_AUTHORISED

    @property
    def device_state(self) -> DeviceState:
        """The same in the words of XFS4IoT."""
        return DeviceState.ONLINE if self is ModuleState.READY else DeviceState.HARDWARE_ERROR
