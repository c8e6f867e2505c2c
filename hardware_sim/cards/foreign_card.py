"""A bank card in the wrong terminal: it knows its payment environment and no SSSE (card sheet section 10)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.notes import Notebook
from hardware_sim.cards.t0 import T0, line_seconds
from hardware_sim.cards.tlv import ber

PSE: Final = b"1PAY.SYS.DDF01"
_ATR: Final = bytes.fromhex("3B6D0000") + b"INVENTED BANK"
_PSE_FCI: Final = ber(0x6F, ber(0x84, PSE) + ber(0xA5, ber(0x88, b"\x01")))


class ForeignCard:
    """Answers its ATR and SELECT of the PSE; every other name is 6A82, every other command 6D00."""

    def __init__(self) -> None:
        self.notes = Notebook()
        self._t0 = T0(self._execute)
        self._powered = False

    def power_on(self) -> bytes | None:
        """Cold reset; returns the ATR."""
        self._t0.reset()
        self._powered = True
        return _ATR

    def power_off(self) -> None:
        self._powered = False

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. Raises NoAnswerError without power. Finding out what this card is, is no fault to note."""
        if not self._powered:
            raise NoAnswerError("the card has no power")
        answer = self._t0.transmit(apdu)
        return answer.data + sw.to_bytes(answer.status)

    def seconds(self, apdu: bytes) -> float:
        """Line time at 9600 bit/s and some milliseconds of thinking."""
        return line_seconds(apdu)

    @staticmethod
    def _execute(command: Command) -> Answer:
        if command.cla != 0x00:
            return Answer(sw.UNKNOWN_CLASS)
        if command.ins != 0xA4:
            return Answer(sw.UNKNOWN_INSTRUCTION)
        if command.p1 == 0x04 and command.data == PSE:
            return Answer(data=_PSE_FCI)
        return Answer(sw.FILE_NOT_FOUND)
