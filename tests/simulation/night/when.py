"""One virtual time for everything: the terminal's clock, the centre's clock, and the life span of a process in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from drivers.scheduler import Scheduled, VirtualScheduler
from kiosk.clock import HALL_ZONE, Moment

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
"""Six in the evening in the hall."""


class NightClock:
    """Wall clock and monotonic clock of the terminal, both from the scheduler."""

    def __init__(self, scheduler: VirtualScheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> Moment:
        return Moment(self._scheduler.now(), self.utc().astimezone(HALL_ZONE))

    def utc(self) -> datetime:
        return START + timedelta(seconds=self._scheduler.now())


class CentreClock:
    """The centre's wall clock: the same time."""

    def __init__(self, clock: NightClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.utc()


class LifeSpan:
    """The scheduler as one process sees it: what it asked for does not happen any more once it was killed."""

    def __init__(self, scheduler: VirtualScheduler) -> None:
        self._scheduler = scheduler
        self.alive = True

    def now(self) -> float:
        return self._scheduler.now()

    def call_at(self, time: float, function: Callable[[], None]) -> Scheduled:
        return self._scheduler.call_at(time, lambda: function() if self.alive else None)

    def call_later(self, seconds: float, function: Callable[[], None]) -> Scheduled:
        return self.call_at(self.now() + seconds, function)
