"""The receipt printer fails, before or in the middle: the answer stays, and screen, record and paper say the same."""

from __future__ import annotations

import time

import pytest

BEFORE = {
    "power-off": "PR-05",
    "unplug": "PR-05",
    "paper-out": "PR-02",
    "cover-open": "PR-03",
    "jam": "PR-03",
}
REASONS = {"PR-02": "凭条纸已用完", "PR-03": "打印未完成", "PR-05": "凭条打印机没有应答"}


def with_a_printer(hall):
    """The record is shown and can be printed."""
    hall.to_record()
    hall.kiosk.look()
    hall.kiosk.until("C08", where=lambda screen: screen.body["can_print"])


def leave(hall):
    hall.press("finish")
    hall.kiosk.until("C13")
    hall.mend()
    hall.at_standby()


@pytest.mark.parametrize("what", BEFORE)
def test_an_ill_printer_is_known_beforehand_and_takes_away_nothing_but_the_receipt(hall, what):
    with_a_printer(hall)
    hall.happen(f"receipt-printer {what}")
    shown = hall.kiosk.until("C08", where=lambda screen: not screen.body["can_print"])
    assert shown.body["print_reason"] == REASONS[BEFORE[what]]
    assert shown.body["rows"], "the answer stays"
    hall.press("print")
    hall.happen("receipt-printer power-on", "receipt-printer plug", "receipt-printer clear")
    hall.kiosk.until("C08", where=lambda screen: screen.body["can_print"])
    assert hall.prints() == []
    before = hall.receipts()
    hall.press("print")
    assert hall.kiosk.until("C12").body["kind"] == "done"
    leave(hall)
    (receipt,) = set(hall.receipts()) - set(before)
    assert "周*安" in receipt.read_text("utf-8")
    told = [each["header"] for each in hall.chain() if each["header"].get("event") == "device"]
    faults = [each["fault"] for each in told if each["device"] == "receipt-printer"]
    assert faults[-2:] == [BEFORE[what], "none"]


SHOWN = {"printed": "done", "failed": "not_done", "unknown": "unknown"}
MIDDLE = {
    "the paper ends in the middle": ("receipt-printer paper-left 20", 0.0, {("failed", "paper-out")}),
    "a jam in the middle": ("receipt-printer jam after 300", 0.0, {("failed", "jam")}),
    "the cover is opened": ("receipt-printer cover-open", 0.01, {("failed", "cover-open")}),
    "the power goes": ("receipt-printer power-off", 0.001, {("failed", "no-answer"), ("unknown", "no-answer")}),
    "the line is cut at once": ("receipt-printer unplug", 0.01, None),
    "the line is cut a little later": ("receipt-printer unplug", 0.3, None),
    "the line is cut near the end": ("receipt-printer unplug", 0.6, None),
}


LEAVES_A_REST = ("the paper ends in the middle", "a jam in the middle", "the line is cut near the end")


@pytest.mark.parametrize("what", MIDDLE)
def test_what_happens_in_the_middle_is_told_alike_by_screen_record_and_paper(hall, what):
    happens, after, possible = MIDDLE[what]
    with_a_printer(hall)
    before = hall.receipts()
    if not after:
        hall.happen(happens)
    hall.press("print")
    if after:
        time.sleep(after)
        hall.happen(happens)
        # it may be over already
        hall.kiosk.look()
    ended = hall.kiosk.until("C12", seconds=30)
    reference = ended.body["reference"]
    assert reference
    *steps, (state, reason) = hall.prints()
    assert steps == [("queued", ""), ("sending", "")]
    assert possible is None or (state, reason) in possible
    assert ended.body["kind"] == SHOWN[state]
    assert (ended.code == "PR-03") == (state != "printed")
    whole = [file for file in hall.receipts() if file not in before and reference in file.read_text("utf-8")]
    assert state == "unknown" or len(whole) == (1 if state == "printed" else 0)
    hall.press("finish")
    things = hall.kiosk.until("C13").things
    assert ("receipt" in things) == (state != "failed"), "whoever does not know looks into the tray"
    hall.mend()
    hall.at_standby()
    acts = [each["header"]["outcome"] for each in hall.chain() if each["kind"] == "act"]
    assert acts == ["shown"], "the query was answered, whatever the paper did"
    if what not in LEAVES_A_REST:
        return
    time.sleep(1.5)  # the printer is asked once a second; a line that was cut is opened anew by that question
    with_a_printer(hall)
    hall.press("print")
    assert hall.kiosk.until("C12").body["kind"] == "done", "nothing of the failure hangs on the next receipt"
    leave(hall)
