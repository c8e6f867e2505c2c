"""A fleet after an outage and on a usual day: the terminals' policy against the gateway's answer to overload."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from sync.client.http import READ_SECONDS
from tests.fleet.virtual import SWITCHED_ON_WITHIN, Fleet, drain_after_outage
from tests.soak_record import record

SCALE = 50
"""A fiftieth of the fleet and of the capacity; the whole runs in `make soak` and is a figure of `make bench`."""


def promises_after_an_outage(terminals: int, per_second: float, seed: int) -> dict[str, float]:
    fleet, seconds, ideal = drain_after_outage(terminals, per_second, seed)
    assert not any(terminal.pending or terminal.awaiting for terminal in fleet.terminals)
    assert fleet.gateway.longest_wait < READ_SECONDS
    assert seconds <= 1.2 * ideal
    return {"drain_vs_ideal": seconds / ideal, "longest_answer": fleet.gateway.longest_wait}


def promises_on_a_usual_day(
    terminals: int, per_second: float, seed: int, *, bin_seconds: int, bins: int, refused: float
) -> dict[str, float]:
    fleet = Fleet(terminals, per_second, seed)
    fleet.run_until(SWITCHED_ON_WITHIN)
    fleet.open_to_people(sessions_per_hour=4)
    fleet.run_until(fleet.now + 1800.0)
    begun = fleet.now
    fleet.gateway.arrivals.clear()
    fleet.run_until(begun + bins * bin_seconds)
    counts = Counter(int((at * 10 - begun) // bin_seconds) for at in fleet.gateway.arrivals.elements())
    whole = [counts[number] for number in range(1, bins - 1)]
    mean = sum(whole) / len(whole)
    assert mean > 0.3 * per_second * bin_seconds
    assert max(whole) <= 1.3 * mean
    assert fleet.gateway.refused <= refused * sum(whole)
    return {"busiest_bin_vs_mean": max(whole) / mean}


@pytest.mark.parametrize("seed", [1, 2])
def test_after_an_hour_without_gateway_every_queue_is_empty_within_a_fifth_over_the_ideal(seed: int) -> None:
    promises_after_an_outage(50_000 // SCALE, 300 / SCALE, seed)


def test_on_a_usual_day_requests_come_evenly() -> None:
    # as many requests fall into a bin as into ten seconds of the whole fleet
    # so small a fleet has bursts that the whole one has not
    promises_on_a_usual_day(50_000 // SCALE, 300 / SCALE, 1, bin_seconds=10 * SCALE, bins=30, refused=0.05)


@pytest.mark.soak
def test_fifty_thousand_terminals_after_an_outage_and_on_a_usual_day(soak_seed: int) -> None:
    begun = time.monotonic()
    figures = promises_after_an_outage(50_000, 300.0, soak_seed)
    figures |= promises_on_a_usual_day(50_000, 300.0, soak_seed, bin_seconds=10, bins=360, refused=0.0)
    record({"name": "fleet of 50 000", "seed": soak_seed, **figures, "seconds": round(time.monotonic() - begun, 1)})
