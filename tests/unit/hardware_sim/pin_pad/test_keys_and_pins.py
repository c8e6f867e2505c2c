"""What the keys do: PIN blocks, MACs, the order of loading, and the tamper switch."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from hardware_sim.pin_pad import cipher
from hardware_sim.pin_pad.frames import frame
from hardware_sim.pin_pad.pad import PinPad

Ask = Callable[..., str]
Press = Callable[..., bytes]

FINE, BAD, NO_MASTER, INVALID, INVALID_NO_MASTER = "010405", "011514", "01A4A5", "01E0E1", "01B5B4"
WORKING = bytes.fromhex("0123456789ABCDEF")
LONG_MASTER = bytes.fromhex("101112131415161718191A1B1C1D1E1F")
LONG_WORKING = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def text(first: int, data: bytes = b"") -> str:
    return frame(first, data)[1:-1].decode()


def des(key: bytes, block: bytes) -> bytes:
    """A second way to the same answer."""
    long = {8: key * 3, 16: key + key[:8]}[len(key)]
    worker = Cipher(TripleDES(long), ECB()).encryptor()  # noqa: S305 - what the pad uses
    return worker.update(block)


def with_working_key(ask: Ask, master: bytes = b"1" * 8, key: bytes = WORKING) -> None:
    assert ask(text(0x33, b"\x00\x00" + des(master, key))) == FINE
    assert ask("0343000040") == FINE


def payload(answer: str) -> bytes:
    raw = bytes.fromhex(answer)
    assert raw[1] == 0x04
    return raw[2:-1]


@pytest.mark.parametrize(
    ("pin", "block"), [(b"123456", "06123456FFFFFFFE"), (b"1234", "041234FFFFFFFFFE"), (b"0" * 12, "0C000000000000FE")]
)
def test_the_pin_blocks_of_the_sheet_come_out(pin: bytes, block: str) -> None:
    assert cipher.pin_block(pin, b"000000000001").hex().upper() == block


@pytest.mark.parametrize(("pin", "account"), [(b"123", b"0" * 12), (b"1" * 13, b"0" * 12), (b"1234", b"0" * 11)])
def test_a_block_of_another_length_does_not_exist(pin: bytes, account: bytes) -> None:
    with pytest.raises(ValueError, match="digits"):
        cipher.pin_block(pin, account)


def test_a_pin_leaves_the_pad_encrypted_under_the_working_key_and_only_once(ask: Ask, press: Press) -> None:
    with_working_key(ask)
    assert ask(text(0x34, b"000000000001")) == FINE
    assert ask("0635060101001421") == FINE
    assert press("123456", "enter") == b"******\r"
    assert payload(ask("014243")) == des(WORKING, bytes.fromhex("06123456FFFFFFFE"))
    assert ask("014243") == INVALID


def test_triple_des_takes_long_keys_all_the_way(ask: Ask, press: Press) -> None:
    assert ask(text(0x32, b"\x00" + LONG_MASTER)) == FINE
    with_working_key(ask, LONG_MASTER, LONG_WORKING)
    assert ask(text(0x36, bytes(8))) == BAD, "the algorithm is still DES"
    assert ask("0346003075") == FINE
    assert payload(ask(text(0x36, bytes(16)))) == des(LONG_WORKING, bytes(16))
    assert payload(ask(text(0x37, des(LONG_WORKING, b"8 bytes!")))) == b"8 bytes!"


def test_a_mac_is_the_last_block_of_a_chain(ask: Ask) -> None:
    with_working_key(ask)
    message = b"what must not change"
    worker = Cipher(TripleDES(WORKING * 3), CBC(bytes(8))).encryptor()
    expected = worker.update(message + bytes(4))[-8:]
    assert payload(ask(text(0x41, message))) == expected
    assert ask(text(0x41)) == BAD


def test_a_working_key_needs_its_master_key_and_one_as_strong(ask: Ask) -> None:
    assert ask(text(0x33, b"\x05\x00" + bytes(8))) == BAD
    assert ask(text(0x33, b"\x00\x00" + bytes(16))) == BAD
    assert ask(text(0x33, b"\x00\x04" + bytes(8))) == BAD
    assert ask(text(0x33, b"\x00\x00" + bytes(7))) == BAD
    assert ask("0343000040") == BAD


def test_a_new_master_key_takes_the_working_keys_under_the_old_one_with_it(ask: Ask) -> None:
    with_working_key(ask)
    assert ask("0A3200313131313131313138") == FINE
    assert ask(text(0x36, bytes(8))) == INVALID


def test_a_pad_without_master_key_says_so_in_every_answer(empty_pad: PinPad, ask: Ask) -> None:
    assert ask("013130", to=empty_pad) == NO_MASTER
    assert ask("02450245", to=empty_pad) == NO_MASTER
    assert ask(text(0x33, b"\x00\x00" + bytes(8)), to=empty_pad) == INVALID_NO_MASTER
    assert ask("0343000040", to=empty_pad) == INVALID_NO_MASTER
    assert ask("0635060101001421", to=empty_pad) == INVALID_NO_MASTER
    assert ask("019999", to=empty_pad) == BAD, "a wrong checksum"
    assert ask(text(0x99), to=empty_pad) == INVALID_NO_MASTER
    assert ask("0A3200313131313131313138", to=empty_pad) == FINE


def test_opening_the_case_wipes_keys_and_digits_and_then_says_so(pad: PinPad, ask: Ask, press: Press) -> None:
    with_working_key(ask)
    ask(text(0x34, b"000000000001"))
    ask("0635060101001421")
    press("1234")
    pad.tamper()
    assert pad.tampered
    assert pad.typed == 0
    assert pad.keys.master_numbers == []
    assert ask("013031")[2:4] == "A4"
    assert ask("014243") == INVALID_NO_MASTER
    assert ask("0A3200313131313131313138") == INVALID_NO_MASTER, "no key goes into an open case"
    pad.close_case()
    assert ask("0A3200313131313131313138") == FINE


def test_a_reset_keeps_the_keys_unless_told_to_wipe_them(pad: PinPad, ask: Ask) -> None:
    with_working_key(ask)
    assert ask("013130") == FINE
    assert ask(text(0x36, bytes(8))) == INVALID, "the choice of key is gone"
    assert ask("0343000040") == FINE
    assert ask("0231390A") == BAD
    assert ask("0231380B") == NO_MASTER
    assert not pad.keys.valid


def test_keys_outlive_power_and_settings_do_not(pad: PinPad, ask: Ask) -> None:
    with_working_key(ask)
    pad.power_off()
    assert ask("013031") == ""
    pad.power_on()
    assert ask(text(0x36, bytes(8))) == INVALID
    assert ask("0343000040") == FINE
    assert payload(ask(text(0x36, bytes(8)))) == des(WORKING, bytes(8))


@pytest.mark.parametrize("size", [0, 1, 7, 9, 15, 17, 24])
def test_a_master_key_of_another_length_is_refused(ask: Ask, size: int) -> None:
    assert ask(text(0x32, b"\x00" + bytes(size))) == BAD


def test_refusals_are_remarked_without_their_data(pad: PinPad, ask: Ask) -> None:
    ask(text(0x32, b"\x00" + b"secret!"))
    ask(text(0x99))
    ask("0130FF")
    assert pad.remarks == (
        "command 32: number 00 to 0F and a key of 8 or 16 bytes",
        "command 99: no such command",
        "frame: wrong checksum",
    )
