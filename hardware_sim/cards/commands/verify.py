"""VERIFY (0020): the holder's PIN and its counter."""

import hmac
import re

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.core import Core
from hardware_sim.cards.t0 import Answer, Command, refused

# BCD digits, at least four, F only as filler of the last half byte.
_CODED_PIN = re.compile(r"\d{4,16}|\d{5,15}f")


def verify(card: Core, command: Command) -> Answer:
    """Lc 00 asks for the tries left; otherwise the counter goes down first and 63Cx carries the new number."""
    if (command.p1, command.p2) != (0, 0):
        return refused(sw.WRONG_P1_P2, "VERIFY with P1 P2")
    if card.environment is None:
        return refused(sw.KEY_NOT_FOUND, "there is no PIN outside SSSE")
    memory = card.memory
    if not command.data:
        if card.pin is None:
            return Answer()
        return Answer(sw.LOCKED if memory.pin_tries_left == 0 else sw.tries_left(memory.pin_tries_left))
    if not 2 <= len(command.data) <= 8:
        return refused(sw.WRONG_LENGTH, "a PIN has 2 to 8 bytes")
    if not _CODED_PIN.fullmatch(command.data.hex()):
        return refused(sw.DATA_INVALID, "a PIN is BCD, at least four digits, F filled")
    if card.pin is None:
        return refused(sw.tries_left(memory.pin_tries_left), "PIN sent to a card without one")
    if memory.pin_tries_left == 0:
        return refused(sw.LOCKED, "PIN is locked")
    memory.pin_tries_left -= 1
    card.session.proofs.pin = hmac.compare_digest(command.data, card.pin)
    if not card.session.proofs.pin:
        return refused(sw.tries_left(memory.pin_tries_left), "wrong PIN")
    memory.pin_tries_left = card.pin_tries
    return Answer()


def coded_pin(digits: str) -> bytes:
    """A PIN as VERIFY carries it: two digits a byte, left aligned, filled with F."""
    return bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "F")
