"""The pad's commands in virtual time: what is sent, what each status byte means, and answers that come late or torn."""

import pytest

from drivers.errors import LinkLost, ProtocolError, Refused, Timeout
from drivers.pin_pad import commands
from drivers.pin_pad.commands import Cipher, Keypad
from drivers.pin_pad.faults import PinPadBatteryLow, PinPadKeysInvalid, PinPadSelfTestFailed
from drivers.pin_pad.pin_block import Account, EncryptedPinBlock
from drivers.status import BatteryState, DeviceState, EncryptionState, PinPadStatus

ACCOUNT = Account.of_card("6210980000000000013")
SETTLED = [(0x45, b"\x01")]


def test_the_pad_tells_its_name_and_not_the_counters_behind_it(driver, run):
    assert run(driver.version()) == "KMY3501 V2.10"


def test_a_binary_serial_number_is_told_in_hex(driver, run):
    assert run(driver.serial_number()) == "2026112200000001"


def test_a_serial_number_in_text_is_told_as_text(driver, run, pad, frame):
    pad.usual[0x38] = [(0.02, frame(0x04, b"SN00012345"))]
    assert run(driver.serial_number()) == "SN00012345"


@pytest.mark.parametrize(
    ("operation", "code", "data"),
    [
        (lambda pad: pad.reset(), 0x31, ""),
        (lambda pad: pad.reset(wipe_keys=True), 0x31, "38"),
        (lambda pad: pad.load_master_key(0, bytearray(b"1" * 8)), 0x32, "003131313131313131"),
        (lambda pad: pad.load_master_key(1, bytearray(b"1" * 16)), 0x32, "01" + "31" * 16),
        (lambda pad: pad.load_working_key(0, 2, b"\xee" * 16), 0x33, "0002" + "EE" * 16),
        (lambda pad: pad.choose_keys(0, 2), 0x43, "0002"),
        (lambda pad: pad.set_cipher(Cipher.TRIPLE_DES), 0x46, "0030"),
        (lambda pad: pad.set_pin_block_kind(0x20), 0x46, "0120"),
        (lambda pad: pad.set_mac_kind(1), 0x46, "0601"),
        (lambda pad: pad.account_number(ACCOUNT), 0x34, b"000000000001".hex()),
        (lambda pad: pad.start_pin_entry(length=6, seconds=20), 0x35, "0601010014"),
        (lambda pad: pad.keypad(Keypad.SILENT), 0x45, "03"),
        (lambda pad: pad.mac(b"abc"), 0x41, "616263"),
        (lambda pad: pad.encrypt(bytes(8)), 0x36, "00" * 8),
        (lambda pad: pad.decrypt(bytes(8)), 0x37, "00" * 8),
        (lambda pad: pad.pin_block(), 0x42, ""),
    ],
)
def test_a_command_carries_its_parameters_and_is_sent_once(driver, run, pad, operation, code, data):
    run(operation(driver))
    assert pad.commands() == [*SETTLED, (code, bytes.fromhex(data))]


def test_what_is_made_with_keys_comes_back(driver, run):
    assert run(driver.mac(b"abc")) == b"\xa1" * 8
    assert run(driver.encrypt(bytes(8))) == b"\xc1" * 8
    assert run(driver.decrypt(bytes(8))) == b"\xd1" * 8
    assert run(driver.pin_block()) == EncryptedPinBlock(b"\xb1" * 8)
    assert repr(run(driver.pin_block())) == "EncryptedPinBlock()"


def test_a_key_in_clear_is_overwritten_even_when_it_is_refused(driver, run, pad, frame):
    key, wrong = bytearray(b"1" * 8), bytearray(b"2" * 7)
    pad.usual[0x32] = [(0.02, frame(0x15))]
    with pytest.raises(Refused):
        run(driver.load_master_key(0, key))
    with pytest.raises(ValueError, match="8 or 16"):
        run(driver.load_master_key(0, wrong))
    assert not any(key)
    assert not any(wrong)


def test_a_check_value_is_handed_on_where_the_pad_gives_one(driver, run, pad, frame):
    assert run(driver.load_working_key(0, 0, bytes(8))) == b""
    pad.usual[0x33] = [(0.02, frame(0x04, b"\x8c\xa6\x4d\xe9"))]
    assert run(driver.load_working_key(0, 0, bytes(8))) == b"\x8c\xa6\x4d\xe9"


