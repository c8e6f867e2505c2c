"""A PSAM's session key and what may be done with it: DELIVERY SESSION KEY and CIPHER DATA (card sheet section 9)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.crypto import FACTOR_LENGTH, Family
from hardware_sim.cards.psam_keys import ENCRYPT, MAC, MAC_AND_ENCRYPT, SamKey

ENCRYPT_LAST: Final = 0x00
ENCRYPT_MORE: Final = 0x02
MAC_WHOLE: Final = 0x05
MAC_FIRST: Final = 0x07
MAC_NEXT: Final = 0x03
MAC_LAST: Final = 0x01

_ENCRYPTING: Final = (ENCRYPT_LAST, ENCRYPT_MORE)
_STARTING: Final = (MAC_WHOLE, MAC_FIRST)
_ENDING: Final = (ENCRYPT_LAST, MAC_WHOLE, MAC_LAST)
_MODES: Final = (ENCRYPT_LAST, ENCRYPT_MORE, MAC_WHOLE, MAC_FIRST, MAC_NEXT, MAC_LAST)


def diversified(family: Family, value: bytes, factors: bytes) -> bytes:
    """Sent as level 3, 2, 1 and used the other way round, root first."""
    for start in reversed(range(0, len(factors), FACTOR_LENGTH)):
        value = family.diversify(value, factors[start : start + FACTOR_LENGTH])
    return value


class SamCipher:
    """At most one session key, its kind of use, and a MAC that goes over several commands."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self.clear()

    def clear(self) -> None:
        """Forget the session key."""
        self._key: bytes | None = None
        self._kind = 0
        self._running: bytes | None = None

    def deliver(self, keys: tuple[SamKey, ...], command: Command) -> Answer:
        """P1 usage, P2 key id, data factors and random input."""
        self.clear()
        usage, block = command.p1, self._family.block
        levels, kind = usage >> 5, usage & 0x1F
        holding = [key for key in keys if key.kid == command.p2 and key.serves(kind)]
        if not holding:
            return refused(sw.KEY_NOT_FOUND, "no such key for this use")
        key = next((candidate for candidate in holding if candidate.levels == levels), None)
        if key is None:
            return refused(sw.DATA_FIELD, "this key has another number of levels")
        if len(command.data) != block + FACTOR_LENGTH * levels:
            return refused(sw.WRONG_LENGTH, "factors and input do not match levels and algorithm")
        factors, random = command.data[:-block], command.data[-block:]
        self._key = self._family.session_key(diversified(self._family, key.value, factors), random)
        self._kind = kind
        return Answer()

    def cipher(self, command: Command) -> Answer:
        """P1 00/02 encrypt last/more; 05 a whole MAC; 07/03/01 a MAC's first/next/last part. Data are whole blocks.

        A MAC's first block is its start value; the terminal does the filling.
        """
        mode, block = command.p1, self._family.block
        if mode not in _MODES or command.p2 != 0:
            return refused(sw.WRONG_P1_P2, "CIPHER DATA with these P1 P2")
        # What ends the use of a session key ends it whatever comes of it.
        key, running = self._key, self._running
        if mode in _ENDING:
            self._key = None
        if mode != MAC_NEXT:
            self._running = None
        if key is None:
            return refused(sw.WRONG_STATE, "no session key")
        allowed = (ENCRYPT, MAC_AND_ENCRYPT) if mode in _ENCRYPTING else (MAC, MAC_AND_ENCRYPT)
        if self._kind not in allowed:
            return refused(sw.WRONG_STATE, "the session key was delivered for another use")
        least = 2 * block if mode in _STARTING else block
        if len(command.data) < least or len(command.data) % block:
            return refused(sw.WRONG_LENGTH, "not whole blocks, or too few")
        if mode in _ENCRYPTING:
            return Answer(data=self._family.encrypt(key, command.data))
        start, blocks = (command.data[:block], command.data[block:]) if mode in _STARTING else (running, command.data)
        if start is None:
            return refused(sw.WRONG_STATE, "this MAC has no first part")
        last = self._family.mac_of_blocks(key, blocks, start)
        if mode in (MAC_FIRST, MAC_NEXT):
            self._running = last
            return Answer()
        return Answer(data=self._family.shortened(last))
