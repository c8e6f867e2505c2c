"""A disk that the centre does not take for the terminal serves nobody, and says so to people and technicians."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk import effects
from kiosk.diagnostics import machine
from kiosk.diagnostics.findings import Part
from kiosk.diagnostics.judging import Health, report
from kiosk.diagnostics.machine import SyncReading
from kiosk.events import CardInserted, DeliveryReported
from kiosk.screen import Page

WELL = DeliveryReported(True, 0, None, "2026-11-21")
FORKED = DeliveryReported(True, 3, None, "2026-11-21", "fork", "2026-11-21 08:30")


def standing(hall):
    return [entry.header for entry in hall.appended if entry.header.get("event") == "standing"]


def test_no_session_starts_and_the_page_says_since_when(hall):
    hall.start()
    hall.happen(FORKED)
    assert hall.page is Page.OUT_OF_SERVICE
    assert (hall.screen.body.code, hall.screen.body.since) == ("SY-02", "2026-11-21 08:30")


def test_a_card_is_given_back_before_anything_is_read_of_it(hall):
    hall.start()
    hall.happen(FORKED)
    hall.happen(CardInserted())
    assert hall.screen.body.notice.code == "SY-02"
    assert not any(isinstance(effect.action, effects.ReadCard) for effect in hall.asked)
    assert not any(entry.kind == "session-opened" for entry in hall.appended)


def test_the_journal_says_once_when_it_began_and_when_it_ended(hall):
    hall.start()
    for told in (FORKED, FORKED, WELL, WELL):
        hall.happen(told)
    assert [header["out_of_service"] for header in standing(hall)] == ["fork", "none"]
    assert hall.page is not Page.OUT_OF_SERVICE


def test_a_person_who_is_being_served_may_finish(hall):
    hall.to_menu()
    hall.happen(FORKED)
    assert hall.page is Page.MENU


def test_the_technician_is_told_the_centres_word_and_what_to_do():
    now = datetime(2026, 11, 21, tzinfo=UTC)
    found = machine.sync(SyncReading("https://gateway.example", 3, now, 0, now, 1.0, "fork"), now)
    assert found.causes == ("out_of_service",)
    document = report("T001", "1", "now", {Part.SYNC: found}, None)
    (part,) = document.parts
    assert (part.health, part.fault) == (Health.ILL, "SY-02")
    assert part.next is not None
    assert "kiosk enrol" in part.next.en
