"""What ends up on paper: text in GB18030, looks, pictures, QR codes, cuts, and what a strict printer remarks."""

import random

import pytest

from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.receipt_printer.ticket import Align, Ending, Feed, Line, Qr, Raster, Ticket

INIT, CHINESE, LATIN = b"\x1b@", b"\x1c&", b"\x1c."
CUT = b"\x1dVB\x00"
QR_A1 = bytes.fromhex(
    "1D286B040031413200 1D286B0300314306 1D286B0300314531 1D286B05003150304131 1D286B0300315130".replace(" ", "")
)


def printed(printer: ReceiptPrinter, data: bytes) -> Ticket:
    """The one ticket that `data` and a cut give."""
    printer.feed(data + CUT, 0.0)
    (ticket,) = printer.collect()
    return ticket


def lines(ticket: Ticket) -> list[Line]:
    return [item for item in ticket.items if isinstance(item, Line)]


def test_chinese_text_prints_in_chinese_mode(printer: ReceiptPrinter) -> None:
    ticket = printed(printer, INIT + CHINESE + bytes.fromhex("C9E7BBE1B1A3D5CF") + b" OK\n")
    assert ticket.text() == "社会保障 OK\n"
    assert lines(ticket)[0].width == 4 * 24 + 3 * 12
    assert list(printer.remarks) == []


@pytest.mark.parametrize(("code", "text"), [("A996", "〇"), ("FE9F", "䶮"), ("A2E3", "€")])
def test_every_two_byte_character_of_the_sheet_has_a_glyph(printer: ReceiptPrinter, code: str, text: str) -> None:
    assert printed(printer, CHINESE + bytes.fromhex(code) + b"\n").text() == f"{text}\n"


@pytest.mark.parametrize(("code", "junk"), [("8139EF31", "■9■1"), ("9534B235", "■4■5"), ("9933AB39", "■3■9")])
def test_a_four_byte_character_prints_as_junk(printer: ReceiptPrinter, code: str, junk: str) -> None:
    assert printed(printer, CHINESE + bytes.fromhex(code) + b"\n").text() == f"{junk}\n"
    assert "begins no two-byte character" in printer.remarks[0]


def test_an_empty_place_of_the_two_byte_set_prints_as_junk(printer: ReceiptPrinter) -> None:
    assert printed(printer, CHINESE + bytes.fromhex("AAA1") + b"\n").text() == "■\n"
    assert printer.remarks == ("no glyph for GB18030 AAA1",)


def test_without_chinese_mode_the_bytes_are_a_code_page(printer: ReceiptPrinter) -> None:
    assert printed(printer, bytes.fromhex("C9E7") + b"\n").text() == "╔τ\n"
    assert printed(printer, b"\x1bt\x10" + b"\xe9\n").text() == "é\n"


def test_initialising_leaves_chinese_mode_and_every_setting(printer: ReceiptPrinter) -> None:
    set_everything = CHINESE + b"\x1ba\x02\x1bE\x01\x1d!\x11\x1c!\x8c\x1b3\x64\x1bR\x0f"
    (line,) = lines(printed(printer, set_everything + INIT + b"$\n"))
    (glyph,) = line.glyphs
    assert (line.align, line.height) == (Align.LEFT, 30)
    assert (glyph.text, glyph.bold, glyph.wide, glyph.high) == ("$", False, 1, 1)
    assert printed(printer, bytes.fromhex("C9E7") + b"\n").text() == "╔τ\n"


def test_a_make_for_china_may_wake_up_in_chinese_mode() -> None:
    printer = ReceiptPrinter(pace=0, chinese_at_start=True)
    assert printed(printer, INIT + bytes.fromhex("C9E7") + b"\n").text() == "社\n"


def test_size_commands_reach_the_characters_they_are_for(printer: ReceiptPrinter) -> None:
    data = CHINESE + b"\x1d!\x12A" + bytes.fromhex("C9E7") + b"\x1c!\x04A" + bytes.fromhex("C9E7") + b"\x1b!\x30A\n"
    (line,) = lines(printed(printer, data))
    assert [(glyph.text, glyph.wide, glyph.high) for glyph in line.glyphs] == [
        ("A", 2, 3),
        ("社", 2, 3),
        ("A", 2, 3),
        ("社", 2, 1),
        ("A", 2, 2),
    ]
    assert line.height == 72


def test_bold_and_underline_are_kept_per_character(printer: ReceiptPrinter) -> None:
    (line,) = lines(printed(printer, b"a\x1bE\x01b\x1b-\x01c\x1bE\x00d\n"))
    assert [(g.text, g.bold, g.underlined) for g in line.glyphs] == [
        ("a", False, False),
        ("b", True, False),
        ("c", True, True),
        ("d", False, True),
    ]


