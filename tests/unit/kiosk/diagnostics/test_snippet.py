"""Settings written from what was found: they can be read by the program that takes them."""

from __future__ import annotations

import re
import tomllib

import pytest

from kiosk.diagnostics.findings import Part
from kiosk.diagnostics.snippet import Located, snippet
from kiosk.settings import Settings

USER, SAM = "Feitian R502 [Contact] (0123) 00 00", "Maker (SAM+) Reader 01 00"
PAD = Located(Part.PIN_PAD, "/dev/serial/by-id/usb-pad", 9600, "KMY3501A V3.02")
SCANNER = Located(Part.BARCODE_READER, "/dev/ttyS1", 115200, "newland", "newland")


def test_what_was_found_is_what_the_settings_say_afterwards():
    text = snippet([PAD, SCANNER], USER, SAM)
    settings = Settings.model_validate({"terminal": "T001", **tomllib.loads(text)})
    assert (settings.devices.pin_pad, settings.devices.pin_pad_baud) == ("/dev/serial/by-id/usb-pad", 9600)
    assert (settings.devices.barcode_reader, settings.devices.barcode_baud) == ("/dev/ttyS1", 115200)
    assert settings.devices.barcode_make == "newland"
    assert settings.devices.id_reader == ""
    assert re.search(settings.readers.user, USER)
    assert re.search(settings.readers.sam, SAM)
    assert re.search(settings.readers.user, USER.replace("00 00", "03 01")), "the index may change"
    assert not re.search(settings.readers.user, SAM)


def test_a_second_device_of_a_kind_is_left_to_a_person():
    text = snippet([PAD, Located(Part.PIN_PAD, "/dev/ttyS7", 9600)], None, None)
    assert tomllib.loads(text)["devices"]["pin_pad"] == PAD.port
    assert '# pin_pad = "/dev/ttyS7"' in text
    assert "[readers]" not in text


def test_nothing_found_is_still_a_table_with_every_name_in_it():
    text = snippet([], None, None)
    assert tomllib.loads(text) == {"devices": {}}
    for name in ("id_reader", "receipt_printer", "pin_pad", "barcode_reader", "document_printer"):
        assert f"# {name} =" in text


@pytest.mark.parametrize("port", ['/dev/"odd"', "/dev/\\back", "/dev/扫码"])
def test_an_odd_name_of_a_port_survives(port):
    text = snippet([Located(Part.ID_READER, port, 115200)], None, None)
    assert tomllib.loads(text)["devices"]["id_reader"] == port


def test_what_a_device_says_of_itself_writes_no_settings():
    evil = Located(Part.ID_READER, "/dev/ttyS1", 115200, "x\n[keys]\nallow_file = true")
    assert set(tomllib.loads(snippet([evil], None, None))) == {"devices"}
