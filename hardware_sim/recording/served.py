"""One recorded device on a line: it knows no protocol, only what was asked and what was answered then.

A question that was recorded gets the answer it got, the next one in order first, any other after it. What was never
asked gets none, and a remark.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hardware_sim.meaning import Decoder, Direction
from hardware_sim.recording.file import Passed

STALE_AFTER = 0.5
REMARKS_KEPT = 100

Said = list[tuple[float, bytes]]


@dataclass(frozen=True)
class Exchange:
    """A question (empty: the device began by itself) and what was said until the next one, with its delays."""

    question: bytes
    answers: tuple[tuple[float, bytes], ...]


def exchanges(passed: list[Passed]) -> list[Exchange]:
    """The recorded wire as questions with their answers."""
    found: list[Exchange] = []
    question, asked_at = b"", passed[0].at if passed else 0.0
    answers: list[tuple[float, bytes]] = []
    for event in passed:
        if event.direction == "to":
            if answers:
                found.append(Exchange(question, tuple(answers)))
                question, answers = b"", []
            question += event.data
            asked_at = event.at
        else:
            answers.append((max(0.0, event.at - asked_at), event.data))
    if question or answers:
        found.append(Exchange(question, tuple(answers)))
    return [exchange for exchange in found if exchange.question]


class RecordedDevice:
    """A device for a serial wire, made of what passed on one.

    `decoder` is the device's own: what was blanked in the recording is blanked in what comes now, and so still matches.
    """

    def __init__(self, passed: list[Passed], decoder: Decoder) -> None:
        self._exchanges = exchanges(passed)
        self._decoder = decoder
        self._next = 0
        self._held = b""
        self._last = float("-inf")
        self.remarks: deque[str] = deque(maxlen=REMARKS_KEPT)
        self.answered = 0

    def feed(self, data: bytes, now: float) -> Said:
        """Bytes from the host at `now`; recorded answers as (seconds from now, bytes)."""
        if now - self._last > STALE_AFTER:
            self._held = b""
            self._decoder.rest()
        self._last = now
        said: Said = []
        for piece in self._decoder.hear(Direction.TO_DEVICE, data):
            self._held += piece.data
            said += self._step()
        return said

    def _step(self) -> Said:
        count = len(self._exchanges)
        begun = False
        for step in range(count):
            at = (self._next + step) % count
            exchange = self._exchanges[at]
            if exchange.question == self._held:
                self._next = (at + 1) % count
                self._held = b""
                self.answered += 1
                return list(exchange.answers)
            begun = begun or exchange.question.startswith(self._held)
        if not begun:
            self.remarks.append(f"never asked: {self._held[:16].hex(' ').upper()}")
            self._held = b""
        return []
