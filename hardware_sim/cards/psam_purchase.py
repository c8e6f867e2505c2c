"""A PSAM's part in a settlement: INIT SAM FOR PURCHASE (8070) and the check of the card's MAC2 (8072).

The 28 bytes in front of the factors: random(4), card sequence(2), account, self-paid and fund amounts (4 each),
type(1), time(7), key version(1), algorithm(1), as in JR/T 0025 for one amount; see also commands/account.py.
"""

import hmac
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.crypto import FACTOR_LENGTH, MAC_LENGTH, Family, mac
from hardware_sim.cards.psam_cipher import diversified
from hardware_sim.cards.psam_keys import MOST_LEVELS, PURCHASE, SamKey

_INPUT_LENGTH: Final = 28
_KEY_VERSION: Final = 1
_MAC2_TRIES: Final = 3


class SamMemory(BaseModel):
    """What a PSAM remembers without power: its transaction counter (EF0019) and the tries for MAC2."""

    model_config = ConfigDict(extra="forbid")

    transactions: int = Field(default=0, ge=0, le=0xFFFFFFFF)
    mac2_tries_left: int = Field(default=_MAC2_TRIES, ge=0, le=15)


class SamPurchase:
    """One settlement between INIT SAM FOR PURCHASE and the check of MAC2.

    Sources differ about a wrong MAC2: `habit` "63Cx" counts tries (then 6983), "9302" just refuses.
    """

    def __init__(
        self, family: Family, memory: SamMemory, terminal_number: bytes, habit: Literal["63Cx", "9302"]
    ) -> None:
        self._family = family
        self._memory = memory
        self._terminal_number = terminal_number
        self._habit = habit
        self._expected: bytes | None = None

    def clear(self) -> None:
        """Forget the settlement."""
        self._expected = None

    def begin(self, keys: tuple[SamKey, ...], command: Command) -> Answer:
        """Terminal sequence(4) and MAC1(4); the counter goes on."""
        self.clear()
        if (command.p1, command.p2) != (0x01, 0x00):
            return refused(sw.WRONG_P1_P2, "INIT SAM FOR PURCHASE with these P1 P2")
        levels, rest = divmod(len(command.data) - _INPUT_LENGTH, FACTOR_LENGTH)
        if rest or not 1 <= levels <= MOST_LEVELS:
            return refused(sw.WRONG_LENGTH, "28 bytes and one factor a level")
        told, factors = command.data[:_INPUT_LENGTH], command.data[_INPUT_LENGTH:]
        if (told[26], told[27]) != (_KEY_VERSION, self._family.code):
            return refused(sw.KEY_NOT_FOUND, "no purchase key of this version and algorithm")
        holding = [key for key in keys if key.kind == PURCHASE]
        if not holding:
            return refused(sw.KEY_NOT_FOUND, "no purchase key")
        key = next((candidate for candidate in holding if candidate.levels == levels), None)
        if key is None:
            return refused(sw.DATA_FIELD, "the purchase key has another number of levels")
        sequence = self._memory.transactions.to_bytes(4, "big")
        value = diversified(self._family, key.value, factors)
        session_key = self._family.session_key(value, told[:6] + sequence[2:])
        amounts, kind, moment = told[6:18], told[18:19], told[19:26]
        mac1 = mac(self._family, session_key, amounts + kind + self._terminal_number + moment)
        self._expected = mac(self._family, session_key, amounts)
        self._memory.transactions += 1
        return Answer(data=sequence + mac1)

    def check(self, command: Command) -> Answer:
        """The MAC2 of the card's DEBIT."""
        if (command.p1, command.p2) != (0, 0):
            return refused(sw.WRONG_P1_P2, "the check of MAC2 with P1 P2")
        if len(command.data) != MAC_LENGTH:
            return refused(sw.WRONG_LENGTH, "a MAC has 4 bytes")
        if self._habit == "63Cx" and self._memory.mac2_tries_left == 0:
            return refused(sw.LOCKED, "too many wrong MAC2")
        expected, self._expected = self._expected, None
        if expected is None:
            return refused(sw.WRONG_STATE, "no settlement was begun")
        if hmac.compare_digest(command.data, expected):
            self._memory.mac2_tries_left = _MAC2_TRIES
            return Answer()
        if self._habit == "9302":
            return refused(sw.WRONG_MAC, "wrong MAC2")
        self._memory.mac2_tries_left -= 1
        return refused(sw.tries_left(self._memory.mac2_tries_left), "wrong MAC2")
