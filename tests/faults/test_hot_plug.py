"""Cables of the running terminal, on real ttys and a real PC/SC service: out, in again, and in the wrong socket."""

from __future__ import annotations

import pytest

ID_READER, RECEIPT_PRINTER = "id-reader", "receipt-printer"
FAULTS = {ID_READER: "ID-02", RECEIPT_PRINTER: "PR-05"}


def health(hall, device):
    """The faults of a device as they were recorded, oldest first; "none" is well."""
    headers = (each["header"] for each in hall.chain())
    return [each["fault"] for each in headers if each.get("event") == "device" and each["device"] == device]


def steps(hall, device, missed):
    """What was tried since the device was missed, oldest first."""
    headers = (each["header"] for each in hall.chain() if (each["epoch"], each["seq"]) > missed)
    return [each["step"] for each in headers if each.get("event") == "recovery" and each["device"] == device]


def until_recovered(hall, device, missed):
    """Taken back after it was missed: a recovery before this test may still be told in it."""
    hall.until_recorded(
        lambda header: header.get("device") == device and header.get("step") == "recovered", after=missed
    )


@pytest.mark.parametrize("device", FAULTS)
def test_a_serial_device_unplugged_while_it_waits_is_missed_and_taken_back(hall, device):
    fault = FAULTS[device]
    hall.happen(f"{device} unplug")
    missed = hall.until_reported(device, fault)
    hall.happen(f"{device} plug")
    until_recovered(hall, device, missed)
    hall.until_reported(device, "none")
    assert health(hall, device) == [fault, "none"]
    assert steps(hall, device, missed)[0] == "list-again"
    hall.serves_a_person()


@pytest.mark.parametrize("device", FAULTS)
def test_a_serial_device_that_is_absent_at_start_is_taken_when_it_arrives(hall, device):
    hall.happen(f"{device} unplug")
    assert hall.kiosk.stop() == 0
    hall.start()
    hall.at_standby()
    missed = hall.until_reported(device, FAULTS[device])
    hall.happen(f"{device} plug")
    until_recovered(hall, device, missed)
    hall.serves_a_person()


def test_a_module_that_says_it_is_ill_is_a_fault_and_other_services_go_on(hall):
    hall.happen("id-reader not-authorised")
    at = hall.until_reported(ID_READER, "ID-02")
    ill = next(each["header"] for each in hall.chain() if (each["epoch"], each["seq"]) == at)
    assert ill["detail"] == "not-authorised"
    hall.serves_a_person()
    hall.happen("id-reader ok")
    hall.until_reported(ID_READER, "none")


@pytest.mark.parametrize(
    ("user", "sam"),
    [("PSAM", "User"), ("Kiosk", "Kiosk")],
    ids=["the names say the opposite", "the names say nothing"],
)
def test_the_cards_say_which_reader_is_whose_whatever_the_names_say(another, user, sam):
    hall = another(settings=f'{TIMEOUTS}\n[readers]\nuser = "{user}"\nsam = "{sam}"\n')
    hall.start()
    hall.at_standby(30)
    assert not [each for each in hall.chain(all=True) if each["kind"] == "custody"], "the PSAM was nobody's card"
    hall.serves_a_person()


TIMEOUTS = "[timeouts]\ngoodbye = 0.3\npoll_devices = 1\ncard_remind1 = 1\ncard_remind2 = 2\npaper_take = 1\n"
