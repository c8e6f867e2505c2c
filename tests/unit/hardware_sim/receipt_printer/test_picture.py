"""Tickets as pictures: what a camera would read from them, checked by a barcode reader that is not ours."""

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from hardware_sim.receipt_printer.fonts import FontFiles, ask_fontconfig, one_file
from hardware_sim.receipt_printer.picture import HEAD, INK, MARGIN, PAPER, picture
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.receipt_printer.ticket import Align, Ending, Glyph, Line, Ticket

CUT = b"\x1dVB\x00"


@pytest.fixture(scope="module")
def fonts() -> FontFiles:
    return ask_fontconfig()


def qr(content: bytes, module: int) -> bytes:
    size = (len(content) + 3).to_bytes(2, "little")
    return (
        b"\x1d(k\x03\x001C"
        + bytes((module,))
        + b"\x1d(k\x03\x001E1\x1d(k"
        + size
        + b"1P0"
        + content
        + b"\x1d(k\x03\x001Q0"
    )


def ticket_of(printer: ReceiptPrinter, data: bytes) -> Ticket:
    printer.feed(data + CUT, 0.0)
    (ticket,) = printer.collect()
    return ticket


@pytest.mark.parametrize("module", [3, 6])
@pytest.mark.parametrize("align", [0, 1, 2])
def test_the_qr_code_on_the_picture_reads_back(
    printer: ReceiptPrinter, fonts: FontFiles, module: int, align: int
) -> None:
    content = "https://verify.example/v#社保-A1".encode()
    ticket = ticket_of(printer, b"\x1ba" + bytes((align,)) + qr(content, module) + b"\n\n")
    (found,) = zxingcpp.read_barcodes(picture(ticket, fonts))
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.text == content.decode()


def test_a_raster_picture_lands_dot_for_dot(printer: ReceiptPrinter, fonts: FontFiles) -> None:
    paper = picture(ticket_of(printer, b"\x1dv0\x00\x01\x00\x01\x00\xa1\n"), fonts)
    row = [paper.getpixel((MARGIN + x, HEAD)) for x in range(8)]
    assert row == [INK if bit == "1" else PAPER for bit in f"{0xA1:08b}"]


def test_the_paper_is_as_long_as_what_was_printed_and_80_mm_wide(printer: ReceiptPrinter, fonts: FontFiles) -> None:
    short = picture(ticket_of(printer, b"a\n"), fonts)
    long = picture(ticket_of(printer, b"a\n" * 11), fonts)
    assert short.width == 640
    assert long.height - short.height == 300


def ink_box(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.convert("L").point(lambda value: 255 if value < 120 else 0).getbbox()
    assert box is not None
    return box


def test_every_character_stays_in_its_cell(fonts: FontFiles) -> None:
    for glyph in (
        Glyph("国", True),
        Glyph("g", False),
        Glyph("Å", False, 2, 2),
        Glyph("保", True, 3, 1),
        Glyph("保", True, 1, 3),
    ):
        line = Line((glyph,), Align.LEFT, glyph.height)
        left, top, right, bottom = ink_box(picture(Ticket((line,), Ending.FULL_CUT), fonts))
        assert left >= MARGIN
        assert right <= MARGIN + glyph.width
        assert top >= HEAD
        assert bottom <= HEAD + glyph.height


def test_bold_is_darker_than_regular(fonts: FontFiles) -> None:
    def darkness(bold: bool) -> int:
        line = Line((Glyph("社", True, bold=bold),), Align.LEFT, 24)
        image = picture(Ticket((line,), Ending.FULL_CUT), fonts).convert("L")
        return sum(255 - value for value in image.crop((MARGIN, HEAD, MARGIN + 24, HEAD + 24)).tobytes())

    assert darkness(True) > 1.15 * darkness(False)


def test_the_three_endings_look_different(fonts: FontFiles) -> None:
    line = Line((Glyph("a", False),), Align.LEFT, 30)
    looks = {picture(Ticket((line,), ending), fonts).tobytes() for ending in Ending}
    assert len(looks) == 3


def test_one_font_file_may_be_given(fonts: FontFiles) -> None:
    line = Line((Glyph("社", True),), Align.LEFT, 30)
    assert ink_box(picture(Ticket((line,), Ending.FULL_CUT), one_file(Path(fonts.regular))))
