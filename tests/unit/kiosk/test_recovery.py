"""An ill device is brought back by its ladder, what was done is in the chain, and nobody else waits for it."""

from __future__ import annotations

import pytest

from drivers.errors import DeviceBusy, LinkLost, NoDevice, ProtocolError, ServiceGone, Timeout
from drivers.status import DeviceState, PaperState, PrinterStatus
from drivers.supervisor import Rung
from kiosk import effects
from kiosk.app.rules import rules_for
from kiosk.contact import contact_after
from kiosk.devices import polled
from kiosk.events import CardInserted, Contact, Device, DeviceReported
from kiosk.intents import Press
from kiosk.printers import receipt_printer_report
from kiosk.recovery import LADDERS
from kiosk.settings import Devices, Settings

FITTED = Settings(
    terminal="T001",
    devices=Devices(id_reader="/dev/kiosk/id", pin_pad="/dev/kiosk/pad", barcode_reader="/dev/kiosk/codes"),
)
POLLED = (
    Device.RECEIPT_PRINTER,
    Device.DOCUMENT_PRINTER,
    Device.ID_READER,
    Device.PIN_PAD,
    Device.BARCODE_READER,
)


@pytest.fixture
def terminal(hall):
    """At rest, with every device fitted; what a device answers stands in `ill`, by device."""
    hall.rules = rules_for(FITTED, "boot")
    hall.ill = {}
    hall.sleeping.add(effects.EnterPin)

    def how_is(action):
        fault, contact = hall.ill.get(action.device, (None, Contact.ANSWERED))
        return DeviceReported(action.device, fault, "", contact)

    hall.answers[effects.PollDevice] = hall.answers[effects.RecoverDevice] = how_is
    hall.start()
    hall.wait(1.0)
    return hall


def rungs(hall, device):
    return [
        each.action.rung
        for each in hall.asked
        if each.action.__class__ is effects.RecoverDevice and each.action.device is device
    ]


def recorded(hall, device):
    return [
        (each.header.get("step", each.header["event"]), each.header.get("outcome") or each.header.get("by") or "")
        for each in hall.appended
        if each.header.get("device") == device.value
    ]


@pytest.mark.parametrize("device", POLLED, ids=str)
def test_a_device_that_was_lost_climbs_its_whole_ladder_and_is_back_when_it_answers(terminal, device):
    terminal.ill[device] = ("PR-05", Contact.LOST)
    terminal.wait(25.0)
    assert rungs(terminal, device)[: len(LADDERS[device].ladder)] == list(LADDERS[device].ladder)
    assert terminal.state.devices.fault(device) == "PR-05"
    terminal.ill.clear()
    terminal.wait(21.0)
    assert terminal.state.devices.usable(device)
    assert {("recovered", "by-itself"), ("recovered", "list-again")} & set(recorded(terminal, device))


def test_the_rung_that_helps_is_in_the_chain_with_its_seconds_tries_and_the_fault(terminal):
    terminal.ill[Device.ID_READER] = ("ID-02", Contact.LOST)

    def answer(action):
        if action.rung is Rung.RESET:
            terminal.ill.clear()
        fault, contact = terminal.ill.get(action.device, (None, Contact.ANSWERED))
        return DeviceReported(action.device, fault, "", contact)

    terminal.answers[effects.RecoverDevice] = answer
    terminal.wait(25.0)
    entries = [each for each in terminal.appended if each.header.get("event") == "recovery"]
    assert {each.kind for each in entries} == {"audit"}
    assert [dict(each.header) for each in entries][-2:] == [
        {
            "event": "recovery",
            "device": "id-reader",
            "fault": "ID-02",
            "step": "reset",
            "outcome": "helped",
            "seconds": "0.0",
            "round": "1",
        },
        {
            "event": "recovery",
            "device": "id-reader",
            "fault": "ID-02",
            "step": "recovered",
            "by": "reset",
            "seconds": "0.0",
            "tries": "3",
        },
    ]


def test_a_night_without_a_printer_is_a_handful_of_entries_and_one_call_for_a_technician(terminal):
    terminal.ill[Device.RECEIPT_PRINTER] = ("PR-05", Contact.LOST)
    terminal.wait(8 * 3600.0)
    assert len(rungs(terminal, Device.RECEIPT_PRINTER)) > 1000
    assert [step for step, _ in recorded(terminal, Device.RECEIPT_PRINTER)] == [
        "device",
        "list-again",
        "new-context",
        "reset",
        "technician",
    ]


