"""Every cable that comes out goes in again: each device serves again within a stated time of virtual seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from night.promises import NOTICED, RESTORED
from night.still import StillHall

from drivers.operation import Slot
from drivers.supervisor import Rung
from kiosk.events import Device
from kiosk.sessions.state import EnteringPin, Standby

AWAY = (3.0, 47.0, 1_300.0)
"""Seconds: shorter than a poll, in the first rounds of the ladder, long after a technician was asked for."""


@dataclass(frozen=True)
class Cause:
    """What is wrong with a device, and the hand that takes it away."""

    device: Device
    happen: Callable[[StillHall], None]
    mend: Callable[[StillHall], None]


def plug_readers(hall: StillHall) -> None:
    hall.night.bench.plug()


def mend_receipts(hall: StillHall) -> None:
    hall.night.receipts.mend()


def mend_documents(hall: StillHall) -> None:
    hall.night.documents.mend()


def mend_id_reader(hall: StillHall) -> None:
    hall.night.id_reader.mend()


CAUSES: Mapping[str, Cause] = {
    "card reader unplugged": Cause(Device.CARD_READER, lambda h: h.night.bench.unplug(Slot.USER), plug_readers),
    "both readers unplugged": Cause(
        Device.CARD_READER,
        lambda h: (h.night.bench.unplug(Slot.SAM), h.night.bench.unplug(Slot.USER)),
        plug_readers,
    ),
    "card service dead": Cause(
        Device.CARD_READER, lambda h: h.night.bench.service_dies(), lambda h: h.night.bench.service_returns()
    ),
    "receipt printer unplugged": Cause(Device.RECEIPT_PRINTER, lambda h: h.night.receipts.unplug(), mend_receipts),
    "receipt printer off": Cause(Device.RECEIPT_PRINTER, lambda h: h.night.receipts.power_off(), mend_receipts),
    "A4 printer off": Cause(Device.DOCUMENT_PRINTER, lambda h: h.night.documents.power_off(), mend_documents),
    "A4 printer off the network": Cause(
        Device.DOCUMENT_PRINTER, lambda h: h.night.documents.leave_network(), mend_documents
    ),
    "ID reader unplugged": Cause(Device.ID_READER, lambda h: h.night.id_reader.unplug(), mend_id_reader),
    "ID reader silent": Cause(Device.ID_READER, lambda h: h.night.id_reader.fall_silent(), mend_id_reader),
    "ID reader ill": Cause(Device.ID_READER, lambda h: h.night.id_reader.fail_its_test(), mend_id_reader),
}


@pytest.fixture
def hall(still_hall) -> StillHall:
    return still_hall()


def is_back(device: Device) -> Callable[[StillHall], bool]:
    return lambda hall: hall.state.devices.usable(device)


def is_gone(device: Device) -> Callable[[StillHall], bool]:
    return lambda hall: hall.state.devices.fault(device) is not None


def others_are_well(hall: StillHall, device: Device) -> bool:
    wires = set(hall.state.devices.recovery.ladders) - {device}
    return all(map(hall.state.devices.usable, wires))


@pytest.mark.parametrize("away", AWAY, ids=lambda seconds: f"{seconds:.0f}s")
@pytest.mark.parametrize("name", CAUSES)
def test_a_device_that_was_away_is_back_within_the_stated_time_and_no_other_was_ill(hall, name, away):
    cause = CAUSES[name]
    cause.happen(hall)
    if away > NOTICED:
        assert hall.comes_to(is_gone(cause.device), NOTICED), f"{name}: nobody noticed"
    hall.run(away)
    assert others_are_well(hall, cause.device)
    cause.mend(hall)
    assert hall.comes_to(is_back(cause.device), RESTORED), f"{name}: not back after {RESTORED:.0f} s"
    hall.run(10.0)  # and it stays
    assert hall.state.devices.usable(cause.device)


@pytest.mark.parametrize("name", CAUSES)
def test_a_device_that_is_absent_at_start_is_a_fault_and_serves_when_it_arrives(hall, name):
    cause = CAUSES[name]
    cause.happen(hall)
    hall.night.kill()
    assert hall.comes_to(lambda h: h.lit and isinstance(h.state.session.phase, Standby), 60.0)
    assert hall.comes_to(is_gone(cause.device), NOTICED)
    cause.mend(hall)
    assert hall.comes_to(is_back(cause.device), RESTORED)


def test_a_module_that_hangs_is_reset_and_back_without_any_hand(hall):
    def resets() -> tuple[int, int, int]:
        count = hall.state.devices.recovery.ladders[Device.ID_READER].counts[-1]
        return hall.night.id_reader.resets, count.tries, count.helped

    before = resets()
    hall.night.id_reader.hang()
    assert hall.comes_to(is_gone(Device.ID_READER), NOTICED)
    assert hall.comes_to(is_back(Device.ID_READER), 120.0)
    assert resets() == tuple(number + 1 for number in before)


@pytest.mark.parametrize("swaps", [1, 2], ids=["the other way round", "and back again"])
def test_readers_plugged_the_other_way_round_serve_the_next_person_all_the_same(hall, swaps):
    for _ in range(swaps):
        hall.night.bench.plug_the_other_way_round()
        hall.run(2.0)
    assert hall.state.custody.clear, "the PSAM was taken for somebody's card"
    hall.insert()
    hall.until(lambda state: isinstance(state.session.phase, EnteringPin), 30.0)
    hall.type_pin()
    hall.until(lambda state: state.session.identity.level == 2, 10.0)
    hall.put_right()
    assert hall.comes_to(lambda h: h.at_rest, 60.0)


def test_what_was_done_for_a_device_is_in_the_chain_without_a_word_about_anybody(hall):
    chain = hall.night.invariants.chain
    chain.catch_up()
    before = len(chain.headers)
    hall.night.receipts.unplug()
    hall.run(3_600.0)
    hall.night.receipts.mend()
    assert hall.comes_to(is_back(Device.RECEIPT_PRINTER), RESTORED)
    chain.catch_up()
    told = [header for header in chain.headers[before:] if header.get("device") == "receipt-printer"]
    steps = [header.get("step", header["fault"]) for header in told]
    assert steps[0] == "PR-05"
    assert set(steps) == {"PR-05", *(rung.value for rung in Rung), "technician", "recovered", "none"}
    assert len(steps) == len(set(steps)), "an hour of trying says nothing twice"
    allowed = {"event", "device", "fault", "detail", "step", "outcome", "seconds", "round", "tries", "by"}
    assert all(header.keys() <= allowed for header in told)
