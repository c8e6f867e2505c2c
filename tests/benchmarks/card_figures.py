"""The citizen's card: reading it, and the way from its coming to the menu."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.pairs import Pairs
from tests.benchmarks.surroundings import Child, Surroundings, tell

READINGS = 60
SESSIONS = 15


def read_vs_raw(around: Surroundings) -> Figure:
    """`read_card` on `ThreadLane` and `PcscLink` through a real pcscd, beside its APDUs through the C library."""
    around.station.do("insert card worker")
    cards = around.child("cards", environment=around.station.environment)
    own, raw = cards.ask(f"pairs {READINGS}")
    around.station.do("remove card")
    # pcscd looks a few times a second only: the next benchmark's card must not meet this one's memory
    cards.ask("empty")
    cards.close()
    return Figure("card.read_vs_raw", own * 1000, raw * 1000)


def card_to_menu_vs_raw(around: Surroundings) -> Figure:
    """The whole terminal without its window: reader's event, reading, PIN, journal, snapshot, menu."""
    around.station.do("insert card worker")
    cards = around.child("cards", environment=around.station.environment)
    cards.ask("record")
    around.station.do("remove card")
    cards.ask("empty")
    terminal = around.child("terminal", str(around.world.terminal))
    terminal.hear()

    def own() -> float:
        return _session(terminal, around.world.simulator)

    def raw() -> float:
        return _session(cards, around.station.folder)

    own()
    raw()
    taken = Pairs()
    for _ in range(SESSIONS):
        taken.add(own, raw)
    terminal.close()
    cards.close()
    value, limit = taken.middle
    return Figure("session.card_to_menu_vs_raw", value * 1000, limit * 1000)


def _session(child: Child, simulator: Path) -> float:
    child.send("session")
    tell(simulator, "insert card worker")
    took: float = child.hear()
    child.send("empty")
    tell(simulator, "remove card")
    child.hear()
    return took
