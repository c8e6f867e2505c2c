"""A person types a PIN: both ways, every end, and everything that must never become a digit."""

import inspect
import random
from typing import get_args

import pytest

from drivers.errors import Cancelled, DeviceError, LinkLost, ProtocolError, Refused, Timeout
from drivers.lanes import Done, Failed
from drivers.pin_buffer import PinHandle
from drivers.pin_pad.entry import (
    BankPinEntered,
    BankPinResult,
    CardPinEntered,
    CardPinResult,
    ClearKey,
    ClearPin,
    EntryCancelled,
    EntryTimedOut,
    EntryTooShort,
    KeyPair,
    NoEntry,
    digits_in,
    enter_bank_pin,
    enter_card_pin,
)
from drivers.pin_pad.faults import PinPadKeysInvalid, PinPadModeWrong, PinPadSelfTestFailed
from drivers.pin_pad.frames import Answer, KeyByte
from drivers.pin_pad.pad import PinPad
from drivers.pin_pad.pin_block import Account, EncryptedPinBlock

ACCOUNT = Account.of_card("6210980000000000013")
KEYS = KeyPair(0, 2)
ON, OFF = (0x45, b"\x02"), (0x45, b"\x01")


def card_pin(driver, seconds=30.0, **how):
    return enter_card_pin(driver, ClearPin.SOCIAL_SECURITY_CARD, seconds, **how)


def bank_pin(driver, seconds=20.0, **how):
    return enter_bank_pin(driver, ACCOUNT, KEYS, seconds, **how)


def typed(result):
    assert isinstance(result, CardPinEntered)
    return bytes(result.handle.open())


# --- the card's PIN, in clear ---


def test_a_card_pin_goes_into_a_handle_and_the_keypad_is_off_afterwards(driver, run, pad):
    pad.type(b"123456\r")
    assert typed(run(card_pin(driver))) == bytes((1, 2, 3, 4, 5, 6))
    assert pad.commands() == [OFF, ON, OFF]


def test_progress_tells_the_count_and_nothing_else(driver, run, pad):
    pad.type(b"47\x0811905\r")
    run(card_pin(driver))
    assert [digits_in(step) for step in run.steps] == [0, 1, 2, 0, 1, 2, 3, 4, 5]
    assert set(run.steps) == {f"digits-{n}" for n in range(6)}


@pytest.mark.parametrize("step", ["power", "digits-", "digits-x", "digits--1", "digits-²"])
def test_another_operations_step_is_no_count(step):
    assert digits_in(step) is None


def test_nothing_of_a_card_pin_is_shown(driver, run, pad):
    pad.type(b"123456\r")
    assert repr(run(card_pin(driver))) == "CardPinEntered()"


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (b"1234\x1b", EntryCancelled()),
        (b"\x1b", EntryCancelled()),
        (b"1234\x00", EntryTimedOut()),
        (b"1234", EntryTimedOut()),
        (b"", EntryTimedOut()),
        (b"123\r", EntryTooShort(3)),
        (b"\r", EntryTooShort(0)),
        (b"123456\x08\r", EntryTooShort(0)),
    ],
)
def test_every_other_end_keeps_no_digit_and_switches_the_keypad_off(driver, run, pad, keys, result):
    pad.type(keys)
    assert run(card_pin(driver, 10.0)) == result
    assert pad.commands()[-1] == OFF


def test_clear_takes_everything_back_or_one_key_as_the_terminal_wishes(driver, run, pad):
    pad.type(b"9999\x081234\r")
    assert typed(run(card_pin(driver))) == bytes((1, 2, 3, 4))
    pad.type(b"99995\x08\x0812\r")
    assert typed(run(card_pin(driver, clear=ClearKey.LAST))) == bytes((9, 9, 9, 1, 2))


def test_digits_beyond_the_longest_pin_are_not_taken(driver, run, pad):
    pad.type(b"1234567890123456\r", every=0.1)
    assert typed(run(card_pin(driver, longest=6))) == bytes((1, 2, 3, 4, 5, 6))
    pad.type(b"1234567890123456\r", every=0.1)
    assert len(typed(run(card_pin(driver, longest=99)))) == 12


def test_keys_that_come_in_one_breath_with_the_answer_are_not_lost(driver, run, pad, frame):
    pad.next[0x45] = [[(0.02, frame(0x04))], [(0.02, frame(0x04) + b"1234\r")]]
    assert typed(run(card_pin(driver))) == bytes((1, 2, 3, 4))


def test_a_pin_that_may_not_be_typed_in_clear_is_refused_before_anything_is_sent(driver, pad):
    for purpose in ("bank", None, KEYS):
        with pytest.raises(TypeError):
            enter_card_pin(driver, purpose, 30.0)
    assert [purpose.name for purpose in ClearPin] == ["SOCIAL_SECURITY_CARD"]
    assert pad.seen == []


