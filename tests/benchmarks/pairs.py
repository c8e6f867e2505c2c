"""Measuring two things so that only their difference counts: in turns, the order changing, the middle of many.

A machine's mood (another job, a hot processor, a full cache) falls on both sides alike. The collector of cyclic garbage
is off while a sample runs, and runs between samples.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median

Sample = Callable[[], float]
"""Does the thing once and answers how much it took."""


@dataclass
class Pairs:
    """Samples of the thing itself and of its limit."""

    own: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    def add(self, own: Sample, bare: Sample) -> None:
        """One round: both once, in the order that was second last time."""
        sides = ((self.own, own), (self.bare, bare))
        for samples, sample in sides if len(self.own) % 2 else reversed(sides):
            samples.append(sample())

    @property
    def middle(self) -> tuple[float, float]:
        """Medians: (own, bare)."""
        return median(self.own), median(self.bare)


def measure(rounds: int, own: Sample, bare: Sample, *, warm: int = 2) -> tuple[float, float]:
    """Medians of `rounds` interleaved samples of each, after `warm` rounds that do not count."""
    return measure_each([(own, bare)] * rounds, warm=warm)


def measure_each(pairs: Iterable[tuple[Sample, Sample]], *, warm: int = 2) -> tuple[float, float]:
    """The same over a run of different pairs; the first `warm` do not count."""
    taken = Pairs()
    for number, (own, bare) in enumerate(pairs):
        if number < warm:
            own()
            bare()
        else:
            taken.add(own, bare)
    return taken.middle


def seconds(work: Callable[[], object]) -> float:
    """How long it took once, in seconds."""
    gc.collect(0)
    gc.disable()
    try:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun
    finally:
        gc.enable()


def timed(work: Callable[[], object]) -> Sample:
    """A sample of the time that `work` takes, in seconds."""
    return lambda: seconds(work)
