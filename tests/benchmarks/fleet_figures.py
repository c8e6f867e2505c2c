"""How long a fleet needs after an outage, against the least time that its requests need."""

from __future__ import annotations

from tests.benchmarks.figures import Figure
from tests.benchmarks.surroundings import Surroundings
from tests.fleet.virtual import drain_after_outage

TERMINALS, PER_SECOND, SEED = 50_000, 300.0, 1


def drain_vs_ideal(_around: Surroundings) -> Figure:
    """Virtual seconds from the gateway's return until every item was taken and every result known."""
    _, seconds, ideal = drain_after_outage(TERMINALS, PER_SECOND, SEED)
    return Figure("fleet.drain_vs_ideal", seconds, ideal)
