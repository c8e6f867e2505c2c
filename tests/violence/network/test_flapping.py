"""The sync process itself on a line that changes its mind all the time, while people are served."""

from __future__ import annotations

import subprocess
import sys
import time
from random import Random

import pytest

from sync.poke import poke
from tests.soak_record import record
from tests.violence.network.toxic_proxy import Bandwidth, Cut, Latency, Slicer, SlowClose, Timeout, Toxic
from tests.wire.sync_gateway.conftest import ROOT

RUN = """
import sys
from pathlib import Path
from offline_store.keys import KeyFiles
from sync.process import run
data = Path(sys.argv[1])
run(data, keys=KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None), gateway_url=sys.argv[2])
"""


def weather(chance: Random) -> tuple[Toxic, ...]:
    """What the line does for the next moment; one time in four it is well."""
    up_or_down = chance.choice(("up", "down"))
    return chance.choice(
        (
            (),
            (Latency(up_or_down, chance.random() / 5),),
            (Bandwidth(up_or_down, chance.randrange(2_000, 50_000)),),
            (Slicer("up", chance.randrange(1, 40), 0), Slicer("down", chance.randrange(1, 40), 0)),
            (SlowClose(up_or_down, chance.random() / 5),),
            (Timeout(up_or_down, chance.random() / 5),),
            (Cut(up_or_down, chance.randrange(3000), chance.choice(("fin", "rst"))),),
            (Cut(up_or_down, chance.randrange(3000), chance.choice(("fin", "rst")), stays=True),),
        )
    )


def storm(business, proxy, chance, *, seconds, acts=10**9):
    """The loop runs, people come, the line flaps; answers the number of changes of weather."""
    command = [sys.executable, "-c", RUN, str(business.terminal.data), proxy.url]
    log = business.terminal.data.parent / "loop.txt"
    with log.open("ab") as errors:
        loop = subprocess.Popen(command, cwd=ROOT, stderr=errors)
    changes, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            proxy.spoil(*weather(chance))
            changes += 1
            if len(business.expected) < acts:
                business.accept(chance.randrange(3))
            poke(business.terminal.data)
            time.sleep(chance.random() / 3)
            assert loop.poll() is None, log.read_text()
        proxy.heal()
    finally:
        loop.terminate()
        ended = loop.wait(60)
    assert ended == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert '"outcome": "stopped"' not in said
    assert set(proxy.statuses) <= {200, 202, 404}
    business.settle(proxy.url)
    business.check()
    return changes


def test_a_line_that_flaps_under_the_running_process_loses_and_doubles_nothing(business, proxy):
    assert storm(business, proxy, Random(20261122), seconds=8) > 5
    assert business.expected


@pytest.mark.soak
def test_a_line_that_flaps_for_as_long_as_one_likes_loses_and_doubles_nothing(business, proxy, soak_seconds, soak_seed):
    chance, changes, begun = Random(soak_seed), 0, time.monotonic()
    before = len(business.expected)
    while changes == 0 or time.monotonic() - begun < soak_seconds:
        changes += storm(business, proxy, chance, seconds=min(60.0, max(soak_seconds, 5.0)))
    record(
        {"name": "violence.network.flapping", "seed": soak_seed, "changes": changes,
         "acts": len(business.expected) - before, "seconds": round(time.monotonic() - begun), "lost": 0, "doubled": 0}
    )  # fmt: skip
