"""The social security card (社会保障卡) of any version on either of its interfaces: a pure ISO 7816 device."""

import os
from collections.abc import Callable
from typing import Final, Literal

from hardware_sim.cards import atr
from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import GET_RESPONSE, Answer, Command, refused
from hardware_sim.cards.commands.authenticate import external_authenticate, internal_authenticate
from hardware_sim.cards.commands.balance import get_balance
from hardware_sim.cards.commands.block import application_block, card_block
from hardware_sim.cards.commands.change_pin import change_pin
from hardware_sim.cards.commands.get_challenge import get_challenge
from hardware_sim.cards.commands.initialize import initialize
from hardware_sim.cards.commands.load import credit_for_load
from hardware_sim.cards.commands.payment import get_data, get_processing_options
from hardware_sim.cards.commands.purchase import debit_for_purchase
from hardware_sim.cards.commands.read_binary import read_binary
from hardware_sim.cards.commands.read_record import read_record
from hardware_sim.cards.commands.select import select
from hardware_sim.cards.commands.starting_day import starting_day
from hardware_sim.cards.commands.transaction_proof import get_transaction_proof
from hardware_sim.cards.commands.unblock_pin import unblock_pin
from hardware_sim.cards.commands.update_binary import update_binary
from hardware_sim.cards.commands.update_record import update_record
from hardware_sim.cards.commands.verify import verify
from hardware_sim.cards.contactless import Contactless
from hardware_sim.cards.core import Core, Issued, Session
from hardware_sim.cards.crypto import CARD_FAMILIES
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.memory import Account, CardMemory
from hardware_sim.cards.notes import Notebook
from hardware_sim.cards.personalisation import file_tree
from hardware_sim.cards.t0 import T0
from hardware_sim.people import Persona

Interface = Literal["contact", "contactless"]

_COMMANDS: Final[dict[tuple[int, int], Callable[[Core, Command], Answer]]] = {
    (0x00, 0xA4): select,
    (0x00, 0xB2): read_record,
    (0x00, 0xB0): read_binary,
    (0x00, 0xDC): update_record,
    (0x04, 0xDC): update_record,
    (0x00, 0xD6): update_binary,
    (0x04, 0xD6): update_binary,
    (0x00, 0x20): verify,
    (0x80, 0x5E): change_pin,
    (0x80, 0x24): unblock_pin,
    (0x84, 0x24): unblock_pin,
    (0x00, 0x84): get_challenge,
    (0x00, 0x88): internal_authenticate,
    (0x00, 0x82): external_authenticate,
    (0x80, 0x1E): application_block,
    (0x84, 0x1E): application_block,
    (0x80, 0x16): card_block,
    (0x84, 0x16): card_block,
    (0xB0, 0x28): initialize,
    (0xB0, 0x2A): credit_for_load,
    (0xB0, 0x2C): debit_for_purchase,
    (0xB0, 0x26): get_balance,
    (0xB0, 0x2E): get_transaction_proof,
    (0xB0, 0x56): starting_day,
    (0x80, 0xA8): get_processing_options,
    (0x80, 0xCA): get_data,
}

# Classes of the standard: plain, secure messaging, PIN and payment, the same with secure messaging, medical account.
_CLASSES: Final = frozenset({0x00, 0x04, 0x80, 0x84, 0xB0})
# Everything else ends a load or purchase that was begun; CREDIT and DEBIT end it themselves.
_LEAVES_TRANSACTION: Final = frozenset({(0xB0, 0x26), (0xB0, 0x2E), (0xB0, 0x2A), (0xB0, 0x2C)})
# A blocked application refuses all but SELECT, which leads out of it. The link layers answer GET RESPONSE.
_OF_APPLICATIONS: Final = frozenset({*_COMMANDS, (0x00, GET_RESPONSE)} - {(0x00, 0xA4)})

# Three tries are usual for keys (card sheet section 12).
AUTH_TRIES: Final = 3


