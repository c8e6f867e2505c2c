"""What the link layers share: an APDU becomes a command, and what waits inside the card is fetched or forgotten."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import GET_RESPONSE, HEADER, Answer, Command, answers_directly, parsed, refused
from hardware_sim.cards.waiting import Waiting


class LinkLayer(ABC):
    """Turns APDUs into commands and keeps the answer that waits for GET RESPONSE.

    `execute` runs one command that carries data in or nothing; commands that only answer (READ, GET CHALLENGE) check
    their Le themselves, because what they change depends on it. `gate` may refuse GET RESPONSE, which is answered
    here: a blocked card answers nothing any more. `le_open` true makes a card that answers Le 00 with data, false one
    that wants exact lengths; None is what is usual on the interface.
    """

    usually_le_open: ClassVar[bool]
    wrong_length: ClassVar[str]
    """Why an APDU is no command here, for the notes."""

    def __init__(
        self,
        execute: Callable[[Command], Answer],
        *,
        gate: Callable[[Command], Answer | None] = lambda _: None,
        le_open: bool | None = None,
    ) -> None:
        self._execute = execute
        self._gate = gate
        self._le_open = self.usually_le_open if le_open is None else le_open
        self._waiting = Waiting()

    def reset(self) -> None:
        """Forget the waiting answer."""
        self._waiting.clear()

    def transmit(self, apdu: bytes) -> Answer:
        """One APDU; what comes back is what goes over the line."""
        command = parsed(apdu, le_open=self._le_open)
        if command is None:
            self._waiting.clear()
            return refused(sw.WRONG_LENGTH, self.wrong_length)
        if command.cla == 0x00 and command.ins == GET_RESPONSE:
            return self._gate(command) or self._waiting.get_response(command)
        self._waiting.clear()
        answer = self._execute(command)
        if not answer.data or answers_directly(command):
            return answer
        return self._carried(answer, apdu[-1] if len(apdu) > HEADER + command.p3 else 0)

    @abstractmethod
    def seconds(self, apdu: bytes) -> float:
        """Time of one command and its answer, from the command alone (an answer has Le bytes at most)."""

    @abstractmethod
    def _carried(self, answer: Answer, le: int) -> Answer:
        """How an answer with data travels when its command carried data in; `le` came behind those data, 0 for none."""
