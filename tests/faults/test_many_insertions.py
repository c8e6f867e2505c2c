"""Three hundred cards through the real card service: the terminal and the service hold no more than before."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

import pytest

from tests.held import Held
from tests.soak_record import record

INSERTIONS = 300
WARM = 30
"""The first ones fill what is kept once."""

MOST_GROWTH = 8 << 20
"""Bytes in all: what was read from each card, kept by mistake, would show as much after a day, not after 300; handles
and threads are counted exactly."""


@pytest.mark.soak
def test_three_hundred_cards_through_the_card_service_leave_nothing_behind(hall, capsys):
    begun = time.monotonic()
    who = {"terminal": hall.kiosk.process.pid, "pcscd": hall.devices()["card_reader"]["pcscd"]}
    before = {}
    for number in range(INSERTIONS):
        if number == WARM:
            before = {name: Held.by(pid) for name, pid in who.items()}
        hall.to_pin(("worker", "pensioner", "rare-name")[number % 3])
        hall.leave()
    after = {name: Held.by(pid) for name, pid in who.items()}
    row = {
        "name": "insertions through pcscd",
        "insertions": INSERTIONS,
        "seconds": round(time.monotonic() - begun, 1),
        "before": {name: asdict(held) for name, held in before.items()},
        "after": {name: asdict(held) for name, held in after.items()},
    }
    record(row)
    with capsys.disabled():
        print(f"\n{json.dumps(row)}")
    for name in who:
        assert (after[name].handles, after[name].threads) == (before[name].handles, before[name].threads), name
        assert after[name].resident - before[name].resident < MOST_GROWTH, name
