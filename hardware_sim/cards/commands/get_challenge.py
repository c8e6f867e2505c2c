"""GET CHALLENGE (0084): a random number, good for one EXTERNAL AUTHENTICATION."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core

_LENGTHS: Final = (4, 8, 16)


def get_challenge(card: Core, command: Command) -> Answer:
    """4, 8 or 16 bytes; the card keeps the last one only."""
    if (command.p1, command.p2) != (0, 0):
        return refused(sw.WRONG_P1_P2, "GET CHALLENGE with P1 P2")
    if command.data or command.le not in _LENGTHS:
        return refused(sw.WRONG_LENGTH, "a challenge has 4, 8 or 16 bytes")
    challenge = card.chance(command.le)
    card.session.challenge = challenge
    return Answer(data=challenge)
