"""Protocol T=0 as the card sees it: five header bytes, data one way only, 61xx and 6Cxx (ISO 7816-3 section 10).

Stricter than hardware: extended lengths and lengths that do not match P3 are refused with 6700. One trailing Le after
command data is let through unseen, because a reader cuts it off before a T=0 card could see it (ISO 7816-3, 12.2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hardware_sim.cards import status_words as sw

# 9600 bit/s, 12 bit times a character: the rate of an ATR without TA1.
SECONDS_PER_BYTE: Final = 12 * 372 / 3_571_200
SECONDS_PER_COMMAND: Final = 0.004

_HEADER = 5
_GET_RESPONSE = 0xC0
_INS_WITH_ANSWER_ONLY: Final = frozenset({0xB0, 0xB2, 0x84, _GET_RESPONSE})


@dataclass(frozen=True, repr=False)
class Command:
    """One T=0 command. `data` is what came after P3; `le` is P3 read as an expected length (00 means 256)."""

    cla: int
    ins: int
    p1: int
    p2: int
    p3: int
    data: bytes

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
    """Data and status word of one command, before T=0 decides how they travel. `why` says what was wrong, no data."""

    status: int = sw.OK
    data: bytes = b""
    why: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.status:04X}, {len(self.data)} bytes)"


def exactly(command: Command, data: bytes) -> Answer:
    """Data if Le asks for exactly that many bytes, else 6Cxx with the right number."""
    if command.le == len(data):
        return Answer(data=data)
    return Answer(sw.exact_length(len(data)))


def refused(status: int, why: str) -> Answer:
    """A status word other than success, with the reason for the notes."""
    return Answer(status, why=why)


class T0:
    """Keeps the answer that waits for GET RESPONSE and turns APDUs into commands.

    `execute` runs one command that carries data in or nothing; commands that only answer (READ, GET CHALLENGE) check
    their Le themselves, because what they change depends on it.
    """

    def __init__(self, execute: Callable[[Command], Answer]) -> None:
        self._execute = execute
        self._waiting = b""

    def reset(self) -> None:
        """Forget the waiting answer."""
        self._waiting = b""

    def transmit(self, apdu: bytes) -> Answer:
        """One APDU of 4 or more bytes; what comes back is what goes over the line."""
        command = _parse(apdu)
        if command is None:
            self._waiting = b""
            return refused(sw.WRONG_LENGTH, "length does not match P3")
        if command.cla == 0x00 and command.ins == _GET_RESPONSE:
            return self._get_response(command)
        self._waiting = b""
        answer = self._execute(command)
        if answer.data and command.ins not in _INS_WITH_ANSWER_ONLY:
            self._waiting = answer.data
            return Answer(sw.more_waiting(len(answer.data)))
        return answer

    def _get_response(self, command: Command) -> Answer:
        if command.data:
            return refused(sw.WRONG_LENGTH, "GET RESPONSE with data")
        if (command.p1, command.p2) != (0, 0):
            return refused(sw.WRONG_P1_P2, "GET RESPONSE with P1 P2")
        if not self._waiting:
            return refused(sw.NOTHING_WAITING, "GET RESPONSE, but nothing waits")
        if command.le > len(self._waiting):
            return Answer(sw.exact_length(len(self._waiting)))
        part, self._waiting = self._waiting[: command.le], self._waiting[command.le :]
        return Answer(sw.more_waiting(len(self._waiting)) if self._waiting else sw.OK, part)


def line_seconds(apdu: bytes) -> float:
    """Time of one command and its answer on the line, from the command alone (an answer has Le bytes at most)."""
    if len(apdu) < _HEADER:
        return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + 2)
    answer = apdu[4] if len(apdu) == _HEADER else 0
    return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + answer + 2)


def _parse(apdu: bytes) -> Command | None:
    if len(apdu) < 4:
        return None
    cla, ins, p1, p2 = apdu[:4]
    p3 = apdu[4] if len(apdu) > 4 else 0
    data = apdu[_HEADER:]
    if data and p3 == 0:
        return None
    if len(data) == p3 + 1:
        data = data[:-1]
    if data and len(data) != p3:
        return None
    if not data and p3 and ins not in _INS_WITH_ANSWER_ONLY:
        return None
    return Command(cla, ins, p1, p2, p3, data)