def test_a_longest_pin_that_is_none_is_a_mistake(driver):
    with pytest.raises(ValueError, match="at least 4"):
        card_pin(driver, longest=3)


def test_stars_during_a_card_pin_mean_the_wrong_mode(driver, run, pad):
    pad.type(b"12*4\r")
    with pytest.raises(PinPadModeWrong) as wrong:
        run(card_pin(driver))
    assert wrong.value.facts == {"wanted": "plain"}
    assert pad.seen[-1] == OFF


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (b"\x7f", ProtocolError),
        (b"\x03", ProtocolError),
        (b"\x02010406\x03", ProtocolError),
        (b"\x0201", ProtocolError),
        (b"\x02010405\x03", ProtocolError),
        (b"\x020115\x0314\x03", ProtocolError),
        (b"\x0201F2F3\x03", PinPadSelfTestFailed),
        (b"\x02011514\x03", Refused),
    ],
)
def test_what_cannot_be_trusted_ends_the_entry_and_is_no_digit(driver, run, pad, damage, error):
    pad.keys = [(0.2, b"12"), (0.4, damage), (0.6, b"3456"), (5.0, b"\r")]
    with pytest.raises(error):
        run(card_pin(driver))
    assert pad.seen[-1] == OFF


def test_the_pads_own_time_out_frame_is_a_time_out(driver, run, pad, frame):
    pad.keys = [(0.2, b"12"), (0.4, frame(0x80))]
    assert run(card_pin(driver)) == EntryTimedOut()


def test_keys_after_an_entry_do_not_begin_the_next_one(driver, run, pad, link):
    pad.type(b"1111\r")
    run(card_pin(driver))
    link.arrive(b"99")
    pad.type(b"1234\r")
    assert typed(run(card_pin(driver))) == bytes((1, 2, 3, 4))


def test_a_cancelled_entry_forgets_the_digits_and_switches_the_keypad_off(driver, scheduler, run, pad):
    pad.type(b"123456")
    outcomes = []
    ticket = run.lane.submit(card_pin(driver), outcomes.append, deadline=60.0)
    scheduler.call_at(1.5, ticket.cancel)
    scheduler.run_until_idle()
    (outcome,) = outcomes
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Cancelled)
    assert pad.seen[-1] == OFF
    pad.type(b"4321\r")
    assert typed(run(card_pin(driver))) == bytes((4, 3, 2, 1))


def test_the_lanes_deadline_ends_an_entry_and_switches_the_keypad_off(driver, run, pad):
    pad.type(b"12")
    with pytest.raises(Timeout) as over:
        run(card_pin(driver), deadline=3.0)
    assert over.value.facts == {}
    assert pad.seen[-1] == OFF


def test_an_unplugged_pad_ends_an_entry_as_a_lost_link(driver, run, pad, link, scheduler):
    pad.type(b"123456\r")
    scheduler.call_at(1.5, link.unplug)
    with pytest.raises(LinkLost):
        run(card_pin(driver))


def test_the_digits_are_overwritten_when_an_entry_is_thrown_away(driver, run, pad, scheduler):
    pad.type(b"1234")
    operation = card_pin(driver)
    run.lane.submit(operation, [].append, deadline=60.0)
    scheduler.run_until(3.0)
    buffer = operation.gi_frame.f_locals["buffer"]
    assert buffer.count == 4
    assert any(buffer._digits)
    operation.close()
    assert buffer.count == 0
    assert not any(buffer._digits)


# --- a bank's PIN, encrypted ---


def test_a_bank_pin_comes_out_as_ciphertext_only(driver, run, pad):
    pad.type(b"******\r")
    assert run(bank_pin(driver)) == BankPinEntered(EncryptedPinBlock(b"\xb1" * 8), 6)
    assert [digits_in(step) for step in run.steps] == [0, 1, 2, 3, 4, 5, 6]
    assert pad.commands() == [
        OFF,
        (0x46, b"\x00\x30"),
        (0x43, b"\x00\x02"),
        (0x34, b"000000000001"),
        (0x35, b"\x06\x01\x01\x00\x14"),
        (0x42, b""),
        OFF,
    ]


def test_digits_during_a_bank_pin_end_it_and_are_not_in_the_error(driver, run, pad):
    pad.type(b"*5**\r")
    with pytest.raises(PinPadModeWrong) as wrong:
        run(bank_pin(driver))
    assert wrong.value.facts == {"wanted": "encrypted"}
    assert (0x42, b"") not in pad.seen
    assert pad.seen[-1] == OFF