@pytest.mark.parametrize(
    "operation",
    [
        lambda pad: pad.encrypt(b""),
        lambda pad: pad.encrypt(bytes(7)),
        lambda pad: pad.decrypt(bytes(256)),
        lambda pad: pad.mac(b""),
        lambda pad: pad.mac(bytes(255)),
        lambda pad: pad.choose_keys(0, 256),
        lambda pad: pad.load_working_key(0, 0, bytes(9)),
        lambda pad: pad.start_pin_entry(length=3, seconds=20),
        lambda pad: pad.start_pin_entry(length=6, seconds=256),
    ],
)
def test_what_no_frame_can_carry_is_a_mistake_and_is_not_sent(driver, run, pad, operation):
    with pytest.raises(ValueError, match=r".+"):
        run(operation(driver))
    assert pad.commands() == []


@pytest.mark.parametrize("status", [0x15, 0x80, 0xE0, 0x77])
def test_a_refusal_has_its_command_and_status_byte(driver, run, pad, frame, status):
    pad.usual[0x43] = [(0.02, frame(status))]
    with pytest.raises(Refused) as refused:
        run(driver.choose_keys(0, 0))
    assert refused.value.facts == {"command": "choose keys", "sw": f"00{status:02x}"}


@pytest.mark.parametrize(("status", "part"), commands.SELF_TEST.items())
def test_a_self_test_fault_names_the_part(driver, run, pad, frame, status, part):
    pad.usual[0x31] = [(1.0, frame(status))]
    with pytest.raises(PinPadSelfTestFailed) as fault:
        run(driver.reset())
    assert fault.value.facts == {"part": part, "sw": f"00{status:02x}"}


@pytest.mark.parametrize("status", [0xA4, 0xB5])
def test_a_pad_without_master_key_makes_no_pin_block(driver, run, pad, frame, status):
    pad.usual[0x43] = [(0.02, frame(status))]
    with pytest.raises(PinPadKeysInvalid):
        run(driver.choose_keys(0, 0))


def test_a_pad_without_master_key_still_does_what_needs_none(driver, run, pad, frame):
    pad.usual[0x45] = [(0.02, frame(0xA4))]
    run(driver.keypad(Keypad.ON))


def test_a_low_battery_is_told_and_does_not_stop_a_pad_that_goes_on(driver, run, pad, frame):
    pad.usual[0x43] = [(0.02, frame(0xC4))]
    run(driver.choose_keys(0, 0))
    assert driver.line.condition.battery is BatteryState.LOW
    pad.usual[0x43] = [(0.02, frame(0xD5))]
    with pytest.raises(PinPadBatteryLow):
        run(driver.choose_keys(0, 0))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0x04, PinPadStatus(DeviceState.ONLINE, EncryptionState.READY, BatteryState.OPERATIONAL)),
        (0xA4, PinPadStatus(DeviceState.ONLINE, EncryptionState.NOT_INITIALIZED, BatteryState.UNKNOWN)),
        (0xC4, PinPadStatus(DeviceState.ONLINE, EncryptionState.UNKNOWN, BatteryState.LOW)),
        (0xF2, PinPadStatus(DeviceState.HARDWARE_ERROR, EncryptionState.UNKNOWN, BatteryState.UNKNOWN)),
        (0xF5, PinPadStatus(DeviceState.HARDWARE_ERROR, EncryptionState.UNKNOWN, BatteryState.FAILURE)),
        (0xB5, PinPadStatus(DeviceState.ONLINE, EncryptionState.NOT_INITIALIZED, BatteryState.UNKNOWN)),
    ],
)
def test_status_is_what_the_pad_says_and_what_it_does_not_say_is_unknown(driver, run, pad, frame, status, expected):
    version = b"KMY3501" if status in commands.DONE else b""
    pad.usual[0x30] = [(0.02, frame(status, version))]
    pad.usual[0x45] = [(0.02, frame(status))]
    assert run(driver.status()) == expected


def test_a_silent_pad_is_offline(driver, run, pad):
    pad.usual[0x45] = []
    assert run(driver.status()) == PinPadStatus(device=DeviceState.OFFLINE)


