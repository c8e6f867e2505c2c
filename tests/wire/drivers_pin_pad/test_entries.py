"""Both ways to type a PIN, with a person's fingers on the simulated keys and the keys that were really loaded."""

import re
from typing import Any

import pytest

from drivers.pin_pad.commands import Cipher
from drivers.pin_pad.entry import (
    BankPinEntered,
    CardPinEntered,
    EntryCancelled,
    EntryTimedOut,
    EntryTooShort,
    KeyPair,
    digits_in,
    enter_bank_pin,
)
from drivers.pin_pad.faults import PinPadKeysInvalid, PinPadModeWrong
from hardware_sim.pin_pad.pad import Keypad


def digits_of(result: Any) -> str:
    assert isinstance(result, CardPinEntered), result
    return "".join(map(str, result.handle.open()))


@pytest.mark.parametrize("pin", ["0000", "123456", "987654321098"])
def test_a_card_pin_is_what_the_fingers_typed(bench: Any, pin: str) -> None:
    result, steps = bench.typing(bench.card_pin(), pin, "enter")
    assert digits_of(result) == pin
    assert [digits_in(step) for step in steps] == list(range(len(pin) + 1))
    assert bench.keypad() is Keypad.OFF


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("cancel",), EntryCancelled()),
        (("12", "cancel"), EntryCancelled()),
        (("123", "enter"), EntryTooShort(3)),
        (("enter",), EntryTooShort(0)),
        (("123456", "clear", "enter"), EntryTooShort(0)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("bank", [False, True], ids=["card PIN", "bank PIN"])
def test_an_entry_that_is_none_says_which_and_the_keys_are_off(
    bench: Any, keys: tuple[str, ...], expected: Any, bank: bool
) -> None:
    bench.load_keys()
    result, _ = bench.typing(bench.bank_pin() if bank else bench.card_pin(), *keys)
    assert result == expected
    assert bench.keypad() is Keypad.OFF
    assert bench.wire.look(lambda pad: pad.entry) is None


def test_clear_takes_everything_back_and_typing_goes_on(bench: Any) -> None:
    result, steps = bench.typing(bench.card_pin(), "1234", "clear", "567890", "enter")
    assert digits_of(result) == "567890"
    assert [digits_in(step) for step in steps] == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6]


def test_digits_beyond_the_longest_are_not_taken(bench: Any) -> None:
    result, _ = bench.typing(bench.card_pin(longest=6), "12345678", "enter")
    assert digits_of(result) == "123456"


@pytest.mark.parametrize("bank", [False, True], ids=["card PIN", "bank PIN"])
def test_nobody_types_and_the_time_is_over(bench: Any, bank: bool) -> None:
    bench.load_keys()
    result, _ = bench.typing(bench.bank_pin(1.0) if bank else bench.card_pin(1.0), "12")
    assert result == EntryTimedOut()
    assert bench.keypad() is Keypad.OFF


def test_keys_pressed_before_anybody_asked_are_no_part_of_the_pin(bench: Any) -> None:
    bench.press("9999")
    result, _ = bench.typing(bench.card_pin(), "1234", "enter")
    assert digits_of(result) == "1234"


@pytest.mark.parametrize(("pin", "block"), [("1234", "041234FFFFFFFFFE"), ("123456", "06123456FFFFFFFE")])
def test_a_bank_pin_leaves_the_pad_as_a_format_0_block_under_the_loaded_key(
    bench: Any, des: Any, pin: str, block: str
) -> None:
    bench.load_keys()
    result, steps = bench.typing(bench.bank_pin(length=12), pin, "enter")
    assert isinstance(result, BankPinEntered)
    assert result.count == len(pin)
    assert des(bench.working_key).decrypt(result.block.ciphertext) == bytes.fromhex(block)
    assert des(bytes(16)).decrypt(result.block.ciphertext) != bytes.fromhex(block)
    assert [digits_in(step) for step in steps] == list(range(len(pin) + 1))
    assert bench.keypad() is Keypad.OFF


def test_a_bank_pin_under_a_single_length_key(bench: Any, des: Any) -> None:
    bench.load_keys()
    operation = enter_bank_pin(bench.driver, bench.account, KeyPair(0, 1), 20.0, cipher=Cipher.DES)
    result, _ = bench.typing(operation, "1234", "clear", "123456", "enter")
    assert result.count == 6
    assert des(bench.short_key).decrypt(result.block.ciphertext) == bytes.fromhex("06123456FFFFFFFE")


def test_no_digit_of_a_bank_pin_goes_over_the_line(bench: Any) -> None:
    bench.load_keys()
    bench.typing(bench.bank_pin(), "123456", "enter")
    assert b"******\r" in bench.sent_by_pad
    outside_frames = re.sub(rb"\x02[0-9A-F]*\x03", b"", bytes(bench.sent_by_pad))
    assert outside_frames == b"******\r"


def test_a_bank_pin_without_its_key_does_not_begin(bench: Any) -> None:
    bench.hand(lambda pad: pad.tamper())
    with pytest.raises(PinPadKeysInvalid):
        bench.run(bench.bank_pin())
    assert bench.keypad() is Keypad.OFF


def test_a_case_opened_while_a_bank_pin_is_typed_yields_no_pin(bench: Any) -> None:
    bench.load_keys()
    result, _ = bench.typing(bench.bank_pin(1.0), "123", lambda: bench.hand(lambda pad: pad.tamper()), "456", "enter")
    assert result == EntryTimedOut()
    assert bench.wire.look(lambda pad: pad.typed) == 0


def test_a_digit_in_clear_during_a_bank_pin_ends_it(bench: Any) -> None:
    bench.load_keys()
    with pytest.raises(PinPadModeWrong):
        bench.typing(bench.bank_pin(), "12", lambda: bench.say(b"3"), "enter")
    bench.run(bench.driver.version())
    assert bench.keypad() is Keypad.OFF
    assert bench.wire.look(lambda pad: pad.entry) is None
