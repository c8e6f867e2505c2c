"""Beside a card reader without a terminal: our operations and the same APDUs raw, in one process, in turns.

Lines in: `pairs N` (a card is in) gives medians [own, raw] of reading it; `session` waits for a card, plays a whole
session with its PIN raw, and gives the seconds from the card's coming. A process of its own, because the PC/SC library
keeps the first socket path it was given.
"""

from __future__ import annotations

import queue
import re
import sys
from datetime import date
from functools import partial
from typing import Any

from drivers.card_reader.commands import SELECT_PSAM
from drivers.card_reader.pin import pin_tries, verify_pin
from drivers.card_reader.sam import SamIndex
from drivers.card_reader.session import end_session, read_card, same_card
from drivers.lanes import Done, Outcome, ThreadLane
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.operation import Operation, T
from drivers.pin_buffer import PinBuffer, PinHandle
from tests.benchmarks.children.answers import answers
from tests.benchmarks.pairs import measure, seconds, timed
from tests.benchmarks.raw_card import RawCards, RecordingLink, Step, script

PIN = "123456"
ROLES = ReaderRoles(re.compile("User"), re.compile("PSAM"), SELECT_PSAM.wire())


class Desk:
    """A lane on a link, asked from this thread."""

    def __init__(self, link: Any) -> None:
        self._lane = ThreadLane("card-reader", link)
        self._index = SamIndex()

    def read(self, chance: Any = None) -> None:
        """A whole reading, power on to power off."""
        self.read_only(chance)
        self.do(end_session())

    def read_only(self, chance: Any = None) -> Any:
        """A reading that leaves the card powered."""
        named = {} if chance is None else {"chance": chance}
        return self.do(read_card(date.today(), index=self._index, **named))

    def session(self) -> None:
        """What a terminal asks of a card up to the menu (`kiosk.performer`)."""
        facts = self.read_only(bytes)
        self.do(pin_tries())
        self.do(same_card(facts))
        self.do(verify_pin(_handle()))
        self.do(end_session())

    def do(self, operation: Operation[T]) -> T:
        """Run it; a fault is a bug of the benchmark."""
        outcomes: queue.SimpleQueue[Outcome[T]] = queue.SimpleQueue()
        self._lane.submit(operation, outcomes.put, deadline=30)
        outcome = outcomes.get()
        if not isinstance(outcome, Done):
            raise outcome.error
        return outcome.value

    def close(self) -> None:
        """End the lane."""
        self._lane.stop()


def _handle() -> PinHandle:
    buffer = PinBuffer()
    for digit in PIN:
        buffer.press(int(digit))
    return buffer.hand_over()


def recorded(what: str) -> tuple[Step, ...]:
    """The script of a reading or of a session, once the PSAM is known."""
    link = RecordingLink(PcscLink(ROLES))
    desk = Desk(link)
    takes = []
    for _ in range(3):
        link.steps = []
        desk.read(bytes) if what == "read" else desk.session()
        takes.append(link.steps)
    desk.close()
    return script(takes[1], takes[2])


def main() -> None:
    """Until standard input ends."""
    say = answers()
    raw = RawCards()
    scripts: dict[str, tuple[Step, ...]] = {}
    for line in sys.stdin:
        match line.split():
            case ["pairs", rounds]:
                raw.wait_for_card(True)
                steps, desk = recorded("read"), Desk(PcscLink(ROLES))
                answer: Any = measure(int(rounds), timed(desk.read), timed(partial(raw.play, steps)), warm=5)
                desk.close()
            case ["record"]:
                raw.wait_for_card(True)
                # the terminal leaves the card powered in its menu: taking the power is not counted
                scripts["session"] = recorded("session")[:-2]
                answer = len(scripts["session"])
            case ["empty"]:
                raw.wait_for_card(False)
                answer = True
            case ["session"]:
                raw.wait_for_card(True)
                answer = seconds(lambda: raw.play(scripts["session"]))
                raw.release()
            case _:
                raise ValueError(line)
        say(answer)


if __name__ == "__main__":
    main()
