"""Trays, paper, toner and capabilities: what printers tell, in full, in part, and in damaged messages."""

import random

import pytest

from drivers.document_printer.capabilities import DocumentPrinterCapabilities, capabilities_from
from drivers.document_printer.ipp import Attributes, Group, IppMalformedError, Message, Tag, Value, decode, encode, one
from drivers.document_printer.state import status_from
from drivers.document_printer.supplies import (
    ReadyMedia,
    Supply,
    Tray,
    ready_media_from,
    supplies_from,
    trays_from,
)
from drivers.status import TonerState


def words(tag: Tag, *contents: str | int) -> tuple[Value, ...]:
    return tuple(Value(tag, content) for content in contents)


SIZE = {"x-dimension": one(Tag.INTEGER, 21000), "y-dimension": one(Tag.INTEGER, 29700)}
A4 = {
    "media-size": (Value(Tag.BEGIN_COLLECTION, SIZE),),
    "media-size-name": one(Tag.KEYWORD, "iso_a4_210x297mm"),
    "media-source": one(Tag.KEYWORD, "tray-1"),
    "media-type": one(Tag.KEYWORD, "stationery"),
}
TOLD: Attributes = {
    "printer-state": one(Tag.ENUM, 3),
    "printer-state-reasons": words(Tag.KEYWORD, "none"),
    "media-ready": words(Tag.KEYWORD, "iso_a4_210x297mm"),
    "media-col-ready": (Value(Tag.BEGIN_COLLECTION, A4),),
    "printer-input-tray": (
        Value(Tag.OCTET_STRING, b"type=sheetFeedAutoRemovableTray;maxcapacity=250;level=120;status=0;name=Tray 1;"),
        Value(Tag.OCTET_STRING, b"type=sheetFeedManual;maxcapacity=-2;level=-3;status=0;name=Bypass;"),
    ),
    "marker-names": words(Tag.NAME, "black toner", "waste"),
    "marker-types": words(Tag.KEYWORD, "toner", "waste-toner"),
    "marker-colors": words(Tag.NAME, "#000000", "none"),
    "marker-levels": words(Tag.INTEGER, 4, 96),
    "marker-low-levels": words(Tag.INTEGER, 5, 0),
    "marker-high-levels": words(Tag.INTEGER, 100, 95),
    "printer-make-and-model": one(Tag.TEXT, "Example 4000"),
    "printer-name": one(Tag.NAME, "hall"),
    "printer-device-id": one(Tag.TEXT, "MFG:Example;MDL:4000;sn: X-17 ;"),
    "printer-firmware-string-version": words(Tag.TEXT, "1.2", "boot 3"),
    "document-format-supported": words(Tag.MIME_MEDIA_TYPE, "application/pdf"),
    "media-supported": words(Tag.KEYWORD, "iso_a4_210x297mm"),
    "media-source-supported": words(Tag.KEYWORD, "tray-1", "by-pass-tray"),
    "sides-supported": words(Tag.KEYWORD, "one-sided"),
    "operations-supported": words(Tag.ENUM, 2, 9, 11),
    "ipp-versions-supported": words(Tag.KEYWORD, "1.1", "2.0"),
    "color-supported": one(Tag.BOOLEAN, False),
    "pages-per-minute": one(Tag.INTEGER, 40),
}


def test_paper_trays_and_supplies_are_read_from_the_lists() -> None:
    assert ready_media_from(TOLD) == (ReadyMedia("iso_a4_210x297mm", "tray-1", "stationery"),)
    assert trays_from(TOLD) == (
        Tray("Tray 1", "sheetFeedAutoRemovableTray", 120, 250),
        Tray("Bypass", "sheetFeedManual", None, None),
    )
    assert not any(tray.empty for tray in trays_from(TOLD))
    assert supplies_from(TOLD) == (
        Supply("black toner", "toner", "#000000", 4, True),
        Supply("waste", "waste-toner", "none", 96, True),
    )