class SocialSecurityCard:
    """One card of a persona. `memory` is what it remembers without power; `notes` what a program did wrong with it.

    `chance(n)` gives the n random bytes of a challenge. `le_zero` is the card's habit with Le 00 ("6Cxx" or "data");
    None means the usual one of the interface. Raises ValueError for a contactless card before the third generation.
    """

    def __init__(
        self,
        persona: Persona,
        *,
        memory: CardMemory | None = None,
        root_key: bytes = DEMO_ROOT_KEY,
        chance: Callable[[int], bytes] = os.urandom,
        interface: Interface = "contact",
        le_zero: Literal["6Cxx", "data"] | None = None,
    ) -> None:
        card = persona.card
        contactless = interface == "contactless"
        if contactless and card.generation < 3:
            raise ValueError(f"a card of version {card.version or '1.0'} has contacts only")
        tree = file_tree(persona, root_key, contactless=contactless)
        historical = atr.historical_bytes(card.city, bytes.fromhex(card.serial))
        self._persona = persona
        self.notes = Notebook()
        self.interface: Interface = interface
        self._atr = atr.contactless_atr(historical) if contactless else atr.contact_atr(historical)
        self._core = Core(
            tree=tree,
            family=CARD_FAMILIES[card.algorithm],
            issued=Issued(card.pin, card.pin_tries, AUTH_TRIES, card.certificate_pin),
            memory=self._with_account(memory),
            chance=chance,
            session=Session(path=(tree,)),
            contactless=contactless,
        )
        le_open = None if le_zero is None else le_zero == "data"
        self._link = (Contactless if contactless else T0)(self._execute, gate=self._gate, le_open=le_open)
        self._powered = False

    @property
    def memory(self) -> CardMemory:
        """What it remembers, live; a station may save it as JSON and hand it in again."""
        return self._core.memory

    def renew(self, memory: CardMemory | None = None) -> CardMemory:
        """As issued again, or with another memory, which is returned and live from now on."""
        self._core.memory = self._with_account(memory)
        return self._core.memory

    def lock_pin(self) -> None:
        """As if somebody had used up all tries."""
        self._core.memory.pin_tries_left = 0

    def fail_writes(self, count: int) -> None:
        """Worn memory: the next `count` commands that write answer 6581 and change nothing."""
        self._core.failing_writes = count

    def power_on(self) -> bytes | None:
        """Cold reset; returns the ATR."""
        self._forget()
        self._powered = True
        return self._atr

    def power_off(self) -> None:
        """Verified PIN, authenticated keys and the challenge are gone; what was written stays."""
        self._forget()
        self._powered = False

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. Raises NoAnswerError without power."""
        if not self._powered:
            raise NoAnswerError("the card has no power")
        answer = self._link.transmit(apdu)
        if answer.why:
            self.notes.add(apdu, answer.status, answer.why)
        return answer.data + sw.to_bytes(answer.status)

    def seconds(self, apdu: bytes) -> float:
        """Time on the line or in the field, and some milliseconds of thinking."""
        return self._link.seconds(apdu)

    def _with_account(self, memory: CardMemory | None) -> CardMemory:
        card = self._persona.card
        memory = memory or CardMemory(pin_tries_left=card.pin_tries)
        if memory.account is None:
            memory.account = Account(balance=card.account_fen, year=card.issued.year)
        return memory

    def _forget(self) -> None:
        self._core.forget_session()
        self._link.reset()

    def _gate(self, command: Command) -> Answer | None:
        """What is refused whatever the command wants: all of a blocked card, unknown classes, a blocked application."""
        card = self._core
        if card.memory.card_blocked:
            return refused(sw.NOT_SUPPORTED, "the card is blocked for good")
        if command.cla not in _CLASSES:
            return refused(sw.UNKNOWN_CLASS, "unknown class")
        if card.blocked and (command.cla, command.ins) in _OF_APPLICATIONS:
            return refused(sw.APPLICATION_BLOCKED, "the application is blocked for good")
        return None

    def _execute(self, command: Command) -> Answer:
        card, name = self._core, (command.cla, command.ins)
        if name not in _LEAVES_TRANSACTION:
            card.session.pending = None
        run = _COMMANDS.get(name)
        return self._gate(command) or (
            refused(sw.UNKNOWN_INSTRUCTION, "unknown instruction") if run is None else run(card, command)
        )
