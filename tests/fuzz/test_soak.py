"""The long run: 200 000 damaged inputs for every codec and thousands of bad lines, then further seeds until time is up.

Two hundred thousand are the promise, however long the machine takes for them.
"""

import time

import pytest
from fuzzing.conversations import CONVERSATIONS, hold
from fuzzing.driver_codecs import DRIVER_CODECS
from fuzzing.run import fuzz
from fuzzing.sim_codecs import SIM_CODECS

from tests.soak_record import record

CODECS = (*DRIVER_CODECS, *SIM_CODECS)
PROMISED, ROUND = 200_000, 20_000
TALKS = 200


@pytest.mark.soak
def test_no_codec_and_no_conversation_breaks_its_promise_however_long_one_tries(soak_seconds, soak_seed):
    begun = time.monotonic()
    inputs, talks = (
        dict.fromkeys((codec.name for codec in (*DRIVER_CODECS, *SIM_CODECS)), 0),
        dict.fromkeys(CONVERSATIONS, 0),
    )
    refused = dict.fromkeys(inputs, 0)
    failures, rounds = [], 0
    while rounds * ROUND < PROMISED or time.monotonic() - begun < soak_seconds:
        for codec in CODECS:
            figures = fuzz(codec, soak_seed + rounds, ROUND)
            inputs[codec.name] += figures.inputs
            refused[codec.name] += figures.refused
            failures += [f"{codec.name}, seed {figures.seed}: {failure}" for failure in figures.failures]
        for name in CONVERSATIONS:
            held = hold(name, soak_seed + rounds, TALKS)
            talks[name] += held.held
            failures += [f"{name}, seed {held.seed}: {failure}" for failure in held.failures]
        rounds += 1
    row = {
        "name": "fuzz",
        "seed": soak_seed,
        "seconds": round(time.monotonic() - begun, 1),
        "inputs": inputs,
        "refused": refused,
        "conversations": talks,
        "failures": failures,
    }
    record(row)
    assert not failures, "\n".join(failures)
