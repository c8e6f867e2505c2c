"""The PC/SC service dies and comes back: no cards meanwhile, everything else goes on, nobody is mixed up."""

from __future__ import annotations

import pytest


def served_again(hall):
    """Service goes on. The first card may be the one by which the reader's link learns that the service is another."""
    hall.mend()
    hall.insert()
    if hall.kiosk.until("C05", "C13").page == "C05":
        hall.press("exit")
        hall.kiosk.until("C13")
    hall.leave()
    hall.serves_a_person()


def no_cards(screen):
    return not screen.tile("SI-02")["available"]


def cards(screen):
    return screen.tile("SI-02")["available"]


@pytest.mark.parametrize("how", ["pcsc killed", "pcsc down"])
def test_at_standby_card_services_are_greyed_and_come_back_with_the_service(hall, how):
    hall.happen(how)
    grey = hall.kiosk.until("C00", where=no_cards)
    assert grey.tile("SI-02")["reason"] == "本机暂不能用卡"
    assert grey.tile("SI-11")["available"], "what needs no card goes on"
    hall.happen("pcsc up")
    hall.kiosk.until("C00", where=cards)
    hall.until_reported("card-reader", "none")
    health = [each["header"] for each in hall.chain() if each["header"].get("event") == "device"]
    faults = [each["fault"] for each in health if each["device"] == "card-reader"]
    assert faults == ["CR-07", "none"]
    served_again(hall)


PAGES = {
    "reading": lambda hall: hall.happen("insert card worker", "card slow 0.2"),
    "PIN": lambda hall: hall.to_pin(),
    "menu": lambda hall: hall.to_menu(),
    "record": lambda hall: hall.to_record(),
}


@pytest.mark.parametrize("page", PAGES)
def test_in_a_session_the_card_is_offered_back_and_its_pages_are_gone(hall, page):
    PAGES[page](hall)
    if page == "reading":
        hall.kiosk.until("C04", where=lambda screen: screen.body["step"] > 1)
    hall.happen("pcsc killed")
    offered = hall.kiosk.until("C13")
    # a command that was under way when the service died may be what is noticed first
    assert offered.code in ({"CR-07", "CR-01"} if page == "reading" else {"CR-07"})
    assert offered.things == {"card": "take"}
    hall.happen("remove card", "pcsc up")
    hall.kiosk.until("C00", where=cards)
    (closed,) = [each for each in hall.chain() if each["kind"] == "session-closed"]
    assert closed["header"]["why"] == offered.code
    assert [each["header"]["state"] for each in hall.chain() if each["kind"] == "custody"] == ["taken"]
    served_again(hall)


@pytest.mark.parametrize("page", ["menu", "record"])
def test_a_card_exchanged_while_the_service_was_away_is_not_read_and_gets_nobodys_pages(hall, page):
    PAGES[page](hall)
    hall.happen("pcsc killed")
    hall.kiosk.until("C13")
    hall.happen("swap card rare-name", "pcsc up")
    hall.kiosk.until("C13", where=lambda screen: screen.body["left_behind"] or screen.body["urgency"] > 0)
    shown = {screen.page for screen in hall.kiosk.screens[hall.kiosk.marked :]}
    assert shown == {"C13"}
    hall.leave()
    assert [each["kind"] for each in hall.chain()].count("session-opened") == 1
    served_again(hall)
