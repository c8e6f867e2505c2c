"""Twenty thousand damaged inputs for every codec on both sides: nothing hangs, grows or raises what is not its own."""

import pytest
from fuzzing.driver_codecs import DRIVER_CODECS
from fuzzing.run import Codec, fuzz
from fuzzing.sim_codecs import SIM_CODECS

INPUTS = 20_000
SEED = 20261122
CODECS = (*DRIVER_CODECS, *SIM_CODECS)


@pytest.mark.parametrize("codec", [codec for codec in CODECS if not codec.elsewhere], ids=lambda codec: codec.name)
def test_damaged_inputs_end_in_a_value_or_the_codecs_own_refusal(codec: Codec) -> None:
    figures = fuzz(codec, SEED, INPUTS)
    assert not figures.failures, "\n".join(figures.failures)
    assert figures.inputs == INPUTS
    assert 0 < figures.refused <= INPUTS


def _counts_for_ever(data: bytes) -> None:
    for byte in range(30_000 + 700 * len(data)):
        abs(byte)


BROKEN = {
    "another error": (lambda data: {}[data], "KeyError"),
    "too much work": (_counts_for_ever, "calls for"),
    "too much memory": (lambda data: bytearray((8 << 20) + 300 * len(data)), "bytes for"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_codec_that_breaks_its_promise_is_caught_with_the_input_that_did_it(broken: str) -> None:
    read, told = BROKEN[broken]
    figures = fuzz(Codec(broken, (b"sample",), read), SEED, 400)
    assert figures.failures
    assert told in figures.failures[0]
    assert " for " in figures.failures[0]
