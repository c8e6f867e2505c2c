"""The report as a function of answers and history: who is ill, under which code, and what to do next."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import kiosk.diagnostics
from drivers.errors import all_codes
from kiosk.diagnostics.findings import Found, Identity, NotAsked, NotFitted, Part, Result, Step
from kiosk.diagnostics.history import Event, History
from kiosk.diagnostics.judging import next_step, report
from kiosk.diagnostics.machine import Refusal
from kiosk.diagnostics.report import Health, Report
from kiosk.faults import CATALOGUE
from kiosk.texts import catalogue
from offline_store import errors as store_errors

WELL = Found(steps=(Step("answer", Result.PASS, 1.0),))
OTHER = catalogue()["diagnose.next.any.other"]


def ill(*causes):
    return Found(steps=(Step("answer", Result.FAIL, 1.0),), causes=causes)


def unclear(cause):
    return Found(steps=(Step("answer", Result.UNCLEAR, 1.0),), causes=(cause,))


def made(answers, histories=None):
    return report("T001", "0.1.0", "2026-11-22T14:00:00+08:00", answers, histories)


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({Part.CARD_READER: WELL, Part.PIN_PAD: NotFitted()}, Health.WELL),
        ({Part.CARD_READER: WELL, Part.PSAM: unclear("device_busy")}, Health.UNKNOWN),
        ({Part.CARD_READER: NotAsked("terminal_runs"), Part.DISK: WELL}, Health.UNKNOWN),
        ({Part.CARD_READER: unclear("card_mute"), Part.DISK: ill("disk_full")}, Health.ILL),
        ({Part.PIN_PAD: NotFitted()}, Health.WELL),
        ({}, Health.WELL),
    ],
)
def test_one_ill_part_makes_the_terminal_ill_and_one_unknown_part_leaves_it_open(answers, verdict):
    assert made(answers).verdict is verdict


def test_parts_stand_in_one_order_whoever_answered_first():
    answers = {Part.SYNC: WELL, Part.PSAM: WELL, Part.CARD_READER: WELL}
    assert [part.name for part in made(answers).parts] == [Part.CARD_READER, Part.PSAM, Part.SYNC]


@pytest.mark.parametrize(
    ("part", "cause", "code"),
    [
        (Part.CARD_READER, "service_gone", "CR-07"),
        (Part.PSAM, "sam_missing", "PS-01"),
        (Part.ID_READER, "timeout", "ID-02"),
        (Part.RECEIPT_PRINTER, "paper_out", "PR-02"),
        (Part.RECEIPT_PRINTER, "cover_open", "PR-03"),
        (Part.RECEIPT_PRINTER, "no_answer", "PR-05"),
        (Part.DOCUMENT_PRINTER, "toner_out", "DP-01"),
        (Part.PIN_PAD, "no_answer", "PP-01"),
        (Part.BARCODE_READER, "no_device", "QR-02"),
        (Part.SNAPSHOT, "lease_expired", "DT-01"),
        (Part.DISK, "disk_full", "SY-01"),
        (Part.CLOCK, "clock_behind", None),
    ],
)
def test_an_ill_part_has_the_fault_code_that_people_see(part, cause, code):
    (told,) = made({part: ill(cause)}).parts
    assert told.fault == code
    assert code is None or code in CATALOGUE


def test_what_is_well_or_unknown_has_no_fault_code():
    answers = {Part.CARD_READER: WELL, Part.PSAM: unclear("device_busy"), Part.ID_READER: NotAsked("terminal_runs")}
    assert {part.fault for part in made(answers).parts} == {None}


@pytest.mark.parametrize("part", list(Part))
def test_every_part_has_a_next_step_for_every_error_a_driver_or_a_store_can_have(part):
    kinds = [name for name in vars(store_errors) if isinstance(getattr(store_errors, name), type)]
    for cause in [*all_codes(), *(Refusal(kind, "").cause for kind in kinds), "never heard of"]:
        told = next_step(part, (cause,))
        assert told is not None
        assert told.zh
        assert told.en
        assert "\n" not in told.zh + told.en, "one sentence"


WORD = re.compile(r'"([a-z]+(?:_[a-z]+)+)"')
NO_CAUSES = {
    "id_reader", "receipt_printer", "document_printer", "pin_pad", "card_reader", "barcode_reader",
    "card_number", "text_bytes", "photo_bytes", "retain_bin", "card_pin", "bank_pin", "pages_per_minute",
    "as_of", "age_days", "awaiting_result", "last_upload", "compared_with",
}  # fmt: skip


def test_every_cause_that_the_examinations_name_has_a_next_step_of_its_own():
    folder = Path(kiosk.diagnostics.__file__).parent
    sources = [*folder.glob("asking/*.py"), *folder.glob("benches/*.py"), folder / "machine.py", folder / "wiring.py"]
    named = {word for path in sources for word in WORD.findall(path.read_text("utf-8"))} - NO_CAUSES
    assert {"paper_out", "self_test_failed", "backlog_late", "not_lifted", "terminal_runs"} <= named
    ids = {id.rpartition(".")[2] for id in catalogue() if id.startswith("diagnose.next.")}
    assert named <= ids, named - ids


def test_the_parts_own_advice_comes_before_the_common_one():
    assert "readers.user" in next_step(Part.CARD_READER, ("no_device",)).en
    assert "terminal.toml" in next_step(Part.ID_READER, ("no_device",)).en
    assert next_step(Part.ID_READER, ("never heard of",)).en == OTHER["en"]
    assert next_step(Part.ID_READER, ()) is None


def test_the_first_cause_decides_and_a_warning_only_when_there_is_none():
    assert "roll" in made({Part.RECEIPT_PRINTER: ill("paper_out", "cover_open")}).parts[0].next.en
    warned = Found(steps=WELL.steps, warnings=("paper_low",))
    (told,) = made({Part.RECEIPT_PRINTER: warned}).parts
    assert told.health is Health.WELL
    assert "near its end" in told.next.en


def test_the_self_test_counts_what_ran_and_adds_up_its_times():
    steps = (Step("a", Result.PASS, 1.5), Step("b", Result.FAIL, 2.0, "why"), Step("c", Result.NOT_RUN))
    test = made({Part.PSAM: Found(steps=steps)}).parts[0].self_test
    assert (test.result, test.passed, test.ran, test.ms) == (Result.FAIL, 1, 2, 3.5)
    assert [step.detail for step in test.steps] == ["", "why", ""]


def test_history_stands_beside_its_device_and_absence_of_a_journal_is_not_absence_of_faults():
    event = Event("2026-11-22T05:00:00.000Z", "PR-02", "paper-out")
    histories = {Part.RECEIPT_PRINTER: History(faults=1, by_code={"PR-02": 1}, last=(event,))}
    printer, reader = made({Part.RECEIPT_PRINTER: WELL, Part.PSAM: WELL}, histories).parts[::-1]
    assert printer.history.last_fault.fault == "PR-02"
    assert reader.history.faults == 0
    assert made({Part.PSAM: WELL}, None).parts[0].history is None


def test_the_document_is_what_it_was_and_can_be_read_back():
    """Programs read these names: a change here is a change for them."""
    identity = Identity("model", "1.0", "42", "/dev/x")
    told = made({Part.PSAM: Found(identity, {"device": "online"}, {"cut": "yes"}, WELL.steps)}, {})
    document = json.loads(told.model_dump_json())
    assert Report.model_validate(document) == told
    assert set(document) == {"document", "version", "terminal", "software", "at", "verdict", "crypto", "parts"}
    (part,) = document["parts"]
    assert part == {
        "name": "psam",
        "title": {"zh": "PSAM 卡", "en": "PSAM"},
        "health": "well",
        "fault": None,
        "causes": [],
        "warnings": [],
        "next": None,
        "identity": {"model": "model", "firmware": "1.0", "serial_number": "42", "port": "/dev/x"},
        "status": {"device": "online"},
        "capabilities": {"cut": "yes"},
        "self_test": {
            "result": "pass",
            "ms": 1.0,
            "passed": 1,
            "ran": 1,
            "steps": [{"name": "answer", "result": "pass", "ms": 1.0, "detail": ""}],
        },
        "history": {
            "faults": 0,
            "recoveries": 0,
            "attempts": {},
            "technicians": 0,
            "longest_seconds": 0.0,
            "by_code": {},
            "last_fault": None,
            "prints": {},
            "events": [],
        },
    }
