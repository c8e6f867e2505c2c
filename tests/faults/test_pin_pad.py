"""A PIN pad on a real tty: the PIN is typed there, and a pad that is unplugged in the middle says so to everybody."""

from __future__ import annotations

import time

import pytest

TIMEOUTS = "[timeouts]\ngoodbye = 0.3\npoll_devices = 1\ncard_remind1 = 1\ncard_remind2 = 2\npaper_take = 1\n"


@pytest.fixture
def hall(another):
    """A terminal with the pad fitted, at standby."""
    hall = another(settings=TIMEOUTS)
    file = hall.data / "terminal.toml"
    port = hall.world.simulator / "pin-pad.tty"
    file.write_text(file.read_text("utf-8").replace("[devices]\n", f'[devices]\npin_pad = "{port}"\n'), "utf-8")
    hall.start()
    hall.at_standby(30)
    return hall


def to_pin_on_the_pad(hall):
    """The page is shown, and the pad's keys are on: that takes a moment more."""
    asked = hall.to_pin()
    deadline = time.monotonic() + 10
    while hall.devices()["pin_pad"]["keypad"] == "off":
        assert time.monotonic() < deadline, hall.devices()["pin_pad"]
        time.sleep(0.02)
    return asked


def test_the_pin_typed_on_the_pad_opens_the_menu_and_its_digits_are_nowhere(hall):
    asked = to_pin_on_the_pad(hall)
    assert asked.body["on_pad"]
    hall.kiosk.tell(pin="999999")  # the screen takes none
    hall.happen("pin-pad type 12345")
    hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 5)
    hall.happen("pin-pad press 6", "pin-pad press enter")
    hall.kiosk.until("C07")
    # what was tried is told to the record beside the page, not before it
    hall.until_recorded(lambda header: header.get("event") == "pin")
    pins = [each["header"]["outcome"] for each in hall.chain(all=True) if each["header"].get("event") == "pin"]
    assert pins == ["verified"]
    assert "123456" not in str(hall.chain(all=True))
    assert "123456" not in hall.kiosk.log.read_text("utf-8")
    hall.press("exit")
    hall.kiosk.until("C13")
    hall.leave()


def test_unplugged_while_somebody_types_the_card_is_given_back_and_the_pad_comes_back_by_itself(hall):
    to_pin_on_the_pad(hall)
    hall.happen("pin-pad type 123")
    hall.kiosk.until("C05", where=lambda screen: screen.body["count"] == 3)
    hall.happen("unplug pin-pad")
    assert hall.kiosk.until("C13").code == "PP-01"
    hall.happen("remove card")
    grey = hall.kiosk.until("C00", where=lambda screen: not screen.tile("SI-02")["available"])
    assert grey.tile("SI-11")["available"]
    hall.happen("plug pin-pad")
    hall.kiosk.until("C00", where=lambda screen: screen.tile("SI-02")["available"])
    to_pin_on_the_pad(hall)
    hall.happen("pin-pad type 123456", "pin-pad press enter")
    hall.kiosk.until("C07")
    hall.press("exit")
    hall.kiosk.until("C13")
    hall.leave()