def test_alignment_moves_whole_lines(printer: ReceiptPrinter) -> None:
    ticket = printed(printer, b"left\n\x1ba\x01mid\n\x1ba\x02right\n")
    assert ticket.text().split("\n")[:3] == ["left", " " * 22 + "mid", " " * 43 + "right"]


def test_alignment_in_the_middle_of_a_line_is_ignored_and_remarked(printer: ReceiptPrinter) -> None:
    (line,) = lines(printed(printer, b"a\x1ba\x02b\n"))
    assert line.align is Align.LEFT
    assert printer.remarks == ("alignment in the middle of a line",)


def test_a_full_line_breaks_before_the_character_that_does_not_fit(printer: ReceiptPrinter) -> None:
    ticket = printed(printer, CHINESE + b"x" + "保".encode("gb18030") * 24 + b"\n")
    assert [len(line.glyphs) for line in lines(ticket)] == [24, 1]


def test_the_dollar_sign_is_a_yuan_sign_in_the_chinese_set(printer: ReceiptPrinter) -> None:
    assert printed(printer, b"\x1bR\x0f$12\n").text() == "¥12\n"


def test_feeds_move_white_paper_in_lines_and_dots(printer: ReceiptPrinter) -> None:
    ticket = printed(printer, b"a\x1bd\x03b\x1bJ\x50\x1bd\x02c\n")
    assert [(type(item), item.height) for item in ticket.items] == [
        (Line, 30),
        (Feed, 60),
        (Line, 80),
        (Feed, 60),
        (Line, 30),
    ]
    assert ticket.text() == "a\n\n\nb\n\n\nc\n"


def test_tabs_go_to_columns_of_eight(printer: ReceiptPrinter) -> None:
    assert printed(printer, b"ab\tc\td\n").text() == "ab      c       d\n"


def test_a_raster_picture_keeps_its_dots(printer: ReceiptPrinter) -> None:
    bits = bytes.fromhex("FF00 0FF0")
    ticket = printed(printer, b"\x1dv0\x03\x02\x00\x02\x00" + bits)
    assert ticket.items == (Raster(2, 2, bits, Align.LEFT, wide=2, high=2),)
    assert ticket.text() == "[picture 32x4]\n"


def test_a_picture_too_wide_is_cut_off_and_remarked(printer: ReceiptPrinter) -> None:
    ticket = printed(printer, b"\x1dv0\x00\x50\x00\x02\x00" + bytes(range(80)) + bytes(range(80)))
    (picture,) = ticket.items
    assert isinstance(picture, Raster)
    assert (picture.width, picture.bits) == (576, bytes(range(72)) * 2)
    assert printer.remarks == ("picture 640 dots wide, cut off at 576",)


def test_a_damaged_picture_length_waits_for_nothing(printer: ReceiptPrinter) -> None:
    ticket = printed(printer, b"\x1dv0\x00\xff\xff\xff\xff" + b"next\n")
    assert ticket.text() == "next\n"
    assert printer.remarks == ("picture with parameters out of range",)


def test_the_qr_code_of_the_sheet_is_made_from_its_content(printer: ReceiptPrinter) -> None:
    (code,) = printed(printer, QR_A1).items
    assert isinstance(code, Qr)
    assert (code.content, code.module, code.level, code.modules) == (b"A1", 6, "m", 21)
    assert list(printer.remarks) == []


def test_a_qr_code_wider_than_the_paper_is_not_printed(printer: ReceiptPrinter) -> None:
    content = b"x" * 600
    size = (len(content) + 3).to_bytes(2, "little")
    store = b"\x1d(k" + size + b"1P0" + content
    printer.feed(b"\x1d(k\x03\x00\x31\x43\x10" + store + b"\x1d(k\x03\x001Q0" + CUT, 0.0)
    assert printer.collect() == []
    assert "dots wide, not printed" in printer.remarks[0]


@pytest.mark.parametrize(
    ("cut", "ending"),
    [
        ("1D5600", Ending.FULL_CUT),
        ("1D5601", Ending.PARTIAL_CUT),
        ("1D564100", Ending.FULL_CUT),
        ("1D564220", Ending.PARTIAL_CUT),
        ("1B69", Ending.FULL_CUT),
        ("1B6D", Ending.PARTIAL_CUT),
    ],
)
def test_every_cut_of_the_sheet_gives_a_ticket(printer: ReceiptPrinter, cut: str, ending: Ending) -> None:
    printer.feed(b"a\n" + bytes.fromhex(cut), 0.0)
    (ticket,) = printer.collect()
    assert ticket.ending is ending
    assert printer.receipts_in_mouth == 1
    assert not printer.uncut


