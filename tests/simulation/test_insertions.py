"""Thousands of cards, one after the other, ten in the long run: what is held for one is let go before the next.

Citizens who read and go, who pull at any moment, who put a bank card in or their own upside down. Handles, threads and
memory are counted before, half-way and after.
"""

from __future__ import annotations

import gc
import os
import random
from dataclasses import asdict

import pytest

from kiosk.sessions.state import EnteringPin
from tests.held import Held
from tests.soak_record import record

WARM = 1_000
"""The first ones fill what is kept once: caches, compiled expressions, pages of the journal's database."""

MOST_BYTES_EACH, MOST_BYTES_EACH_OF_FEW = 1024, 3072
"""Growth of the process for one insertion: names of sessions, page cache of an ever longer journal. What was read
from one card, kept by mistake, is ten times as much. Over few insertions an allocator's pool more or less shows."""

LONGEST_READ = 2.5
"""Virtual seconds: somewhere within a card's whole reading."""


def held(hall):
    """By this process, the simulation's own books left out."""
    hall.night.invariants.chain.forget()
    gc.collect()
    return Held.by(os.getpid())


def citizen(hall, chance):
    """One of them, from the card's coming to rest."""
    what = chance.random()
    if what < 0.1:
        hall.insert_bank_card()
    elif what < 0.2:
        hall.insert_upside_down()
    else:
        hall.insert(chance.choice((hall.one, hall.other)))
    if what < 0.6:
        hall.run(chance.uniform(0.0, LONGEST_READ))
    else:
        hall.until(lambda state: isinstance(state.session.phase, EnteringPin))
    hall.night.bench.pull()
    assert hall.comes_to(lambda here: here.at_rest, 60.0), "the hall is not at rest a minute after the card was taken"


def inserted(hall, times, most):
    """So many insertions after the first ones; what was held before and after, and what each left behind."""
    chance = random.Random(20261122)
    for _ in range(WARM):
        citizen(hall, chance)
    before = held(hall)
    counted = []
    for _ in range(2):
        for _ in range((times - WARM) // 2):
            citizen(hall, chance)
            if chance.random() < 0.01:
                hall.night.invariants.chain.forget()
        counted.append(held(hall))
    grown = (counted[-1].resident - before.resident) / (times - WARM)
    # fewer is no leak: what an earlier test of this process let go of may be collected meanwhile
    assert all(each.handles <= before.handles and each.threads <= before.threads for each in counted)
    assert grown < most
    return {"before": asdict(before), "after": asdict(counted[-1]), "bytes_each": round(grown)}


def test_cards_leave_no_handle_no_thread_and_no_memory_behind(still_hall):
    inserted(still_hall(), 3_000, MOST_BYTES_EACH_OF_FEW)


@pytest.mark.soak
def test_ten_thousand_cards_leave_no_handle_no_thread_and_no_memory_behind(still_hall):
    record({"name": "10 000 insertions in virtual time", **inserted(still_hall(), 10_000, MOST_BYTES_EACH)})
