"""What the ports answered, as a document, as lines and as settings."""

from __future__ import annotations

import io
import tomllib

import pytest
from rich.console import Console

from drivers.discovery.port import Busy, Found, Gone, NotPermitted, Silent
from drivers.discovery.probes import Kind
from drivers.operation import FoundReaders
from kiosk.diagnostics.findings import Part
from kiosk.diagnostics.report import FindReport
from kiosk.diagnostics.search import NO_READERS, find_report, shown

ANSWERS = (
    Found("/dev/ttyS0", Kind.RECEIPT_PRINTER, "ESC/POS", 115_200, {"paper": "full"}),
    Found("/dev/ttyS1", Kind.PIN_PAD, "KMY350", 9_600, {"version": "KMY3501A V3.02"}),
    Found("/dev/ttyS2", Kind.BARCODE_READER, "newland", 9_600),
    Silent("/dev/ttyS3"),
    Busy("/dev/ttyS4"),
    NotPermitted("/dev/ttyS5"),
    Gone("/dev/ttyS6", "EIO"),
)
READERS = FoundReaders(("Kiosk User 00 00", "Kiosk User 00 01"), "Kiosk PSAM 00 00")


def test_every_kind_of_device_has_its_part():
    assert {Part(kind.value) for kind in Kind} <= set(Part)


def test_every_port_is_told_with_its_answer_and_the_document_can_be_read_back():
    told = find_report(ANSWERS, READERS)
    answers = {port.port.removeprefix("/dev/"): port.answer for port in told.ports}
    assert answers == {
        "ttyS0": "found",
        "ttyS1": "found",
        "ttyS2": "found",
        "ttyS3": "silent",
        "ttyS4": "busy",
        "ttyS5": "not-permitted",
        "ttyS6": "gone",
    }
    assert (told.user_reader, told.sam_reader) == ("Kiosk User 00 00", "Kiosk PSAM 00 00")
    devices = tomllib.loads(told.settings)["devices"]
    assert devices["receipt_printer"] == "/dev/ttyS0"
    assert devices["barcode_make"] == "newland"
    assert FindReport.model_validate_json(told.model_dump_json()) == told


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("找到", "被占用", "密码键盘")), ("en", ("busy", "PIN pad", "gone"))]
)
def test_people_see_a_line_for_each_port_and_then_the_settings(language, words):
    console = Console(file=io.StringIO(), width=110, color_system=None)
    console.print(shown(find_report(ANSWERS, READERS), language))
    text = console.file.getvalue()
    for word in (*words, "/dev/ttyS3", "KMY3501A V3.02", "[devices]", "EIO"):
        assert word in text


def test_a_machine_without_ports_says_so():
    console = Console(file=io.StringIO(), width=110, color_system=None)
    console.print(shown(find_report((), NO_READERS), "en"))
    assert "no serial port" in console.file.getvalue()


def test_the_neighbour_slot_of_the_psam_is_the_citizens_only_when_there_is_no_other_reader():
    both = FoundReaders(("Dual SAM 00 01", "Kiosk User 01 00"), "Dual SAM 00 00")
    assert find_report((), both).user_reader == "Kiosk User 01 00"
    assert find_report((), FoundReaders(("Dual SAM 00 01",), "Dual SAM 00 00")).user_reader == "Dual SAM 00 01"
