"""The whole diagnosis on real wires: all well, each device ill in its own way, and none ill because of another."""

from __future__ import annotations

import fcntl
import json
import re

import pytest

FITTED = {
    *("card-reader", "psam", "id-reader", "receipt-printer", "document-printer", "pin-pad"),
    "barcode-reader",
    *("journal", "snapshot", "clock", "disk", "sync"),
}
PERSONAL = ("周予安", "110199198803120233", "A00000011", "星湖市")


def test_a_healthy_terminal_is_all_well_with_times_and_identities(hall):
    done = hall.diagnose("--json")
    assert done.code == 0, done.out
    assert done.document["verdict"] == "well"
    assert set(done.health()) >= FITTED
    assert set(done.health().values()) == {"well"}
    reader = done.part("id-reader")
    assert reader["identity"]["serial_number"].startswith("05.03-")
    assert [step["result"] for step in reader["self_test"]["steps"]] == ["pass", "pass", "pass"]
    assert reader["self_test"]["ms"] > 0
    assert done.part("document-printer")["identity"]["model"] == "Simulated A4 Laser"
    assert done.part("pin-pad")["identity"]["serial_number"]
    assert done.part("journal")["status"]["entries"] >= "1"


def test_people_read_one_line_a_part_in_their_language(hall):
    chinese, english = hall.diagnose(), hall.diagnose("--language", "en")
    assert chinese.code == english.code == 0
    assert re.search("✓ 正常 +凭条打印机", chinese.out)
    assert "本机正常" in chinese.out
    assert "Receipt printer" in english.out
    assert "All well" in english.out


@pytest.mark.parametrize(
    "round",
    [
        {
            "id-reader unplug": ("id-reader", "no_device", "ID-02"),
            "receipt-printer paper-out": ("receipt-printer", "paper_out", "PR-02"),
            "a4-printer jam": ("document-printer", "jam", "DP-01"),
            "pin-pad power-off": ("pin-pad", "no_answer", "PP-01"),
        },
        {
            "id-reader silence": ("id-reader", "timeout", "ID-02"),
            "receipt-printer cover-open": ("receipt-printer", "cover_open", "PR-03"),
            "a4-printer power-off": ("document-printer", "no_device", "DP-01"),
        },
        {
            "id-reader self-test-failed": ("id-reader", "self_test_failed", "ID-02"),
            "receipt-printer power-off": ("receipt-printer", "no_answer", "PR-05"),
            "pin-pad self-test-failed F3": ("pin-pad", "pin_pad_self_test_failed", "PP-01"),
        },
        {
            "receipt-printer unplug": ("receipt-printer", "no_device", "PR-05"),
            "a4-printer paper-out": ("document-printer", "paper_out", "DP-01"),
        },
    ],
    ids=lambda round: " + ".join(round),
)
def test_each_ill_device_is_named_with_its_fault_code_and_its_next_step_and_no_other(hall, round):
    hall.do(*round)
    done = hall.diagnose("--json")
    assert done.code == 1
    for part, cause, fault in round.values():
        ill = done.part(part)
        assert (ill["health"], ill["causes"][0], ill["fault"]) == ("ill", cause, fault)
        assert ill["next"]["zh"]
        assert ill["next"]["en"]
    others = done.health(*(part for part, _, _ in round.values()))
    assert set(others.values()) == {"well"}, "one ill device says nothing of the others"
    hall.mend()
    mended = hall.diagnose("--json", *(word for part, _, _ in round.values() for word in ("--device", part)))
    assert mended.code == 0, "and what was mended is well again"


def test_a_silent_plain_scanner_is_unknown_and_its_bench_test_is_named(hall, tmp_path):
    hall.do("barcode-reader power-off")
    known = hall.diagnose("--device", "barcode-reader", "--json")
    assert (known.code, known.part("barcode-reader")["fault"]) == (1, "QR-02"), "a Newland answers when it is well"
    port = hall.world.environment["HARDWARE_SIM_BARCODE_READER"]
    (tmp_path / "terminal.toml").write_text(f'terminal = "T900"\n[devices]\nbarcode_reader = "{port}"\n', "utf-8")
    plain = hall.diagnose("--device", "barcode-reader", "--json", data=tmp_path)
    assert (plain.code, plain.part("barcode-reader")["health"]) == (3, "unknown")
    assert "bench barcode-reader" in plain.part("barcode-reader")["next"]["en"]


def test_a_missing_psam_is_not_an_ill_reader(hall):
    hall.do("remove psam")
    hall.seen("PSAM", card=False)
    done = hall.diagnose("--json")
    assert done.code == 1
    assert (done.part("psam")["causes"], done.part("psam")["fault"]) == (["sam_missing"], "PS-01")
    assert set(done.health("psam").values()) == {"well"}


def test_a_dead_card_service_is_told_of_both_readers_and_of_nothing_else(hall):
    hall.do("pcsc down")
    done = hall.diagnose("--json")
    assert done.code == 1
    for part in ("card-reader", "psam"):
        assert done.part(part)["causes"] == ["service_gone"]
        assert "pcscd" in done.part(part)["next"]["en"]
    assert set(done.health("card-reader", "psam").values()) == {"well"}