def test_a_cut_through_white_paper_gives_no_ticket(printer: ReceiptPrinter) -> None:
    printer.feed(b"\n\n" + CUT, 0.0)
    assert printer.collect() == []


def test_a_cut_in_the_middle_of_a_line_is_remarked(printer: ReceiptPrinter) -> None:
    assert printed(printer, b"the feed before the cut ends the line").text()
    assert list(printer.remarks) == []
    printer.feed(b"half\x1dV\x00", 0.0)
    assert list(printer.remarks) == ["cut in the middle of a line"]


def test_the_same_bytes_one_by_one_print_the_same(printer: ReceiptPrinter) -> None:
    data = INIT + CHINESE + "姓名 张三\n".encode("gb18030") + QR_A1 + b"\x1dv0\x00\x01\x00\x02\x00\xaa\x55" + CUT
    printer.feed(data, 0.0)
    other = ReceiptPrinter(pace=0)
    for byte in data:
        other.feed(bytes((byte,)), 0.0)
    assert other.collect() == printer.collect() != []


def test_commands_of_other_printers_are_remarked_and_print_nothing(printer: ReceiptPrinter) -> None:
    assert printed(printer, b"\x1b9\x01\x1bM\x00\x1dB\x00\x1bD\x08\x10\x00ok\n").text() == "ok\n"
    assert len(printer.remarks) == 4


def test_unknown_commands_are_remarked(printer: ReceiptPrinter) -> None:
    printer.feed(b"\x1b\x07", 0.0)
    assert printer.remarks == ("no such command: 1B 07",)


def test_a_presenter_holds_a_receipt_until_it_is_told_to_present_it() -> None:
    printer = ReceiptPrinter(pace=0, presenter=True)
    printer.feed(b"a\n" + CUT, 0.0)
    assert printer.collect() == []
    assert printer.receipts_in_mouth == 0
    printer.feed(b"\x1de\x03", 0.0)
    assert len(printer.collect()) == printer.receipts_in_mouth == 1
    assert printer.take_receipt()
    printer.feed(b"\x1de\x02", 0.0)
    assert printer.retracted() == [], "it was taken"


def test_a_presenter_ejects_and_retracts() -> None:
    printer = ReceiptPrinter(pace=0, presenter=True)
    printer.feed(b"a\n" + CUT + b"\x1de\x05", 0.0)
    assert [ticket.text() for ticket in printer.collect()] == ["a\n"]
    assert printer.receipts_in_mouth == 0
    printer.feed(b"b\n" + CUT + b"\x1de\x03", 0.0)
    printer.feed(b"\x1de\x02", 0.0)
    assert printer.receipts_in_mouth == 0
    assert [ticket.text() for ticket in printer.retracted()] == ["b\n"]
    printer.feed(b"\x1de\x07", 0.0)
    assert printer.remarks == ("presenter action 07",)


def test_a_printer_without_a_presenter_remarks_its_command(printer: ReceiptPrinter) -> None:
    printed(printer, b"a\n")
    printer.feed(b"\x1de\x02", 0.0)
    assert printer.receipts_in_mouth == 1
    assert printer.remarks == ("presenter action 02, and there is no presenter",)


def test_what_hangs_uncut_can_be_pulled_out_and_hangs_on_no_other(printer: ReceiptPrinter) -> None:
    printer.feed(b"half\n", 0.0)
    printer.pull_out()
    (torn,) = printer.collect()
    assert (torn.ending, torn.text()) == (Ending.TORN_OFF, "half\n~~ torn off ~~\n")
    assert printed(printer, b"next\n").text() == "next\n"
    printer.pull_out()
    assert printer.collect() == []


def test_a_receipt_can_be_taken_once(printer: ReceiptPrinter) -> None:
    printed(printer, b"a\n")
    assert printer.take_receipt()
    assert not printer.take_receipt()


def test_twenty_thousand_random_streams_never_break_the_printer() -> None:
    chance = random.Random(20261)
    said = 0
    heads = [
        b"\x1b",
        b"\x1c",
        b"\x1d",
        b"\x10",
        b"\x1d(k",
        b"\x1dv0",
        b"\x1dV",
        b"\x1bD",
        b"\x1c&",
        b"\x10\x04",
        b"\x1da",
        b"\x1de",
        b"\x1dr\x01",
    ]
    for _ in range(20_000):
        printer = ReceiptPrinter(pace=0, presenter=chance.random() < 0.5)
        stream = b"".join(
            chance.choice(heads) + chance.randbytes(chance.randrange(8)) for _ in range(chance.randrange(1, 12))
        )
        for start in range(0, len(stream), 5):
            said += len(printer.feed(stream[start : start + 5], 0.0))
        printer.feed(bytes(20) + CUT, 1.0)
        assert all(ticket.height > 0 for ticket in printer.collect())
    assert said > 1000
