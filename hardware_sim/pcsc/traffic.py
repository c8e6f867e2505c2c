"""What passed between the readers and the cards, newest kept, PINs blanked before anything is kept at all."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hardware_sim.cards.meaning import blanked
from hardware_sim.meaning import Direction

KEPT: Final = 600


@dataclass(frozen=True)
class Passage:
    """One command or answer. `at` is CLOCK_MONOTONIC in seconds, the same in every process of this machine.

    `data` of an answer is empty when none came; the first one after power is the ATR.
    """

    number: int
    at: float
    slot: str
    direction: Direction
    data: bytes


class Traffic:
    """A numbered log of both slots."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._newest: deque[Passage] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, slot: str, direction: Direction, data: bytes) -> None:
        """Keep one."""
        self._count += 1
        kept = blanked(data) if direction is Direction.TO_DEVICE else data
        self._newest.append(Passage(self._count, self._clock(), slot, direction, kept))

    def since(self, number: int) -> list[Passage]:
        """Those with a higher number that are still kept, oldest first."""
        return [passage for passage in self._newest if passage.number > number]
