"""The cut after octet N of request and of answer: wherever the line broke, each act is processed exactly once."""

from __future__ import annotations

import itertools

import pytest

from tests.violence.network.toxic_proxy import Cut

PARTS = 40
"""An ordinary run is cut at every fortieth of its octets, in both directions."""


def traffic(business, proxy):
    """The octets of an undisturbed pass that brings one act, up and down."""
    business.accept()
    proxy.spoil()
    business.settle(proxy.url)
    business.accept()
    proxy.spoil()
    business.sync(proxy.url)
    passed = dict(proxy.passed)
    business.settle(proxy.url)
    return passed


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_line_that_breaks_after_any_fortieth_of_a_run_loses_and_doubles_nothing(business, proxy, direction):
    whole = traffic(business, proxy)[direction]
    kinds = itertools.cycle((("fin", False), ("rst", True), ("fin", True), ("rst", False)))
    for part, (how, stays) in zip(range(PARTS), kinds, strict=False):
        business.accept()
        proxy.spoil(Cut(direction, whole * part // PARTS, how, stays))
        broken = business.sync_in_trouble(proxy.url)
        assert not broken.complete, f"the cut after {whole * part // PARTS} octets was not felt"
        assert set(proxy.statuses) <= {200, 404}
        proxy.heal()
        business.settle(proxy.url)
        assert set(proxy.statuses) <= {200, 404}, "there is no snapshot; nothing else is refused, nothing fails"
    business.check()
