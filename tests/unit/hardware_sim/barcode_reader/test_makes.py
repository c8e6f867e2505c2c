"""What each make understands: the sheet's own bytes, in pieces, damaged, and mixed with nonsense."""

import random
from collections.abc import Callable

import pytest

from hardware_sim.barcode_reader import gm65 as gm
from hardware_sim.barcode_reader.gm65 import DONE, READ_LIGHT, WRITE_LIGHT, answer, frame
from hardware_sim.barcode_reader.make import Terminator
from hardware_sim.barcode_reader.reader import LAMP_SECONDS, MAKES, BarcodeReader, Mode

Hear = Callable[..., bytes]


def test_newland_settings_are_entered_answered_and_left(reader: BarcodeReader, hear: Hear) -> None:
    reader.set_terminator(Terminator.CRLF)
    assert hear(reader, b"$$$$") == b"@@@@"
    assert hear(reader, b"#99900030;") == b"!99900030;"
    assert reader.terminator is Terminator.CR, "as it left the factory"
    assert hear(reader, b"#12345678;#1;") == b"?12345678;?1;"
    assert hear(reader, b"%%%%") == b"^^^^"
    assert hear(reader, b"#99900030;") == b""


def test_newland_leaves_its_settings_after_five_seconds(reader: BarcodeReader, hear: Hear) -> None:
    assert hear(reader, b"$$$$", 0.0) == b"@@@@"
    assert hear(reader, b"#99900030;", 4.9) == b"!99900030;"
    assert hear(reader, b"#99900030;", 10.0) == b""
    assert hear(reader, b"$$$$%%%%\x1b1", 20.0) == b"@@@@^^^^"
    assert reader.lamp(20.0)


def test_newland_obeys_its_trigger_bytes(reader: BarcodeReader, hear: Hear) -> None:
    hear(reader, b"\x1b")
    hear(reader, b"1")
    assert reader.lamp(1.0)
    hear(reader, b"\x1b0")
    assert not reader.lamp(1.0)


def test_honeywell_obeys_trigger_stop_and_menu(honeywell: BarcodeReader, hear: Hear) -> None:
    hear(honeywell, b"\x16T\r")
    assert honeywell.lamp(0.0)
    hear(honeywell, b"\x16U\r")
    assert not honeywell.lamp(0.0)
    assert hear(honeywell, b"\x16M\rSUFBK2990D0A.") == b"SUFBK2990D0A\x06"
    assert honeywell.terminator is Terminator.CRLF
    assert hear(honeywell, b"\x16M\rSUFCA2!") == b"SUFCA2\x06"
    assert honeywell.terminator is Terminator.NONE
    assert hear(honeywell, b"\x16M\rSUFBK2990D.\x16M\rDEFALT.") == b"SUFBK2990D\x06DEFALT\x06"
    assert honeywell.terminator is Terminator.CR


def test_honeywell_tells_an_unknown_menu_word_from_a_value_out_of_range(honeywell: BarcodeReader, hear: Hear) -> None:
    assert hear(honeywell, b"\x16M\rDANCE1.") == b"DANCE1\x05"
    assert hear(honeywell, b"\x16M\rSUFBK299FF.") == b"SUFBK299FF\x15"


@pytest.mark.parametrize("check", [b"\x02\xda", b"\xab\xcd"])
def test_gm65_is_triggered_with_its_checksum_or_with_none(gm65: BarcodeReader, hear: Hear, check: bytes) -> None:
    assert hear(gm65, bytes.fromhex("7E000801000201") + check) == bytes.fromhex("02000001003331")
    assert gm65.lamp(0.0)


def test_gm65_frames_of_the_manual_have_the_checksum_we_compute() -> None:
    assert gm.frame(bytes.fromhex("0701002A02")) == bytes.fromhex("7E000701002A02D80F")
    assert gm.frame(bytes.fromhex("080100D9D3")) == bytes.fromhex("7E00080100D9D32038")
    assert gm.crc(gm.DONE[2:5]).to_bytes(2, "big") == gm.DONE[5:]