def test_a_size_without_a_name_is_told_in_millimetres_and_an_old_printer_by_its_names() -> None:
    nameless = {"media-size": (Value(Tag.BEGIN_COLLECTION, SIZE),)}
    assert ready_media_from({"media-col-ready": (Value(Tag.BEGIN_COLLECTION, nameless),)}) == (ReadyMedia("210x297mm"),)
    assert ready_media_from({"media-ready": TOLD["media-ready"]}) == (ReadyMedia("iso_a4_210x297mm"),)
    assert ready_media_from({"media-col-ready": (Value(Tag.NO_VALUE, None),)}) == ()


@pytest.mark.parametrize("level", [-3, -2, -1, 101])
def test_a_level_that_is_no_level_is_unknown(level: int) -> None:
    (supply,) = supplies_from({"marker-levels": words(Tag.INTEGER, level)})
    assert (supply.level, supply.needs_care) == (None, False)


def test_lists_of_unlike_length_lose_nothing() -> None:
    found = supplies_from({"marker-names": words(Tag.NAME, "a", "b"), "marker-levels": words(Tag.INTEGER, 50)})
    assert found == (Supply("a", level=50), Supply("b"))


def test_an_empty_tray_and_low_toner_are_seen_without_a_reason_for_them() -> None:
    raw = b"level=0;maxcapacity=250;name=Tray 1"
    assert trays_from({"printer-input-tray": (Value(Tag.OCTET_STRING, raw),)})[0].empty
    assert status_from(TOLD).status.toner is TonerState.LOW
    waste = {**TOLD, "marker-levels": words(Tag.INTEGER, 50, 99)}
    assert status_from(waste).status.toner is TonerState.FULL, "a full waste box is no lack of toner"


def test_the_printer_says_what_it_is_and_what_it_lacks() -> None:
    told = capabilities_from(TOLD)
    assert told == DocumentPrinterCapabilities(
        model="Example 4000",
        name="hall",
        serial="X-17",
        firmware=("1.2", "boot 3"),
        formats=("application/pdf",),
        media=("iso_a4_210x297mm",),
        sources=("tray-1", "by-pass-tray"),
        sides=("one-sided",),
        operations=(2, 9, 11),
        versions=("1.1", "2.0"),
        colour=False,
        pages_per_minute=40,
    )
    assert told.lacks("iso_a4_210x297mm", (2, 8, 9, 11)) == ("operation-0008",)
    assert told.lacks("na_letter_8.5x11in", (2,)) == ("na_letter_8.5x11in",)
    postscript = DocumentPrinterCapabilities(formats=("application/postscript",))
    assert postscript.lacks("iso_a4_210x297mm", (2,)) == ("application/pdf",)
    assert capabilities_from({}).lacks("iso_a4_210x297mm", (2,)) == ()


def test_twenty_thousand_damaged_answers_end_in_a_status_or_our_error() -> None:
    chance = random.Random(8011)
    whole = encode(Message(0, 1, ((Group.OPERATION, {}), (Group.PRINTER, TOLD))))
    read = 0
    for _ in range(20_000):
        raw = bytearray(whole)
        for _damage in range(chance.randint(1, 4)):
            at = chance.randrange(len(raw))
            match chance.randrange(4):
                case 0:
                    raw[at] = chance.randrange(256)
                case 1:
                    raw[at : at + chance.randint(1, 6)] = b""
                case 2:
                    raw[at:at] = chance.randbytes(chance.randint(1, 4))
                case _:
                    raw[at] = chance.choice((Tag.INTEGER, Tag.BEGIN_COLLECTION, Tag.NO_VALUE, Tag.BOOLEAN, Tag.NAME))
        try:
            group = decode(bytes(raw)).group(Group.PRINTER)
        except IppMalformedError:
            continue
        status, capabilities = status_from(group), capabilities_from(group)
        assert all(supply.level is None or 0 <= supply.level <= 100 for supply in status.supplies)
        assert all(tray.level is None or tray.level >= 0 for tray in status.trays)
        assert all(isinstance(word, str) for word in (*status.reasons, *capabilities.media, capabilities.serial))
        read += 1
    assert read > 1000
