"""Runs examinations on lanes, side by side: an ill device takes its own time and nobody else's."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from drivers.errors import DeviceError
from drivers.lanes import Done, Lane, Outcome
from drivers.operation import Operation
from kiosk.diagnostics.findings import Answer, Found, NotAsked, Part

GRACE = 8.0
"""Seconds more than the deadline: what a lane grants for tidying up, and a wire that cannot be interrupted."""


class Watcher(Protocol):
    """Is told how far it is, from the lanes' threads."""

    def __call__(self, part: Part, step: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Examiner:
    """One examination that can be run: on which lane, and how long it may take in seconds."""

    part: Part
    lane: Lane
    operation: Operation[Found]
    seconds: float


def run(examiners: Iterable[Examiner], watch: Watcher, arrived: Callable[[Part, Answer], None]) -> None:
    """Submit all of them and hand each answer to `arrived` as it comes, on this thread."""
    outcomes: queue.SimpleQueue[tuple[Part, Outcome[Found]]] = queue.SimpleQueue()
    waiting: dict[Part, float] = {}

    def ended(part: Part, outcome: Outcome[Found]) -> None:
        outcomes.put((part, outcome))

    for examiner in examiners:
        waiting[examiner.part] = examiner.seconds
        examiner.lane.submit(
            examiner.operation,
            partial(ended, examiner.part),
            deadline=examiner.seconds,
            on_progress=partial(watch, examiner.part),
        )
    longest = sum(waiting.values()) + GRACE
    while waiting:
        try:
            part, outcome = outcomes.get(timeout=longest)
        except queue.Empty:
            for part in waiting:
                arrived(part, NotAsked("no_end"))
            return
        del waiting[part]
        arrived(part, outcome.value if isinstance(outcome, Done) else _not_started(outcome.error))


def _not_started(error: DeviceError) -> NotAsked:
    """Its time was over before its turn came, or it was cancelled: an examination itself never fails."""
    return NotAsked(error.code)
