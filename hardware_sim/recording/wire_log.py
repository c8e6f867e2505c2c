"""The running log of all wires of a station: what the taps heard, cut and explained, with a number and a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from hardware_sim.meaning import Decoder, Direction, Piece

HAND = "hand"
"""In place of a direction: somebody did something; `en` is the phrase."""
KEPT = 600
SHOWN_BYTES = 96
_QUIET = 0.3
"""Half a thing is given up after so long without another byte, earlier than any device forgets it (0.5 s)."""


@dataclass(frozen=True)
class Entry:
    """One piece on one wire. `at` is seconds since the log began; `device` is the word people type.

    `size` is in bytes; the piece may hold only the first of them.
    """

    number: int
    at: float
    device: str
    direction: str
    piece: Piece
    size: int


Listener = Callable[[Entry], None]


class WireLog:
    """Thread-safe. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._lock = threading.RLock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0
        self._listener: Listener | None = None
        self._taps: dict[str, _Tap] = {}

    @property
    def now(self) -> float:
        return self._clock() - self._began

    def tap(self, device: str, decoder: Decoder) -> Callable[[Direction, bytes], None]:
        """What a wire calls with each byte string that passes."""
        tap = _Tap(device, decoder)
        self._taps[device] = tap

        def heard(direction: Direction, data: bytes) -> None:
            with self._lock:
                now = self.now
                for at, whose, piece in tap.hear(direction, data, now):
                    self._add(at, device, whose, piece)

        return heard

    def passed(self, device: str, decoder: Decoder, at: float, direction: Direction, data: bytes) -> None:
        """Something passed at `at` on the clock, on a wire that somebody else listened to."""
        with self._lock:
            for piece in decoder.hear(direction, data):
                self._add(at - self._began, device, direction, piece)

    def missed(self, device: str, count: int) -> None:
        """So much passed there that nobody kept."""
        with self._lock:
            words = Piece(b"", f"遗漏 {count} 条", f"{count} not caught")
            self._add(self.now, device, Direction.FROM_DEVICE, words)

    def did(self, phrase: str) -> None:
        """Somebody did something; `phrase` is already without secrets."""
        with self._lock:
            self._add(self.now, "", HAND, Piece(b"", phrase, phrase))

    def since(self, number: int, most: int = KEPT) -> list[Entry]:
        """The newest entries with a higher number, at most so many, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number][-most:]

    def listen(self, listener: Listener | None) -> None:
        """Be told of each entry from now on, or no more (None)."""
        with self._lock:
            self._give_up_halves()
            self._listener = listener

    def _give_up_halves(self) -> None:
        for tap in self._taps.values():
            for at, direction, piece in tap.rest():
                self._add(at, tap.device, direction, piece)

    def _add(self, at: float, device: str, direction: str, piece: Piece) -> None:
        self._count += 1
        size = len(piece.data)
        entry = Entry(self._count, at, device, direction, piece, size)
        self._entries.append(entry if size <= SHOWN_BYTES else replace(entry, piece=_begin_of(piece)))
        if self._listener is not None:
            self._listener(entry)


def _begin_of(piece: Piece) -> Piece:
    return replace(piece, data=piece.data[:SHOWN_BYTES])


class _Tap:
    """One wire's decoder, and since when it waits."""

    def __init__(self, device: str, decoder: Decoder) -> None:
        self.device = device
        self._decoder = decoder
        self._last = dict.fromkeys(Direction, float("-inf"))

    def hear(self, direction: Direction, data: bytes, now: float) -> list[tuple[float, Direction, Piece]]:
        left = self.rest() if now - self._last[direction] > _QUIET else []
        self._last[direction] = now
        return [*left, *((now, direction, piece) for piece in self._decoder.hear(direction, data))]

    def rest(self) -> list[tuple[float, Direction, Piece]]:
        return [(self._last[direction], direction, piece) for direction, piece in self._decoder.rest()]
