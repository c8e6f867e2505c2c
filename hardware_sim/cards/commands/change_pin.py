"""CHANGE PIN (805E 0100): the holder gives the old one and a new one, in plain text (card sheet section 7)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.coding import LONGEST, is_coded_pin
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.verify import compare_pin
from hardware_sim.cards.core import Core

_BETWEEN: Final = b"\xff"
_SHORTEST_DATA: Final = 3
_LONGEST_DATA: Final = 2 * LONGEST + 1


def change_pin(card: Core, command: Command) -> Answer:
    """`old FF new`. An empty old PIN is right on a card without one; an empty new one takes the PIN away."""
    if (command.p1, command.p2) != (0x01, 0x00):
        return refused(sw.WRONG_P1_P2, "CHANGE PIN with these P1 P2")
    if not card.in_social_security:
        return refused(sw.NOT_SUPPORTED, "there is no PIN outside SSSE")
    if not _SHORTEST_DATA <= len(command.data) <= _LONGEST_DATA:
        return refused(sw.WRONG_LENGTH, "old PIN, FF and new PIN have 3 to 17 bytes")
    old, between, new = command.data.partition(_BETWEEN)
    if not between or not all(not pin or is_coded_pin(pin) for pin in (old, new)):
        return refused(sw.DATA_FIELD, "not two PINs with FF between")
    if card.memory.pin_tries_left == 0 and card.pin is not None:
        return refused(sw.LOCKED, "PIN is locked")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    if card.pin is None:
        if old:
            return refused(sw.tries_left(card.memory.pin_tries_left), "old PIN for a card without one")
    else:
        wrong = compare_pin(card, old)
        if wrong is not None:
            return wrong
    set_pin(card, new)
    return Answer()


def set_pin(card: Core, coded: bytes) -> None:
    """A new PIN, or none for empty bytes, with all tries."""
    card.memory.pin = coded.hex()
    card.memory.pin_tries_left = card.issued.pin_tries
