"""From what PC/SC tells about readers to what the terminal needs to know: is there a card, mute or not, and does the
reader work.

The monitor says nothing about cards while the service or the reader is gone; when it is back, a card that lies there is
told at once, and an empty slot is told by silence. So after a reader appeared, its slot counts as known only after a
short quiet (`SETTLE` seconds).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers.card_reader import events as reader_events
from drivers.card_reader.events import ReaderEvent
from kiosk.events import CardInserted, CardMute, CardRemoved, Device, DeviceReported, Event, SlotsChecked

SETTLE = 0.5


@dataclass(frozen=True, slots=True)
class Watch:
    """What was told to the terminal so far.

    `readers`: all that fit the user's role (a driver may show a slot more than there are cards for); `holding`: the one
    a card is believed to be in.
    """

    readers: frozenset[str] = frozenset()
    holding: str | None = None
    checked: bool = False


def heard(watch: Watch, event: ReaderEvent, user: re.Pattern[str]) -> tuple[Watch, tuple[Event, ...]]:
    """One event of the monitor."""
    match event:
        case reader_events.ServiceGone(pcsc=why):
            gone = DeviceReported(Device.CARD_READER, "CR-07", f"pcsc-service-gone {why}")
            return _checked(replace(watch, readers=frozenset()), (gone,))
        case reader_events.ReaderGone(reader=reader) if reader in watch.readers:
            left = watch.readers - {reader}
            gone = DeviceReported(Device.CARD_READER, "CR-07", "reader-gone")
            return _checked(replace(watch, readers=left), () if left else (gone,))
        case reader_events.ReaderAppeared(reader=reader) if user.search(reader):
            first = () if watch.readers else (DeviceReported(Device.CARD_READER, None),)
            return replace(watch, readers=watch.readers | {reader}), first
        case reader_events.CardInserted(reader=reader) if reader in watch.readers and watch.holding is None:
            return _checked(replace(watch, holding=reader), (CardInserted(),))
        case reader_events.CardMute(reader=reader) if reader in watch.readers and watch.holding is None:
            return _checked(replace(watch, holding=reader), (CardMute(),))
        case reader_events.CardRemoved(reader=reader) if reader == watch.holding:
            return replace(watch, holding=None), (CardRemoved(),)
    return watch, ()


def settled(watch: Watch, *, occupied: bool) -> tuple[Watch, tuple[Event, ...]]:
    """The quiet after a reader appeared is over; `occupied`: a card was told since."""
    if not watch.readers or occupied or watch.holding is None:
        return _checked(watch, ())
    return _checked(replace(watch, holding=None), (CardRemoved(),))


def _checked(watch: Watch, events: tuple[Event, ...]) -> tuple[Watch, tuple[Event, ...]]:
    if watch.checked:
        return watch, events
    return replace(watch, checked=True), (*events, SlotsChecked())


class CardWatcher:
    """Feeds the monitor's events through `heard`; called on the monitor's thread and on a timer's."""

    def __init__(self, user: str, post: Callable[[Event], None]) -> None:
        """`user` is the regular expression of the user reader's role."""
        self._user = re.compile(user)
        self._post = post
        self._watch = Watch()
        self._occupied = False
        self._lock = threading.Lock()

    def __call__(self, event: ReaderEvent) -> None:
        """One event of the monitor."""
        with self._lock:
            if isinstance(event, reader_events.CardInserted | reader_events.CardMute):
                # the PSAM is told as well when the service comes back, and says nothing about the user's slot
                self._occupied = self._occupied or bool(self._user.search(event.reader))
            appeared = isinstance(event, reader_events.ReaderAppeared) and bool(self._user.search(event.reader))
            self._watch, events = heard(self._watch, event, self._user)
            if appeared:
                self._occupied = False
                timer = threading.Timer(SETTLE, self._quiet)
                timer.daemon = True
                timer.start()
        for each in events:
            self._post(each)

    def _quiet(self) -> None:
        with self._lock:
            self._watch, events = settled(self._watch, occupied=self._occupied)
        for each in events:
            self._post(each)
