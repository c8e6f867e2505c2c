"""Another card in the same moment, faster than anybody looks: never the first person's pages, never their rights."""

from __future__ import annotations

import pytest

PAGES = {
    "PIN half typed": lambda hall: (hall.to_pin(), hall.kiosk.tell(pin_digits="123")),
    "menu": lambda hall: hall.to_menu(),
    "record uncovered": lambda hall: (
        hall.to_record(),
        hall.press("uncover"),
        hall.kiosk.until("C08", where=lambda screen: not screen.body["covered"]),
    ),
}


@pytest.mark.parametrize("page", PAGES)
def test_after_a_swap_only_the_new_cards_person_is_served(hall, page):
    PAGES[page](hall)
    hall.happen("swap card rare-name")
    asked = hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 0 and screen.body["tries_left"] == 6)
    assert asked.body["notice"] is None
    hall.kiosk.tell(pin="135790")
    menu = hall.kiosk.until("C07")
    assert menu.body["masked_name"].startswith("程")
    hall.kiosk.tell(choose="CRD-03")
    shown = hall.kiosk.until("C08")
    assert "周" not in str(shown.shown)
    hall.press("finish")
    hall.kiosk.until("C13")
    hall.leave()
    first, second = sessions(hall)
    assert first["subjects"] | second["subjects"]
    assert not first["subjects"] & second["subjects"]
    assert first["why"] == "card-removed"
    assert second["acts"] == ["CRD-03"]


def sessions(hall):
    """What was recorded of each session, in order."""
    found = {}
    for entry in hall.chain():
        header = entry["header"]
        if entry["kind"] == "session-opened":
            found[header["session"]] = {"subjects": set(), "acts": [], "why": None}
        of = found.get(header.get("session"))
        if of is None:
            continue
        if "subject" in header:
            of["subjects"].add(header["subject"])
        if entry["kind"] == "act":
            of["acts"].append(header["item"])
        if entry["kind"] == "session-closed":
            of["why"] = header["why"]
    return list(found.values())


@pytest.mark.parametrize("page", ["PIN half typed", "menu"])
def test_swapped_for_a_bank_card_the_session_is_over_and_the_bank_card_is_given_back(hall, page):
    PAGES[page](hall)
    hall.happen("swap foreign-card")
    assert hall.kiosk.until("C13", where=lambda screen: screen.code).code == "CR-02"
    hall.leave()
    assert [each["header"]["state"] for each in hall.chain() if each["kind"] == "custody"] == ["taken", "taken"]
    hall.serves_a_person()


def test_a_digit_typed_for_the_first_card_is_never_sent_to_the_second(hall):
    hall.to_pin()
    hall.kiosk.tell(pin_digits="123456")
    hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 6)
    hall.happen("swap card rare-name")
    hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 0)
    assert hall.devices()["card_reader"]["pin_tries_left"] == 6
    assert not [each for each in hall.chain() if each["header"].get("event") == "pin"]
    hall.press("exit")
    hall.kiosk.until("C13")
    hall.leave()
