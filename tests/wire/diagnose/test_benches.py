"""Bench tests of one device on real wires."""

from __future__ import annotations

import time

import pytest

PERSONAL = ("周予安", "110199198803120233", "A00000011")


def test_a_card_is_read_twenty_times_and_timed(hall):
    hall.do("insert card worker")
    hall.seen("User", card=True)
    done = hall.diagnose("bench", "card-reader", "--json")
    assert done.code == 0, done.out
    told = done.document
    assert (told["part"], told["result"], told["wanted"], len(told["tries"])) == ("card-reader", "pass", 20, 20)
    assert 0 < told["times"]["min"] <= told["times"]["median"] <= told["times"]["max"]
    assert told["facts"]["card_number"] == "****0011"
    for personal in PERSONAL:
        assert personal not in done.out + done.said
    assert hall.status()["card_reader"]["pin_tries_left"] == 6
    shown = hall.diagnose("bench", "card-reader", "--times", "2", "--reveal")
    assert "A00000011" in shown.out
    assert "周" not in shown.out


@pytest.mark.parametrize(
    ("hand", "code", "cause"),
    [("", 3, "card_gone"), ("insert foreign-card", 3, "foreign_card"), ("insert card worker", 1, "sam_missing")],
)
def test_what_keeps_a_card_from_being_read_is_said_with_a_next_step(hall, hand, code, cause):
    if cause == "sam_missing":
        hall.do("remove psam")
        hall.seen("PSAM", card=False)
    if hand:
        hall.do(hand)
        hall.seen("User", card=True)
    done = hall.diagnose("bench", "card-reader", "--times", "3", "--json")
    assert (done.code, done.document["cause"]) == (code, cause)
    assert done.document["next"]["zh"]
    if cause == "sam_missing":
        assert hall.diagnose("bench", "card-reader", "--times", "3", "--no-psam", "--json").code == 0


def test_an_id_card_is_read_and_forgotten(hall):
    hall.do("place id worker")
    done = hall.diagnose("bench", "id-reader", "--times", "1", "--json")
    assert done.code == 0, done.out
    assert done.document["facts"] == {"text_bytes": "256", "photo_bytes": "1024"}
    for personal in PERSONAL:
        assert personal not in done.out + done.said
    hall.do("remove id")
    nobody = hall.diagnose("bench", "id-reader", "--times", "1", "--seconds", "1", "--json")
    assert (nobody.code, nobody.document["cause"]) == (3, "no_document")


def test_a_test_receipt_comes_out_with_every_kind_of_text_and_a_code(hall):
    before = hall.status()["receipt_printer"]["printed"]
    done = hall.diagnose("bench", "receipt-printer", "--json")
    assert done.code == 0, done.out
    assert hall.status()["receipt_printer"]["printed"] == before + 1
    newest = max((hall.world.simulator / "receipts").glob("*.txt"))
    paper = newest.read_text("utf-8")
    for words in ("打印机测试", "T001", "The quick brown fox", "kiosk-test:T001:"):
        assert words in paper, paper
    assert hall.status()["receipt_printer"]["remarks"] == []


def test_a_test_page_comes_out_byte_for_byte(hall):
    done = hall.diagnose("bench", "document-printer", "--json")
    assert done.code == 0, done.out
    newest = max((hall.world.simulator / "pages").glob("*.pdf"))
    assert newest.read_bytes().startswith(b"%PDF")
    assert done.document["facts"]["impressions"] == "1"


@pytest.mark.parametrize(
    ("hand", "device", "cause"),
    [("receipt-printer paper-out", "receipt-printer", "paper_out"), ("a4-printer jam", "document-printer", "jam")],
)
def test_a_printer_that_cannot_print_is_asked_once(hall, hand, device, cause):
    hall.do(hand)
    done = hall.diagnose("bench", device, "--times", "3", "--json")
    assert (done.code, done.document["cause"], len(done.document["tries"])) == (1, cause, 1)


def test_keys_of_the_pin_pad_are_counted(hall):
    process = hall.begin("bench", "pin-pad", "--seconds", "20", "--json")
    deadline = time.monotonic() + 20
    while not hall.status()["pin_pad"]["keypad"].startswith("on") and time.monotonic() < deadline:
        time.sleep(0.05)
    hall.do("pin-pad type 73951", "pin-pad press enter")
    done = hall.ended(process)
    assert done.code == 0, done.out
    assert done.document["tries"][0]["detail"] == "5 digits, enter"
    assert "73951" not in done.out + done.said


def test_a_code_is_scanned_and_told_by_its_shape(hall):
    process = hall.begin("bench", "barcode-reader", "--seconds", "20", "--json")
    deadline = time.monotonic() + 20
    while not hall.status()["barcode_reader"]["lamp"] and time.monotonic() < deadline:
        time.sleep(0.05)
    hall.do("scan https://verify.example/v#geheim")
    done = hall.ended(process)
    assert done.code == 0, done.out
    assert done.document["tries"][0]["detail"] == "31 characters: letters, signs"
    assert done.document["facts"] == {"make": "newland"}
    assert "geheim" not in done.out + done.said


def test_a_device_that_is_not_in_the_settings_is_said_so(hall, tmp_path):
    (tmp_path / "terminal.toml").write_text('terminal = "T900"\n', "utf-8")
    done = hall.diagnose("bench", "receipt-printer", "--json", data=tmp_path)
    assert (done.code, done.document["error"]["code"]) == (3, "not-fitted")
    assert "terminal.toml" in done.document["error"]["next"]
