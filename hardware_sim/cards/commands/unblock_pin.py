"""PIN CHANGE/UNBLOCK (8424): the issuer sets the counter back, or a new PIN, by secure messaging with PUK."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.coding import LONGEST, is_coded_pin
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.change_pin import set_pin
from hardware_sim.cards.core import Core
from hardware_sim.cards.crypto import MAC_LENGTH, unwrapped
from hardware_sim.cards.layout import PUK
from hardware_sim.cards.secure_messaging import open_protected

_UNBLOCK: Final = 0x00
_NEW_PIN: Final = 0x01
_PROTECTED: Final = 0x84


def unblock_pin(card: Core, command: Command) -> Answer:
    """P2 00: a MAC alone. P2 01: the enciphered new PIN and a MAC, both with the same session key."""
    if command.cla != _PROTECTED:
        return refused(sw.SECURITY_STATE, "only with secure messaging, class 84")
    if command.p1 != 0 or command.p2 not in (_UNBLOCK, _NEW_PIN):
        return refused(sw.WRONG_P1_P2, "PIN CHANGE/UNBLOCK with these P1 P2")
    if len(command.data) not in _lengths(card, command.p2):
        return refused(sw.WRONG_LENGTH, "not a MAC, or not whole blocks and a MAC")
    found = card.key(PUK)
    if found is None:
        return refused(sw.KEY_NOT_FOUND, "no PUK here: select SSSE first")
    if command.p2 == _UNBLOCK and card.pin is None:
        return refused(sw.CONDITIONS, "there is no PIN to unblock")
    opened = open_protected(card, command, found[1])
    if isinstance(opened, Answer):
        return opened
    if command.p2 == _NEW_PIN:
        new = unwrapped(card.family, opened.session_key, opened.data)
        if new is None or not is_coded_pin(new):
            return refused(sw.DATA_FIELD, "no PIN inside")
        if card.write_fails():
            return refused(sw.MEMORY_FAULT, "memory fault")
        set_pin(card, new)
        return Answer()
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    card.memory.pin_tries_left = card.issued.pin_tries
    return Answer()


def _lengths(card: Core, p2: int) -> tuple[int, ...]:
    if p2 == _UNBLOCK:
        return (MAC_LENGTH,)
    # Length byte and PIN in whole blocks: one, and for eight bytes of PIN in the 8-byte family two.
    most = 1 + LONGEST
    blocks = range(card.family.block, most + card.family.block, card.family.block)
    return tuple(MAC_LENGTH + length for length in blocks)
