"""Bench tests in virtual time: what counts as a pass, when a test stops, and what it never keeps."""

from __future__ import annotations

import io
from datetime import timedelta

import pikepdf
import pytest

from drivers.barcode_reader.reader import BarcodeReader
from drivers.errors import CardGone, LinkLost, Refused
from drivers.operation import Slot
from hardware_sim import people
from hardware_sim.cards.foreign_card import ForeignCard
from hardware_sim.cards.psam import Psam
from hardware_sim.id_reader.reader import Step
from hardware_sim.pin_pad.entry import Key
from hardware_sim.station.hall import id_card
from kiosk.diagnostics import testpaper
from kiosk.diagnostics.benches import barcode_reader, cards, id_reader, pin_pad, prints
from kiosk.diagnostics.benches.trying import Tried, Try, bench_report, times
from kiosk.diagnostics.findings import Part, Result

AT = "2026-11-22T14:00:00+08:00"


# --- figures ---


def test_times_are_those_of_the_tries_that_passed():
    tried = Tried(3, (Try(Result.PASS, 5.0), Try(Result.FAIL, 900.0, "x", "timeout"), Try(Result.PASS, 8.0)))
    told = bench_report(Part.ID_READER, AT, tried)
    assert (told.times.min, told.times.median, told.times.max) == (5.0, 6.5, 8.0)
    assert (told.result, told.failures, told.cause) == (Result.FAIL, 1, "timeout")
    assert told.next is not None
    assert times([]) is None


def test_a_test_that_was_not_run_to_its_end_has_not_passed():
    assert bench_report(Part.PSAM, AT, Tried(2, (Try(Result.PASS, 5.0),))).result is Result.NOT_RUN
    assert bench_report(Part.PSAM, AT, Tried(1, (Try(Result.PASS, 5.0),))).result is Result.PASS


def test_a_failure_outweighs_an_unclear_try_before_it():
    tried = Tried(2, (Try(Result.UNCLEAR, 1.0, "", "card_gone"), Try(Result.FAIL, 1.0, "", "timeout")))
    assert bench_report(Part.CARD_READER, AT, tried).cause == "timeout"


# --- card reader ---


@pytest.fixture
def read_cards(bench, today):
    def read_cards(count, *, with_psam=True, reveal=False, at=today):
        operation = cards.card_reader(at, bench.clock, count, with_psam=with_psam, reveal=reveal)
        return bench.run(bench.cards, operation, seconds=300)

    return read_cards


def test_a_card_is_read_as_often_as_asked_and_proved_each_time(bench, read_cards, person):
    contacts = bench.insert(person("worker"))
    tried = read_cards(20)
    assert [each.result for each in tried.tries] == [Result.PASS] * 20
    assert all(each.milliseconds > 0 for each in tried.tries)
    assert tried.facts == {"card_number": "****0011", "version": "3.00", "algorithm": "SM4", "proved": "yes"}
    assert sum(apdu[1] == 0x88 for apdu in contacts.seen) == 20, "each reading asks the card for proof"
    assert not any(apdu[1] == 0x20 for apdu in contacts.seen), "the PIN is not touched"
    assert bench.progress[-1] == "holder"
    assert "20" in bench.progress


def test_only_the_card_number_is_revealed_and_only_on_demand(bench, read_cards, person):
    bench.insert(person("worker"))
    shown = read_cards(1, reveal=True)
    assert shown.facts["card_number"] == "A00000011"
    for tried in (shown, read_cards(1)):
        assert "周" not in repr(tried)
        assert "110199198803120233" not in repr(tried)


def test_an_empty_reader_is_unclear_at_once(read_cards):
    tried = read_cards(20)
    assert [(each.result, each.cause) for each in tried.tries] == [(Result.UNCLEAR, "card_gone")]


def test_a_foreign_or_expired_card_tests_nothing(bench, read_cards, person, today):
    bench.insert(ForeignCard())
    assert [(each.result, each.cause) for each in read_cards(3).tries] == [(Result.UNCLEAR, "foreign_card")]
    bench.insert(person("worker"))
    late = today + timedelta(days=365 * 20)
    assert [(each.result, each.cause) for each in read_cards(3, at=late).tries] == [(Result.UNCLEAR, "card_expired")]


def test_a_disturbance_in_the_middle_is_a_failure_and_the_next_try_is_clean(bench, read_cards, person):
    contacts = bench.insert(person("worker"))
    answer = contacts.card.transmit
    count = iter(range(10_000))
    breaks = {30}

    def transmit(apdu):
        if next(count) in breaks:
            raise LinkLost("card_reader")
        return answer(apdu)

    contacts.transmit = transmit
    tried = read_cards(6)
    assert [each.result for each in tried.tries].count(Result.FAIL) == 1
    assert [each.cause for each in tried.tries if each.cause] == ["link_lost"]
    assert len(tried.tries) == 6