def test_a_silent_device_is_looked_at_three_times_before_anything_is_done_to_it(terminal):
    terminal.ill[Device.ID_READER] = ("ID-02", Contact.SILENT)
    terminal.wait(41.0)
    assert rungs(terminal, Device.ID_READER) == []
    assert terminal.state.devices.fault(Device.ID_READER) == "ID-02"
    terminal.wait(20.0)
    assert rungs(terminal, Device.ID_READER)[:1] == [Rung.LIST_AGAIN]


def test_a_device_that_answers_that_it_is_ill_needs_hands_and_no_ladder(terminal):
    terminal.ill[Device.RECEIPT_PRINTER] = ("PR-02", Contact.ANSWERED)
    terminal.wait(600.0)
    assert rungs(terminal, Device.RECEIPT_PRINTER) == []


def test_a_printer_that_prints_for_somebody_is_left_alone_until_it_has_done_and_the_others_are_not(hall, terminal):
    terminal.to_result()
    terminal.ill[Device.RECEIPT_PRINTER] = ("PR-05", Contact.LOST)
    terminal.sleeping.add(effects.PrintReceipt)
    terminal.press(Press.PRINT)
    before = len(terminal.asked)
    terminal.wait(50.0)
    asked = [each.action for each in terminal.asked[before:] if isinstance(each.action, effects.PollDevice)]
    assert {each.device for each in asked} == set(POLLED) - {Device.RECEIPT_PRINTER}
    assert rungs(terminal, Device.RECEIPT_PRINTER) == []
    terminal.happen(terminal.answer(terminal.open(effects.PrintReceipt)))
    terminal.wait(21.0)
    assert rungs(terminal, Device.RECEIPT_PRINTER)


def test_a_poll_that_never_ends_holds_up_no_other_device(terminal):
    terminal.sleeping.add(effects.PollDevice)
    terminal.wait(20.0)
    stuck = terminal.open(effects.PollDevice).action.device
    terminal.sleeping.discard(effects.PollDevice)
    before = len(terminal.asked)
    terminal.wait(20.0)
    asked = {each.action.device for each in terminal.asked[before:] if isinstance(each.action, effects.PollDevice)}
    assert stuck not in asked or asked == set(POLLED)


def test_the_reader_is_there_again_when_the_watcher_says_so_not_when_a_rung_does(terminal):
    terminal.happen(DeviceReported(Device.CARD_READER, "CR-07", "reader-gone", Contact.LOST))
    terminal.wait(0.0)
    assert rungs(terminal, Device.CARD_READER) == [Rung.LIST_AGAIN]
    assert terminal.state.devices.fault(Device.CARD_READER) == "CR-07"
    terminal.happen(DeviceReported(Device.CARD_READER, None), CardInserted())
    assert terminal.state.devices.usable(Device.CARD_READER)


def test_what_is_not_fitted_is_not_asked():
    assert polled(Settings(terminal="T001")) == (Device.RECEIPT_PRINTER, Device.DOCUMENT_PRINTER)
    assert polled(FITTED) == POLLED


@pytest.mark.parametrize(
    ("error", "contact"),
    [
        (LinkLost("x"), Contact.LOST),
        (NoDevice("x"), Contact.LOST),
        (ServiceGone("x"), Contact.LOST),
        (Timeout("x"), Contact.SILENT),
        (DeviceBusy("x"), Contact.UNCLEAR),
        (ProtocolError("x", shape="y"), Contact.UNCLEAR),
        (None, Contact.UNCLEAR),
    ],
)
def test_every_way_not_to_answer_says_how_sure_it_is(error, contact):
    assert contact_after(error) is contact


def test_a_printer_switched_off_behind_its_bridge_is_silent_and_one_set_offline_by_hand_answers():
    off = PrinterStatus(DeviceState.OFFLINE, paper=PaperState.UNKNOWN)
    by_hand = PrinterStatus(DeviceState.OFFLINE, paper=PaperState.FULL)
    assert receipt_printer_report(off).contact is Contact.SILENT
    assert receipt_printer_report(by_hand).contact is Contact.ANSWERED
