"""Codes held before the reader: what goes over the line, when, and when nothing does."""

import random

import pytest

from hardware_sim.barcode_reader.gs1 import Gs1Error, element_string
from hardware_sim.barcode_reader.make import Terminator
from hardware_sim.barcode_reader.reader import LARGEST_CODE, BarcodeReader, Mode
from hardware_sim.line_troubles import NOISE, Trouble


def sent(reader: BarcodeReader, data: bytes, now: float = 0.0) -> bytes:
    said = reader.scan(data, now)
    assert said is not None
    return b"".join(each for _, each in said)


@pytest.mark.parametrize(
    ("terminator", "end"), [(Terminator.NONE, b""), (Terminator.CR, b"\r"), (Terminator.CRLF, b"\r\n")]
)
def test_a_text_is_sent_as_it_is_with_its_terminator(reader: BarcodeReader, terminator: Terminator, end: bytes) -> None:
    reader.set_terminator(terminator)
    for data in (b"plain", "社会保障".encode(), "社会保障".encode("gbk"), bytes(range(256))):
        assert sent(reader, data) == data + end
    assert reader.scans == 4


def test_in_host_mode_nothing_is_read_without_the_trigger(reader: BarcodeReader) -> None:
    reader.set_mode(Mode.HOST)
    assert reader.scan(b"x", 0.0) is None
    reader.feed(b"\x1b1", 1.0)
    assert sent(reader, b"x", 2.0) == b"x\r"
    assert not reader.lamp(2.0), "one trigger, one code"
    assert reader.scan(b"x", 3.0) is None
    assert reader.scans == 1


def test_without_power_nothing_is_read_and_nothing_is_heard(reader: BarcodeReader) -> None:
    reader.feed(b"\x1b1", 0.0)
    reader.power_off()
    assert reader.scan(b"x", 0.0) is None
    assert reader.feed(b"$$$$", 0.0) == []
    assert reader.send_garbage(5, 0.0) == []
    reader.power_on()
    assert not reader.lamp(0.0)
    assert reader.powered


@pytest.mark.parametrize("size", [0, LARGEST_CODE + 1])
def test_no_code_is_empty_or_larger_than_a_code_can_be(reader: BarcodeReader, size: int) -> None:
    with pytest.raises(ValueError, match="2953"):
        reader.scan(bytes(size), 0.0)


def test_the_same_seed_makes_the_same_garbage() -> None:
    one, other = (BarcodeReader(chance=random.Random(5)) for _ in range(2))
    assert one.send_garbage(40, 0.0) == other.send_garbage(40, 0.0)


def test_troubles_spoil_texts_until_they_end(reader: BarcodeReader) -> None:
    reader.disturb(Trouble.TORN, keep=3, count=1)
    assert sent(reader, b"abcdef") == b"abc"
    reader.disturb(Trouble.SILENCE)
    assert reader.scan(b"abc", 0.0) == []
    reader.disturb(Trouble.NOISE)
    assert sent(reader, b"abc") == NOISE + b"abc\r"
    reader.recover()
    assert sent(reader, b"abc") == b"abc\r"


def test_texts_take_their_time_and_come_in_order() -> None:
    reader = BarcodeReader(pace=1)
    reader.slow_down(0.5)
    first, second = reader.scan(b"a", 0.0), reader.scan(b"b", 0.0)
    assert first is not None
    assert second is not None
    assert first[0][0] > 0.5
    assert second[0][0] > first[0][0] + 0.5


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("(01)06901234567892", b"0106901234567892"),
        ("(01)06901234567892(21)A7", b"010690123456789221A7"),
        ("(10)LOT1(21)A7", b"10LOT1\x1d21A7"),
        ("(21)A7(17)270131(10)X", b"21A7\x1d1727013110X"),
        ("(3103)001500(21)Z", b"310300150021Z"),
        ("(00)123456789012345675", b"00123456789012345675"),
    ],
)
def test_gs1_elements_are_parted_only_where_their_length_is_not_known(text: str, data: bytes) -> None:
    assert element_string(text) == data


@pytest.mark.parametrize(
    "text", ["", "06901234567892", "(01)0690", "(01)", "(1)X", "(21)A 7", "x(21)A7", "(21)甲", "(17)2701311"]
)
def test_what_is_no_element_string_is_refused_with_words(text: str) -> None:
    with pytest.raises(Gs1Error, match=r"written like|takes"):
        element_string(text)
