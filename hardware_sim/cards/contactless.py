"""ISO 14443-4 as the card sees it: short APDUs arrive whole, so data go out with the answer, nothing must be fetched.

Third-generation cards only (card sheet section 1). The sheet writes no Le behind command data and expects the answer
all the same, so a missing Le is taken as 00.
"""

from typing import ClassVar, Final

from hardware_sim.cards.command import HEADER, Answer
from hardware_sim.cards.link_layer import LinkLayer

# 106 kbit/s, 9 bits a byte with parity.
SECONDS_PER_BYTE: Final = 9 / 105_938
SECONDS_PER_COMMAND: Final = 0.005


class Contactless(LinkLayer):
    """Data go out with the answer; a Le shorter than the answer gets that many bytes and 61xx."""

    usually_le_open: ClassVar[bool] = True
    wrong_length: ClassVar[str] = "lengths do not fit together, or are extended"

    def seconds(self, apdu: bytes) -> float:
        """Time of one command and its answer in the field, from the command alone."""
        answer = apdu[4] if len(apdu) == HEADER else 0
        return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + answer + 2)

    def _carried(self, answer: Answer, le: int) -> Answer:
        if 0 < le < len(answer.data):
            return Answer(self._waiting.keep(answer.data[le:]).status, answer.data[:le])
        return answer
