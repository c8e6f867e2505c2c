"""What an examination finds out of each device, well and ill; the devices are simulated, the time is virtual."""

from __future__ import annotations

import pytest

from drivers.barcode_reader.makes import MakeName
from drivers.barcode_reader.reader import BarcodeReader
from drivers.card_reader.events import ReaderAppeared, ServiceGone
from drivers.errors import DeviceBusy, LinkLost, Refused
from drivers.operation import FoundReaders, Slot
from hardware_sim.cards.foreign_card import ForeignCard
from hardware_sim.cards.psam import Psam
from hardware_sim.id_reader import reader as sim_id
from kiosk.diagnostics.asking import cards
from kiosk.diagnostics.asking.barcode_reader import barcode_reader
from kiosk.diagnostics.asking.document_printer import document_printer
from kiosk.diagnostics.asking.id_reader import id_reader
from kiosk.diagnostics.asking.pin_pad import pin_pad
from kiosk.diagnostics.asking.receipt_printer import receipt_printer
from kiosk.diagnostics.findings import Result
from kiosk.diagnostics.readers import Look


def results(found):
    return {step.name: step.result.value for step in found.steps}


# --- card reader ---


@pytest.fixture
def look_at_reader(bench, roles, today):
    return lambda look: bench.run(bench.cards, cards.card_reader(look, roles, today, bench.clock))


def test_an_empty_reader_is_well_and_says_that_no_card_was_tried(look_at_reader, seen):
    found = look_at_reader(seen())
    assert results(found) == {"service": "pass", "reader": "pass", "card": "not-run"}
    assert found.causes == ()
    assert found.status == {"device": "online", "media": "notPresent", "chip": "noCard"}
    assert (found.identity.model, found.identity.port) == ("Kiosk User", "Kiosk User 00 00")


def test_a_card_in_the_reader_is_identified_without_asking_it_for_proof(bench, look_at_reader, seen, person):
    contacts = bench.insert(person("worker"))
    found = look_at_reader(seen("in"))
    assert results(found)["card"] == "pass"
    assert found.steps[-1].milliseconds > 0
    assert not any(apdu[1] in (0x82, 0x88, 0x20) for apdu in contacts.seen), "no counter of the card may move"
    told = repr(found)
    for personal in ("周", "110199198803120233", "A00000011", "0011"):
        assert personal not in told


def test_a_foreign_card_says_nothing_against_the_reader(bench, look_at_reader, seen):
    bench.insert(ForeignCard())
    found = look_at_reader(seen("in"))
    assert results(found)["card"] == "pass"
    assert found.warnings == ("foreign_card",)
    assert found.causes == ()


def test_a_mute_card_leaves_open_who_is_ill(bench, look_at_reader, seen, person):
    bench.insert(person("worker"), mute=True)
    found = look_at_reader(seen("mute"))
    assert results(found)["card"] == "unclear"
    assert found.causes == ("card_mute",)


def test_a_reader_that_breaks_in_the_middle_is_ill_and_its_card_is_cold(bench, look_at_reader, seen, person):
    contacts = bench.insert(person("worker"))
    contacts.fail_next = LinkLost("card_reader", pcsc="SCARD_E_READER_UNAVAILABLE")
    found = look_at_reader(seen("in"))
    assert results(found)["card"] == "fail"
    assert found.causes == ("link_lost",)
    assert found.status["device"] == "offline"


def test_a_reader_that_somebody_else_holds_is_neither_well_nor_ill(bench, look_at_reader, seen, person):
    bench.insert(person("worker")).fail_next = DeviceBusy("card_reader", pcsc="SCARD_E_SHARING_VIOLATION")
    found = look_at_reader(seen("in"))
    assert results(found)["card"] == "unclear"
    assert found.causes == ("device_busy",)