def test_a_card_in_the_reader_is_tried_and_nothing_of_its_holder_is_told(hall):
    hall.do("insert card worker")
    hall.seen("User", card=True)
    done = hall.diagnose("--json")
    assert done.code == 0
    steps = {step["name"]: step for step in done.part("card-reader")["self_test"]["steps"]}
    assert steps["card"]["result"] == "pass"
    shown = hall.diagnose("--device", "card-reader")
    for personal in PERSONAL:
        assert personal not in done.out + shown.out
    assert not hall.status()["card_reader"]["powered"], "the card is cold afterwards"
    assert hall.status()["card_reader"]["pin_tries_left"] == 6


def test_a_foreign_card_is_a_remark_and_no_fault_of_the_reader(hall):
    hall.do("insert foreign-card")
    hall.seen("User", card=True)
    done = hall.diagnose("--json")
    assert done.code == 0
    assert done.part("card-reader")["warnings"] == ["foreign_card"]
    assert "test card" in done.part("card-reader")["next"]["en"]


def test_a_card_the_wrong_way_round_leaves_open_who_is_ill(hall):
    hall.do("insert card worker upside-down")
    hall.seen("User", card=True)
    done = hall.diagnose("--json")
    assert (done.code, done.part("card-reader")["health"]) == (3, "unknown")
    assert done.part("card-reader")["causes"] == ["card_mute"]


def test_one_device_is_asked_alone_and_told_in_detail(hall):
    done = hall.diagnose("--device", "receipt-printer", "--json")
    assert [part["name"] for part in done.document["parts"]] == ["receipt-printer"]
    shown = hall.diagnose("--device", "receipt-printer", "--device", "disk", "--language", "en")
    assert shown.code == 0
    assert "the device does not tell" in shown.out
    assert "Disk space" in shown.out
    assert "A4" not in shown.out


def test_while_the_terminal_runs_no_device_is_touched_and_the_way_out_is_said(hall):
    hall.do("insert card worker")
    hall.seen("User", card=True)
    with (hall.data / "journal.open").open() as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        done = hall.diagnose("--json")
        bench = hall.diagnose("bench", "card-reader", "--times", "1", "--json")
    assert (done.code, bench.code) == (3, 3)
    assert done.part("receipt-printer")["causes"] == ["terminal_runs"]
    assert "stop" in done.part("receipt-printer")["next"]["en"]
    assert done.part("journal")["health"] == "well", "what needs no device is told all the same"
    assert bench.document["error"]["code"] == "terminal_runs"
    assert "stop" in bench.document["error"]["next"]


def test_a_port_that_another_program_holds_is_unknown_and_not_ill(hall):
    import serial

    with serial.Serial(hall.world.environment["HARDWARE_SIM_RECEIPT_PRINTER"], exclusive=True):
        done = hall.diagnose("--json")
    assert done.code == 3
    assert (done.part("receipt-printer")["health"], done.part("receipt-printer")["causes"]) == (
        "unknown",
        ["device_busy"],
    )


def test_settings_alone_are_enough_to_test_devices_on_a_bench(hall, tmp_path):
    printer = hall.world.environment["HARDWARE_SIM_RECEIPT_PRINTER"]
    (tmp_path / "terminal.toml").write_text(f'terminal = "T900"\n[devices]\nreceipt_printer = "{printer}"\n', "utf-8")
    done = hall.diagnose("--json", data=tmp_path)
    assert done.code == 0, done.out
    assert done.part("receipt-printer")["health"] == "well"
    assert done.part("journal")["health"] == "not-fitted"
    assert done.part("id-reader")["health"] == "not-fitted"


@pytest.mark.parametrize(
    ("content", "code", "why"),
    [
        (None, 3, "settings"),
        ('terminal = "t"', 3, "settings"),
        ('terminal = "T900"\n[devices]\ndocument_printer = "http://printer"\n', 3, "settings"),
    ],
)
def test_settings_that_cannot_be_used_are_said_and_not_guessed(hall, tmp_path, content, code, why):
    if content is not None:
        (tmp_path / "terminal.toml").write_text(content, "utf-8")
    done = hall.diagnose("--json", data=tmp_path)
    assert (done.code, json.loads(done.out)["error"]["code"]) == (code, why)
    assert done.document["error"]["next"] in done.said


def test_a_part_that_does_not_exist_is_wrong_usage_and_the_parts_are_named(hall):
    done = hall.diagnose("--device", "coffee-machine", "--json")
    assert (done.code, done.document["error"]["code"]) == (2, "part")
    assert "receipt-printer" in done.document["error"]["next"]


def test_the_picture_is_drawn_beside_the_answer(hall, tmp_path):
    picture = tmp_path / "diagnose.png"
    done = hall.diagnose("--picture", str(picture))
    assert done.code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    refused = hall.diagnose("--picture", str(tmp_path / "diagnose.doc"))
    assert refused.code == 3
    assert ".png or .svg" in refused.said
