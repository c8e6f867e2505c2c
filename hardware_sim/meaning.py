"""Bytes cut into whole things with their meaning in words: what the dock shows and a recording keeps.

Each device class has a decoder beside it (`meaning.py` in its folder). A decoder is also the place where secrets end:
what it returns as `data` is what may be shown and kept, so a PIN or a key is blanked there and nowhere later.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Direction(StrEnum):
    """Who sent it."""

    TO_DEVICE = "to"
    FROM_DEVICE = "from"


@dataclass(frozen=True)
class Piece:
    """One frame, command or run of text. `data` is as it was on the wire, secrets blanked at the same length."""

    data: bytes
    zh: str
    en: str


class Decoder(Protocol):
    """Cuts one wire. Keeps what is not yet whole; without secrets the pieces of one direction joined are its bytes."""

    def hear(self, direction: Direction, data: bytes) -> list[Piece]:
        """All that became whole with `data`."""

    def rest(self) -> list[tuple[Direction, Piece]]:
        """What is still held, given up as it is: the wire was unplugged or the recording ends."""


class FramesDecoder(ABC):
    """For wires where each direction can be cut on its own; a subclass says where a piece ends and what it means."""

    def __init__(self) -> None:
        self._held = dict.fromkeys(Direction, b"")

    def hear(self, direction: Direction, data: bytes) -> list[Piece]:
        """All that became whole with `data`."""
        held = self._held[direction] + data
        pieces: list[Piece] = []
        while held and (size := self.size(direction, held)):
            pieces.append(self.explain(direction, held[:size]))
            held = held[size:]
        self._held[direction] = held
        return pieces

    def rest(self) -> list[tuple[Direction, Piece]]:
        """What is still held, given up as it is."""
        left = [(direction, self.unfinished(held)) for direction, held in self._held.items() if held]
        self._held = dict.fromkeys(Direction, b"")
        return left

    @abstractmethod
    def size(self, direction: Direction, held: bytes) -> int:
        """Bytes of the first piece in `held` (not empty), 0 if it is not yet whole."""

    @abstractmethod
    def explain(self, direction: Direction, data: bytes) -> Piece:
        """What one whole piece means."""

    def unfinished(self, held: bytes) -> Piece:
        """What was begun and did not end."""
        return Piece(held, "不完整", "not finished")
