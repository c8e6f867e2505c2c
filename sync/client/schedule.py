"""When a job is due: pure arithmetic over times, outcomes and chance.

Usual runs come at an interval, each terminal in its own slot (a stable hash of its number), so that a fleet whose
clocks agree does not knock all at once. After *later* comes full jitter: a random pause between nothing and a ceiling
that doubles up to 120 s, or what the centre asked for. A stopped job waits for its interval: an alarm is out, and
trying faster helps nobody. Times are seconds of one clock that never goes back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sync.client.outcomes import Done, Later, Outcome

CAP_SECONDS: Final = 120.0
BASE_SECONDS: Final = 2.0
AWAITING_SECONDS: Final = 1.0
"""First pause before asking again for results that are still outstanding; it doubles up to the interval."""

INTERVALS: Final[Mapping[str, float]] = {
    "upload": 60.0,
    "salvage": 600.0,
    "results": 60.0,
    "revocations": 3600.0,
    "snapshot": 6 * 3600.0,
}
"""Seconds between usual runs. The order is the order of a pass: uploads before downloads."""

Chance = Callable[[], float]
"""A number from 0 (included) to 1 (excluded)."""


def pause(attempt: int, chance: Chance) -> float:
    """Full jitter: between 0 and min(cap, base x 2^attempt) seconds; `attempt` counts from 0."""
    return chance() * min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(attempt, 30))


def slot(terminal: str, period: float) -> float:
    """This terminal's place within a period: seconds from its beginning, the same for ever."""
    number = int.from_bytes(hashlib.sha256(terminal.encode()).digest()[:8], "big")
    return number / 2**64 * period


@dataclass
class _State:
    due: float
    failures: int = 0
    unanswered: int = 0


@dataclass
class Schedule:
    """What is due when. `finished` and `poke` are told what happened; `due` and `next_at` answer."""

    terminal: str
    chance: Chance
    started: float
    intervals: Mapping[str, float] = field(default_factory=lambda: dict(INTERVALS))
    _jobs: dict[str, _State] = field(init=False)

    def __post_init__(self) -> None:
        self._jobs = {job: _State(self.started) for job in self.intervals}

    def due(self, now: float) -> tuple[str, ...]:
        """The jobs to run now, in the order of a pass."""
        return tuple(job for job, state in self._jobs.items() if state.due <= now)

    def next_at(self) -> float:
        """When the next job is due."""
        return min(state.due for state in self._jobs.values())

    def poke(self, now: float) -> None:
        """Something urgent was written: upload at once and ask for its result."""
        for job in ("upload", "results"):
            if job in self._jobs:
                self._jobs[job].due = now

    def finished(self, job: str, outcome: Outcome, now: float) -> None:
        """Note how a run ended and set the next."""
        state = self._jobs[job]
        if isinstance(outcome, Later):
            wait = pause(state.failures, self.chance) if outcome.retry_after is None else outcome.retry_after
            state.failures += 1
            state.due = now + wait
            return
        state.failures = 0
        if isinstance(outcome, Done) and outcome.more:
            wait = min(AWAITING_SECONDS * 2.0 ** min(state.unanswered, 30), self.intervals[job])
            state.unanswered += 1
            state.due = now + wait
            return
        state.unanswered = 0
        state.due = self._next_slot(self.intervals[job], now)

    def _next_slot(self, period: float, now: float) -> float:
        offset = slot(self.terminal, period)
        due = (((now - offset) // period) + 1) * period + offset
        # rounding may give the very moment of the run that has just ended
        return due if due > now else due + period
