"""The tables of the sheet's section 4, row by row on a real tty: frame texts of both sides and what they come to."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from drivers.errors import DeviceError, Refused
from drivers.pin_pad.commands import Cipher, Keypad
from drivers.pin_pad.faults import PinPadKeysInvalid, PinPadSelfTestFailed
from drivers.pin_pad.pin_block import Account
from drivers.status import BatteryState, EncryptionState

Ask = Callable[[Any], Any]
SHEET_KEY = b"1" * 8
BLOCK = b"8 bytes."


def text(data: bytes) -> str:
    """LEN, CMD or status, DATA, BCC as they stand between 02 and 03; built here, apart from both sides."""
    counted = bytes((len(data),)) + data
    check = 0
    for byte in counted:
        check ^= byte
    return (counted + bytes((check,))).hex().upper()


def on_the_wire(data: bytes) -> str:
    """The texts of all frames; what stands between frames are keys."""
    return " ".join(found.decode() for found in re.findall(rb"\x02([^\x02\x03]*)\x03", data))


def ready(bench: Any, *, key: bool = False, entry: bool = False) -> None:
    """The sheet's sample key as master key 0 and, under it, itself as working key 0."""
    driver = bench.driver
    bench.run(driver.load_master_key(0, bytearray(SHEET_KEY)))
    if key or entry:
        bench.run(driver.load_working_key(0, 0, SHEET_KEY))
        bench.run(driver.choose_keys(0, 0))
    if entry:
        bench.run(driver.account_number(Account("123456789012")))
        bench.run(driver.start_pin_entry(length=6, seconds=20))
        bench.press("123456", "enter")


COMMANDS: dict[str, tuple[str, Ask, str, Callable[[type], str]]] = {
    # how the pad is made ready, the question, the request's text, the answer's text
    "30 version": ("", lambda d: d.version(), "013031", lambda _: text(b"\x04KMY3501A V3.02  ")),
    "31 reset": ("", lambda d: d.reset(), "013130", lambda _: "010405"),
    "31 38 wipe": ("", lambda d: d.reset(wipe_keys=True), "0231380B", lambda _: "01A4A5"),
    "32 master key": (
        "",
        lambda d: d.load_master_key(0, bytearray(SHEET_KEY)),
        "0A3200313131313131313138",
        lambda _: "010405",
    ),
    "33 working key": (
        "key",
        lambda d: d.load_working_key(0, 0, BLOCK),
        text(b"\x33\x00\x00" + BLOCK),
        lambda _: "010405",
    ),
    "34 account": (
        "",
        lambda d: d.account_number(Account("123456789012")),
        "0D343132333435363738393031323B",
        lambda _: "010405",
    ),
    "35 start PIN entry": (
        "key",
        lambda d: d.start_pin_entry(length=6, seconds=0x14),
        "0635060101001421",
        lambda _: "010405",
    ),
    "36 encrypt": ("key", lambda d: d.encrypt(BLOCK), text(b"\x36" + BLOCK), lambda des: cipher(des, "encrypt")),
    "37 decrypt": ("key", lambda d: d.decrypt(BLOCK), text(b"\x37" + BLOCK), lambda des: cipher(des, "decrypt")),
    "38 serial number": ("", lambda d: d.serial_number(), "013839", lambda _: text(b"\x0420240017")),
    "41 MAC": ("key", lambda d: d.mac(BLOCK), text(b"\x41" + BLOCK), lambda des: cipher(des, "mac")),
    "42 fetch PIN block": ("entry", lambda d: d.pin_block(), "014243", lambda des: cipher(des, "block")),
    "43 choose keys": ("key", lambda d: d.choose_keys(0, 0), "0343000040", lambda _: "010405"),
    "45 keypad on": ("", lambda d: d.keypad(Keypad.ON), "02450245", lambda _: "010405"),
    "45 keypad off": ("", lambda d: d.keypad(Keypad.OFF), "02450146", lambda _: "010405"),
    "46 mode 3DES": ("", lambda d: d.set_cipher(Cipher.TRIPLE_DES), "0346003075", lambda _: "010405"),
    "46 mode DES": ("", lambda d: d.set_cipher(Cipher.DES), text(b"\x46\x00\x20"), lambda _: "010405"),
}