def test_keys_that_vanish_by_themselves_are_potential_fraud_until_they_are_back(driver, run, pad, frame):
    good = pad.usual[0x30]
    assert run(driver.status()).encryption is EncryptionState.READY
    pad.usual[0x30] = [(0.02, frame(0xA4, b"KMY3501"))]
    assert run(driver.status()).device is DeviceState.POTENTIAL_FRAUD
    assert run(driver.status()).device is DeviceState.POTENTIAL_FRAUD
    pad.usual[0x30] = good
    assert run(driver.status()).device is DeviceState.ONLINE


def test_keys_that_we_wiped_are_no_fraud(driver, run, pad, frame):
    run(driver.status())
    run(driver.reset(wipe_keys=True))
    pad.usual[0x30] = [(0.02, frame(0xA4, b"KMY3501"))]
    assert run(driver.status()) == PinPadStatus(
        DeviceState.ONLINE, EncryptionState.NOT_INITIALIZED, BatteryState.OPERATIONAL
    )


def test_a_silent_pad_is_a_timeout_with_the_command(driver, run, pad):
    run(driver.version())
    pad.usual[0x43] = []
    with pytest.raises(Timeout) as silence:
        run(driver.choose_keys(0, 0))
    assert silence.value.facts == {"command": "choose keys", "discarded": 0}


@pytest.mark.parametrize(
    ("damaged", "shape"),
    [(b"\x02010406\x03", "check"), (b"\x0200", "length"), (b"\x020104", "cut-off"), (b"\x0201!", "character")],
)
def test_a_damaged_answer_is_a_typed_error_and_the_next_command_works(driver, run, pad, damaged, shape):
    run(driver.version())
    pad.next[0x43] = [[(0.02, damaged)]]
    with pytest.raises(ProtocolError) as error:
        run(driver.choose_keys(0, 0))
    assert error.value.facts == {"shape": f"frame: {shape}", "command": "choose keys"}
    run(driver.choose_keys(0, 0))


def test_an_answer_in_single_bytes_among_noise_is_found(driver, run, pad, frame):
    pad.usual[0x41] = [(0.001 * n, bytes([byte])) for n, byte in enumerate(b"\xff\x2a" + frame(0x04, bytes(8)))]
    assert run(driver.mac(b"abc")) == bytes(8)


@pytest.mark.parametrize("late", ["mac", "done"])
def test_a_late_answer_is_never_taken_for_the_next_commands(driver, run, pad, frame, late):
    run(driver.version())
    asked, operation = (0x41, driver.mac(b"abc")) if late == "mac" else (0x43, driver.choose_keys(0, 0))
    pad.next[asked] = [[(2.5, frame(0x04, b"\x99" * 8 if late == "mac" else b""))]]
    # the pad answers in order
    pad.next[0x45] = [[(1.6, frame(0x04))]]

    def impatient():
        try:
            yield from operation
        except Timeout:
            return (yield from driver.pin_block())
        raise AssertionError("the answer was not late")

    assert run(impatient()) == EncryptedPinBlock(b"\xb1" * 8)


def test_keys_pressed_before_anybody_asked_are_thrown_away(driver, run, link):
    link.arrive(b"123456\r")
    assert run(driver.version()) == "KMY3501 V2.10"


@pytest.mark.parametrize("status", [0x04, 0x15])
def test_an_answer_nobody_asked_for_is_not_the_next_commands(driver, run, pad, link, frame, status):
    run(driver.version())
    pad.usual[0x43] = [(0.02, frame(0xE0))]
    link.arrive(frame(status))
    with pytest.raises(Refused) as refused:
        run(driver.choose_keys(0, 0))
    assert refused.value.facts["sw"] == "00e0"


def test_a_line_that_never_falls_silent_is_an_error_and_not_an_endless_wait(driver):
    def babble(operation):
        next(operation)
        for _ in range(1000):
            operation.send(b"\x2a" * 100)

    with pytest.raises(ProtocolError):
        babble(driver.version())


def test_an_unplugged_pad_is_a_lost_link_and_works_when_it_is_back(driver, run, pad, link, scheduler):
    scheduler.call_at(0.01, link.unplug)
    with pytest.raises(LinkLost):
        run(driver.version())
    link.plug(pad)
    assert run(driver.version()) == "KMY3501 V2.10"
