"""Secure messaging of classes 04 and 84: command data end with a MAC made for the card's last challenge."""

import hmac
from dataclasses import dataclass

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.crypto import MAC_LENGTH, mac
from hardware_sim.cards.files import Key


@dataclass(frozen=True, repr=False)
class Protected:
    """A command whose MAC was right: its data without the MAC, and the session key they were made with."""

    data: bytes
    session_key: bytes


def open_protected(card: Core, command: Command, key: Key) -> Protected | Answer:
    """Check the MAC over header, Lc and data. The challenge is used up by it, right or wrong."""
    challenge = card.take_challenge()
    if challenge is None:
        return refused(sw.DATA_INVALID, "no challenge before that fits the cipher")
    session_key = card.family.session_key(key.value, challenge)
    data, sent = command.data[:-MAC_LENGTH], command.data[-MAC_LENGTH:]
    header = bytes([command.cla, command.ins, command.p1, command.p2, command.p3])
    if not hmac.compare_digest(sent, mac(card.family, session_key, header + data)):
        return refused(sw.SECURE_MESSAGING, "wrong MAC")
    return Protected(data, session_key)
