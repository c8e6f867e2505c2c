"""While the card reader cannot be asked, nobody knows whose card lies in it: what stood on a card ends."""

from __future__ import annotations

import pytest

from kiosk import effects
from kiosk.custody import CardPlace
from kiosk.events import CardInserted, CardRemoved, Device, DeviceReported
from kiosk.identity import NOBODY
from kiosk.intents import ItemChosen, Press
from kiosk.screen import Page

GONE = DeviceReported(Device.CARD_READER, "CR-07", "pcsc-service-gone")
BACK = DeviceReported(Device.CARD_READER, None)


@pytest.mark.parametrize("stage", ["to_pin", "to_menu", "to_result"])
def test_losing_the_reader_ends_the_session_that_stands_on_a_card(hall, stage):
    getattr(hall, stage)().happen(GONE)
    assert hall.page is Page.TAKE_THINGS
    assert hall.screen.body.notice.code == "CR-07"
    assert hall.state.session.identity == NOBODY
    assert "雀" not in repr(hall.screen)
    assert hall.state.custody.card is CardPlace.OFFERED


def test_a_card_put_in_while_the_reader_was_lost_opens_no_page_of_the_first_person(hall):
    hall.to_menu().happen(GONE, BACK)
    assert hall.state.session.identity == NOBODY
    hall.happen(CardRemoved(), CardInserted())
    assert hall.page is Page.PIN
    assert hall.state.session.identity.level == 1


def test_a_print_that_was_accepted_goes_on_without_the_reader(hall):
    hall.to_result()
    hall.sleeping.add(effects.PrintReceipt)
    hall.press(Press.PRINT)
    hall.happen(GONE)
    hall.happen(hall.answer(hall.open(effects.PrintReceipt)))
    assert [thing.kind for thing in hall.screen.body.things] == ["card", "receipt"]


def test_a_service_without_a_card_goes_on_without_the_reader(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("SI-11"), GONE)
    assert hall.page is Page.QUESTION
