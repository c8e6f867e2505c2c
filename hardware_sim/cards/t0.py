"""Protocol T=0 as the card sees it: five header bytes, data one way only, 61xx and 6Cxx (ISO 7816-3 section 10).

Stricter than hardware: extended lengths and lengths that do not match P3 are refused with 6700. One trailing Le after
command data is let through unseen, because a reader cuts it off before a T=0 card could see it (ISO 7816-3, 12.2).
"""

from collections.abc import Callable
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import GET_RESPONSE, HEADER, Answer, Command, answers_directly, parsed, refused
from hardware_sim.cards.waiting import Waiting

# 9600 bit/s, 12 bit times a character: the rate of an ATR without TA1.
SECONDS_PER_BYTE: Final = 12 * 372 / 3_571_200
SECONDS_PER_COMMAND: Final = 0.004


class T0:
    """Keeps the answer that waits for GET RESPONSE and turns APDUs into commands.

    `execute` runs one command that carries data in or nothing; commands that only answer (READ, GET CHALLENGE) check
    their Le themselves, because what they change depends on it. `gate` may refuse GET RESPONSE, which is answered
    here: a blocked card answers nothing any more. `le_open` makes a card that answers Le 00 with data.
    """

    def __init__(
        self,
        execute: Callable[[Command], Answer],
        *,
        gate: Callable[[Command], Answer | None] = lambda _: None,
        le_open: bool = False,
    ) -> None:
        self._execute = execute
        self._gate = gate
        self._le_open = le_open
        self._waiting = Waiting()

    def reset(self) -> None:
        """Forget the waiting answer."""
        self._waiting.clear()

    def transmit(self, apdu: bytes) -> Answer:
        """One APDU; what comes back is what goes over the line."""
        command = parsed(apdu, le_open=self._le_open)
        if command is None:
            self._waiting.clear()
            return refused(sw.WRONG_LENGTH, "length does not match P3")
        if command.cla == 0x00 and command.ins == GET_RESPONSE:
            return self._gate(command) or self._waiting.get_response(command)
        self._waiting.clear()
        answer = self._execute(command)
        if answer.data and not answers_directly(command):
            return self._waiting.keep(answer.data)
        return answer

    def seconds(self, apdu: bytes) -> float:
        """Time of one command and its answer on the line, from the command alone (an answer has Le bytes at most)."""
        return line_seconds(apdu)


def line_seconds(apdu: bytes) -> float:
    """See T0.seconds."""
    if len(apdu) < HEADER:
        return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + 2)
    answer = apdu[4] if len(apdu) == HEADER else 0
    return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + answer + 2)
