"""ISO 14443-4 as the card sees it: short APDUs arrive whole, so data go out with the answer, nothing must be fetched.

Third-generation cards only (card sheet section 1). The sheet writes no Le behind command data and expects the answer
all the same, so a missing Le is taken as 00.
"""

from collections.abc import Callable
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import GET_RESPONSE, HEADER, Answer, Command, answers_directly, parsed, refused
from hardware_sim.cards.waiting import Waiting

# 106 kbit/s, 9 bits a byte with parity.
SECONDS_PER_BYTE: Final = 9 / 105_938
SECONDS_PER_COMMAND: Final = 0.005


class Contactless:
    """Turns APDUs into commands. `gate` as in T0; `le_open` false makes a card that wants exact lengths here too."""

    def __init__(
        self,
        execute: Callable[[Command], Answer],
        *,
        gate: Callable[[Command], Answer | None] = lambda _: None,
        le_open: bool = True,
    ) -> None:
        self._execute = execute
        self._gate = gate
        self._le_open = le_open
        self._waiting = Waiting()

    def reset(self) -> None:
        """Forget the waiting answer."""
        self._waiting.clear()

    def transmit(self, apdu: bytes) -> Answer:
        """One APDU; a Le shorter than the answer gets that many bytes and 61xx."""
        command = parsed(apdu, le_open=self._le_open)
        if command is None:
            self._waiting.clear()
            return refused(sw.WRONG_LENGTH, "lengths do not fit together, or are extended")
        if command.cla == 0x00 and command.ins == GET_RESPONSE:
            return self._gate(command) or self._waiting.get_response(command)
        self._waiting.clear()
        answer = self._execute(command)
        if answers_directly(command) or not command.data:
            return answer
        expected = apdu[-1] if len(apdu) > HEADER + command.p3 else 0
        if answer.data and expected and expected < len(answer.data):
            return Answer(self._waiting.keep(answer.data[expected:]).status, answer.data[:expected])
        return answer

    def seconds(self, apdu: bytes) -> float:
        """Time of one command and its answer in the field, from the command alone."""
        answer = apdu[4] if len(apdu) == HEADER else 0
        return SECONDS_PER_COMMAND + SECONDS_PER_BYTE * (len(apdu) + answer + 2)
