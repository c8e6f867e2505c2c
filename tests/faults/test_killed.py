"""kill -9 of the terminal at any moment: what was recorded is there once, a print on its way is unknown, the card is
given back, and the next person is served."""

from __future__ import annotations

import random
import shutil
import time

import pytest


def again(hall):
    """The supervisor starts it anew; with a card inside, custody comes first."""
    hall.start()
    if hall.devices()["card_reader"]["card"]:
        offered = hall.kiosk.until("C13")
        assert (offered.code, offered.things) == ("SW-01", {"card": "take"})
        hall.happen("remove card")
    hall.at_standby()


PAGES = {
    "reading": lambda hall: (hall.happen("insert card worker", "card slow 0.2"), hall.kiosk.until("C04")),
    "PIN half typed": lambda hall: (hall.to_pin(), hall.kiosk.tell(pin_digits="123")),
    "record": lambda hall: hall.to_record(),
}


@pytest.mark.parametrize("page", PAGES)
def test_killed_with_a_card_inside_it_is_offered_back_unread_and_service_goes_on(hall, page):
    PAGES[page](hall)
    hall.kiosk.kill()
    again(hall)
    restarted = [each["header"] for each in hall.chain() if each["header"].get("event") == "restarted"]
    assert [each["how"] for each in restarted] == ["checked-after-unclean-stop"]
    hall.serves_a_person()
    assert [each["header"].get("item") for each in hall.chain() if each["kind"] == "act"] == [
        *(["SI-02"] if page == "record" else []),
        "SI-02",
    ]


def test_killed_between_recording_and_printing_the_receipt_is_unknown_and_the_act_is_at_the_centre_once(hall):
    hall.to_record()
    hall.kiosk.look()
    hall.kiosk.until("C08", where=lambda screen: screen.body["can_print"])
    hall.press("print")
    hall.until_recorded(lambda header: header.get("state") == "sending")
    hall.kiosk.kill()
    again(hall)
    assert hall.prints() == [("queued", ""), ("sending", ""), ("unknown", "terminal-stopped")]
    (act,) = [each for each in hall.chain() if each["kind"] == "act"]
    assert hall.sync()["pending"] == 0
    assert hall.sync()["pending"] == 0
    rows = hall.records("--limit", "100000")
    assert [row["kind"] for row in rows if (row["epoch"], row["seq"]) == (act["epoch"], act["seq"])] == ["act"]
    places = [(row["epoch"], row["seq"]) for row in rows]
    assert places == sorted(set(places))
    assert {row["state"] for row in rows} <= {"accepted", "received"}
    hall.serves_a_person()


def test_killed_while_a_certificate_is_at_the_printer_it_is_unknown_and_registered_once(hall):
    hall.to_menu()
    hall.kiosk.tell(choose="SI-04")
    hall.kiosk.until("C10")
    hall.happen("a4-printer slow 1")
    hall.press("confirm")
    hall.until_recorded(lambda header: header.get("medium") == "paper" and header.get("state") == "sending")
    hall.kiosk.kill()
    hall.happen("a4-printer clear", "a4-printer slow 0")
    again(hall)
    assert hall.prints() == [("queued", ""), ("sending", ""), ("unknown", "terminal-stopped")]
    (issued,) = [each for each in hall.chain() if each["kind"] == "certificate-issued"]
    hall.sync()
    rows = [row for row in hall.records("--limit", "100000") if row["kind"] == "certificate-issued"]
    assert [row["act"]["number"] for row in rows].count(issued["header"]["number"]) == 1
    known = hall.command(
        "kiosk-gateway", "register", issued["header"]["number"], "--data", str(hall.world.gateway), "--json"
    )
    assert known.returncode == 0, known.stdout
    hall.serves_a_person()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_of_a_print_every_job_gets_one_end_that_is_true(hall, seed):
    chance = random.Random(seed)
    before = hall.receipts()
    hall.to_record()
    hall.press("print")
    time.sleep(chance.random() * 0.9)
    hall.kiosk.kill()
    again(hall)
    ends = hall.prints()[2:]
    states = [state for state, _ in hall.prints()]
    came_out = set(hall.receipts()) - set(before)
    if not states:
        assert not came_out, "nothing was recorded, so nothing may come out"
    else:
        assert len([state for state in states if state in ("printed", "failed", "unknown")]) == 1, ends
        assert states[-1] != "failed" or not came_out
        assert states[-1] != "printed" or came_out
    hall.serves_a_person()


def test_everything_sent_twice_is_one_row_each(another, tmp_path):
    """A terminal whose disk was put back to the state before the last upload sends it all again."""
    hall = another()
    hall.start().until("C00")
    hall.serves_a_person()
    assert hall.kiosk.stop() == 0
    before = tmp_path / "before"
    shutil.copytree(hall.data, before)
    first = hall.sync()
    assert first["pending"] == 0
    rows = hall.records()
    assert [row["kind"] for row in rows].count("act") == 1
    hall.data = before
    again = hall.sync()
    assert (again["pending"], again["complete"]) == (0, True)
    assert [(row["epoch"], row["seq"], row["received_at"]) for row in hall.records()] == [
        (row["epoch"], row["seq"], row["received_at"]) for row in rows
    ]
