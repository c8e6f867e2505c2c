"""The pad's key memory: master keys loaded in a secure room, working keys that come encrypted under them.

Battery-kept: it outlives power. Everything is overwritten when the case is opened.
"""

from __future__ import annotations

from hardware_sim.pin_pad.cipher import decrypt

MASTER_KEYS, WORKING_KEYS = 16, 4
"""Places for master keys, and for working keys under each of them."""

DEMO_MASTER_KEY = b"1" * 8 + b"2" * 8
"""Master key 0 of a pad that comes with a station, so that programs find one that is ready for use."""


class KeyStore:
    """Keys by number. `working` keys belong to their master key."""

    def __init__(self) -> None:
        self._masters: dict[int, bytearray] = {}
        self._working: dict[tuple[int, int], bytearray] = {}

    @property
    def valid(self) -> bool:
        """Whether there is any master key."""
        return bool(self._masters)

    @property
    def master_numbers(self) -> list[int]:
        return sorted(self._masters)

    @property
    def working_count(self) -> int:
        return len(self._working)

    def has_master(self, number: int) -> bool:
        return number in self._masters

    def load_master(self, number: int, key: bytes) -> None:
        """In clear, 8 or 16 bytes. Working keys under the old one are gone: nobody could have meant them."""
        for place in [place for place in self._working if place[0] == number]:
            _wipe(self._working.pop(place))
        if number in self._masters:
            _wipe(self._masters[number])
        self._masters[number] = bytearray(key)

    def load_working(self, master: int, number: int, wrapped: bytes) -> bool:
        """Encrypted in ECB under the master key; False if there is none or it is weaker than the key it protects."""
        protector = self._masters.get(master)
        if protector is None or len(wrapped) > len(protector):
            return False
        self._working[master, number] = bytearray(decrypt(protector, wrapped))
        return True

    def working(self, master: int, number: int) -> bytearray | None:
        return self._working.get((master, number))

    def wipe(self) -> None:
        """Overwrite and forget all keys."""
        for key in (*self._masters.values(), *self._working.values()):
            _wipe(key)
        self._masters.clear()
        self._working.clear()


def _wipe(key: bytearray) -> None:
    key[:] = bytes(len(key))
