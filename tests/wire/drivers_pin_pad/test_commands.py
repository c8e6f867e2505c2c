"""Every command of the pad's driver against the simulated pad, and what each fault of the pad comes to."""

from typing import Any

import pytest

from drivers.errors import Refused
from drivers.pin_pad.commands import SELF_TEST, Cipher, Keypad
from drivers.pin_pad.faults import PinPadKeysInvalid, PinPadSelfTestFailed
from drivers.status import BatteryState, DeviceState, EncryptionState, PinPadStatus
from hardware_sim.line_troubles import Trouble

BLOCKS = bytes(range(248))


def test_the_pad_tells_what_it_is(bench: Any) -> None:
    assert bench.run(bench.driver.version()) == "KMY3501A V3.02"
    assert bench.run(bench.driver.serial_number()) == "20240017"
    assert bench.run(bench.driver.status()) == PinPadStatus(
        DeviceState.ONLINE, EncryptionState.READY, BatteryState.OPERATIONAL
    )
    assert bench.wire.look(lambda pad: pad.remarks) == (), "a strict pad had nothing to say against us"


@pytest.mark.parametrize("mode", Keypad)
def test_the_keypad_is_in_the_mode_that_was_asked_for(bench: Any, mode: Keypad) -> None:
    bench.run(bench.driver.keypad(mode))
    assert bench.keypad().value == mode.value


@pytest.mark.parametrize("size", [8, 16])
def test_a_new_master_key_opens_the_working_key_that_was_encrypted_under_it(bench: Any, des: Any, size: int) -> None:
    master = bytearray(range(1, size + 1))
    copy, key = bytes(master), bytes(range(0x40, 0x40 + size))
    bench.run(bench.driver.load_master_key(3, master))
    assert master == bytes(size), "our copy is overwritten"
    bench.run(bench.driver.load_working_key(3, 2, des(copy).encrypt(key)))
    bench.run(bench.driver.set_cipher(Cipher.DES if size == 8 else Cipher.TRIPLE_DES))
    bench.run(bench.driver.choose_keys(3, 2))
    assert bench.run(bench.driver.encrypt(BLOCKS)) == des(key).encrypt(BLOCKS)
    assert bench.run(bench.driver.decrypt(BLOCKS)) == des(key).decrypt(BLOCKS)


@pytest.mark.parametrize("size", [1, 8, 9, 248, 249, 254])
def test_a_mac_is_the_one_the_centre_computes_whatever_the_length(bench: Any, des: Any, size: int) -> None:
    bench.load_keys()
    bench.run(bench.driver.set_cipher(Cipher.TRIPLE_DES))
    bench.run(bench.driver.choose_keys(0, 0))
    data = bytes(range(size))
    assert bench.run(bench.driver.mac(data)) == des(bench.working_key).mac(data)


def test_the_kinds_of_mac_and_pin_block_can_be_set(bench: Any) -> None:
    bench.run(bench.driver.set_mac_kind(0))
    bench.run(bench.driver.set_pin_block_kind(0))


def test_a_reset_keeps_the_keys_and_a_wiping_one_does_not_count_as_fraud(bench: Any) -> None:
    bench.load_keys()
    bench.run(bench.driver.reset())
    bench.run(bench.driver.choose_keys(0, 0))
    bench.run(bench.driver.reset(wipe_keys=True))
    status = bench.run(bench.driver.status())
    assert (status.device, status.encryption) == (DeviceState.ONLINE, EncryptionState.NOT_INITIALIZED)
    with pytest.raises(PinPadKeysInvalid):
        bench.run(bench.driver.choose_keys(0, 0))


@pytest.mark.parametrize(
    ("ask", "sw"),
    [
        (lambda driver: driver.choose_keys(0, 3), "0015"),
        (lambda driver: driver.choose_keys(9, 0), "0015"),
        (lambda driver: driver.load_working_key(9, 0, bytes(16)), "0015"),
        (lambda driver: driver.pin_block(), "00e0"),
        (lambda driver: driver.mac(b"x"), "00e0"),
    ],
    ids=["no such working key", "no such master key", "no key to load under", "no PIN", "no key chosen"],
)
def test_what_the_pad_cannot_do_is_refused_with_its_status(bench: Any, ask: Any, sw: str) -> None:
    bench.load_keys()
    with pytest.raises(Refused) as error:
        bench.run(ask(bench.driver))
    assert error.value.facts["sw"] == sw
    assert bench.run(bench.driver.version()) == "KMY3501A V3.02"


def test_a_key_that_does_not_fit_the_cipher_is_refused(bench: Any) -> None:
    bench.load_keys()
    bench.run(bench.driver.set_cipher(Cipher.TRIPLE_DES))
    bench.run(bench.driver.choose_keys(0, 1))
    with pytest.raises(Refused) as error:
        bench.run(bench.driver.encrypt(bytes(8)))
    assert error.value.facts["sw"] == "0015"


def test_keys_that_vanish_are_a_possible_fraud_until_new_ones_are_loaded(bench: Any) -> None:
    bench.load_keys()
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE
    bench.hand(lambda pad: pad.tamper())
    status = bench.run(bench.driver.status())
    assert (status.device, status.encryption) == (DeviceState.POTENTIAL_FRAUD, EncryptionState.NOT_INITIALIZED)
    with pytest.raises(PinPadKeysInvalid):
        bench.run(bench.driver.choose_keys(0, 0))
    with pytest.raises(PinPadKeysInvalid):
        bench.run(bench.driver.load_master_key(0, bytearray(16)))
    bench.hand(lambda pad: pad.close_case())
    bench.run(bench.driver.load_master_key(0, bytearray(range(16))))
    status = bench.run(bench.driver.status())
    assert (status.device, status.encryption) == (DeviceState.ONLINE, EncryptionState.READY)


@pytest.mark.parametrize(("fault", "part"), [(int(status) - 0xF0, part) for status, part in SELF_TEST.items()])
def test_an_ill_pad_says_which_part_is_ill_and_serves_again_when_it_is_well(bench: Any, fault: int, part: str) -> None:
    bench.run(bench.driver.version())
    bench.hand(lambda pad: pad.fail_self_test(fault))
    with pytest.raises(PinPadSelfTestFailed) as error:
        bench.run(bench.driver.version())
    assert error.value.facts == {"sw": f"00f{fault}", "part": part}
    assert bench.run(bench.driver.status()).device is not DeviceState.ONLINE
    bench.hand(lambda pad: pad.recover())
    assert bench.run(bench.driver.version()) == "KMY3501A V3.02"
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE


def test_a_low_battery_is_told_and_the_command_still_done(bench: Any) -> None:
    bench.hand(lambda pad: pad.set_battery_low(True))
    assert bench.run(bench.driver.serial_number()) == "20240017"
    assert bench.run(bench.driver.status()).battery is BatteryState.LOW
    bench.hand(lambda pad: pad.set_battery_low(False))
    assert bench.run(bench.driver.status()).battery is BatteryState.OPERATIONAL


def test_garbage_before_every_answer_costs_nothing(bench: Any) -> None:
    bench.hand(lambda pad: pad.disturb(Trouble.NOISE))
    assert bench.run(bench.driver.serial_number()) == "20240017"
