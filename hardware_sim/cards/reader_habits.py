"""Habits of readers that stand between the card and the program: some fetch answers by themselves, some do not."""

from hardware_sim.cards.device import CardDevice


class FetchingReader:
    """A reader that sends GET RESPONSE after 61xx and repeats a command after 6Cxx by itself (seen in the field)."""

    def __init__(self, card: CardDevice) -> None:
        self._card = card

    def power_on(self) -> bytes | None:
        return self._card.power_on()

    def power_off(self) -> None:
        self._card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        """The complete data with its last status word. Raises NoAnswerError like the card."""
        answer = self._card.transmit(apdu)
        if answer[:-1] == b"\x6c":
            answer = self._card.transmit(apdu[:4] + answer[-1:])
        data = answer[:-2]
        while answer[-2:-1] == b"\x61":
            answer = self._card.transmit(bytes.fromhex("00C00000") + answer[-1:])
            data += answer[:-2]
        return data + answer[-2:]

    def seconds(self, apdu: bytes) -> float:
        return self._card.seconds(apdu)
