"""The bytes of receipts, each written down by hand from the command reference."""

import random

import pytest

from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.document import Align, Feed, Line, Pair, Picture, Qr, QrLevel, Receipt, Rule, Text
from drivers.receipt_printer.encode import ReceiptUnprintableError, encode

START = "1B40 1C26"
QR_A1 = "1B4A18 1D286B0400314132 00 1D286B0300314306 1D286B0300314531 1D286B0500315030 4131 1D286B0300315130 1B4A18"


def refuses_to_draw(text: str, height: int) -> Bitmap:
    raise AssertionError("nothing here needs a picture")


def black(text: str, height: int) -> Bitmap:
    width = len(text) * height
    return Bitmap(width, height, b"\xff" * (width // 8 * height))


def hex_of(*lines: Line) -> str:
    return encode(Receipt(lines), refuses_to_draw).hex().upper()


def by_hand(text: str) -> str:
    return (START + text).replace(" ", "").replace("\n", "")


def test_a_whole_receipt_is_the_bytes_written_by_hand() -> None:
    receipt = (
        Text("社会保障", Align.CENTRE, bold=True, double=True),
        Text("〇a", Align.LEFT),
        Pair("Name", "x"),
        Rule(),
        Feed(3),
        Qr("A1"),
    )
    assert hex_of(*receipt) == by_hand(
        """
        1B6101 1B4501 1D2111 1C210C C9E7 BBE1 B1A3 D5CF 0A
        1B6100 1B4500 1D2100 1C2100 A996 61 0A
        4E616D65"""
        + 43 * "20"
        + """78 0A"""
        + 48 * "2D"
        + """0A
        1B6403
        1B6101"""
        + QR_A1
    )


def test_a_style_is_sent_only_when_it_changes() -> None:
    assert hex_of(Text("a", bold=True), Text("b", bold=True), Text("c")) == by_hand(
        "1B4501 1D2100 1C2100 61 0A 62 0A 1B4500 1D2100 1C2100 63 0A"
    )


def test_a_pair_too_long_for_one_line_stands_on_two() -> None:
    assert hex_of(Pair("a" * 30, "b" * 18)) == by_hand("61" * 30 + "0A 1B6102" + "62" * 18 + "0A")
    assert hex_of(Pair("a" * 30, "b" * 17)) == by_hand("61" * 30 + "20" + "62" * 17 + "0A")


def test_a_chinese_line_is_full_after_24_characters_and_never_cut_inside_one() -> None:
    assert hex_of(Text("a" + "社" * 24)) == by_hand("61" + "C9E7" * 23 + "0A C9E7 0A")


def test_a_double_line_is_full_after_12_characters() -> None:
    assert hex_of(Text("社" * 13, double=True)) == by_hand("1B4500 1D2111 1C210C" + "C9E7" * 12 + "0A C9E7 0A")


@pytest.mark.parametrize("rare", ["㐂", "𠮷", "𬭩", "€", "\ue123"])
def test_a_line_with_a_character_the_printer_has_not_goes_as_a_picture(rare: str) -> None:
    drawn: list[tuple[str, int]] = []

    def rasterise(text: str, height: int) -> Bitmap:
        drawn.append((text, height))
        return black(text, height)

    data = encode(Receipt((Text(f"张{rare}"), Text("张"))), rasterise)
    assert drawn == [(f"张{rare}", 24)]
    picture = "1D763000 0600 1E00" + "FF" * 6 * 24 + "00" * 6 * 6  # 48 dots wide; 24 of glyph, 6 of space
    assert data.hex().upper() == by_hand(picture + "D5C5 0A")


def test_a_pair_with_a_rare_name_keeps_both_ends_on_one_picture() -> None:
    drawn: list[str] = []

    def rasterise(text: str, height: int) -> Bitmap:
        drawn.append(text)
        return Bitmap(576, height, bytes(72 * height))

    data = encode(Receipt((Pair("姓名", "𠮷某"),)), rasterise)
    assert drawn == ["姓名" + " " * 40 + "𠮷某"]
    assert data.startswith(bytes.fromhex("1B401C26 1D763000 4800 1E00"))


def test_a_picture_of_bold_text_is_bold() -> None:
    def dot(text: str, height: int) -> Bitmap:
        return Bitmap(8, height, b"\x80" * height)

    assert b"\xc0" * 24 in encode(Receipt((Text("𠮷", bold=True),)), dot)


@pytest.mark.parametrize("command", [b"\x10\x04", b"\x10\x05", b"\x10\x14"])
def test_dots_that_look_like_a_real_time_command_lose_one_dot(command: bytes) -> None:
    # a printer obeys these wherever they stand, and one of them switches it off
    rows = b"\x10" + command + b"\x10" + command + command
    data = encode(Receipt((Picture(Bitmap(16, 4, rows)),)), refuses_to_draw)
    assert command not in data
    assert data.endswith(b"\x10\x00" + command[1:] + b"\x10\x00" + command[1:] + b"\x00" + command[1:])


def test_user_text_cannot_command_the_printer() -> None:
    assert hex_of(Text("\x1b@\x1dV\x00\x10\x04\x01\x1c.")) == by_hand("40 56 2E 0A")


def test_a_picture_goes_in_bands_of_240_rows() -> None:
    rows = bytes(range(250)) * 2
    assert (
        hex_of(Picture(Bitmap(16, 250, rows), Align.LEFT))
        == by_hand("1D763000 0200 F000" + rows[:480].hex() + "1D763000 0200 0A00" + rows[480:].hex()).upper()
    )


@pytest.mark.parametrize(
    ("length", "level", "wanted", "dots"),
    [
        (2, QrLevel.M, 6, 6),
        (2, QrLevel.H, 16, 16),
        (504, QrLevel.M, 6, 6),
        (505, QrLevel.M, 6, 5),
        (2331, QrLevel.M, 6, 3),
    ],
)
def test_a_qr_code_is_made_small_enough_for_the_paper(length: int, level: QrLevel, wanted: int, dots: int) -> None:
    data = encode(Receipt((Qr("a" * length, wanted, level),)), refuses_to_draw)
    assert bytes.fromhex("1D286B03003143") + bytes([dots]) in data
    size = bytes([(length + 3) & 0xFF, (length + 3) >> 8])
    assert b"\x1d\x28\x6b" + size + b"1P0" + b"a" * length in data
    assert bytes.fromhex("1D286B03003145") + bytes([level.value]) in data


@pytest.mark.parametrize(
    "line",
    [
        Qr(""),
        Qr("a" * 2332),
        Qr("a\x1b@"),
        Qr("a", 0),
        Qr("a", 17),
        Feed(0),
        Feed(256),
        Picture(Bitmap(584, 1, bytes(73))),
    ],
    ids=lambda line: type(line).__name__,
)
def test_what_cannot_stand_on_the_paper_is_refused(line: Line) -> None:
    with pytest.raises(ReceiptUnprintableError):
        hex_of(line)


def test_a_receipt_shows_nothing_of_its_content() -> None:
    receipt = Receipt((Text("张三"), Pair("姓名", "张三"), Qr("张三"), Picture(Bitmap(8, 1, b"\x42"))))
    assert "张" not in repr(receipt)
    assert "42" not in repr(receipt)


def test_any_text_becomes_commands_and_text_that_can_be_told_apart() -> None:
    chance = random.Random(1)
    for _ in range(2000):
        text = "".join(
            chr(chance.choice((chance.randrange(0x80), 0x4E00 + chance.randrange(20000)))) for _ in range(40)
        )
        data = encode(Receipt((Text(text),)), black)
        if not data.count(b"\x1d\x76\x30"):
            body = data[len(bytes.fromhex("1B401C26")) :]
            assert not set(body) & {0x1B, 0x1C, 0x1D, 0x10}
            body.decode("gb18030")
            for line in body.split(b"\n"):
                assert len(line) <= 48
                line.decode("gb18030")