def test_a_card_pulled_in_the_middle_is_a_failure_and_no_empty_reader(bench, read_cards, person):
    contacts = bench.insert(person("worker"))
    read_once = contacts.card.transmit
    count = iter(range(10_000))

    def transmit(apdu):
        if next(count) > 30:
            raise CardGone("card_reader", slot="user")
        return read_once(apdu)

    contacts.transmit = transmit
    tried = read_cards(20)
    assert tried.tries[0].result is Result.PASS
    assert {each.result for each in tried.tries[1:]} == {Result.FAIL}
    assert len(tried.tries) < 20, "five failures in a row say it all"


def test_a_psam_of_another_region_cannot_lock_somebodys_card(bench, read_cards, person):
    """Each refusal of EXTERNAL AUTHENTICATION is counted by the card, for good: one is already one too many."""
    contacts = bench.insert(person("worker"))
    answer = contacts.card.transmit
    contacts.transmit = lambda apdu: b"\x63\xc2" if apdu[1] == 0x82 else answer(apdu)
    sent = []
    real = contacts.transmit

    def transmit(apdu):
        sent.append(apdu[1])
        return real(apdu)

    contacts.transmit = transmit
    tried = read_cards(20)
    assert [(each.result, each.cause) for each in tried.tries] == [(Result.FAIL, "terminal_refused")]
    assert sent.count(0x82) == 1


def test_without_the_psam_the_reader_alone_is_tested(bench, read_cards, person):
    bench.cards.remove(Slot.SAM)
    bench.insert(person("worker"))
    assert {each.cause for each in read_cards(3).tries} == {"sam_missing"}
    tried = read_cards(3, with_psam=False)
    assert {each.result for each in tried.tries} == {Result.PASS}
    assert tried.facts["proved"] == "no"


def test_a_psam_for_the_other_algorithm_is_told_as_what_it_is(bench, read_cards, person):
    bench.cards.insert(Slot.SAM, Psam("3DES"))
    bench.insert(person("worker"))
    assert read_cards(1).tries[0].cause == "sam_unfit"


# --- ID reader ---


@pytest.fixture
def read_documents(bench):
    operation = lambda times: id_reader.id_reader(bench.id_reader, bench.clock, times, 20.0)  # noqa: E731
    return lambda times: bench.run(bench.id_line, operation(times), seconds=300)


def test_each_reading_of_an_id_card_is_timed_from_when_it_was_found(bench, read_documents):
    card = id_card(people.persona("worker"))
    for start in (3.0, 8.0, 13.0):
        bench.scheduler.call_later(start, lambda: bench.id_machine.place(card))
        bench.scheduler.call_later(start + 3, bench.id_machine.lift)
    tried = read_documents(3)
    assert [each.result for each in tried.tries] == [Result.PASS] * 3
    assert all(500 < each.milliseconds < 2500 for each in tried.tries), "the waiting is not counted"
    assert tried.facts == {"text_bytes": "256", "photo_bytes": "1024"}
    assert "周" not in repr(tried)


def test_nobody_laying_a_card_down_is_unclear(read_documents):
    assert [(each.result, each.cause) for each in read_documents(3).tries] == [(Result.UNCLEAR, "no_document")]


def test_a_card_that_stays_where_it_is_ends_the_test(bench, read_documents):
    bench.id_machine.place(id_card(people.persona("worker")))
    tried = read_documents(3)
    assert tried.tries[0].result is Result.PASS
    # a module shows a card that was read only once: it counts as lifted, and then no card comes
    assert tried.tries[-1].cause in ("not_lifted", "no_document")


def test_a_card_lifted_too_early_is_a_failure(bench, read_documents):
    bench.id_machine.place(id_card(people.persona("worker")))
    bench.id_machine.lift_during(Step.READ)
    assert read_documents(1).tries[0].cause == "not_readable"


# --- printers ---


@pytest.fixture
def print_receipts(bench):
    paper = testpaper.receipt("T001", "2026-11-22 14:00:00")

    def print_receipts(count=1):
        work = lambda: bench.receipt_printer.print_receipt(paper, seconds=20)  # noqa: E731
        return bench.run(bench.receipt_line, prints.printer(work, bench.clock, count), seconds=200)

    return print_receipts


def test_a_test_receipt_passes_when_the_printer_proves_it(print_receipts):
    tried = print_receipts(2)
    assert [each.result for each in tried.tries] == [Result.PASS, Result.PASS]
    assert len(tried.facts["sha256"]) == 64


def test_a_print_that_failed_is_not_printed_again(bench, print_receipts):
    bench.receipt_machine.run_out(bench.clock())
    tried = print_receipts(3)
    assert [(each.result, each.cause) for each in tried.tries] == [(Result.FAIL, "paper_out")]


