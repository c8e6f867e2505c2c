"""The cut after octet N of request and of answer: wherever the line broke, each act is processed exactly once."""

from __future__ import annotations

import itertools
import re
import time
from random import Random

import pytest

from tests.soak_record import record
from tests.violence.network.toxic_proxy import Cut

PARTS = 20
"""An ordinary run is cut at every twentieth of its octets, in both directions; the long run everywhere."""

KINDS = itertools.cycle((("fin", False), ("rst", True), ("fin", True), ("rst", False)))


def traffic(business, proxy):
    """The octets of an undisturbed pass that brings one act: how many, and which, up and down."""
    business.accept()
    proxy.spoil()
    business.sync(proxy.url)
    passed, seen = dict(proxy.passed), {direction: bytes(octets) for direction, octets in proxy.seen.items()}
    business.settle(proxy.url)
    return passed, seen


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_line_that_breaks_after_any_twentieth_of_a_run_loses_and_doubles_nothing(business, proxy, direction):
    whole = traffic(business, proxy)[0][direction]
    places = [whole * part // PARTS for part in range(PARTS)]
    assert cut_through(business, proxy, direction, places) == PARTS, "each cut is felt"
    business.check()


def cut_through(business, proxy, direction, places):
    """Cut at each of the places, heal, go on; answers how many cuts were felt."""
    felt = 0
    for place, (how, stays) in zip(places, KINDS, strict=False):
        business.accept()
        proxy.spoil(Cut(direction, place, how, stays))
        felt += not business.sync_in_trouble(proxy.url).complete
        assert set(proxy.statuses) <= {200, 404}
        proxy.heal()
        business.settle(proxy.url)
        assert set(proxy.statuses) <= {200, 404}, "there is no snapshot; nothing else is refused, nothing fails"
    return felt


def headers_and_steps(seen: bytes, step: int) -> list[int]:
    """Every octet of a request's or answer's header, and every so many of what lies between."""
    places = set(range(0, len(seen), step))
    for found in re.finditer(rb"(?:GET |POST |HTTP/1\.1 \d).*?\r\n\r\n", seen, re.DOTALL):
        places |= set(range(found.start(), found.end() + 1))
    return sorted(places)


@pytest.mark.soak
def test_a_line_that_breaks_after_any_octet_of_a_header_loses_and_doubles_nothing(
    business, proxy, soak_seconds, soak_seed
):
    """In an order of chance, so that a short run has been everywhere; a run long enough takes every octet."""
    chance, begun, done, felt, all_places = Random(soak_seed), time.monotonic(), 0, 0, []
    for direction in ("up", "down"):
        seen = traffic(business, proxy)[1][direction]
        all_places += [(direction, place) for place in headers_and_steps(seen, 16)]
    chance.shuffle(all_places)
    for direction, place in all_places:
        if done >= 200 and time.monotonic() - begun > soak_seconds:
            break
        felt += cut_through(business, proxy, direction, [place])
        done += 1
    business.check()
    assert felt > done * 0.9, "a run is not always as long as the one that was measured"
    record(
        {"name": "violence.network.cuts", "seed": soak_seed, "cuts": done, "felt": felt, "places": len(all_places),
         "acts": len(business.expected), "lost": 0, "doubled": 0, "seconds": round(time.monotonic() - begun)}
    )  # fmt: skip
