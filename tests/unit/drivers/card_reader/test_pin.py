"""The PIN: asked for, sent once, overwritten."""

import pytest

from drivers.card_reader import pin
from drivers.card_reader.pin import PinLocked, PinNotSet, PinTries, PinVerified, PinWrong, pin_tries, verify_pin
from drivers.errors import CardBlocked, CardGone, ProtocolError, Refused
from drivers.lanes import Done
from drivers.operation import Exchange, PowerOn, SecretExchange, Slot
from drivers.pin_buffer import PinBuffer


def entered(digits):
    buffer = PinBuffer()
    for digit in digits:
        buffer.press(int(digit))
    return buffer.hand_over()


def powered(bench):
    def operation():
        yield PowerOn(Slot.USER)

    bench.run(operation())
    return bench


@pytest.mark.parametrize(("digits", "command"), pin.VECTORS)
def test_a_pin_becomes_the_sheets_command(new_bench, new_card, digits, command):
    bench = powered(new_bench(new_card(pin=digits)))
    assert bench.run(verify_pin(entered(digits))) == Done(PinVerified())
    assert bench.user.seen == ["0020000000", command]


def test_the_tries_left_are_asked_for_and_cost_none(new_bench, new_card):
    bench = powered(new_bench(new_card(tries=3)))
    assert [bench.run(pin_tries()).value for _ in range(5)] == [PinTries(3)] * 5


def test_a_wrong_pin_tells_the_new_number_and_the_last_one_locks(new_bench, new_card):
    bench = powered(new_bench(new_card(tries=2)))
    assert bench.run(verify_pin(entered("000000"))).value == PinWrong(1)
    assert bench.run(verify_pin(entered("000000"))).value == PinLocked()
    sent = len(bench.user.seen)
    assert bench.run(verify_pin(entered("123456"))).value == PinLocked()
    assert bench.run(pin_tries()).value == PinLocked()
    assert all(command == "0020000000" for command in bench.user.seen[sent:])


def test_no_pin_is_sent_to_a_card_that_has_none(new_bench, new_card):
    bench = powered(new_bench(new_card(pin=None)))
    assert bench.run(pin_tries()).value == PinNotSet()
    assert bench.run(verify_pin(entered("123456"))).value == PinNotSet()
    assert bench.user.seen == ["0020000000"] * 2


@pytest.mark.parametrize("answer", ["6C06", "6106", "6700", "6581", "9F00", "6A88"])
def test_whatever_the_card_answers_a_pin_is_sent_exactly_once(new_bench, new_card, answer):
    bench = powered(new_bench(new_card(answers={"0020000003": answer})))
    outcome = bench.run(verify_pin(entered("123456")))
    assert type(outcome.error) is Refused
    assert outcome.error.facts["sw"] == answer
    assert bench.user.seen == ["0020000000", "0020000003123456"]


def test_a_blocked_card_and_a_broken_answer_have_their_own_names(new_bench, new_card):
    bench = powered(new_bench(new_card(answers={"0020": "6A81"})))
    assert type(bench.run(verify_pin(entered("123456"))).error) is CardBlocked
    bench = powered(new_bench(new_card(answers={"0020": "63"})))
    assert type(bench.run(pin_tries()).error) is ProtocolError


@pytest.mark.parametrize("place", [0, 1])
def test_a_card_pulled_at_the_pin_leaves_the_handle_empty(new_bench, new_card, place):
    bench = powered(new_bench(new_card(fail_at=place)))
    handle = entered("123456")
    assert type(bench.run(verify_pin(handle)).error) is CardGone
    assert handle.count == 0


def test_the_command_is_built_when_it_is_sent_and_the_digits_are_gone_from_the_handle():
    handle = entered("123456")
    operation = verify_pin(handle)
    assert isinstance(next(operation), Exchange)
    request = operation.send(b"\x63\xc6")
    assert isinstance(request, SecretExchange)
    assert handle.count == 6
    assert request.make() == bytes.fromhex("0020000003123456")
    assert handle.count == 0
    with pytest.raises(RuntimeError):
        request.make()


def test_an_operation_that_is_dropped_before_it_starts_takes_its_digits_with_it():
    handle = entered("123456")
    digits = handle._digits
    operation = verify_pin(handle)
    del handle
    operation.close()
    del operation
    assert bytes(digits) == bytes(len(digits))
