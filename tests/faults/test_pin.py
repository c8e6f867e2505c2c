"""Wrong PINs and locked cards: the page says where one stands, and the card decides."""

from __future__ import annotations

import pytest


def pins(hall):
    return [each["header"]["outcome"] for each in hall.chain() if each["header"].get("event") == "pin"]


def test_a_wrong_pin_costs_one_try_and_the_page_says_how_many_are_left(hall):
    assert hall.to_pin().body["tries_left"] == 6
    hall.kiosk.tell(pin="654321")
    wrong = hall.kiosk.until("C05", where=lambda screen: screen.body["notice"])
    assert wrong.body["tries_left"] == 5
    assert "5" in wrong.body["notice"]["title"]
    assert wrong.body["count"] == 0
    assert hall.devices()["card_reader"]["pin_tries_left"] == 5
    hall.kiosk.tell(pin="123456")
    hall.kiosk.until("C07")
    assert hall.devices()["card_reader"]["pin_tries_left"] == 6
    hall.press("finish")
    hall.kiosk.until("C13")
    hall.leave()
    assert pins(hall) == ["wrong", "verified"]


def wrong_with(left):
    return lambda screen: screen.body["notice"] and screen.body["tries_left"] == left


def test_the_last_wrong_pin_locks_the_card_and_nothing_is_sent_to_it_again(hall):
    hall.to_pin("pensioner")
    for left in (5, 4, 3, 2, 1):
        hall.kiosk.tell(pin="000000")
        # the page before may be shown once more while the digits are on their way
        wrong = hall.kiosk.until("C05", where=wrong_with(left))
        assert wrong.body["notice"]["tone"] == ("danger" if left == 1 else "warning")
    hall.kiosk.tell(pin="000000")
    assert hall.kiosk.until("C13").code == "CR-03"
    # the record is told beside the page, not before it
    hall.until_recorded(lambda header: header.get("why") == "CR-03")
    assert pins(hall) == ["wrong"] * 5 + ["locked"]
    assert hall.chain()[-1]["header"]["why"] == "CR-03"
    hall.leave()
    # the right PIN comes too late, and is not even asked for
    hall.insert("pensioner")
    offered = hall.kiosk.until("C13")
    assert (offered.code, offered.things) == ("CR-03", {"card": "take"})
    assert pins(hall) == ["wrong"] * 5 + ["locked"]
    hall.leave()
    hall.serves_a_person()


@pytest.mark.parametrize("way", ["pin_cancel", "exit"])
def test_whoever_gives_the_pin_up_gets_the_card_back_and_the_typed_digits_are_gone(hall, way):
    hall.to_pin()
    hall.kiosk.tell(pin_digits="1234")
    hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 4)
    hall.kiosk.tell(**({"pin_cancel": True} if way == "pin_cancel" else {"press": "exit"}))
    assert hall.kiosk.until("C13").things == {"card": "take"}
    hall.leave()
    assert hall.to_pin().body["count"] == 0
    hall.kiosk.tell(pin_digits="56")
    assert hall.kiosk.until("C05", where=lambda screen: screen.body["count"]).body["count"] == 1
    assert hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 2)
    assert pins(hall) == []
    hall.leave()
