"""Proofs between card and terminal: the card's part of them (sheet, sections 7 and 8). Who holds the keys is elsewhere.

Who makes which random number: the card's last challenge makes the session key; the 8 bytes that are enciphered are the
terminal's own, as section 9 has it for a PSAM [S6] (in the HSM flow of section 8 they are a card's challenge too). A
copy that answers each GET CHALLENGE alike and plays back a recorded answer is thus found out; with both numbers from
the card it would pass as genuine.
"""

import hmac
import secrets
from collections.abc import Callable
from typing import TypeAlias

from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import external_authenticate, get_challenge, internal_authenticate
from drivers.card_reader.key_service import Keyed, KeyPlan, KeyService, Y
from drivers.errors import NotGenuine, ProtocolError, TerminalRefused
from drivers.operation import Operation

_NO_KEY, _LOCKED = 0x6A88, 0x6983

Chance: TypeAlias = Callable[[int], bytes]
"""As ``secrets.token_bytes``: that many bytes nobody can foresee."""


def challenge_of(card: Channel, length: int = 8) -> Operation[bytes]:
    """GET CHALLENGE. ProtocolError: another length."""
    command = get_challenge(length)
    challenge = yield from card.ask(command)
    if len(challenge) != length:
        raise ProtocolError("card_reader", slot="user", command=command.name, shape=f"not {length} bytes")
    return challenge


def require_genuine(card: Channel, challenge: bytes, raw: bytes, expected: bytes) -> Operation[None]:
    """INTERNAL AUTHENTICATION with IRK. NotGenuine: no proof, or a wrong one."""
    command = internal_authenticate(challenge, raw)
    response = yield from card.send(command)
    if response.sw == _NO_KEY:
        raise NotGenuine("card_reader", why="no key")
    if response.sw != OK:
        raise card.refusal(command.name, response)
    if not hmac.compare_digest(response.data, expected):
        raise NotGenuine("card_reader", why="another answer")


def present_proof(card: Channel, key_id: int, proof: bytes, raw: bytes) -> Operation[None]:
    """EXTERNAL AUTHENTICATION, by the card's last challenge. TerminalRefused: it did not believe."""
    command = external_authenticate(key_id, proof, raw)
    # The card counts wrong proofs and locks the key for good (section 12): exactly one frame.
    response = yield from card.send_once(command)
    if response.tries_left is not None or response.sw == _LOCKED:
        raise TerminalRefused("card_reader", tries_left=response.tries_left or 0)
    if response.sw != OK:
        raise card.refusal(command.name, response)


def gain(
    card: Channel, key: str, keys: KeyService[Y], plan: KeyPlan, chance: Chance = secrets.token_bytes
) -> Keyed[Y, None]:
    """Prove ``key`` ("DF01.RK1", "RK_SSSE") to the card; for a key of a DF, that DF is selected.

    TerminalRefused: the card did not believe. SamUnfit: the plan or the PSAM does not know the key.
    """
    key_id = plan.place(key).card
    challenge = yield from challenge_of(card)
    raw = chance(8)
    proof = yield from keys.prove(key, challenge, raw)
    yield from present_proof(card, key_id, proof, raw)
