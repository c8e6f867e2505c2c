"""What PC/SC tells about readers, folded into one look, and what their names tell."""

from __future__ import annotations

import threading

import pytest

from drivers.card_reader.events import CardInserted, CardMute, CardRemoved, ReaderAppeared, ReaderGone, ServiceBack
from drivers.card_reader.events import ServiceGone as ServiceLeft
from drivers.operation import Slot
from kiosk.diagnostics import readers
from kiosk.diagnostics.readers import Look, identity_of, look

USER, SAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"


@pytest.mark.parametrize(
    ("name", "model", "serial"),
    [
        ("Kiosk User 00 00", "Kiosk User", None),
        ("HID Global OMNIKEY 3x21 Smart Card Reader 01 00", "HID Global OMNIKEY 3x21 Smart Card Reader", None),
        ("Feitian R502 [R502 Contact Reader] (0123456789) 00 00", "Feitian R502", "0123456789"),
        ("ACS ACR38U-CCID (A0-1) 02 01", "ACS ACR38U-CCID", "A0-1"),
        ("odd", "odd", None),
    ],
)
def test_a_readers_name_is_taken_apart_as_the_service_composed_it(name, model, serial):
    identity = identity_of(name)
    assert (identity.model, identity.serial_number, identity.port) == (model, serial, name)
    assert identity.firmware is None, "a name tells no firmware"


def test_of_several_slots_of_a_role_the_one_that_holds_something_counts(roles):
    other = "Kiosk User 00 01"
    told = Look.of([ServiceBack(), ReaderAppeared(other), ReaderAppeared(USER), CardInserted(USER, b";")])
    fitting = told.named(Slot.USER, roles)
    assert [reader.name for reader in fitting] == [USER, other]
    assert told.status(fitting).media.value == "present"


def test_a_card_that_came_and_went_is_not_in(roles):
    told = Look.of([ServiceBack(), ReaderAppeared(USER), CardMute(USER), CardRemoved(USER)])
    assert told.status(told.named(Slot.USER, roles)).media.value == "notPresent"


def test_a_reader_that_left_is_not_there(roles):
    told = Look.of([ServiceBack(), ReaderAppeared(USER), ReaderGone(USER)])
    assert told.named(Slot.USER, roles) == ()
    assert told.status(()).device.value == "noDevice"


def test_a_service_that_left_takes_every_reader_with_it(roles):
    told = Look.of([ServiceBack(), ReaderAppeared(USER), ServiceLeft("SCARD_F_COMM_ERROR")])
    assert told.readers == ()
    assert told.status(()).device.value == "offline"
    assert told.service_fault == "SCARD_F_COMM_ERROR"


def test_silence_of_the_service_is_no_service():
    assert Look.of([]).service_fault == "no answer"


class Monitor:
    """Tells its events from a thread of its own, as the real one does."""

    def __init__(self, events, listen):
        self._thread = threading.Thread(target=lambda: [listen(event) for event in events])
        self.stopped = False

    def start(self):
        self._thread.start()

    def stop(self):
        self._thread.join()
        self.stopped = True


@pytest.mark.parametrize("last", [CardInserted(USER, b";"), ServiceLeft("SCARD_E_NO_SERVICE")])
def test_a_look_listens_until_it_is_quiet_and_stops_the_monitor(last):
    made = []

    def monitor(listen):
        made.append(Monitor([ServiceBack(), ReaderAppeared(SAM), ReaderAppeared(USER), last], listen))
        return made[0]

    told = look(monitor)
    assert made[0].stopped
    assert (told.service_fault is None) == isinstance(last, CardInserted)


def test_the_quiet_is_longer_than_the_service_takes_to_tell_its_readers():
    assert readers.QUIET > 0.4, "pcscd looks at its readers every 400 ms"
