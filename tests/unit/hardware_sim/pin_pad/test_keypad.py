"""The keypad in its modes, time-outs, and the faults a pad can show."""

import random
from collections.abc import Callable

import pytest

from hardware_sim.line_troubles import NOISE, Trouble
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.frames import frame
from hardware_sim.pin_pad.pad import SERIAL, VERSION, PinPad
from hardware_sim.pin_pad.settings import Keypad

Ask = Callable[..., str]
Press = Callable[..., bytes]

FINE, BAD, INVALID, TIME_OUT = "010405", "011514", "01E0E1", "018081"
START = "0635060101001421"


@pytest.fixture
def ready(pad: PinPad, ask: Ask) -> PinPad:
    """With a working key and an account, so that a PIN can be asked for."""
    pad.feed(frame(0x33, bytes(10)) + frame(0x43, bytes(2)) + frame(0x34, b"000000000001"), 0.0)
    return pad


def test_keys_are_dead_until_somebody_asks(press: Press) -> None:
    assert press("123", "enter", "cancel", "clear") == b""


def test_a_plain_keypad_sends_digits_in_clear_and_its_other_keys_as_codes(pad: PinPad, ask: Ask, press: Press) -> None:
    assert ask("02450245") == FINE
    assert press("12", "clear", "90", "enter", "cancel") == b"12\x0890\x0d\x1b"
    assert ask("02450146") == FINE
    assert press("1") == b""
    assert ask("02450344") == FINE
    assert press("7") == b"7"
    assert ask("02450443") == FINE
    assert press("7") == b""
    assert ask("02450542") == BAD
    assert pad.keypad is Keypad.SYSTEM


def test_in_a_pin_entry_no_digit_is_ever_on_the_line(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START)
    assert press("98", "clear", "4711", "enter") == b"**\x08****\r"
    assert ready.entry is not None
    assert ready.entry.value == "entered"
    assert ready.typed == 4


def test_without_echo_not_even_the_number_of_digits_is_told(ready: PinPad, ask: Ask, press: Press) -> None:
    assert ask(frame(0x35, bytes.fromhex("0600010014"))[1:-1].decode()) == FINE
    assert press("1234", "enter") == b"\r"


def test_digits_beyond_the_length_are_not_taken(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START)
    assert press("12345678", "enter") == b"******\r"
    assert ready.typed == 6


def test_a_pin_too_short_is_refused_when_it_is_fetched(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START)
    assert press("12", "enter") == b"**\r"
    assert ask("014243") == BAD


def test_cancel_ends_the_entry_and_wipes_it(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START)
    assert press("12", "cancel", "34", "enter") == b"**\x1b"
    assert ready.typed == 0
    assert ask("014243") == INVALID


def test_an_entry_times_out_by_itself_after_the_last_key(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START, 100.0)
    assert ready.due == 120.0
    assert press("1", now=115.0) == b"*"
    assert ready.due == 135.0
    assert ready.feed(b"", 134.9) == []
    ((_, event),) = ready.feed(b"", 135.0)
    assert event == b"\x00"
    assert ready.due is None
    assert press("2", now=136.0) == b""
    assert ask("014243", 137.0) == TIME_OUT


def test_a_time_out_that_nobody_waited_for_comes_before_the_next_answer(ready: PinPad, ask: Ask) -> None:
    ask(START)
    assert ask("013031", 60.0).startswith("\x00")


def test_after_enter_nothing_times_out(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START)
    press("1234", "enter")
    assert ready.due is None
    assert ready.feed(b"", 500.0) == []


def test_while_a_pin_is_entered_only_harmless_commands_are_obeyed(ready: PinPad, ask: Ask, press: Press) -> None:
    ask(START)
    press("1")
    for command in ("014243", "0343000040", "0346003075"):
        assert ask(command) == INVALID
    assert ask("013031")[2:4] == "04"
    assert ready.typed == 1
    assert ask("02450146") == FINE
    assert ready.entry is None


def test_after_a_pin_the_plain_keypad_must_be_asked_for_anew(ready: PinPad, ask: Ask, press: Press) -> None:
    ask("02450245")
    ask(START)
    press("1234", "enter")
    assert press("5") == b""


