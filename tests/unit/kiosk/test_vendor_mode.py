"""The technician's hand-shake: nobody is sent away for it, nobody is served during it, and it ends by itself."""

from __future__ import annotations

import pytest

from drivers.supervisor import Rung
from kiosk import effects
from kiosk.custody import CardPlace
from kiosk.events import (
    CardInserted,
    CardRemoved,
    Contact,
    Device,
    DeviceReported,
    VendorModeReleased,
    VendorModeRequested,
)
from kiosk.intents import ItemChosen, Press
from kiosk.screen import Page
from kiosk.texts import render

ENTER, GONE = VendorModeRequested(1), VendorModeReleased("gone", holder=1)


def told(hall, visit=1):
    actions = [each.action for each in hall.asked]
    return [each.service for each in actions if isinstance(each, effects.TellTechnician) and visit in each.visits]


def recorded(hall):
    return [
        (each.header["state"], each.header.get("why", ""))
        for each in hall.appended
        if each.header.get("event") == "vendor-mode"
    ]


def asked(hall, kind):
    return [each.action for each in hall.asked if isinstance(each.action, kind)]


def test_at_standby_the_devices_are_let_go_of_and_the_page_says_why(hall):
    hall.start().happen(ENTER)
    assert told(hall) == ["enterPending", "active"]
    assert len(asked(hall, effects.LetGoOfDevices)) == 1
    assert hall.page is Page.OUT_OF_SERVICE
    assert render(hall.screen.body.reason, "zh") == "设备维护中，暂停服务"
    assert recorded(hall) == [("entered", "")]


def test_a_session_that_is_running_is_waited_for_and_notices_nothing(hall):
    hall.to_result().happen(ENTER)
    assert hall.page is Page.RESULT_TABLE
    assert told(hall) == ["enterPending"]
    hall.press(Press.FINISH)
    hall.happen(CardRemoved())
    assert told(hall) == ["enterPending"]
    hall.wait(5.0)
    assert told(hall) == ["enterPending", "active"]
    assert hall.page is Page.OUT_OF_SERVICE


def test_somebody_who_has_only_touched_the_screen_is_waited_for_too(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ENTER)
    assert hall.page is Page.HOME
    hall.press(Press.EXIT)
    assert told(hall) == ["enterPending", "active"]


def test_while_the_technician_has_the_devices_nobody_touches_them_and_nobody_is_served(hall):
    hall.start().happen(ENTER)
    before = len(hall.asked)
    hall.wait(300.0)
    hall.press(*Press)
    hall.happen(
        CardInserted(),
        ItemChosen("SI-11"),
        DeviceReported(Device.CARD_READER, "CR-07", "pcsc-service-gone", Contact.LOST),
    )
    hall.wait(300.0)
    touching = (effects.PollDevice, effects.RecoverDevice, effects.ReadCard, effects.CheckRoom)
    done = [each.action for each in hall.asked[before:] if isinstance(each.action, touching)]
    assert {type(each) for each in done} == {effects.CheckRoom}
    assert hall.page is Page.OUT_OF_SERVICE
    assert hall.state.session.id is None


@pytest.mark.parametrize(
    ("ends", "why", "hears"),
    [(GONE, "gone", 1), (VendorModeReleased("asked", asker=2), "asked", 2)],
    ids=["its process ended", "another command asked"],
)
def test_when_the_technician_has_done_every_device_is_looked_at_before_service_goes_on(hall, ends, why, hears):
    hall.start().happen(ENTER)
    hall.wait(60.0)
    hall.sleeping.add(effects.PollDevice)
    hall.happen(ends)
    hall.wait(1.0)
    assert hall.page is Page.OUT_OF_SERVICE
    assert told(hall, hears)[-1] == "exitPending"
    polls = asked(hall, effects.PollDevice)[-2:]
    assert {each.device for each in polls} == {Device.RECEIPT_PRINTER, Device.DOCUMENT_PRINTER}
    for effect in [each for each in hall.asked if isinstance(each.action, effects.PollDevice)][-2:]:
        hall.happen(hall.answer(effect))
    assert told(hall, hears)[-1] == "inactive"
    assert hall.page is Page.STANDBY
    assert recorded(hall) == [("entered", ""), ("left", why)]
    left = next(each.header for each in hall.appended if each.header.get("state") == "left")
    assert left["seconds"] == "60"


def test_a_technician_who_gives_up_waiting_disturbs_nobody(hall):
    hall.to_menu().happen(ENTER, GONE)
    assert told(hall) == ["enterPending", "inactive"]
    assert hall.page is Page.MENU
    assert recorded(hall) == []
    hall.press(Press.EXIT)
    hall.happen(CardRemoved())
    hall.wait(5.0)
    assert hall.page is Page.STANDBY


def test_one_who_goes_while_the_devices_are_being_freed_gives_them_back(hall):
    hall.start()
    hall.sleeping.add(effects.LetGoOfDevices)
    hall.happen(ENTER, GONE)
    hall.wait(1.0)
    assert hall.page is Page.STANDBY
    assert told(hall)[-1] == "inactive"


def test_a_second_technician_is_told_that_another_has_the_devices(hall):
    hall.start().happen(ENTER, VendorModeRequested(2), VendorModeReleased("gone", holder=2))
    assert told(hall, 2) == ["busy"]
    assert hall.page is Page.OUT_OF_SERVICE


def test_giving_back_what_nobody_has_is_answered_and_changes_nothing(hall):
    hall.start().happen(VendorModeReleased("asked", asker=3))
    assert told(hall, 3) == ["inactive"]
    assert hall.page is Page.STANDBY
    assert recorded(hall) == []


def test_a_card_left_in_the_reader_is_offered_back_and_never_read(hall):
    hall.start().happen(ENTER, CardInserted(), GONE)
    hall.wait(1.0)
    assert hall.page is Page.TAKE_THINGS
    assert hall.screen.body.notice.code == "LF-01"
    assert hall.state.custody.card is CardPlace.OFFERED
    assert asked(hall, effects.ReadCard) == []
    hall.happen(CardRemoved())
    hall.wait(60.0)
    assert hall.page is Page.STANDBY


def test_a_reader_that_was_lost_meanwhile_is_brought_back_afterwards(hall):
    hall.start().happen(ENTER, DeviceReported(Device.CARD_READER, "CR-07", "reader-gone", Contact.LOST))
    assert asked(hall, effects.RecoverDevice) == []
    hall.happen(GONE)
    hall.wait(1.0)
    assert asked(hall, effects.RecoverDevice)[0] == effects.RecoverDevice(Device.CARD_READER, Rung.LIST_AGAIN)


def test_what_could_not_be_freed_is_told_and_recorded(hall):
    hall.answers[effects.LetGoOfDevices] = lambda _: ("receipt-printer",)
    hall.start().happen(ENTER)
    assert asked(hall, effects.TellTechnician)[-1].kept == ("receipt-printer",)
    (entered,) = [each.header for each in hall.appended if each.header.get("event") == "vendor-mode"]
    assert entered["kept"] == "receipt-printer"