def test_the_results_of_the_two_ways_have_nothing_in_common(driver, run, pad):
    pad.type(b"****\r")
    bank = run(bank_pin(driver))
    pad.type(b"1234\r")
    card = run(card_pin(driver))
    assert not isinstance(bank, CardPinEntered)
    assert not isinstance(bank.block, PinHandle)
    assert not isinstance(card, BankPinEntered)


def test_the_two_ways_share_nothing_but_that_nobody_entered_a_pin():
    assert set(get_args(CardPinResult)) & set(get_args(BankPinResult)) == set(get_args(NoEntry))
    card, bank = (set(inspect.signature(way).parameters) for way in (enter_card_pin, enter_bank_pin))
    assert card & bank == {"pad", "seconds", "clear"}


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (b"***\x1b", EntryCancelled()),
        (b"****\x00", EntryTimedOut()),
        (b"****", EntryTimedOut()),
        (b"***\r", EntryTooShort(3)),
        (b"****\x08*\r", EntryTooShort(1)),
    ],
)
def test_a_bank_pin_that_was_not_entered_gives_no_block(driver, run, pad, keys, result):
    pad.type(keys)
    assert run(bank_pin(driver)) == result
    assert (0x42, b"") not in pad.seen
    assert pad.seen[-1] == OFF


def test_the_count_follows_a_pad_whose_clear_takes_back_one_key(driver, run, pad):
    pad.type(b"*****\x08*\r")
    assert run(bank_pin(driver, clear=ClearKey.LAST)) == BankPinEntered(EncryptedPinBlock(b"\xb1" * 8), 5)


def test_a_pad_that_ends_by_itself_at_the_last_digit_is_understood(driver, run, pad):
    pad.type(b"******")
    assert run(bank_pin(driver, full_is_entered=True)) == BankPinEntered(EncryptedPinBlock(b"\xb1" * 8), 6)


@pytest.mark.parametrize("code", [0x43, 0x34, 0x35, 0x42])
def test_a_tampered_pad_takes_no_bank_pin_and_is_switched_off(driver, run, pad, frame, code):
    pad.usual[code] = [(0.02, frame(0xB5))]
    pad.type(b"****\r")
    with pytest.raises(PinPadKeysInvalid):
        run(bank_pin(driver))
    assert pad.seen[-1] == OFF


def test_a_tampered_pad_still_takes_a_card_pin(driver, run, pad, frame):
    pad.usual[0x45] = [(0.02, frame(0xA4))]
    pad.type(b"1234\r")
    assert typed(run(card_pin(driver))) == bytes((1, 2, 3, 4))


@pytest.mark.parametrize("size", [0, 7, 9, 16])
def test_a_pin_block_of_another_size_is_not_taken(driver, run, pad, frame, size):
    pad.usual[0x42] = [(0.02, frame(0x04, bytes(size)))]
    pad.type(b"****\r")
    with pytest.raises(Timeout) as silence:
        run(bank_pin(driver))
    assert silence.value.facts == {"command": "fetch PIN block", "discarded": 1}


def test_what_an_entry_holds_shows_no_digit():
    shown = f"{KeyByte(0x35)!r} {Answer(4, b'5555')!r} {ACCOUNT!r} {EncryptedPinBlock(b'5')!r}"
    assert "5" not in shown


def test_a_thousand_damaged_entries_give_the_typed_pin_or_one_of_our_errors(scheduler, run, pad, link):
    chance = random.Random(3501)
    outcomes = []
    for _ in range(1000):
        keys = bytearray(b"2580\r")
        if chance.random() < 0.5:
            at = chance.randrange(len(keys) + 1)
            keys[at:at] = chance.choice(
                (b"\x02", b"\x03", b"\xff", b"\x0201", b"\x02010405\x03", b"\x7f", b"*", b"\x02")
            )
        pad.keys = [(0.1 * (n + 1), bytes([key])) for n, key in enumerate(keys)]
        if chance.random() < 0.2:
            pad.next[0x45] = [[(0.02, b"\x02010405\x03")], [(chance.uniform(0, 2), chance.randbytes(6))]]
        run.lane.submit(card_pin(PinPad(scheduler.now), 5.0), outcomes.append, deadline=60.0)
        scheduler.run_until_idle()
    assert len(outcomes) == 1000
    entered = [o.value for o in outcomes if isinstance(o, Done) and isinstance(o.value, CardPinEntered)]
    assert len(entered) > 300
    assert {typed(value) for value in entered} == {bytes((2, 5, 8, 0))}
    assert all(isinstance(o.error, DeviceError) for o in outcomes if isinstance(o, Failed))
    assert sum(isinstance(o, Failed) for o in outcomes) > 100
