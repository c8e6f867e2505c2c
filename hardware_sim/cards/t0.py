"""Protocol T=0 as the card sees it: five header bytes, data one way only, 61xx and 6Cxx (ISO 7816-3 section 10).

Stricter than hardware: extended lengths and lengths that do not match P3 are refused with 6700. One trailing Le after
command data is let through unseen, because a reader cuts it off before a T=0 card could see it (ISO 7816-3, 12.2).
"""

from typing import ClassVar, Final

from hardware_sim.cards.command import HEADER, Answer
from hardware_sim.cards.link_layer import LinkLayer

# 9600 bit/s, 12 bit times a character: the rate of an ATR without TA1.
SECONDS_PER_BYTE: Final = 12 * 372 / 3_571_200
SECONDS_PER_COMMAND: Final = 0.004


class T0(LinkLayer):
    """Data that a command with data gets back wait for GET RESPONSE."""

    usually_le_open: ClassVar[bool] = False
    wrong_length: ClassVar[str] = "length does not match P3"

    def seconds(self, apdu: bytes) -> float:
        """Time of one command and its answer on the line, from the command alone (an answer has Le bytes at most)."""
        return line_seconds(apdu)

    def _carried(self, answer: Answer, le: int) -> Answer:
        return self._waiting.keep(answer.data)


def line_seconds(apdu: bytes) -> float:
    """See T0.seconds."""
    if len(apdu) < HEADER:
        return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + 2)
    answer = apdu[4] if len(apdu) == HEADER else 0
    return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + answer + 2)
