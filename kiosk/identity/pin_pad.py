"""The on-screen PIN pad's other end: digits go into one buffer here and come out once, for the card.

The screen calls it (any thread); the terminal's queue gets counts and, at the end, a handle that opens once. Where a
PIN pad is fitted the digits are typed there (`kiosk.effects.EnterPin`), and the screen takes none: it is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from drivers.pin_buffer import PinBuffer
from kiosk.events import Event, PinCancelled, PinCounted, PinEntered


class ScreenPinPad:
    """Collects digits from the screen."""

    def __init__(self, post: Callable[[Event], None], *, closed: bool = False) -> None:
        """`post` takes events to the terminal. `closed`: the screen takes no digits; giving up is always possible."""
        self._post = post
        self._closed = closed
        self._buffer = PinBuffer()
        self._lock = threading.Lock()

    def press(self, digit: int) -> None:
        """One digit, 0 to 9."""
        if self._closed:
            return
        with self._lock:
            self._buffer.press(digit)
            count = self._buffer.count
        self._post(PinCounted(count))

    def erase(self) -> None:
        """Take back the last digit."""
        with self._lock:
            self._buffer.backspace()
            count = self._buffer.count
        self._post(PinCounted(count))

    def clear(self) -> None:
        """Overwrite everything typed."""
        with self._lock:
            self._buffer.clear()
        self._post(PinCounted(0))

    def wipe(self) -> None:
        """Overwrite everything typed, in silence: the session is over."""
        with self._lock:
            self._buffer.clear()

    def confirm(self) -> None:
        """Hand the digits over, once; too few digits change nothing."""
        with self._lock:
            handle = self._buffer.hand_over() if self._buffer.complete else None
        if handle is not None:
            self._post(PinEntered(handle))

    def cancel(self) -> None:
        """The person does not want to."""
        with self._lock:
            self._buffer.clear()
        self._post(PinCancelled())
