"""Who may write a file: a proved write key for plain commands (class 00), or a MAC made with it (class 04)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.crypto import MAC_LENGTH
from hardware_sim.cards.files import File
from hardware_sim.cards.secure_messaging import open_protected
from hardware_sim.cards.security import any_of

_PROTECTED: Final = 0x04


def data_to_write(card: Core, command: Command, file: File) -> bytes | Answer:
    """The data of an UPDATE command without its MAC, when the key that `file` wants was proved or used for the MAC."""
    key = None if file.write is None else card.directory.key_by_name(file.write)
    if key is None:
        return refused(sw.SECURITY_STATE, f"{file.name} is never written by a terminal")
    if command.cla != _PROTECTED:
        if not card.session.proofs.satisfy(any_of(key.name)):
            return refused(sw.SECURITY_STATE, f"{file.name} needs its write key first, or a MAC")
        return command.data
    if len(command.data) <= MAC_LENGTH:
        return refused(sw.WRONG_LENGTH, "nothing but a MAC")
    opened = open_protected(card, command, key)
    return opened if isinstance(opened, Answer) else opened.data
