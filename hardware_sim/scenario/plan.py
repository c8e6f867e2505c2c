"""A scenario as a list of moments: every span drawn from the seed, every phrase complete. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hardware_sim.scenario.scenario import Scenario, Span


@dataclass(frozen=True)
class Moment:
    """One phrase at one time (seconds after the start); `field` says where in the file it comes from."""

    at: float
    do: str
    field: str


def plan(scenario: Scenario, seed: int | None = None) -> list[Moment]:
    """All moments in order of time; equal times keep the order of the file. `seed` in place of the file's own."""
    # one generator a part, so that a step added in front does not move the faults
    key = scenario.seed if seed is None else seed
    moments: list[Moment] = []

    def say(at: float, phrases: list[str], field: str) -> None:
        who = scenario.persona or ""
        moments.extend(Moment(round(at, 3), phrase.replace("{persona}", who), field) for phrase in phrases)

    chance, now = random.Random(f"{key}/steps"), 0.0  # noqa: S311 - a play, not a secret
    for number, step in enumerate(scenario.steps, start=1):
        now = _draw(step.at, chance) if step.at is not None else now + _draw(step.after, chance)
        say(now, step.do, f"steps.{number}")
    for number, fault in enumerate(scenario.faults, start=1):
        chance = random.Random(f"{key}/faults/{number}")  # noqa: S311
        begins = _draw(fault.at, chance)
        for _ in range(fault.times):
            say(begins, fault.do, f"faults.{number}")
            say(begins + _draw(fault.lasts, chance), fault.then, f"faults.{number}.then")
            begins += _draw(fault.every, chance)
    return sorted(moments, key=lambda moment: moment.at)


def _draw(span: Span | None, chance: random.Random) -> float:
    return 0.0 if span is None else chance.uniform(span.from_, span.to)