def test_without_the_service_no_reader_is_looked_for(bench, look_at_reader):
    found = look_at_reader(Look.of([ServiceGone("SCARD_E_NO_SERVICE")]))
    assert results(found) == {"service": "fail", "reader": "not-run", "card": "not-run"}
    assert found.causes == ("service_gone",)
    assert found.steps[0].detail == "SCARD_E_NO_SERVICE"


def test_a_reader_of_another_name_is_no_reader_of_the_role(bench, look_at_reader):
    bench.cards.readers = FoundReaders((), None)
    found = look_at_reader(Look.of([_back(), ReaderAppeared("Some Other Reader 00 00")]))
    assert results(found) == {"service": "pass", "reader": "fail", "card": "not-run"}
    assert found.causes == ("no_device",)


def test_readers_plugged_the_other_way_round_work_and_are_told(bench, look_at_reader, look_at_psam, person, seen):
    bench.cards.readers = FoundReaders(("Kiosk PSAM 00 00",), "Kiosk User 00 00")
    bench.insert(person("worker"))
    for found in (look_at_reader(seen("in")), look_at_psam()):
        assert set(results(found).values()) == {"pass"}
        assert found.warnings == ("readers_swapped",)


def _back():
    from drivers.card_reader.events import ServiceBack

    return ServiceBack()


# --- PSAM ---


@pytest.fixture
def look_at_psam(bench, roles, seen):
    return lambda: bench.run(bench.cards, cards.psam(seen(), roles, b"\x99", bench.clock))


def test_a_psam_of_the_region_opens_its_application_and_is_cold_afterwards(bench, look_at_psam):
    found = look_at_psam()
    assert results(found) == {"service": "pass", "reader": "pass", "application": "pass"}
    assert found.capabilities["commands"] == "class BF"


def test_an_absent_psam_is_missing_and_not_the_reader(bench, look_at_psam):
    bench.cards.remove(Slot.SAM)
    bench.cards.readers = FoundReaders(("Kiosk User 00 00",), None)
    found = look_at_psam()
    assert results(found)["reader"] == "pass"
    assert results(found)["application"] == "fail"
    assert found.causes == ("sam_missing",)


def test_something_else_in_the_psams_slot_lacks_the_application(bench, look_at_psam, person):
    class Other(Psam):
        def transmit(self, apdu):
            return b"\x6a\x82"

        def seconds(self, apdu):
            return 0.0

    bench.cards.insert(Slot.SAM, Other("SM4"))
    assert look_at_psam().causes == ("sam_unfit",)


# --- ID reader ---


@pytest.fixture
def look_at_id_reader(bench):
    return lambda: bench.run(bench.id_line, id_reader(bench.id_reader, "/dev/id", bench.clock))


def test_an_id_reader_tells_its_module_number_and_that_nothing_lies_on_it(look_at_id_reader):
    found = look_at_id_reader()
    assert results(found) == {"answer": "pass", "number": "pass", "field": "pass"}
    assert found.identity.serial_number == "05.03-20240101-0000012345-0678901234"
    assert found.status == {"device": "online", "media": "notPresent"}


@pytest.mark.parametrize(
    ("state", "cause"),
    [(sim_id.SELF_TEST_FAILED, "self_test_failed"), (sim_id.NOT_AUTHORISED, "not_authorised")],
)
def test_a_module_that_may_not_work_says_so(bench, look_at_id_reader, state, cause):
    bench.id_machine.set_module_state(state)
    found = look_at_id_reader()
    assert results(found)["answer"] == "fail"
    assert found.causes[0] == cause
    assert found.status["device"] == "hardwareError"


def test_a_silent_id_reader_is_offline_and_the_later_steps_are_not_run(bench, look_at_id_reader):
    bench.id_machine.disturb(sim_id.Trouble.SILENCE)
    found = look_at_id_reader()
    assert results(found) == {"answer": "fail", "number": "not-run", "field": "not-run"}
    assert found.causes == ("timeout",)
    assert found.status["device"] == "offline"


# --- receipt printer ---


@pytest.fixture
def look_at_receipt_printer(bench):
    return lambda: bench.run(
        bench.receipt_line, receipt_printer(bench.receipt_printer, "/dev/receipt", 115_200, bench.clock)
    )