def test_a_printer_that_falls_silent_leaves_the_print_unknown_or_failed_and_never_passed(bench, print_receipts):
    bench.scheduler.call_later(0.9, bench.receipt_machine.power_off)
    (only,) = print_receipts(3).tries
    assert only.result is not Result.PASS


@pytest.fixture
def pdf():
    """One empty page."""
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made)
    return made.getvalue()


def test_a_test_page_passes_when_the_job_is_completed(bench, pdf):
    work = lambda: bench.document_printer.print_pdf("test page", pdf, seconds=60)  # noqa: E731
    tried = bench.run(bench.pages, prints.printer(work, bench.clock, 1), seconds=200)
    assert tried.tries[0].result is Result.PASS
    bench.page_machine.jam(bench.clock())
    tried = bench.run(bench.pages, prints.printer(work, bench.clock, 1), seconds=200)
    assert (tried.tries[0].result, tried.tries[0].cause) == (Result.FAIL, "jam")


def test_a_printer_that_is_not_there_fails_without_a_print(bench, unplugged):
    work = lambda: bench.document_printer.print_pdf("test page", b"%PDF-1.7", seconds=60)  # noqa: E731
    tried = bench.run(unplugged(bench), prints.printer(work, bench.clock, 1))
    assert (tried.tries[0].result, tried.tries[0].cause) == (Result.FAIL, "no_device")


# --- PIN pad ---


@pytest.fixture
def press(bench):
    def press(*keys, seconds=10.0):
        bench.press(*keys)
        return bench.run(bench.pad_line, pin_pad.pin_pad(bench.pin_pad, bench.clock, 1, seconds), seconds=60)

    return press


@pytest.mark.parametrize(
    ("keys", "detail"),
    [
        ((Key.ONE, Key.NINE, Key.EIGHT, Key.FOUR, Key.ENTER), "4 digits, enter"),
        ((Key.SEVEN, Key.ENTER), "1 digits, enter"),
        ((Key.SEVEN, Key.SEVEN, Key.CANCEL), "2 digits, cancel"),
        ((Key.SEVEN, Key.SEVEN, Key.CLEAR, Key.ENTER), "2 digits, enter"),
    ],
)
def test_keys_are_counted_and_never_kept(press, keys, detail):
    tried = press(*keys)
    assert [(each.result, each.detail) for each in tried.tries] == [(Result.PASS, detail)]
    assert "1984" not in repr(tried)


def test_no_key_at_all_says_nothing_about_the_pad(press):
    assert [(each.result, each.cause) for each in press().tries] == [(Result.UNCLEAR, "no_key")]


def test_the_keypad_is_off_after_the_test(bench, press):
    press(Key.ONE, Key.CANCEL)
    assert not bench.pad_machine.keypad.open


# --- anything ---


def test_a_refusal_is_told_with_its_status_word(bench, read_cards, person):
    bench.insert(person("worker")).fail_next = Refused("card_reader", command="select", sw="6F00")
    assert "6F00" in read_cards(1).tries[0].detail


# --- barcode reader ---


@pytest.fixture
def scan(bench):
    def scan(*codes, times=1, reveal=False):
        line = bench.scanner("newland")
        for place, code in enumerate(codes):
            bench.scheduler.call_later(3.0 + 4 * place, lambda code=code: bench.show(code))
        reader = BarcodeReader(bench.clock)
        return bench.run(line, barcode_reader.barcode_reader(reader, 9600, bench.clock, times, 8.0, reveal=reveal))

    return scan


def test_a_code_is_told_by_its_shape_and_not_by_its_text(scan):
    tried = scan(b"https://verify.example/v#abc")
    assert tried.tries[0].result is Result.PASS
    assert tried.tries[0].detail == "28 characters: letters, signs"
    assert "verify" not in repr(tried)
    assert scan("周予安".encode(), reveal=True).facts["text"] == "周予安"


def test_a_gs1_code_is_told_by_its_identifiers(scan):
    assert scan(b"]C1010690123456789221A7").tries[0].detail.endswith("; GS1 (01) (21)")
    assert "check digit" in scan(b"]C10106901234567890").tries[0].detail


def test_several_codes_are_several_tries(scan):
    tried = scan(b"1111", b"2222", times=2)
    assert [each.detail for each in tried.tries] == ["4 characters: digits"] * 2
    assert tried.facts["make"] == "newland"


def test_no_code_in_time_is_unclear(scan):
    assert [(each.result, each.cause) for each in scan().tries] == [(Result.UNCLEAR, "no_code")]


def test_the_lamp_is_off_after_the_test(bench, scan):
    scan()
    assert not bench.scanner_machine.lamp(bench.clock())
