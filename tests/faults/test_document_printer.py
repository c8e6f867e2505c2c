"""The A4 printer fails, before or in the middle: no certificate without paper, and nobody is told what is not so."""

from __future__ import annotations

import pytest

BEFORE = ["power-off", "paper-out", "toner-out"]
CLEAR = ("a4-printer power-on", "a4-printer clear")


@pytest.mark.parametrize("what", BEFORE)
def test_an_ill_printer_greys_the_certificate_and_nothing_else(hall, what):
    hall.happen(f"a4-printer {what}")
    grey = hall.kiosk.until("C00", where=lambda screen: not screen.tile("SI-04")["available"])
    assert grey.tile("SI-04")["reason"] == "证明暂不能打印"
    assert all(grey.tile(item)["available"] for item in ("SI-01", "SI-02", "SI-11", "CRD-03"))
    hall.to_menu()
    hall.kiosk.tell(choose="SI-04")
    hall.kiosk.tell(choose="SI-02")
    hall.kiosk.until("C08")
    hall.press("finish")
    hall.kiosk.until("C13")
    hall.happen(*CLEAR)
    hall.leave()
    hall.kiosk.until("C00", where=lambda screen: screen.tile("SI-04")["available"])
    assert "C10" not in {screen.page for screen in hall.kiosk.screens[hall.kiosk.marked - 10 :]}
    assert [each["header"].get("item") for each in hall.chain() if each["kind"] == "act"] == ["SI-02"]


def to_confirm(hall):
    hall.to_menu()
    hall.kiosk.look()
    hall.kiosk.until("C07", where=lambda screen: screen.tile("SI-04")["available"])
    hall.kiosk.tell(choose="SI-04")
    return hall.kiosk.until("C10")


def leave(hall):
    hall.press("finish")
    things = hall.kiosk.until("C13").things
    hall.mend()
    hall.at_standby()
    return things


@pytest.mark.parametrize("what", ["power-off", "paper-out"])
def test_ill_at_the_moment_of_confirming_nothing_is_issued(hall, what):
    """The printer was well when the service was chosen."""
    before = hall.pages()
    to_confirm(hall)
    hall.happen(f"a4-printer {what}")
    hall.until_reported("document-printer", "DP-01")
    hall.press("confirm")
    refused = hall.kiosk.until("C12")
    assert (refused.body["kind"], refused.code, refused.body["reference"]) == ("not_done", "DP-01", "")
    assert leave(hall) == {"card": "take"}
    assert not {each["kind"] for each in hall.chain()} & {"act", "certificate-issued", "print"}
    assert hall.pages() == before


@pytest.mark.parametrize("what", ["power-off", "paper-out", "cover-open"])
def test_ill_while_the_certificate_is_made_it_is_not_said_to_be_printed(hall, what):
    before = hall.pages()
    to_confirm(hall)
    hall.press("confirm")
    hall.kiosk.until("C11")
    hall.happen(f"a4-printer {what}")
    hall.kiosk.look()
    ended = hall.kiosk.until("C12", seconds=30)
    *steps, (state, _) = hall.prints()
    assert steps == [("queued", ""), ("sending", "")]
    assert (ended.body["kind"], state) in {("not_done", "failed"), ("done", "printed")}
    assert len(hall.pages()) - len(before) == (1 if state == "printed" else 0)
    (issued,) = [each["header"]["number"] for each in hall.chain() if each["kind"] == "certificate-issued"]
    assert ended.body["reference"] == issued, "the number is told, whatever the paper did"
    assert ("paper" in leave(hall)) == (state == "printed")


def test_a_printer_that_falls_silent_leaves_the_outcome_unknown(hall):
    to_confirm(hall)
    hall.press("confirm")
    hall.kiosk.until("C11")
    hall.happen("a4-printer silence")
    hall.kiosk.look()
    ended = hall.kiosk.until("C12", seconds=40)
    assert (ended.body["kind"], ended.code) == ("unknown", "DP-01")
    assert [state for state, _ in hall.prints()] == ["queued", "sending", "unknown"]
    assert leave(hall) == {"card": "take", "paper": "take"}
    to_confirm(hall)
    hall.press("confirm")
    assert hall.kiosk.until("C12").body["kind"] == "done"
    leave(hall)
