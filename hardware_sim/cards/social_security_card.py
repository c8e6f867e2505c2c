"""The social security card (社会保障卡), third generation on its contacts: a pure ISO 7816 device at T=0."""

import os
from collections.abc import Callable
from typing import Final

from hardware_sim.cards import atr
from hardware_sim.cards import status_words as sw
from hardware_sim.cards.commands.authenticate import external_authenticate, internal_authenticate
from hardware_sim.cards.commands.get_challenge import get_challenge
from hardware_sim.cards.commands.read_binary import read_binary
from hardware_sim.cards.commands.read_record import read_record
from hardware_sim.cards.commands.select import select
from hardware_sim.cards.commands.verify import coded_pin, verify
from hardware_sim.cards.core import Core, Session
from hardware_sim.cards.crypto import FAMILIES
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.notes import Notebook
from hardware_sim.cards.personalisation import file_tree
from hardware_sim.cards.security import CardMemory
from hardware_sim.cards.t0 import T0, Answer, Command, line_seconds, refused
from hardware_sim.people import Persona

_COMMANDS: Final[dict[int, Callable[[Core, Command], Answer]]] = {
    0xA4: select,
    0xB2: read_record,
    0xB0: read_binary,
    0x20: verify,
    0x84: get_challenge,
    0x88: internal_authenticate,
    0x82: external_authenticate,
}

# Classes of the standard: plain, secure messaging, PIN commands, medical account.
_CLASSES: Final = frozenset({0x00, 0x04, 0x80, 0x84, 0xB0})

# Three tries are usual for keys (card sheet section 12).
AUTH_TRIES: Final = 3


class SocialSecurityCard:
    """One card of a persona. `memory` is what it remembers without power; `notes` what a program did wrong with it.

    `chance(n)` gives the n random bytes of a challenge.
    """

    def __init__(
        self,
        persona: Persona,
        *,
        memory: CardMemory | None = None,
        root_key: bytes = DEMO_ROOT_KEY,
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        card = persona.card
        tree = file_tree(persona, root_key)
        self.notes = Notebook()
        self._atr = atr.contact_atr(atr.historical_bytes(card.city, bytes.fromhex(card.serial)))
        self._core = Core(
            tree=tree,
            family=FAMILIES[card.algorithm],
            pin=coded_pin(card.pin) if card.pin else None,
            pin_tries=card.pin_tries,
            auth_tries=AUTH_TRIES,
            memory=memory or CardMemory(pin_tries_left=card.pin_tries),
            chance=chance,
            session=Session(path=(tree,)),
        )
        self._t0 = T0(self._execute)
        self._powered = False

    @property
    def memory(self) -> CardMemory:
        """The counters, live; a station may save them as JSON and hand them in again."""
        return self._core.memory

    def lock_pin(self) -> None:
        """As if somebody had used up all tries."""
        self._core.memory.pin_tries_left = 0

    def power_on(self) -> bytes | None:
        """Cold reset; returns the ATR."""
        self._forget()
        self._powered = True
        return self._atr

    def power_off(self) -> None:
        """Verified PIN, authenticated keys and the challenge are gone; counters stay."""
        self._forget()
        self._powered = False

    def transmit(self, apdu: bytes) -> bytes:
        """One APDU. Raises NoAnswerError without power."""
        if not self._powered:
            raise NoAnswerError("the card has no power")
        answer = self._t0.transmit(apdu)
        if answer.why:
            self.notes.add(apdu, answer.status, answer.why)
        return answer.data + sw.to_bytes(answer.status)

    def seconds(self, apdu: bytes) -> float:
        """Line time at 9600 bit/s and some milliseconds of thinking."""
        return line_seconds(apdu)

    def _forget(self) -> None:
        self._core.forget_session()
        self._t0.reset()

    def _execute(self, command: Command) -> Answer:
        if command.cla not in _CLASSES:
            return refused(sw.UNKNOWN_CLASS, "unknown class")
        run = _COMMANDS.get(command.ins) if command.cla == 0x00 else None
        if run is None:
            return refused(sw.UNKNOWN_INSTRUCTION, "unknown instruction")
        return run(self._core, command)
