"""VERIFY (0020): the holder's PIN and its counter."""

import hmac
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.coding import LONGEST, SHORTEST, is_coded_pin
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.verify_certificate_pin import verify_certificate_pin
from hardware_sim.cards.core import Core

_CERTIFICATE_PIN: Final = (0x01, 0x81)


def verify(card: Core, command: Command) -> Answer:
    """Lc 00 asks for the tries left; otherwise the counter goes down first and 63Cx carries the new number."""
    if (command.p1, command.p2) == _CERTIFICATE_PIN:
        return verify_certificate_pin(card, command)
    if (command.p1, command.p2) != (0, 0):
        return refused(sw.WRONG_P1_P2, "VERIFY with P1 P2")
    if not card.in_social_security:
        return refused(sw.KEY_NOT_FOUND, "there is no PIN outside SSSE")
    memory = card.memory
    if not command.data:
        if card.pin is None:
            return Answer()
        return Answer(sw.LOCKED if memory.pin_tries_left == 0 else sw.tries_left(memory.pin_tries_left))
    if not SHORTEST <= len(command.data) <= LONGEST:
        return refused(sw.WRONG_LENGTH, "a PIN has 2 to 8 bytes")
    if not is_coded_pin(command.data):
        return refused(sw.DATA_INVALID, "a PIN is BCD, at least four digits, F filled")
    if card.pin is None:
        return refused(sw.tries_left(memory.pin_tries_left), "PIN sent to a card without one")
    wrong = compare_pin(card, command.data)
    if wrong is not None:
        return wrong
    memory.pin_tries_left = card.issued.pin_tries
    card.session.proofs.pin = True
    return Answer()


def compare_pin(card: Core, sent: bytes) -> Answer | None:
    """None when the PIN is right, and the counter is one lower then, too: the caller sets it back by its success.

    A wrong or locked PIN ends the verified state.
    """
    memory = card.memory
    if memory.pin_tries_left == 0:
        card.session.proofs.pin = False
        return refused(sw.LOCKED, "PIN is locked")
    memory.pin_tries_left -= 1
    if card.pin is None or not hmac.compare_digest(sent, card.pin):
        card.session.proofs.pin = False
        return refused(sw.tries_left(memory.pin_tries_left), "wrong PIN")
    return None
