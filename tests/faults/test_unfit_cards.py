"""Cards that cannot be served, and a terminal that cannot serve cards: the reason, the card back, service goes on."""

from __future__ import annotations

import pytest

UNFIT = {
    "a bank card": (("insert foreign-card",), "CR-02"),
    "upside down, no answer to reset": (("insert card worker upside-down",), "CR-01"),
    "a card past its date": (("insert card expired",), "CR-04"),
    "a card that answers nonsense": (("insert card worker", "card garbage 50"), "CR-01"),
    "answers that lack their last byte": (("insert card worker", "card truncated 50"), "CR-01"),
    "no PSAM in the terminal": (("remove psam", "insert card worker"), "PS-01"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_cannot_be_served_is_named_and_given_back_and_the_next_person_is_served(hall, what):
    happens, code = UNFIT[what]
    hall.happen(*happens)
    offered = hall.kiosk.until("C13")
    assert offered.code == code
    assert offered.things == {"card": "take"}
    assert not offered.body["can_finish"]
    hall.leave()
    entries = hall.chain()
    kinds = [each["kind"] for each in entries]
    assert "act" not in kinds
    assert [each["header"]["state"] for each in entries if each["kind"] == "custody"] == ["taken"]
    ended = [each["header"]["why"] for each in entries if each["kind"] == "session-closed"]
    assert ended == [code]
    assert kinds.count("session-opened") == (0 if "upside-down" in happens[0] else 1)
    hall.mend()
    hall.serves_a_person()


def test_a_card_that_stays_is_asked_for_and_reported_left_and_no_session_starts_over_it(another):
    hall = another(settings="[timeouts]\ngoodbye=0.3\ncard_remind1=0.3\ncard_remind2=0.6\ncard_capture=0.9\n")
    hall.start().until("C00")
    hall.insert()
    hall.kiosk.until("C05")
    hall.press("exit")
    for urgency in (0, 1, 2):
        hall.kiosk.until("C13", where=lambda screen, urgency=urgency: screen.body["urgency"] == urgency)
    left = hall.kiosk.until("C13", where=lambda screen: screen.body["left_behind"])
    assert left.code == "LF-01"
    hall.press("finish")
    hall.press("wake")
    hall.kiosk.tell(choose="CRD-03")
    hall.happen("remove card")
    hall.kiosk.until("C15")
    hall.kiosk.until("C00")
    states = [each["header"]["state"] for each in hall.chain() if each["kind"] == "custody"]
    assert states == ["left", "collected"]
    assert [each["kind"] for each in hall.chain()].count("session-opened") == 1
    assert hall.kiosk.stop() == 0
