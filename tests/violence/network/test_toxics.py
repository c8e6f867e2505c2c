"""Slow lines, silent lines, lines cut small: what comes late is taken, what does not come is asked for again."""

from __future__ import annotations

import pytest

from tests.violence.network.toxic_proxy import (
    Bandwidth,
    Cut,
    HalfOpen,
    Latency,
    Slicer,
    SlowClose,
    Timeout,
)

HARMLESS = [
    (Latency("up", 0.05), Latency("down", 0.05)),
    (Bandwidth("up", 40_000), Bandwidth("down", 40_000)),
    (SlowClose("up", 0.3), SlowClose("down", 0.3)),
    (Slicer("up", 1, 0), Slicer("down", 1, 0)),
    (Slicer("up", 7, 0), Slicer("down", 3, 0), Latency("up", 0.02), Bandwidth("down", 100_000)),
]


def named(toxics):
    return "+".join(f"{type(toxic).__name__}-{toxic.direction}" for toxic in toxics)


@pytest.mark.parametrize("toxics", HARMLESS, ids=named)
def test_a_slow_line_and_one_that_slices_are_waited_for(business, proxy, toxics):
    business.accept(8)
    proxy.spoil(*toxics)
    business.settle(proxy.url)
    assert set(proxy.statuses) <= {200, 404}
    business.check()


SILENT = [
    (Timeout("up", 0.1),),
    (Timeout("down", 0.1),),
    (HalfOpen("up", 0),),
    (HalfOpen("up", 700),),
    (HalfOpen("down", 0),),
    (HalfOpen("down", 300),),
    (Latency("down", 1.0),),
    (Bandwidth("down", 100),),
]
"""What is longer than a terminal's patience, which these tests shorten from half a minute to a fraction of a second."""


@pytest.mark.parametrize("toxics", SILENT, ids=named)
def test_a_line_that_falls_silent_is_given_up_and_everything_is_sent_again(business, proxy, toxics):
    business.accept(8)
    proxy.spoil(*toxics)
    summary = business.sync_in_trouble(proxy.url, patience=0.25)
    assert not summary.complete
    business.check_rows(summary)
    business.accept()
    proxy.heal()
    business.settle(proxy.url)
    assert set(proxy.statuses) <= {200, 404}
    business.check()


def test_a_line_that_is_reset_at_once_for_long_costs_nothing_but_time(business, proxy):
    for times in range(1, 6):
        business.accept(2)
        proxy.spoil(Cut("up", 0, "rst", stays=True))
        summary = business.sync_in_trouble(proxy.url)
        assert summary.backlog.pending == 2 * times, "every act still waits"
    proxy.heal()
    business.settle(proxy.url)
    business.check()


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_backlog_of_several_uploads_survives_a_cut_in_each_part_of_it(business, proxy, direction):
    business.accept(230)
    whole = {"up": 130_000, "down": 5_000}[direction]
    for part in range(8):
        proxy.spoil(Cut(direction, whole * part // 8, ("fin", "rst")[part % 2]))
        business.sync_in_trouble(proxy.url)
    proxy.heal()
    business.settle(proxy.url)
    business.check()
