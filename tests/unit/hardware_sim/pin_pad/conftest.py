"""A pad without waits, a host that speaks in the sheet's frame texts, and a person's fingers."""

from collections.abc import Callable

import pytest

from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.pad import PinPad

SHEET_KEY = b"1" * 8
Ask = Callable[..., str]
Press = Callable[..., bytes]


@pytest.fixture
def pad() -> PinPad:
    """With the sheet's sample key as master key 0."""
    return PinPad(pace=0, master_key=SHEET_KEY)


@pytest.fixture
def empty_pad() -> PinPad:
    return PinPad(pace=0)


@pytest.fixture
def ask(pad: PinPad) -> Ask:
    """Send the text of a frame (between 02 and 03, blanks allowed); the texts of the answers, joined by blanks."""

    def send(text: str, now: float = 0.0, to: PinPad = pad) -> str:
        raw = b"\x02" + text.replace(" ", "").encode() + b"\x03"
        said = b"".join(data for _, data in to.feed(raw, now))
        return said.decode("latin-1").replace("\x03\x02", " ").strip("\x02\x03")

    return send


@pytest.fixture
def press(pad: PinPad) -> Press:
    """Press keys: digits one by one, other words as they are. What goes over the line because of it."""

    def down(*keys: str, now: float = 0.0, on: PinPad = pad) -> bytes:
        single = [one for key in keys for one in (key if key.isdigit() else [key])]
        return b"".join(data for key in single for _, data in on.press(Key(key), now))

    return down
