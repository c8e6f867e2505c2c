"""Says the moments of a plan to a station, each at its time. Clock and pauses are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hardware_sim.scenario.plan import Moment

Say = Callable[[str], dict[str, Any]]
"""A phrase to a station; its answer as the control socket gives it."""


@dataclass(frozen=True)
class Played:
    """One moment that came: when it was said, and why it was refused (None: done)."""

    moment: Moment
    at: float
    refused: str | None


def play(
    moments: list[Moment], say: Say, *, clock: Callable[[], float], pause: Callable[[float], None], speed: float = 1.0
) -> Iterator[Played]:
    """Each moment as it was played. `speed` 10 plays ten times as fast; what devices take is theirs."""
    began = clock()
    for moment in moments:
        wait = began + moment.at / speed - clock()
        if wait > 0:
            pause(wait)
        at = (clock() - began) * speed
        answer = say(moment.do)
        yield Played(moment, round(at, 3), None if answer["ok"] else str(answer["error"]))