def cipher(des: type, what: str) -> str:
    """The answer of a pad whose working key is the sheet's key decrypted under itself."""
    working = des(des(SHEET_KEY).decrypt(SHEET_KEY))
    clear = bytes.fromhex("0612 3456 FFFF FFFF")
    account = bytes.fromhex("0000 1234 5678 9012")
    block = bytes(one ^ other for one, other in zip(clear, account, strict=True))
    done = working.encrypt(block) if what == "block" else getattr(working, what)(BLOCK)
    return text(b"\x04" + done)


@pytest.mark.parametrize("row", COMMANDS)
def test_each_command_of_the_sheet_is_sent_and_answered_as_the_sheet_says(bench: Any, des: Any, row: str) -> None:
    before, ask, request, answer = COMMANDS[row]
    ready(bench, key=before == "key", entry=before == "entry")
    bench.heard_by_pad.clear()
    bench.sent_by_pad.clear()
    bench.run(ask(bench.driver))
    assert on_the_wire(bench.heard_by_pad) == request
    assert on_the_wire(bench.sent_by_pad) == answer(des)
    assert bench.wire.look(lambda pad: pad.remarks) == ()


def out_of_time(bench: Any) -> None:
    ready(bench, entry=False, key=True)
    bench.run(bench.driver.start_pin_entry(length=6, seconds=1))
    end = time.monotonic() + 30
    while bench.wire.look(lambda pad: pad.due) is not None:
        assert time.monotonic() < end, "never timed out"
        time.sleep(0.01)


STATUSES: dict[str, tuple[Callable[[Any], Any], Ask, str, type[DeviceError] | None]] = {
    "04": (lambda bench: None, lambda d: d.keypad(Keypad.OFF), "010405", None),
    "15": (lambda bench: None, lambda d: d.choose_keys(7, 0), "011514", Refused),
    "80": (out_of_time, lambda d: d.pin_block(), "018081", Refused),
    "A4": (lambda bench: bench.hand(lambda pad: pad.tamper()), lambda d: d.keypad(Keypad.OFF), "01A4A5", None),
    "B5": (lambda bench: bench.hand(lambda pad: pad.tamper()), lambda d: d.mac(b"x"), "01B5B4", PinPadKeysInvalid),
    "C4": (
        lambda bench: bench.hand(lambda pad: pad.set_battery_low(True)),
        lambda d: d.keypad(Keypad.OFF),
        "01C4C5",
        None,
    ),
    "E0": (lambda bench: None, lambda d: d.pin_block(), "01E0E1", Refused),
}


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_of_the_sheet_is_what_its_row_says(bench: Any, status: str) -> None:
    prepare, ask, answer, error = STATUSES[status]
    bench.run(bench.driver.version())
    prepare(bench)
    bench.sent_by_pad.clear()
    if error is None:
        bench.run(ask(bench.driver))
    else:
        with pytest.raises(error) as raised:
            bench.run(ask(bench.driver))
        assert raised.value.facts["sw"] == f"00{status.lower()}"
    assert on_the_wire(bench.sent_by_pad) == answer
    condition = bench.driver.line.condition
    assert (condition.battery is BatteryState.LOW) is (status == "C4")
    assert (condition.encryption is EncryptionState.NOT_INITIALIZED) is (status in ("A4", "B5"))


@pytest.mark.parametrize("fault", range(8))
def test_each_self_test_fault_goes_over_the_wire_as_itself(bench: Any, fault: int) -> None:
    bench.run(bench.driver.version())
    bench.hand(lambda pad: pad.fail_self_test(fault))
    bench.sent_by_pad.clear()
    with pytest.raises(PinPadSelfTestFailed):
        bench.run(bench.driver.keypad(Keypad.OFF))
    assert on_the_wire(bench.sent_by_pad) == text(bytes((0xF0 + fault,)))


KEYS = {"enter": b"\x0d", "cancel": b"\x1b", "clear": b"\x08"} | {str(n): str(n).encode() for n in range(10)}


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_its_own_byte_in_plain_mode_and_a_star_in_pin_mode(bench: Any, key: str) -> None:
    ready(bench, key=True)
    bench.run(bench.driver.keypad(Keypad.ON))
    bench.sent_by_pad.clear()
    bench.press(key)
    bench.run(bench.driver.start_pin_entry(length=6, seconds=20))
    bench.press(key)
    bench.run(bench.driver.keypad(Keypad.OFF))
    hidden = b"*" if key.isdigit() else KEYS[key]
    assert bytes(bench.sent_by_pad) == KEYS[key] + b"\x02010405\x03" + hidden + b"\x02010405\x03"
