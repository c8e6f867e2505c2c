"""What a program under test did wrong, seen from the card: header bytes, status word and reason, never data."""

from collections import deque
from dataclasses import dataclass
from typing import Final

# A night of a broken loop must not fill the memory; the newest faults are the ones to look at.
KEPT: Final = 200


@dataclass(frozen=True)
class Note:
    """One refused command: CLA INS P1 P2 as hex, the status word, and why."""

    header: str
    status: str
    why: str


class Notebook:
    """The newest refused commands and how many there were in all."""

    def __init__(self) -> None:
        self.count = 0
        self._newest: deque[Note] = deque(maxlen=KEPT)

    def add(self, apdu: bytes, status: int, why: str) -> None:
        """Write one refused command down. Only the four header bytes of `apdu` are kept."""
        self.count += 1
        self._newest.append(Note(apdu[:4].hex(" ").upper(), f"{status:04X}", why))

    def newest(self) -> list[Note]:
        """At most 200 notes, oldest first."""
        return list(self._newest)
