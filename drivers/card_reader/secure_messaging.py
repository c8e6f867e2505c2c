"""Commands with a MAC of the card's own keys: unblock and set a PIN, block an application or the card (section 7).

The MAC, and the enciphered PIN, come from a key service: the PSAM, or the HSM at the centre. Each command is sent once.
The card's last challenge makes the session key, so nothing may come between the challenge and the command.
"""

from drivers.card_reader.authentication import challenge_of
from drivers.card_reader.channel import Channel
from drivers.card_reader.commands import APPLICATION_BLOCK, CARD_BLOCK, UNBLOCK_PIN, Command
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.files.declaration import Application
from drivers.card_reader.identity import channel_of, require_same_card, unpowered_on_failure
from drivers.card_reader.key_service import Keyed, KeyService, P_contra, PinKeyService, Y
from drivers.card_reader.message_blocks import MAC_LENGTH
from drivers.card_reader.outcome import Outcome, write_once
from drivers.card_reader.reading import select_application

_CHALLENGE = 4
"""Bytes asked for before a MAC, as in the sheet's worked example."""

PIN_KEY = "PUK"
"""Key under which a PIN is unblocked and set. The sheet names it for the first alone; a region may differ."""

BLOCK_KEY = "BK"


def unblock_pin(facts: CardFacts, keys: KeyService[Y], *, key: str = PIN_KEY) -> Keyed[Y, Outcome]:
    """Give a locked PIN its tries back (P2 00). The PIN stays.

    Refuses by CardChanged when the card is not that of ``facts``; other errors are those of the wire and of ``keys``.
    """
    return unpowered_on_failure(_after_same_card(facts, UNBLOCK_PIN, key, keys))


def set_pin(
    facts: CardFacts, keys: PinKeyService[Y, P_contra], pin: P_contra, *, key: str = PIN_KEY
) -> Keyed[Y, Outcome]:
    """Set a new PIN without the old one (P2 01). ``Unknown``: it is open which PIN holds.

    pin  digits for the PSAM (a ``PinHandle``, empty afterwards), or what the centre takes (``SealedPin``)
    """
    return unpowered_on_failure(_set_pin(facts, keys, pin, key))


def block_application(
    facts: CardFacts, application: Application, keys: KeyService[Y], *, key: str = BLOCK_KEY
) -> Keyed[Y, Outcome]:
    """Block an application for good: its selection gives 9303 from then on. Nobody can undo it."""
    return unpowered_on_failure(_after_same_card(facts, APPLICATION_BLOCK, key, keys, application))


def block_card(facts: CardFacts, keys: KeyService[Y], *, key: str = BLOCK_KEY) -> Keyed[Y, Outcome]:
    """Block the whole card for good: every command gives 6A81 from then on. Nobody can undo it."""
    return unpowered_on_failure(_after_same_card(facts, CARD_BLOCK, key, keys))


def send_secured(card: Channel, command: Command, key: str, keys: KeyService[Y]) -> Keyed[Y, Outcome]:
    """Take a challenge, have the MAC made, send the command with it, once."""
    challenge = yield from challenge_of(card, _CHALLENGE)
    mac = yield from keys.mac(key, challenge, command.mac_input)
    return (yield from write_once(card, command.secured(mac)))


def _after_same_card(
    facts: CardFacts, command: Command, key: str, keys: KeyService[Y], application: Application | None = None
) -> Keyed[Y, Outcome]:
    yield from require_same_card(facts)
    card = channel_of(facts.atr)
    if application is not None:
        yield from select_application(card, application)
    return (yield from send_secured(card, command, key, keys))


def _set_pin(facts: CardFacts, keys: PinKeyService[Y, P_contra], pin: P_contra, key: str) -> Keyed[Y, Outcome]:
    yield from require_same_card(facts)
    card = channel_of(facts.atr)
    challenge = yield from challenge_of(card, _CHALLENGE)
    # The Lc of the header is known before the data are: one block and a MAC.
    header = bytes((0x84, 0x24, 0x00, 0x01, facts.algorithm.block + MAC_LENGTH))
    sealed = yield from keys.seal_pin(key, challenge, header, pin)
    return (yield from write_once(card, Command("set PIN", 0x84, 0x24, 0x00, 0x01, sealed)))
