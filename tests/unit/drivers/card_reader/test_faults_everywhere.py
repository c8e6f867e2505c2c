"""The whole session with one fault at each single command: it ends in our own errors, powered off, and stays ended."""

import random

import pytest

from drivers.card_reader.card_number import is_card_number
from drivers.card_reader.pin import verify_pin
from drivers.errors import (
    Cancelled,
    CardBlocked,
    CardGone,
    CardMalformed,
    DeviceError,
    NotGenuine,
    ProtocolError,
    Refused,
    Timeout,
)
from drivers.lanes import Done, Failed
from drivers.pin_buffer import PinBuffer

CARD_COMMANDS = 19
"""Of ``read_card``."""

PIN_COMMANDS = 2
PSAM_COMMANDS = 9


def _session(read):
    """Read the card, then prove the PIN."""
    buffer = PinBuffer()
    for digit in (1, 2, 3, 4, 5, 6):
        buffer.press(digit)
    facts = yield from read()
    result = yield from verify_pin(buffer.hand_over())
    return facts, result


def _ends_well(bench, outcome):
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, DeviceError)
    assert outcome.error.__traceback__ is None


def test_the_session_has_as_many_commands_as_these_tests_break(new_bench, read):
    bench = new_bench()
    assert isinstance(bench.run(_session(read)), Done)
    assert (len(bench.user.seen), len(bench.sam.seen)) == (CARD_COMMANDS + PIN_COMMANDS, PSAM_COMMANDS)


@pytest.mark.parametrize("manner", ["at once", "by 61xx"])
def test_a_broken_wire_at_any_command_ends_the_session_there_with_no_further_command(new_bench, new_card, read, manner):
    whole = new_bench(new_card(manner=manner))
    assert isinstance(whole.run(_session(read)), Done)
    for place in range(len(whole.user.seen)):
        bench = new_bench(new_card(manner=manner, fail_at=place))
        outcome = bench.run(_session(read))
        _ends_well(bench, outcome)
        assert type(outcome.error) is CardGone
        assert len(bench.user.seen) == place + 1
        assert not bench.user.powered
        assert not bench.sam.powered


def test_a_broken_wire_to_the_psam_at_any_command_ends_the_session(new_bench, new_psam, read):
    for place in range(PSAM_COMMANDS):
        bench = new_bench(sam=new_psam(fail_at=place))
        outcome = bench.run(_session(read))
        _ends_well(bench, outcome)
        assert type(outcome.error) is CardGone
        assert outcome.error.facts == {"slot": "sam"}
        assert len(bench.sam.seen) == place + 1
        assert not bench.user.powered


@pytest.mark.parametrize("sw", ["6A81", "6982", "6700", "6F00", "6581", "9303", "63C1", "6C01", "6101", "0000", "FFFF"])
def test_a_wrong_status_word_at_any_command_of_either_card_is_one_of_our_errors(
    new_bench, new_card, new_psam, read, sw
):
    def instead(answer):
        return bytes.fromhex(sw)

    for place in range(CARD_COMMANDS + PIN_COMMANDS):
        bench = new_bench(new_card(change_at=(place, instead)))
        outcome = bench.run(_session(read))
        if isinstance(outcome, Done):
            # A 61xx or 6Cxx that was put right; and the PIN's own answers, which are results.
            assert sw in ("6C01", "63C1", "6101") or place >= CARD_COMMANDS, place
            continue
        _ends_well(bench, outcome)
        if sw in ("6A81", "9303") and place < CARD_COMMANDS:
            assert type(outcome.error) is CardBlocked, place
    for place in range(PSAM_COMMANDS):
        outcome = new_bench(sam=new_psam(change_at=(place, instead))).run(_session(read))
        assert isinstance(outcome, Done) or isinstance(outcome.error, DeviceError)


def test_an_answer_cut_off_at_any_byte_of_any_command_is_never_taken_for_the_whole(new_bench, new_card, read):
    whole = new_bench().run(read()).value
    for place in range(CARD_COMMANDS):
        for length in range(20):
            bench = new_bench(
                new_card(change_at=(place, lambda answer, length=length: answer[: min(length, len(answer) - 1)]))
            )
            outcome = bench.run(read())
            if isinstance(outcome, Done):
                assert outcome.value == whole
            else:
                _ends_well(bench, outcome)
                if length < 2:
                    assert type(outcome.error) is ProtocolError


def test_garbled_answers_anywhere_end_in_our_own_errors_or_in_facts_that_pass_every_check(new_bench, new_card, read):
    chance = random.Random("garbled sessions")
    ended = set()
    for _ in range(1_000):

        def garble(answer):
            data = bytearray(answer)
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            if chance.random() < 0.3:
                del data[chance.randrange(len(data)) :]
            return bytes(data)

        outcome = new_bench(new_card(change_at=(chance.randrange(CARD_COMMANDS), garble))).run(read())
        if isinstance(outcome, Done):
            # One bit of a name is beyond any check here; what has a check holds it.
            assert outcome.value.genuine
            assert is_card_number(outcome.value.issuer.number)
        else:
            assert isinstance(outcome.error, DeviceError)
            ended.add(type(outcome.error))
    assert {CardMalformed, NotGenuine, ProtocolError, Refused} <= ended


def test_a_cancel_at_any_moment_takes_the_power_off_and_says_cancelled(new_bench, new_card, new_psam, read):
    for moment in range(CARD_COMMANDS + PSAM_COMMANDS):
        bench = new_bench(new_card(delay=1.0), new_psam(delay=1.0))
        outcomes = []
        ticket = bench.lane.submit(read(), outcomes.append, deadline=60.0)
        bench.scheduler.run_until(moment + 0.5)
        assert outcomes == []
        ticket.cancel()
        ticket.cancel()
        bench.scheduler.run_until_idle()
        (outcome,) = outcomes
        assert type(outcome.error) is Cancelled
        assert not bench.user.powered
        assert not bench.sam.powered
        assert len(bench.user.seen) + len(bench.sam.seen) == moment + 1


def test_a_session_that_takes_too_long_is_timed_out_and_powered_off(new_bench, new_card, read):
    bench = new_bench(new_card(delay=5.0))
    outcomes = []
    bench.lane.submit(read(), outcomes.append, deadline=12.0)
    bench.scheduler.run_until_idle()
    assert type(outcomes[0].error) is Timeout
    assert bench.scheduler.now() == 12.0
    assert not bench.user.powered
