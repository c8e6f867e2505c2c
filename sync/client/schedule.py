"""When a job is due: pure arithmetic over times, outcomes and chance.

Usual runs come at an interval, each terminal in its own slot (a stable hash of its number), so that a fleet whose
clocks agree does not knock all at once. After *later* comes full jitter: a random pause between nothing and a ceiling
that doubles up to 120 s, or what the centre asked for: then the less urgent jobs wait too, for it is the centre that is
too busy. What costs a large download is tried again *seldom*: the ceiling doubles up to two hours, and the pause is
never below half of it. An upload that brought something asks for its results soon. A stopped job waits for its
interval: an alarm is out, and trying faster helps nobody. Times are seconds of one clock that never goes back.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sync.client.outcomes import Done, Later, Outcome

CAP_SECONDS: Final = 120.0
BASE_SECONDS: Final = 2.0
SELDOM_SECONDS: Final = 120.0
SELDOM_CAP_SECONDS: Final = 7200.0
AWAITING_SECONDS: Final = 1.0
"""First pause before asking again for results that are still outstanding; it doubles up to a minute."""
AWAITING_CAP_SECONDS: Final = 60.0

QUESTION_SECONDS: Final = 0.2
"""The same while a person waits for an answer; up to `AWAITING_SECONDS`."""

INTERVALS: Final[Mapping[str, float]] = {
    "questions": 60.0,
    "upload": 60.0,
    "salvage": 600.0,
    "head": 6 * 3600.0,
    "results": 3600.0,
    "heartbeat": 300.0,
    "revocations": 3600.0,
    "packages": 3600.0,
    "terminal-revocations": 3600.0,
    "renewal": 24 * 3600.0,
    "snapshot": 6 * 3600.0,
}
"""Seconds between usual runs. The order is the order of a pass: a person who waits first, uploads before downloads.

Results are asked for soon after an upload; the hour is for corrections of earlier ones. The centre may ask for another
interval of the heartbeat, for it knows how many terminals there are.
"""

PERSON: Final = ("questions",)
"""Jobs that a person at the terminal waits for. They have a thread of their own (`sync.lanes`)."""
DOWNLOADS: Final = ("revocations", "packages", "terminal-revocations", "snapshot")
"""Jobs whose answers are large, so that a slow line is busy with them for long. They have another one."""
REST: Final = tuple(job for job in INTERVALS if job not in PERSON + DOWNLOADS)

URGENT: Final = frozenset({"questions", "upload", "salvage", "results"})
"""Somebody waits for these, or something is lost with the disk before they are done."""

Chance = Callable[[], float]
"""A number from 0 (included) to 1 (excluded)."""


def pause(attempt: int, chance: Chance) -> float:
    """Full jitter: between 0 and min(cap, base x 2^attempt) seconds; `attempt` counts from 0."""
    return chance() * min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(attempt, 30))


def seldom_pause(attempt: int, chance: Chance) -> float:
    """Between half and all of min(cap, base x 2^attempt) seconds of the seldom ones; `attempt` counts from 0."""
    return (0.5 + chance() / 2) * min(SELDOM_CAP_SECONDS, SELDOM_SECONDS * 2.0 ** min(attempt, 30))


def slot(terminal: str, period: float) -> float:
    """This terminal's place within a period: seconds from its beginning, the same for ever."""
    number = int.from_bytes(hashlib.sha256(terminal.encode()).digest()[:8], "big")
    return number / 2**64 * period


@dataclass
class _State:
    due: float
    every: float
    failures: int = 0
    unanswered: int = 0
    not_before: float = -math.inf
    """The centre asked to be left alone until then."""

    @property
    def at(self) -> float:
        return max(self.due, self.not_before)


@dataclass
class Schedule:
    """What is due when. `finished` and `poke` are told what happened; `due` and `next_at` answer."""

    terminal: str
    chance: Chance
    started: float
    intervals: Mapping[str, float] = field(default_factory=lambda: dict(INTERVALS))
    _jobs: dict[str, _State] = field(init=False)

    def __post_init__(self) -> None:
        self._jobs = {job: _State(self.started, every) for job, every in self.intervals.items()}

    def due(self, now: float) -> tuple[str, ...]:
        """The jobs to run now, in the order of a pass."""
        return tuple(job for job, state in self._jobs.items() if state.at <= now)

    def next_at(self) -> float:
        """When the next job is due."""
        return min(state.at for state in self._jobs.values())

    def poke(self, now: float) -> None:
        """Something urgent was written: upload at once, or as soon as the centre can, and ask for its result."""
        for job in ("questions", "upload", "results"):
            self.want(job, now)

    def want(self, job: str, now: float) -> None:
        """Run this job at once, or as soon as the centre can."""
        if job in self._jobs:
            self._jobs[job].due = now

    def finished(self, job: str, outcome: Outcome, now: float) -> None:
        """Note how a run ended and set the next."""
        state = self._jobs[job]
        if isinstance(outcome, Later):
            if outcome.seldom:
                state.due = now + seldom_pause(state.failures, self.chance)
            elif not outcome.retry_after:
                # nothing is also what a date says to a terminal whose clock is ahead
                state.due = now + pause(state.failures, self.chance)
            else:
                state.due = now
                self.leave_alone(job, now + outcome.retry_after)
            state.failures += 1
            return
        state.failures = 0
        if isinstance(outcome, Done) and outcome.every is not None:
            state.every = outcome.every
        if isinstance(outcome, Done) and outcome.more:
            first, most = AWAITING_SECONDS, AWAITING_CAP_SECONDS
            if job == "questions":
                first, most = QUESTION_SECONDS, AWAITING_SECONDS
            wait = min(first * 2.0 ** min(state.unanswered, 30), most)
            state.unanswered += 1
            state.due = now + wait
            return
        state.unanswered = 0
        state.due = self._next_slot(state.every, now)
        if job == "upload" and isinstance(outcome, Done) and outcome.items and "results" in self._jobs:
            results = self._jobs["results"]
            results.due = min(results.due, now + AWAITING_SECONDS)

    def leave_alone(self, job: str, until: float) -> None:
        """This job, and all that are not more urgent: a centre without time for it has none for them."""
        for name, state in self._jobs.items():
            if job in URGENT or name not in URGENT:
                state.not_before = max(state.not_before, until)

    def _next_slot(self, period: float, now: float) -> float:
        offset = slot(self.terminal, period)
        due = (((now - offset) // period) + 1) * period + offset
        # rounding may give the very moment of the run that has just ended
        return due if due > now else due + period
