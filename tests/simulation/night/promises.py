"""What the hall is promised whatever happens in it, as places and as virtual seconds: each is said here alone."""

from __future__ import annotations

from night.still import StillHall

from kiosk.equipment import LOOK_SECONDS
from kiosk.screen import Page
from kiosk.settings import Timeouts

WAYS_OUT = frozenset({Page.STANDBY, Page.TAKE_THINGS, Page.OUT_OF_SERVICE})
"""Where the terminal may stand when nobody has touched it for minutes: at rest, asking for the card, or closed."""

LEFT_ALONE = 400.0
"""The longest page of elder mode, its warning, a print to its end, and a card asked for: then the way is free."""

NOTICED = 4 * Timeouts().poll_devices
"""An ill device is known to be ill within this time."""

RESTORED = Timeouts().poll_devices + LOOK_SECONDS
"""A device is known to be well within this time after the cause is gone: a poll's interval and one look, whatever the
device and however long it was away."""


def a_way_out(hall: StillHall) -> bool:
    return hall.lit and hall.page in WAYS_OUT and hall.nobody
