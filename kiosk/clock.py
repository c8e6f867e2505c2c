"""Time as a parameter.

Monotonic seconds measure how long a person waited; the wall clock dates what was recorded. The terminal reads both once
per event, as one `Moment`, so that a step is a function of values.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

HALL_ZONE = ZoneInfo("Asia/Shanghai")
"""All halls keep Beijing time (北京时间); records carry the offset."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of both clocks: `monotonic` in seconds, `wall` with its zone.

    `bound`: the trusted bound, the latest time the centre signed for this terminal; None when there is none yet.
    """

    monotonic: float
    wall: datetime
    bound: datetime | None = None

    @property
    def before_bound(self) -> bool:
        """The wall clock is wrong for certain: it stands before a time that has been. Rules with dates must stop."""
        return self.bound is not None and self.wall < self.bound

    @property
    def today(self) -> date:
        """The business date in the hall."""
        return self.wall.astimezone(HALL_ZONE).date()

    @property
    def stamp(self) -> str:
        """RFC 3339 with seconds and the hall's offset."""
        return self.wall.astimezone(HALL_ZONE).isoformat(timespec="seconds")

    @property
    def hall_time(self) -> str:
        """HH:MM in the hall."""
        return self.wall.astimezone(HALL_ZONE).strftime("%H:%M")


class Clock(Protocol):
    """Whoever needs time takes one of these."""

    def now(self) -> Moment:
        """Both clocks, read together."""


class SystemClock:
    """The machine's own clocks, and the trusted bound as far as it was told. One thread tells."""

    def __init__(self, wall: Callable[[], datetime] = lambda: datetime.now(HALL_ZONE)) -> None:
        self._wall = wall
        self._bound: datetime | None = None

    def now(self) -> Moment:
        """Both clocks, read together."""
        return Moment(time.monotonic(), self._wall(), self._bound)

    def learn(self, bound: datetime | None) -> None:
        """A time the centre signed. The bound never goes back."""
        if bound is not None and (self._bound is None or bound > self._bound):
            self._bound = bound
