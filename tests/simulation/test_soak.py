"""Night after night, each from the next seed, for as long as `make soak SECONDS=… SEED=…` says."""

from __future__ import annotations

import time

import pytest
from night.whole import NightFailedError

from tests.soak_record import record

SESSIONS = 500


@pytest.mark.soak
def test_nights_follow_one_another_and_none_breaks_a_promise(play_night, soak_seconds, soak_seed):
    begun = time.monotonic()
    nights, sessions, failures = 0, 0, []
    while nights == 0 or time.monotonic() - begun < soak_seconds:
        try:
            sessions += play_night(soak_seed + nights, sessions=SESSIONS).sessions
        except NightFailedError as failure:
            failures.append(str(failure))
        nights += 1
    row = {
        "name": "simulated nights",
        "seed": soak_seed,
        "nights": nights,
        "sessions": sessions,
        "seconds": round(time.monotonic() - begun, 1),
        "failures": [failure.splitlines()[0] for failure in failures],
    }
    record(row)
    assert not failures, "\n\n".join(failures)