def test_a_receipt_printer_with_paper_is_well(look_at_receipt_printer):
    found = look_at_receipt_printer()
    assert results(found) == {"answer": "pass", "ready": "pass"}
    assert found.status == {"device": "online", "paper": "full", "cover": "closed"}
    assert found.capabilities["columns"] == "48"


@pytest.mark.parametrize(
    ("hand", "cause", "word"),
    [
        ("run_out", "paper_out", ("paper", "out")),
        ("open_cover", "cover_open", ("cover", "open")),
        ("jam", "jam", ("media", "jammed")),
        ("break_cutter", "jam", ("media", "jammed")),
        ("switch_offline", "offline", ("device", "offline")),
    ],
)
def test_what_a_hand_does_to_the_receipt_printer_is_told_by_name(bench, look_at_receipt_printer, hand, cause, word):
    getattr(bench.receipt_machine, hand)(bench.clock())
    found = look_at_receipt_printer()
    assert results(found) == {"answer": "pass", "ready": "fail"}
    assert found.causes == (cause,)
    assert found.status[word[0]] == word[1]


def test_paper_that_runs_low_is_a_warning_and_no_illness(bench, look_at_receipt_printer):
    bench.receipt_machine.run_low(bench.clock())
    found = look_at_receipt_printer()
    assert (found.causes, found.warnings) == ((), ("paper_low",))


def test_a_printer_without_power_is_silent_and_its_paper_unknown(bench, look_at_receipt_printer):
    bench.receipt_machine.power_off()
    found = look_at_receipt_printer()
    assert results(found) == {"answer": "fail", "ready": "not-run"}
    assert found.causes == ("no_answer",)
    assert (found.status["device"], found.status["paper"]) == ("offline", "unknown")


# --- A4 printer ---


@pytest.fixture
def look_at_document_printer(bench, uri):
    return lambda: bench.run(bench.pages, document_printer(bench.document_printer, uri, bench.clock))


def test_an_a4_printer_tells_what_it_is_and_can(look_at_document_printer):
    found = look_at_document_printer()
    assert set(results(found).values()) == {"pass"}
    assert found.identity.model == "Simulated A4 Laser"
    assert "application/pdf" in found.capabilities["formats"]
    assert found.status["paper"] == "full"


@pytest.mark.parametrize(
    ("hand", "cause"),
    [("paper_out", "paper_out"), ("toner_out", "toner_out"), ("open_cover", "cover_open"), ("jam", "jam")],
)
def test_what_stops_the_a4_printer_is_told_by_name(bench, look_at_document_printer, hand, cause):
    getattr(bench.page_machine, hand)(bench.clock())
    found = look_at_document_printer()
    assert results(found)["ready"] == "fail"
    assert found.causes[0] == cause


def test_low_toner_and_few_sheets_are_warnings(bench, look_at_document_printer):
    bench.page_machine.toner_low(bench.clock())
    bench.page_machine.paper_low(bench.clock())
    found = look_at_document_printer()
    assert found.causes == ()
    assert set(found.warnings) == {"paper_low", "toner_low"}


# --- PIN pad ---


@pytest.fixture
def look_at_pin_pad(bench):
    return lambda: bench.run(bench.pad_line, pin_pad(bench.pin_pad, "/dev/pad", bench.clock))


def test_a_pin_pad_tells_version_number_and_that_its_keys_are_there(look_at_pin_pad):
    found = look_at_pin_pad()
    assert set(results(found).values()) == {"pass"}
    assert (found.identity.model, found.identity.firmware) == ("KMY3501A", "V3.02")
    assert found.identity.serial_number == "20240017"


def test_a_pad_without_keys_serves_card_pins_and_says_so(bench, look_at_pin_pad):
    bench.pad_machine.tamper()
    found = look_at_pin_pad()
    assert results(found)["keys"] == "not-run"
    assert found.warnings == ("keys_missing",)
    assert found.status["encryption"] == "notInitialized"


