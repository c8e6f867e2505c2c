"""VERIFY of the certificate environment (0020 0181): its own PIN, proved by enciphering a challenge (card sheet 11).

The sheet gives the command and its lengths. That the SM4 key is the PIN's ASCII digits filled with zeros is ours.
"""

import hmac
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.crypto import FAMILIES

CERTIFICATE_PIN: Final = "certificate PIN"
CERTIFICATE_TRIES: Final = 6
_BLOCK: Final = 16


def verify_certificate_pin(card: Core, command: Command) -> Answer:
    """16 bytes: the challenge of 16 bytes before, enciphered. Lc 00 asks for the tries left."""
    if not card.in_certificates:
        return refused(sw.KEY_NOT_FOUND, "this PIN belongs to the certificate environment")
    kept = card.memory.certificate_tries_left
    tries = CERTIFICATE_TRIES if kept is None else kept
    if not command.data:
        return Answer(sw.LOCKED if tries == 0 else sw.tries_left(tries))
    if len(command.data) != _BLOCK:
        return refused(sw.WRONG_LENGTH, "the proof has 16 bytes")
    if tries == 0:
        return refused(sw.LOCKED, "the certificate PIN is locked")
    challenge, card.session.challenge = card.session.challenge, None
    if challenge is None or len(challenge) != _BLOCK:
        return refused(sw.DATA_INVALID, "no challenge of 16 bytes before")
    expected = FAMILIES["SM4"].encrypt(certificate_pin_key(card.issued.certificate_pin), challenge)
    proofs = card.session.proofs.of_environment
    if not hmac.compare_digest(command.data, expected):
        card.memory.certificate_tries_left = tries - 1
        proofs.discard(CERTIFICATE_PIN)
        return refused(sw.tries_left(tries - 1), "wrong certificate PIN")
    card.memory.certificate_tries_left = CERTIFICATE_TRIES
    proofs.add(CERTIFICATE_PIN)
    return Answer()


def certificate_pin_key(digits: str) -> bytes:
    """The SM4 key a certificate PIN stands for: its ASCII digits, filled with zeros to 16 bytes."""
    return digits.encode("ascii").ljust(_BLOCK, b"\0")