def test_gm65_speaks_at_the_new_rate_after_the_answer(gm65: BarcodeReader, hear: Hear) -> None:
    assert gm65.rate is None
    assert hear(gm65, bytes.fromhex("7E00080100D9D32038")) == gm.DONE
    assert gm65.rate == 9600
    gm65.set_make("gm65")
    assert gm65.rate is None


def test_gm65_is_silent_to_a_wrong_checksum_and_to_zones_it_lacks(gm65: BarcodeReader, hear: Hear) -> None:
    assert hear(gm65, bytes.fromhex("7E00080100020102DB")) == b""
    assert hear(gm65, gm.frame(bytes.fromhex("0801123401"))) == b""
    assert gm65.remarks == ("wrong CRC", "no zone for type 08 address 1234")
    assert not gm65.lamp(0.0)


def test_the_lamp_goes_off_by_itself(reader: BarcodeReader, hear: Hear) -> None:
    hear(reader, b"\x1b1", 100.0)
    assert reader.lamp(100.0 + LAMP_SECONDS - 0.1)
    assert not reader.lamp(100.0 + LAMP_SECONDS)


@pytest.mark.parametrize("make", sorted(MAKES))
def test_commands_may_come_byte_by_byte(make: str, hear: Hear) -> None:
    command = {
        "newland": b"$$$$#99900030;%%%%\x1b1",
        "honeywell": b"\x16M\rSUFCA2.\x16T\r",
        "gm65": gm.frame(bytes.fromhex("0801000201")),
    }[make]
    whole, pieces = BarcodeReader(make, pace=0), BarcodeReader(make, pace=0)
    answered = hear(whole, command)
    assert len(answered) > 0
    assert b"".join(hear(pieces, bytes((byte,))) for byte in command) == answered
    assert whole.lamp(0.0)
    assert pieces.lamp(0.0)


@pytest.mark.parametrize("make", sorted(MAKES))
def test_random_bytes_leave_a_reader_that_still_obeys(make: str, hear: Hear) -> None:
    chance = random.Random(8)
    reader = BarcodeReader(make, pace=0)
    parts = [b"$$$$", b"#", b";", b"\x1b", b"\x16M\r", b"\x16", b".", b"\x7e\x00", b"\x08\x01\x00\x02\x01\xab\xcd"]
    for turn in range(20_000):
        hear(reader, chance.choice(parts) if chance.random() < 0.5 else chance.randbytes(3), turn * 0.01)
    assert len(reader.remarks) > 0
    reader.power_off()
    reader.power_on()
    reader.set_mode(Mode.HOST)
    trigger = {"newland": b"\x1b1", "honeywell": b"\x16T\r", "gm65": gm.frame(bytes.fromhex("0801000201"))}[make]
    hear(reader, trigger, 1000.0)
    said = reader.scan(b"x", 1000.0)
    assert said is not None
    assert said[0][1].startswith(b"x")


def test_a_gm65_lamp_is_lit_always_while_scanning_or_never_as_its_zone_says(gm65: BarcodeReader, hear: Hear) -> None:
    assert hear(gm65, frame(READ_LIGHT)) == answer(b"\xd6")
    assert not gm65.lit(0.0)
    for value, lit, lit_when_triggered in ((0xDE, True, True), (0xD2, False, False), (0xD6, False, True)):
        assert hear(gm65, frame(WRITE_LIGHT + bytes((value,)))) == DONE
        assert hear(gm65, frame(READ_LIGHT)) == answer(bytes((value,)))
        hear(gm65, frame(bytes.fromhex("0801000200")))
        assert gm65.lit(0.0) is lit
        hear(gm65, frame(bytes.fromhex("0801000201")))
        assert gm65.lit(0.0) is lit_when_triggered
    assert gm65.remarks == ()


def test_a_gm65_lamp_is_as_delivered_after_a_loss_of_power(gm65: BarcodeReader, hear: Hear) -> None:
    hear(gm65, frame(WRITE_LIGHT + b"\xde"))
    gm65.power_off()
    assert not gm65.lit(0.0)
    gm65.power_on()
    assert not gm65.lit(0.0)
    assert hear(gm65, frame(READ_LIGHT)) == answer(b"\xd6")
