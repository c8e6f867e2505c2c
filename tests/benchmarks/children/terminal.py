"""The whole terminal without a window: how long from a card's coming, as pcscd tells it, to the menu after the PIN.

Argument: the terminal's data directory. Lines in: `session` waits for a card, types the PIN as soon as its page comes,
and gives the seconds to the menu; `empty` waits until the card was taken and the terminal stands by.
"""

from __future__ import annotations

import queue
import sys
import time
from pathlib import Path

from kiosk.app.core import Core
from kiosk.app.directory import DataDirectory
from kiosk.fonts import development_directory
from kiosk.screen import Page, Screen
from tests.benchmarks.children.answers import answers
from tests.benchmarks.raw_card import RawCards

PIN = "123456"
LIMIT = 30.0


class Glass:
    """Takes screens as a window would, and looks at none but for its page."""

    def __init__(self) -> None:
        self._shown: queue.SimpleQueue[tuple[float, Screen]] = queue.SimpleQueue()

    def show(self, screen: Screen) -> None:
        """On the core's thread."""
        self._shown.put((time.perf_counter(), screen))

    def until(self, page: Page) -> float:
        """When that page came."""
        while True:
            at, screen = self._shown.get(timeout=LIMIT)
            if screen.page is page:
                return at


def main() -> None:
    """Until standard input ends."""
    say = answers()
    data, glass = DataDirectory(Path(sys.argv[1])), Glass()
    settings = data.load_settings()
    settings = settings.model_copy(update={"timeouts": settings.timeouts.model_copy(update={"goodbye": 0.05})})
    fonts = development_directory()
    if fonts is None:
        raise RuntimeError("the fonts are not built")
    core = Core(data, settings, fonts, glass.show)
    core.start()
    glass.until(Page.STANDBY)
    raw = RawCards()
    say(True)
    for line in sys.stdin:
        if line.strip() == "session":
            raw.wait_for_card(True)
            begun = time.perf_counter()
            glass.until(Page.PIN)
            for digit in PIN:
                core.pin_pad.press(int(digit))
            core.pin_pad.confirm()
            answer: float | bool = glass.until(Page.MENU) - begun
        else:
            glass.until(Page.STANDBY)
            answer = True
        say(answer)
    core.stop()
    core.join()


if __name__ == "__main__":
    main()
