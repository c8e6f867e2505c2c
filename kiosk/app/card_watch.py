"""From what PC/SC tells about readers to what the terminal needs to know: is there a card, mute or not, and does the
reader work.

A reader's name says which role it may have, and the card in it which one it has: two readers of one make have alike
names, and a plug can be in the wrong socket. So when a card comes and nobody knows yet where the PSAM is, the cards are
asked first (`FindReaders`, on the card's lane); until the answer is there everything waits in order. The PSAM's reader
is never the person's.

The monitor says nothing about cards while the service or the reader is gone; when it is back, a card that lies there is
told at once, and an empty slot is told by silence. So after a reader appeared, its slot counts as known only after a
short quiet (`SETTLE` seconds).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from drivers.card_reader import events as reader_events
from drivers.card_reader.events import ReaderEvent
from drivers.operation import FindReaders, FoundReaders, Operation
from kiosk.events import CardInserted, CardMute, CardRemoved, Contact, Device, DeviceReported, Event, SlotsChecked

SETTLE = 0.5
QUESTION_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Roles:
    """Patterns on a reader's name; both may fit the same reader."""

    user: re.Pattern[str]
    sam: re.Pattern[str]

    def fits_one(self, reader: str) -> bool:
        """May the reader be ours at all?"""
        return bool(self.user.search(reader) or self.sam.search(reader))


@dataclass(frozen=True, slots=True)
class Quiet:
    """`SETTLE` seconds have passed since a reader appeared, or since the service is there."""


Heard = ReaderEvent | Quiet


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of the readers, and what of it the terminal was told.

    present    all readers that may be ours (a driver may show a slot more than there are cards for)
    sam        the one in which a PSAM answered
    cards      the readers that hold a card, and whether it is mute
    holding    the one a person's card is believed to be in: the terminal was told of it
    sure       it was seen there since its reader was last lost
    checked    the terminal was told that every slot was looked at
    usable     what the terminal was told: there is a reader for a person's card; None: nothing yet
    why        the last reader was lost
    asking     the cards are being asked; `waiting` holds what was heard since, the event that made us ask first
    """

    present: frozenset[str] = frozenset()
    sam: str | None = None
    holding: str | None = None
    sure: bool = False
    cards: Mapping[str, bool] = field(default_factory=dict)
    checked: bool = False
    usable: bool | None = None
    why: str = "the-psam-is-in-it"
    asking: bool = False
    waiting: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What comes of something heard: events for the terminal, and whether the cards are to be asked now."""

    events: tuple[Event, ...] = ()
    ask: bool = False


def users(watch: Watch, roles: Roles) -> frozenset[str]:
    """Where a person's card may be. Plugged the other way round, the PSAM's names are the person's."""
    pattern = roles.user if watch.sam is None or roles.sam.search(watch.sam) else roles.sam
    return frozenset(reader for reader in watch.present if reader != watch.sam and pattern.search(reader))


def heard(watch: Watch, event: Heard, roles: Roles) -> tuple[Watch, Told]:
    """One event of the monitor, or the quiet."""
    if watch.asking:
        return replace(watch, waiting=(*watch.waiting, event)), Told()
    if _doubtful(watch, event, roles):
        return replace(watch, asking=True, waiting=(event,)), Told(ask=True)
    after, events = _move(watch, event, roles)
    return after, Told(events)


def answered(watch: Watch, sam: str | None, roles: Roles) -> tuple[Watch, Told]:
    """The cards were asked; None: no PSAM answered, or nobody could be asked."""
    waiting, events = watch.waiting, list[Event]()
    known = replace(watch, sam=sam, asking=False, waiting=())
    after, told = _move(known, waiting[0], roles)
    events += told
    for place, event in enumerate(waiting[1:], 1):
        after, later = heard(after, event, roles)
        events += later.events
        if later.ask:
            return replace(after, waiting=waiting[place:]), Told(tuple(events), ask=True)
    return after, Told(tuple(events))


def _doubtful(watch: Watch, event: Heard, roles: Roles) -> bool:
    """The next thing to tell would be a card of which nobody knows yet that it is not the PSAM."""
    after, _ = _step(watch, event, roles)
    answering = any(not mute for mute in after.cards.values())
    return after.sam is None and answering and not (after.holding is not None and after.sure)


def _step(watch: Watch, event: Heard, roles: Roles) -> tuple[Watch, tuple[Event, ...]]:
    match event:
        case Quiet():
            return _settled(watch, roles)
        case reader_events.ServiceGone(pcsc=why):
            gone = replace(watch, present=frozenset(), sam=None, cards={}, usable=False, sure=False)
            return _checked(gone, (_lost(f"pcsc-service-gone {why}"),))
        case reader_events.ReaderGone(reader=reader) if reader in watch.present:
            sam = None if reader == watch.sam else watch.sam
            left = replace(watch, present=watch.present - {reader}, sam=sam, cards=_without(watch, reader))
            return _checked(replace(left, why="reader-gone", sure=watch.sure and reader != watch.holding), ())
        case reader_events.ReaderAppeared(reader=reader) if roles.fits_one(reader):
            return replace(watch, present=watch.present | {reader}), ()
        case reader_events.CardRemoved(reader=reader):
            sam = None if reader == watch.sam else watch.sam
            left = replace(watch, cards=_without(watch, reader), sam=sam)
            return (replace(left, holding=None), (CardRemoved(),)) if reader == watch.holding else (left, ())
        case reader_events.CardInserted(reader=reader) | reader_events.CardMute(reader=reader) if (
            reader in watch.present
        ):
            return replace(watch, cards={**watch.cards, reader: isinstance(event, reader_events.CardMute)}), ()
    return watch, ()


