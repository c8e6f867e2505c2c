"""INTERNAL (0088) and EXTERNAL AUTHENTICATION (0082): the card proves itself, and the terminal proves a key."""

import hmac
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.layout import IRK

# The specification allows a key version after the 16 bytes but gives no numbers; these cards hold one version.
KEY_VERSION: Final = 0x01
_WITHOUT_VERSION: Final = 16
# Read and write keys. IRK proves the card itself; BK and PUK only make MACs.
_PROVED_BY_TERMINALS: Final = ("RK", "UK")


def internal_authenticate(card: Core, command: Command) -> Answer:
    """factor(8) and raw(8) in; the authentication data made with IRK out (8 bytes)."""
    if (command.p1, command.p2) != (0, 0):
        return refused(sw.WRONG_P1_P2, "INTERNAL AUTHENTICATION with P1 P2")
    wrong = _wrong_shape(command)
    if wrong is not None:
        return wrong
    found = card.key(IRK)
    if found is None:
        return refused(sw.KEY_NOT_FOUND, "no IRK here: select SSSE first")
    _, key = found
    session_key = card.family.session_key(key.value, command.data[:8])
    return Answer(data=card.family.authentication_data(session_key, command.data[8:16]))


def external_authenticate(card: Core, command: Command) -> Answer:
    """auth(8) and raw(8) in; the card's last challenge is the factor. Each key has a counter of its own."""
    if command.p1 != 0:
        return refused(sw.WRONG_P1_P2, "EXTERNAL AUTHENTICATION with P1")
    wrong = _wrong_shape(command)
    if wrong is not None:
        return wrong
    found = card.key(command.p2)
    if found is None or not found[1].name.startswith(_PROVED_BY_TERMINALS):
        return refused(sw.KEY_NOT_FOUND, "no key with this id for EXTERNAL AUTHENTICATION")
    holder, key = found
    counter = f"{holder.name}/{key.name}"
    tries = card.memory.auth_tries_left.get(counter, card.issued.auth_tries)
    if tries == 0:
        return refused(sw.LOCKED, "key is locked")
    challenge = card.take_challenge()
    if challenge is None:
        return refused(sw.DATA_INVALID, "no challenge before that fits the cipher")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault at the key's counter")
    session_key = card.family.session_key(key.value, challenge)
    expected = card.family.authentication_data(session_key, command.data[8:16])
    proofs = card.session.proofs
    held = proofs.of_application if command.p2 & 0x80 else proofs.of_environment
    if not hmac.compare_digest(command.data[:8], expected):
        held.discard(key.name)
        card.memory.auth_tries_left[counter] = tries - 1
        return refused(sw.tries_left(tries - 1), "wrong authentication data")
    card.memory.auth_tries_left.pop(counter, None)
    held.add(key.name)
    return Answer()


def _wrong_shape(command: Command) -> Answer | None:
    if len(command.data) not in (_WITHOUT_VERSION, _WITHOUT_VERSION + 1):
        return refused(sw.WRONG_LENGTH, "authentication takes 16 bytes and perhaps a key version")
    if len(command.data) > _WITHOUT_VERSION and command.data[_WITHOUT_VERSION] != KEY_VERSION:
        return refused(sw.KEY_NOT_FOUND, "no key of this version")
    return None