@pytest.mark.parametrize("wrong", ["03010100140", "0D01010014", "0602010014", "06010100"])
def test_an_entry_with_parameters_out_of_range_is_refused(ready: PinPad, ask: Ask, wrong: str) -> None:
    assert ask(frame(0x35, bytes.fromhex(wrong[: len(wrong) // 2 * 2]))[1:-1].decode()) == BAD


def test_without_a_key_no_pin_is_taken(pad: PinPad, ask: Ask) -> None:
    assert ask(START) == INVALID
    assert pad.entry is None


def test_without_an_account_there_is_no_block(pad: PinPad, ask: Ask, press: Press) -> None:
    pad.feed(frame(0x33, bytes(10)) + frame(0x43, bytes(2)), 0.0)
    ask(START)
    press("1234", "enter")
    assert ask("014243") == INVALID
    assert ask(frame(0x34, b"12345678901x")[1:-1].decode()) == BAD


def test_the_pad_says_what_it_is(ask: Ask) -> None:
    assert bytes.fromhex(ask("013031"))[2:-1] == VERSION
    assert bytes.fromhex(ask("013839"))[2:-1] == SERIAL
    assert ask(frame(0x30, b"x")[1:-1].decode()) == BAD


def test_a_low_battery_is_told_with_every_good_answer(pad: PinPad, ask: Ask) -> None:
    pad.set_battery_low(True)
    assert ask("02450245") == "01C4C5"
    pad.recover()
    assert ask("02450245") == FINE


@pytest.mark.parametrize("fault", range(8))
def test_a_failed_self_test_answers_everything(pad: PinPad, ask: Ask, press: Press, fault: int) -> None:
    ask("02450245")
    pad.fail_self_test(fault)
    assert {ask(each)[2:4] for each in ("013130", "013031", "0130FF", "02450245")} == {f"F{fault}"}
    assert press("1") == b""
    pad.fail_self_test(None)
    assert ask("013130") == FINE


def test_a_self_test_fault_that_does_not_exist_is_refused(pad: PinPad) -> None:
    with pytest.raises(ValueError, match="0 to 7"):
        pad.fail_self_test(8)


@pytest.mark.parametrize(
    ("trouble", "keep", "heard"),
    [
        (Trouble.BAD_CHECKSUM, 0, b"\x02010404\x03"),
        (Trouble.TORN, 4, b"\x02010"),
        (Trouble.NOISE, 0, NOISE + b"\x02010405\x03"),
        (Trouble.SILENCE, 0, b""),
    ],
)
def test_a_troubled_line_spoils_the_next_answers_and_then_no_more(
    pad: PinPad, trouble: Trouble, keep: int, heard: bytes
) -> None:
    pad.disturb(trouble, count=1, keep=keep)
    assert b"".join(data for _, data in pad.feed(frame(0x31), 0.0)) == heard
    assert b"".join(data for _, data in pad.feed(frame(0x31), 1.0)) == frame(0x04)


def test_a_silent_pad_swallows_its_keys_too(pad: PinPad, ask: Ask, press: Press) -> None:
    ask("02450245")
    pad.disturb(Trouble.SILENCE)
    assert press("1") == b""
    pad.recover()
    assert press("1") == b"1"


def test_answers_take_work_and_line_time_and_never_overtake_one_another() -> None:
    pad = PinPad(master_key=b"1" * 8)
    pad.slow_down(2.0)
    said = pad.feed(frame(0x31) + frame(0x31), 10.0)
    assert said[0][0] == pytest.approx(2.0 + 0.03 + 8 * 10 / 9600)
    assert said[1][0] == pytest.approx(2 * said[0][0])


def test_a_pad_without_power_is_silent_and_forgets_what_was_begun(pad: PinPad, ask: Ask, press: Press) -> None:
    ask("02450245")
    pad.feed(b"\x020131", 0.0)
    pad.power_off()
    assert press("1") == b""
    assert pad.due is None
    pad.power_on()
    assert pad.feed(b"30\x03", 0.1) == []
    assert press("1") == b""
    assert pad.powered


def test_any_order_of_bytes_keys_and_hours_leaves_a_pad_that_answers() -> None:
    chance = random.Random(3)
    pad = PinPad(pace=0, master_key=b"1" * 8)
    now = 0.0
    commands = [frame(chance.randrange(0x2E, 0x48), chance.randbytes(chance.randrange(20))) for _ in range(300)]
    for _ in range(6000):
        now += chance.random() * 3
        match chance.randrange(5):
            case 0 | 1:
                pad.feed(chance.choice(commands), now)
            case 2:
                pad.feed(chance.randbytes(chance.randrange(30)), now)
            case 3:
                pad.press(chance.choice(list(Key)), now)
            case 4:
                chance.choice((pad.tamper, pad.power_off, pad.power_on, pad.recover))()
    pad.recover()
    pad.power_on()
    said = b"".join(data for _, data in pad.feed(b"\x03" + frame(0x45, b"\x01"), now + 100))
    assert said.endswith((frame(0x04), frame(0xA4)))
