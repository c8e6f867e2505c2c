"""APPLICATION BLOCK (841E 0001) and CARD BLOCK (8416 0000): for good, by the issuer, with a MAC made with BK."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core, path_name
from hardware_sim.cards.crypto import MAC_LENGTH
from hardware_sim.cards.layout import BK
from hardware_sim.cards.secure_messaging import open_protected

_PROTECTED: Final = 0x84


def application_block(card: Core, command: Command) -> Answer:
    """Blocks what is selected: an application, or a whole environment. Later commands in it and SELECT give 9303."""
    if len(card.session.path) == 1 and command.cla == _PROTECTED and (command.p1, command.p2) == (0, 1):
        return refused(sw.CONDITIONS, "nothing is selected that could be blocked")
    wrong = _wrong(card, command, (0x00, 0x01))
    if wrong is not None:
        return wrong
    card.memory.blocked.append(path_name(card.session.path))
    return Answer()


def card_block(card: Core, command: Command) -> Answer:
    """Afterwards every command gives 6A81."""
    wrong = _wrong(card, command, (0x00, 0x00))
    if wrong is not None:
        return wrong
    card.memory.card_blocked = True
    return Answer()


def _wrong(card: Core, command: Command, parameters: tuple[int, int]) -> Answer | None:
    if command.cla != _PROTECTED:
        return refused(sw.SECURITY_STATE, "only with secure messaging, class 84")
    if (command.p1, command.p2) != parameters:
        return refused(sw.WRONG_P1_P2, "a block command with these P1 P2")
    if len(command.data) != MAC_LENGTH:
        return refused(sw.WRONG_LENGTH, "a MAC has 4 bytes")
    found = card.key(BK)
    if found is None:
        return refused(sw.KEY_NOT_FOUND, "no BK here: select SSSE first")
    opened = open_protected(card, command, found[1])
    if isinstance(opened, Answer):
        return opened
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    return None
