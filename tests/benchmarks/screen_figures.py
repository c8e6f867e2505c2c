"""The window: how soon it is there, how soon the terminal takes a card, how fast pages change, what it weighs.

Starts are processes of their own, offscreen with the software renderer, with the caches of files and QML warm on both
sides: a first round that does not count warms them.
"""

from __future__ import annotations

import time
from typing import Any, Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.pairs import Pairs, Sample
from tests.benchmarks.surroundings import Surroundings

STARTS: Final = 9
READY_STARTS: Final = 5
VISITS: Final = 12
SCREEN: Final = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}


def first_frame_vs_bare(around: Surroundings) -> Figure:
    """From the start of a process to the standby page, as `kiosk run` begins."""
    value, limit = _starts(around, STARTS, ("own", str(around.fonts)), ("bare",), "frame")
    return Figure("ui.first_frame_vs_bare", value * 1000, limit * 1000)


def ready_for_card_vs_bare(around: Surroundings) -> Figure:
    """From the start of a process to the screen that takes a card: stores, lanes, readers and rules are up."""
    own = ("own-ready", str(around.fonts), str(around.world.terminal))
    value, limit = _starts(around, READY_STARTS, own, ("bare-ready",), "ready")
    return Figure("ui.ready_for_card_vs_bare", value * 1000, limit * 1000)


def page_change_vs_bare(around: Surroundings) -> Figure:
    """From a new state to its picture, over the pages of a visit."""
    child = around.child("pages", str(around.fonts), str(VISITS), environment=SCREEN)
    value, limit = child.hear()
    child.close()
    return Figure("ui.page_change_vs_bare", value * 1000, limit * 1000)


def memory_vs_bare(around: Surroundings) -> Figure:
    """Resident memory of the window's process after every example page was shown."""

    def weigh(*words: str) -> Sample:
        return lambda: float(_one(around, words)["rss"])

    taken = Pairs()
    for _ in range(3):
        taken.add(weigh("own", str(around.fonts)), weigh("bare"))
    value, limit = taken.middle
    return Figure("ui.memory_vs_bare", value, limit)


def _starts(
    around: Surroundings, rounds: int, own: tuple[str, ...], bare: tuple[str, ...], moment: str
) -> tuple[float, float]:
    def start(words: tuple[str, ...]) -> Sample:
        def took() -> float:
            begun = time.monotonic()
            return float(_one(around, words)[moment]) - begun

        return took

    taken = Pairs()
    start(own)()
    start(bare)()
    for _ in range(rounds):
        taken.add(start(own), start(bare))
    return taken.middle


def _one(around: Surroundings, words: tuple[str, ...]) -> Any:
    child = around.child("window", *words, environment=SCREEN)
    told = child.hear()
    child.close()
    return told
