"""The card leaves too early: at any command, on any page. The session ends at once; what was accepted goes on."""

from __future__ import annotations

import itertools

import pytest


@pytest.mark.parametrize("first", [0, 1])
def test_pulled_at_any_command_of_the_reading_nothing_is_accepted_and_the_next_card_is_read(hall, first):
    for after in itertools.count(first, 2):
        hall.happen("insert card worker", f"pull card after {after}")
        ended = hall.kiosk.until("C05", "C13")
        if ended.page == "C05":
            break
        assert ended.body["notice"], f"pulled after {after}: no word about it"
        assert ended.code in ("", "CR-01")
        hall.press("finish")
        hall.at_standby()
    assert after > 10, "a reading has more commands than that"
    hall.press("exit")
    hall.kiosk.until("C13")
    hall.leave()
    entries = hall.chain()
    assert not [each for each in entries if each["kind"] in ("act", "certificate-issued", "print")]
    opened, closed = ([each for each in entries if each["kind"] == f"session-{how}"] for how in ("opened", "closed"))
    assert len(opened) == len(closed)
    assert {each["header"]["state"] for each in entries if each["kind"] == "custody"} == {"taken"}
    hall.serves_a_person()


PAGES = {
    "PIN half typed": lambda hall: (hall.to_pin(), hall.kiosk.tell(pin_digits="123")),
    "menu": lambda hall: hall.to_menu(),
    "record": lambda hall: hall.to_record(),
    "certificate to be confirmed": lambda hall: (
        hall.to_menu(),
        hall.kiosk.tell(choose="SI-04"),
        hall.kiosk.until("C10"),
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_pulled_on_any_page_the_session_ends_and_its_pages_are_gone(hall, page):
    PAGES[page](hall)
    hall.happen("remove card")
    hall.at_standby()
    after = [screen.page for screen in hall.kiosk.screens[hall.kiosk.marked :]]
    assert set(after) & {"C07", "C08", "C10", "C05"} == set(after[:1]) & {"C07", "C08", "C10", "C05"}
    (closed,) = [each for each in hall.chain() if each["kind"] == "session-closed"]
    assert closed["header"]["why"] == "card-removed"
    assert [each["header"]["state"] for each in hall.chain() if each["kind"] == "custody"] == ["taken"]
    # the next person begins at the beginning
    assert hall.to_pin("rare-name").body["count"] == 0
    hall.leave()


def test_pulled_inside_the_verification_of_the_pin_nobody_is_let_in(hall):
    hall.to_pin()
    hall.happen("pull card after 0")
    hall.kiosk.tell(pin="123456")
    hall.kiosk.until("C13", where=lambda screen: screen.body["notice"])
    hall.leave()
    assert "C07" not in [screen.page for screen in hall.kiosk.screens[hall.kiosk.marked :]]
    assert not [each for each in hall.chain() if each["header"].get("outcome") == "verified"]
    hall.serves_a_person()


def printing(hall):
    """A receipt is on its way."""
    hall.to_record()
    hall.kiosk.look()
    hall.kiosk.until("C08", where=lambda screen: screen.body["can_print"])
    hall.press("print")
    hall.kiosk.until("C11")


def test_pulled_while_a_receipt_is_printed_it_comes_out_and_is_offered_before_the_next_person(hall):
    before = len(hall.receipts())
    printing(hall)
    hall.happen("remove card")
    offered = hall.kiosk.until("C13", where=lambda screen: "receipt" in screen.things)
    assert offered.body["can_finish"]
    hall.kiosk.until("C00")
    assert len(hall.receipts()) == before + 1
    assert [state for state, _ in hall.prints()] == ["queued", "sending", "printed"]
    assert [each["kind"] for each in hall.chain()].count("act") == 1


def test_pulled_while_a_receipt_fails_the_person_is_told_before_the_page_goes(hall):
    hall.happen("receipt-printer jam after 300")
    printing(hall)
    hall.happen("remove card")
    hall.kiosk.look()
    # the printer may have said so before the hand was noticed: then it stands on the result's own page
    told = hall.kiosk.until("C12", "C13", where=lambda screen: screen.code)
    assert told.code == "PR-03"
    before = hall.kiosk.screens[hall.kiosk.marked : hall.kiosk.screens.index(told)]
    assert not any(screen.page == "C13" and screen.body["can_finish"] for screen in before)
    hall.kiosk.until("C00")
    assert hall.prints()[-1] == ("failed", "jam")
