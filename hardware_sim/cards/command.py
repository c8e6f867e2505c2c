"""One command and one answer between a link layer (t0.py, contactless.py) and the commands of a card."""

from dataclasses import dataclass
from typing import Final

from hardware_sim.cards import status_words as sw

HEADER: Final = 5
GET_RESPONSE: Final = 0xC0

# Instructions that send no data to the card: P3 is an expected length.
_ANSWER_ONLY: Final = frozenset({0xB0, 0xB2, 0x84, 0xCA, 0x26, GET_RESPONSE})
# GET STARTING DAY shares its instruction with UPDATE STARTING DAY; P1 tells them apart.
_STARTING_DAY: Final = (0x56, 0x01)


@dataclass(frozen=True, repr=False)
class Command:
    """One command. `data` is what came after P3; `le` is P3 read as an expected length (00 means 256).

    `le_open` is true where the interface takes Le 00 as "all there is" instead of as 256 bytes.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    p3: int
    data: bytes
    le_open: bool = False

    @property
    def le(self) -> int:
        return self.p3 or 256

    def __repr__(self) -> str:
        # Command data may be a PIN.
        return (
            f"Command({self.cla:02X} {self.ins:02X} {self.p1:02X} {self.p2:02X} {self.p3:02X}, {len(self.data)} bytes)"
        )


@dataclass(frozen=True, repr=False)
class Answer:
    """Data and status word of one command, before a link layer decides how they travel. `why` says what was wrong."""

    status: int = sw.OK
    data: bytes = b""
    why: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.status:04X}, {len(self.data)} bytes)"


def exactly(command: Command, data: bytes) -> Answer:
    """Data if Le asks for exactly that many bytes, else 6Cxx with the right number."""
    if command.le == len(data) or (command.le_open and command.p3 == 0):
        return Answer(data=data)
    return Answer(sw.exact_length(len(data)))


def refused(status: int, why: str) -> Answer:
    """A status word other than success, with the reason for the notes."""
    return Answer(status, why=why)


def parsed(apdu: bytes, *, le_open: bool = False) -> Command | None:
    """A short APDU as a command, or None when its lengths do not fit together. A trailing Le after data is left out.

    Stricter than hardware: extended lengths, data for a command that only answers, and promised data that do not come
    are all refused.
    """
    if len(apdu) < HEADER - 1:
        return None
    cla, ins, p1, p2 = apdu[:4]
    p3 = apdu[4] if len(apdu) >= HEADER else 0
    data = apdu[HEADER:]
    if data and p3 == 0:
        return None
    if len(data) == p3 + 1:
        data = data[:-1]
    answers_only = ins in _ANSWER_ONLY or (ins, p1) == _STARTING_DAY
    if data and (len(data) != p3 or answers_only):
        return None
    if not data and p3 and not answers_only:
        return None
    return Command(cla, ins, p1, p2, p3, data, le_open)


def answers_directly(command: Command) -> bool:
    """True when T=0 sends the answer at once, because the command carried nothing in."""
    return command.ins in _ANSWER_ONLY or (command.ins, command.p1) == _STARTING_DAY
