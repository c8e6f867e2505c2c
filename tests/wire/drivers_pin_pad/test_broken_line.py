"""Half a frame, a wrong check, silence, late answers and pulled cables between driver and pad on a real tty."""

from typing import Any

import pytest

from drivers.errors import Cancelled, DeviceError, LinkLost, NoDevice, ProtocolError, Refused, Timeout
from drivers.pin_pad.entry import CardPinEntered, EntryTimedOut
from drivers.pin_pad.faults import PinPadSelfTestFailed
from drivers.status import DeviceState
from hardware_sim.line_troubles import Trouble
from hardware_sim.pin_pad.pad import Keypad


@pytest.mark.parametrize("keep", [0, 1, 2, 5, 7])
def test_part_of_a_frame_ends_the_command_and_not_the_next_one(bench: Any, keep: int) -> None:
    assert bench.run(bench.driver.version()) == "KMY3501A V3.02"
    bench.hand(lambda pad: pad.disturb(Trouble.TORN, count=1, keep=keep))
    with pytest.raises((Timeout, ProtocolError)):
        bench.run(bench.driver.version())
    assert bench.run(bench.driver.serial_number()) == "20240017"


def test_a_wrong_check_byte_is_a_protocol_error_and_the_next_command_is_clean(bench: Any) -> None:
    bench.run(bench.driver.version())
    bench.hand(lambda pad: pad.disturb(Trouble.BAD_CHECKSUM, count=1))
    with pytest.raises(ProtocolError) as error:
        bench.run(bench.driver.version())
    assert error.value.facts["shape"] == "frame: check"
    assert bench.run(bench.driver.serial_number()) == "20240017"


def test_a_silent_pad_is_a_timeout_and_offline_and_comes_back(bench: Any) -> None:
    bench.hand(lambda pad: pad.disturb(Trouble.SILENCE))
    with pytest.raises(Timeout) as error:
        bench.run(bench.driver.version())
    assert "command" in error.value.facts
    assert bench.run(bench.driver.status()).device is DeviceState.OFFLINE
    bench.hand(lambda pad: pad.recover())
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE


def test_a_late_answer_is_never_taken_for_the_next_commands(bench: Any) -> None:
    bench.run(bench.driver.version())
    bench.hand(lambda pad: pad.slow_down(1.3))
    with pytest.raises(Timeout):
        bench.run(bench.driver.version())
    bench.hand(lambda pad: pad.slow_down(0.0))
    assert bench.run(bench.driver.serial_number()) == "20240017"
    assert bench.run(bench.driver.version()) == "KMY3501A V3.02"


def test_an_unplugged_pad_is_lost_then_gone_and_comes_back_under_its_name(bench: Any) -> None:
    bench.run(bench.driver.version())
    bench.wire.unplug()
    with pytest.raises(LinkLost):
        bench.run(bench.driver.version())
    with pytest.raises(NoDevice):
        bench.run(bench.driver.version())
    bench.wire.plug()
    assert bench.run(bench.driver.version()) == "KMY3501A V3.02"


@pytest.mark.parametrize("bank", [False, True], ids=["card PIN", "bank PIN"])
def test_a_cable_pulled_in_the_middle_of_an_entry_ends_it_and_the_next_entry_is_whole(bench: Any, bank: bool) -> None:
    bench.load_keys()
    with pytest.raises((LinkLost, NoDevice)):
        bench.typing(bench.bank_pin() if bank else bench.card_pin(), "123", bench.wire.unplug)
    bench.hand(lambda pad: (pad.power_off(), pad.power_on()))  # it is fed by the same cable
    bench.wire.plug()
    result, _ = bench.typing(bench.card_pin(), "246810", "enter")
    assert isinstance(result, CardPinEntered)
    assert bytes(result.handle.open()) == bytes((2, 4, 6, 8, 1, 0))


@pytest.mark.parametrize(
    ("garbage", "error"),
    [
        (b"\xff", ProtocolError),
        (b"\x0a", ProtocolError),
        (b"\x02FF", ProtocolError),
        (b"\x02010404\x03", ProtocolError),
        (b"\x02010405\x03", ProtocolError),
        (b"\x0201E0E1\x03", Refused),
        (b"\x0201F1F0\x03", PinPadSelfTestFailed),
        (b"\x02", ProtocolError),
    ],
    ids=["no key", "line feed", "half a frame", "wrong check", "stray answer", "refusal", "self-test", "start alone"],
)
def test_garbage_in_the_middle_of_an_entry_ends_it_and_switches_the_keys_off(
    bench: Any, garbage: bytes, error: type[DeviceError]
) -> None:
    with pytest.raises(error):
        bench.typing(bench.card_pin(), "123", lambda: bench.say(garbage), "456", "enter")
    bench.run(bench.driver.version())
    assert bench.keypad() is Keypad.OFF


def test_a_pad_that_loses_its_power_while_digits_are_typed_times_out(bench: Any) -> None:
    with pytest.raises(Timeout):
        bench.typing(bench.card_pin(1.5), "123", lambda: bench.hand(lambda pad: pad.power_off()))
    bench.hand(lambda pad: pad.power_on())
    assert bench.typing(bench.card_pin(0.5))[0] == EntryTimedOut()


@pytest.mark.parametrize("bank", [False, True], ids=["card PIN", "bank PIN"])
def test_a_cancelled_entry_leaves_the_keys_off(bench: Any, cancel: Any, bank: bool) -> None:
    bench.load_keys()
    with pytest.raises(Cancelled):
        bench.typing(bench.bank_pin() if bank else bench.card_pin(), "123", cancel)
    bench.run(bench.driver.version())
    assert bench.keypad() is Keypad.OFF
    assert bench.wire.look(lambda pad: pad.entry) is None