def test_a_pad_that_failed_its_own_test_is_ill(bench, look_at_pin_pad):
    bench.pad_machine.fail_self_test(3)
    found = look_at_pin_pad()
    assert results(found)["answer"] == "fail"
    assert found.causes == ("pin_pad_self_test_failed",)


def test_a_silent_pad_is_offline(bench, look_at_pin_pad):
    bench.pad_machine.power_off()
    found = look_at_pin_pad()
    assert found.causes == ("no_answer",)
    assert found.status["device"] == "offline"


# --- all of them ---


def test_a_port_that_is_not_there_is_told_of_every_device_on_a_wire(bench, unplugged, uri):
    nothing = unplugged(bench)
    for operation in (
        id_reader(bench.id_reader, "/dev/id", bench.clock),
        receipt_printer(bench.receipt_printer, "/dev/receipt", 115_200, bench.clock),
        document_printer(bench.document_printer, uri, bench.clock),
        pin_pad(bench.pin_pad, "/dev/pad", bench.clock),
    ):
        found = bench.run(nothing, operation)
        assert found.steps[0].result is Result.FAIL
        assert all(step.result is Result.NOT_RUN for step in found.steps[1:])
        assert found.causes == ("no_device",)
        assert found.status["device"] == "noDevice"


def test_an_examination_whose_time_is_over_tells_what_it_found_until_then(bench, seen, roles, today, person):
    contacts = bench.insert(person("worker"))
    contacts.seconds = lambda apdu: 30.0
    found = bench.run(bench.cards, cards.card_reader(seen("in"), roles, today, bench.clock), seconds=5)
    assert results(found) == {"service": "pass", "reader": "pass", "card": "fail"}
    assert found.causes == ("timeout",)


def test_a_refusal_keeps_its_status_word_for_the_technician(bench, seen, roles, today, person):
    bench.insert(person("worker")).fail_next = Refused("card_reader", command="select", sw="6F00")
    found = bench.run(bench.cards, cards.card_reader(seen("in"), roles, today, bench.clock))
    assert "6F00" in found.steps[-1].detail


# --- barcode reader ---


@pytest.fixture
def look_at_scanner(bench):
    def look(make="newland", *, off=False, baud=9600, expected=None):
        line = bench.scanner(make)
        if off:
            bench.scanner_machine.power_off()
        scanner = BarcodeReader(bench.clock).line
        wanted = MakeName(expected or make)
        return bench.run(line, barcode_reader(scanner, "/dev/scanner", baud, wanted, bench.clock))

    return look


@pytest.mark.parametrize("make", ["newland", "honeywell", "gm65"])
def test_a_scanner_is_known_by_the_commands_it_answers(look_at_scanner, make):
    found = look_at_scanner(make)
    assert results(found) == {"answer": "pass", "speed": "pass"}
    assert found.identity.model == make
    assert found.status["device"] == "online"
    assert found.warnings == ()


def test_a_scanner_of_another_make_than_the_settings_say_is_told(look_at_scanner):
    assert look_at_scanner("gm65", expected="plain").warnings == ("other_make",)


def test_a_silent_scanner_of_a_make_that_answers_is_ill(look_at_scanner):
    found = look_at_scanner(off=True)
    assert results(found) == {"answer": "fail", "speed": "not-run"}
    assert found.causes == ("no_answer",)


def test_a_silent_plain_scanner_may_be_off_or_only_be_silent(look_at_scanner):
    found = look_at_scanner(off=True, expected="plain")
    assert results(found) == {"answer": "unclear", "speed": "not-run"}
    assert found.causes == ("no_command_answered",)


def test_a_scanner_at_another_speed_is_told_with_the_speed_it_has(look_at_scanner):
    found = look_at_scanner(baud=19200)
    assert results(found)["speed"] == "fail"
    assert found.causes == ("wrong_baud",)
    assert found.capabilities["baud"] in found.steps[-1].detail
