"""`kiosk diagnose --find` on real ttys: who is on which port, and settings that the diagnosis then finds well."""

from __future__ import annotations

import pytest

NAMES = {
    "HARDWARE_SIM_ID_READER": "id-reader",
    "HARDWARE_SIM_RECEIPT_PRINTER": "receipt-printer",
    "HARDWARE_SIM_PIN_PAD": "pin-pad",
    "HARDWARE_SIM_BARCODE_READER": "barcode-reader",
}


@pytest.fixture
def ports(hall) -> list[str]:
    """Words for all serial devices of the hall."""
    return [word for name in NAMES for word in ("--port", hall.world.environment[name])]


def test_what_is_found_becomes_settings_under_which_every_device_is_well(hall, ports, tmp_path):
    found = hall.diagnose("--find", *ports, "--json")
    assert found.code == 0, found.said
    by_port = {port["port"]: port["part"] for port in found.document["ports"]}
    assert by_port == {hall.world.environment[variable]: part for variable, part in NAMES.items()}
    assert found.document["user_reader"].startswith("Kiosk User")
    assert found.document["sam_reader"].startswith("Kiosk PSAM")
    (tmp_path / "terminal.toml").write_text('terminal = "T900"\n' + found.document["settings"], "utf-8")
    done = hall.diagnose("--json", data=tmp_path)
    assert done.code == 0, done.out
    for part in (*NAMES.values(), "card-reader", "psam"):
        assert done.part(part)["health"] == "well"
        assert done.part(part)["warnings"] == []


def test_a_port_that_is_held_or_not_there_is_told_and_keeps_nobody_waiting(hall, tmp_path):
    import serial

    port = hall.world.environment["HARDWARE_SIM_PIN_PAD"]
    with serial.Serial(port, exclusive=True):
        found = hall.diagnose("--find", "--port", port, "--port", str(tmp_path / "none.tty"), "--json", data=tmp_path)
    answers = {each["port"]: each["answer"] for each in found.document["ports"]}
    assert answers == {port: "busy", str(tmp_path / "none.tty"): "gone"}


def test_people_see_ports_and_settings(hall, ports):
    shown = hall.diagnose("--find", *ports[:2], "--language", "en")
    assert shown.code == 0
    assert "ID card reader" in shown.out
    assert "[devices]" in shown.out
    assert 'user = "^Kiosk User"' in shown.out


def test_a_device_named_auto_that_is_nowhere_is_ill_with_a_way_on(hall, tmp_path):
    settings = 'terminal = "T900"\n[devices]\nid_reader = "auto"\n'
    (tmp_path / "terminal.toml").write_text(settings, "utf-8")
    done = hall.diagnose("--device", "id-reader", "--json", data=tmp_path)
    assert done.code == 1
    assert done.part("id-reader")["causes"] == ["not_found"]
    tried = hall.diagnose("bench", "id-reader", "--times", "1", "--json", data=tmp_path)
    assert (tried.code, tried.document["error"]["code"]) == (3, "not_found")
