"""Which lanes a terminal opens, and which ports are asked for devices that the settings call `auto`."""

from __future__ import annotations

import os
import pty
import queue
import tty
from pathlib import Path

import pytest

from drivers.lanes import Failed
from kiosk.app.lanes import open_lanes, unnamed
from kiosk.events import Device
from kiosk.settings import AUTO, Devices, Settings

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def settings(**devices):
    return Settings(terminal="T001", devices=Devices(**devices))


@pytest.fixture
def opened():
    made = []

    def make(**devices):
        made.append(open_lanes(settings(**devices), [FONT], pytest.fail))
        return made[-1]

    yield make
    for lanes in made:
        lanes.stop()


def test_what_is_fitted_has_a_lane_of_its_own_and_nothing_else_has(opened):
    assert set(opened().units) == {Device.CARD_READER}
    every = opened(
        id_reader="/dev/x1",
        receipt_printer="/dev/x2",
        document_printer="ipp://x/",
        pin_pad="/dev/x3",
        barcode_reader=AUTO,
    )
    assert set(every.units) == set(Device) - {Device.STORE, Device.SNAPSHOT, Device.PAPERS}
    assert len({id(unit.lane) for unit in every.units.values()}) == len(every.units)


def test_an_absent_device_is_a_fault_of_its_first_look_and_not_of_the_start(opened):
    lanes = opened(pin_pad="/dev/kiosk-no-such-port")
    unit, outcomes = lanes.units[Device.PIN_PAD], queue.Queue()
    unit.lane.submit(unit.look(), outcomes.put, deadline=5.0)
    outcome = outcomes.get(timeout=10)
    assert not isinstance(outcome, Failed)
    assert (outcome.value.fault, outcome.value.detail) == ("PP-01", "no_device")


def test_a_port_that_the_settings_give_to_a_device_is_never_asked_for_another(tmp_path):
    master, slave = pty.openpty()
    tty.setraw(slave)
    stable = tmp_path / "receipt-printer"
    stable.symlink_to(os.ttyname(slave))
    chosen = settings(receipt_printer=str(stable), id_reader=AUTO)
    assert unnamed(chosen, (os.ttyname(slave), "/dev/other")) == ("/dev/other",)
    os.close(slave)
    os.close(master)