def _move(watch: Watch, event: Heard, roles: Roles) -> tuple[Watch, tuple[Event, ...]]:
    """One step, and what follows from it for the person's card and for the reader."""
    after, events = _step(watch, event, roles)
    after, presence = _presence(after, roles)
    after, card = _card(after, roles)
    return after, (*presence, *events, *card)


def _card(watch: Watch, roles: Roles) -> tuple[Watch, tuple[Event, ...]]:
    """The one card that the terminal knows of: where a person's card may be, the first one that is there."""
    there = sorted(reader for reader in users(watch, roles) if reader in watch.cards)
    if watch.holding is not None and watch.holding != watch.sam:
        return replace(watch, sure=watch.sure or watch.holding in there), ()
    if watch.holding is not None and not watch.sure:
        # its reader has another name now: still a card that nobody put in before our eyes; or the quiet will tell
        return (replace(watch, holding=there[0], sure=True) if there else watch), ()
    # a card that is believed to be the person's and answers as the PSAM was the PSAM all the time
    gone = (CardRemoved(),) if watch.holding is not None else ()
    if not there:
        return replace(watch, holding=None), gone
    came = CardMute() if watch.cards[there[0]] else CardInserted()
    return _checked(replace(watch, holding=there[0], sure=True), (*gone, came))


def _without(watch: Watch, reader: str) -> Mapping[str, bool]:
    return {each: mute for each, mute in watch.cards.items() if each != reader}


def _presence(watch: Watch, roles: Roles) -> tuple[Watch, tuple[Event, ...]]:
    """Whether there is a reader for a person's card now, if the terminal believes something else.

    After a start nobody knows yet what will appear: that there is none is told by the quiet.
    """
    now = bool(users(watch, roles))
    if now == watch.usable or (watch.usable is None and not now):
        return watch, ()
    return replace(watch, usable=now), (DeviceReported(Device.CARD_READER, None) if now else _lost(watch.why),)


def _lost(why: str) -> DeviceReported:
    return DeviceReported(Device.CARD_READER, "CR-07", why, Contact.LOST)


def _settled(watch: Watch, roles: Roles) -> tuple[Watch, tuple[Event, ...]]:
    """The quiet after a reader appeared is over."""
    if not users(watch, roles) and watch.usable is None:
        return _checked(replace(watch, usable=False), (_lost("no-reader"),))
    mine = users(watch, roles)
    if not mine or watch.holding is None or (watch.holding in watch.cards and watch.holding in mine):
        return _checked(watch, ())
    return _checked(replace(watch, holding=None), (CardRemoved(),))


def _checked(watch: Watch, events: tuple[Event, ...]) -> tuple[Watch, tuple[Event, ...]]:
    if watch.checked:
        return watch, events
    return replace(watch, checked=True), (*events, SlotsChecked())


def find_sam() -> Operation[str | None]:
    """The question, as an operation for the card's lane."""
    found: FoundReaders = yield FindReaders()
    return found.sam


class CardWatcher:
    """Feeds the monitor's events through `heard`; called on the monitor's thread, a timer's and the card lane's."""

    def __init__(
        self,
        roles: Roles,
        post: Callable[[Event], None],
        ask: Callable[[Callable[[str | None], None]], None],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """`ask` has the cards asked and calls back with the PSAM's reader; `later` calls back after seconds."""
        self._roles = roles
        self._post = post
        self._ask = ask
        self._later = later
        self._watch = Watch()
        self._lock = threading.Lock()

    def __call__(self, event: ReaderEvent) -> None:
        """One event of the monitor."""
        self._hear(event)
        appeared = isinstance(event, reader_events.ReaderAppeared) and self._roles.fits_one(event.reader)
        if appeared or isinstance(event, reader_events.ServiceBack):
            self._later(SETTLE, lambda: self._hear(Quiet()))

    def _hear(self, event: Heard) -> None:
        with self._lock:
            self._watch, told = heard(self._watch, event, self._roles)
            self._tell(told)
        if told.ask:
            self._ask(self._answered)

    def _answered(self, sam: str | None) -> None:
        with self._lock:
            self._watch, told = answered(self._watch, sam, self._roles)
            self._tell(told)
        if told.ask:
            self._ask(self._answered)

    def _tell(self, told: Told) -> None:
        # inside the lock: what was heard first is told first
        for event in told.events:
            self._post(event)


def on_a_timer(seconds: float, function: Callable[[], None]) -> None:
    """`later` of a real terminal."""
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()
