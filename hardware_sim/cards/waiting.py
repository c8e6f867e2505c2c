"""The part of an answer that waits inside the card for GET RESPONSE (00C0, ISO 7816-4, 7.6.1)."""

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused


class Waiting:
    """At most one answer waits; it can be fetched in parts."""

    def __init__(self) -> None:
        self._data = b""

    def clear(self) -> None:
        """Forget it."""
        self._data = b""

    def keep(self, data: bytes) -> Answer:
        """Keep `data`; the answer is 61xx."""
        self._data = data
        return Answer(sw.more_waiting(len(data)))

    def get_response(self, command: Command) -> Answer:
        """The next part, with 61xx when more is left."""
        if (command.p1, command.p2) != (0, 0):
            return refused(sw.WRONG_P1_P2, "GET RESPONSE with P1 P2")
        if not self._data:
            return refused(sw.NOTHING_WAITING, "GET RESPONSE, but nothing waits")
        length = len(self._data) if command.le_open and command.p3 == 0 else command.le
        if length > len(self._data):
            return Answer(sw.exact_length(len(self._data)))
        part, self._data = self._data[:length], self._data[length:]
        return Answer(sw.more_waiting(len(self._data)) if self._data else sw.OK, part)
