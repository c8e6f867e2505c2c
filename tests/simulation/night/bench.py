"""The card reader of the night: what lies in its two slots, and how the terminal comes to hear of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

from night.cast import Somebody
from night.when import LifeSpan
from smartcard import scard

from drivers.card_reader import events as reader_events
from drivers.card_reader.events import ReaderEvent
from drivers.card_reader.watch import ReaderWatch, Report
from drivers.errors import CardGone, ServiceGone
from drivers.links.memory import CardMemoryLink
from drivers.operation import Slot
from drivers.scheduler import Scheduled, VirtualScheduler
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.psam import Psam
from kiosk.app.card_watch import SETTLE, Watch, heard, settled
from kiosk.events import Event

USER_READER = "Kiosk User 00 00"
_VERIFY = bytes.fromhex("00200000")
_ATR = bytes.fromhex("3B00")


class Contacts:
    """A card in a slot, with a tap on its contacts: the tap knows whether a PIN stands verified in the chip."""

    def __init__(self, bench: Bench, card: Any, slot: Slot, owner: Somebody | None, mute: bool = False) -> None:
        self._bench = bench
        self._card = card
        self._slot = slot
        self.owner = owner
        self.mute = mute
        self.verified = False
        self.pins_sent = 0

    def power_on(self) -> bytes | None:
        self._need_service()
        self.verified = False
        return None if self.mute else self._card.power_on()

    def power_off(self) -> None:
        self.verified = False
        self._card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        self._need_service()
        proves = apdu[:4] == _VERIFY and len(apdu) > 5
        if proves:
            self.pins_sent += 1
        try:
            answer: bytes = self._card.transmit(apdu)
        except NoAnswerError:
            raise CardGone("card_reader", slot=self._slot.value) from None
        if proves:
            self.verified = answer == b"\x90\x00"
        return answer

    def seconds(self, apdu: bytes) -> float:
        seconds: float = self._card.seconds(apdu)
        return seconds

    def _need_service(self) -> None:
        if not self._bench.service:
            raise ServiceGone("card_reader", pcsc="SCARD_E_NO_SERVICE")


class Bench:
    """The reader as a thing in the hall. It goes on when the terminal's process does not."""

    def __init__(self, scheduler: VirtualScheduler, chance: Random) -> None:
        self._scheduler = scheduler
        self._chance = chance
        self.service = True
        self.sam: Contacts | None = Contacts(self, Psam("SM4"), Slot.SAM, None)
        self._put_away = self.sam
        self.card: Contacts | None = None
        self.card_since = 0.0
        self.insertions = 0
        """Changes of the user slot; PC/SC counts them too, and that is how a quick swap is found."""
        self.last_pull: tuple[float, Contacts | None] = (float("-inf"), None)
        self.pins_sent = 0
        self._link: CardMemoryLink | None = None
        self._watcher: Watcher | None = None

    # the terminal's process comes and goes

    def connect(self, life: LifeSpan, post: Callable[[Event], None]) -> CardMemoryLink:
        """A process opens the reader; it hears of cards through `post`."""
        self._link = CardMemoryLink(life, user=self.card, sam=self.sam)  # type: ignore[arg-type]
        self._watcher = Watcher(self, life, self._chance, post)
        return self._link

    def disconnect(self) -> None:
        """The process is gone: the service takes the power from what it had opened."""
        if self._link is not None:
            self._link.remove(Slot.USER)
            self._link.remove(Slot.SAM)
        self._link = self._watcher = None

    # hands

    def insert(self, card: Any, owner: Somebody | None, *, upside_down: bool = False) -> bool:
        """Whether there was room."""
        if self.card is not None:
            return False
        self.card = Contacts(self, card, Slot.USER, owner, upside_down)
        self.card_since = self._scheduler.now()
        self.insertions += 1
        if self._link is not None:
            self._link.insert(Slot.USER, self.card)
        self._changed()
        return True

    def pull(self) -> bool:
        """Whether there was a card, answering or in the middle of a command."""
        if self.card is None:
            return False
        pulled, self.card = self.card, None
        self.pins_sent += pulled.pins_sent
        self.insertions += 1
        if self._link is not None:
            self._link.remove(Slot.USER)
        pulled.power_off()
        self.last_pull = (self._scheduler.now(), pulled)
        self._changed()
        return True

    def take_sam(self) -> None:
        self.sam = None
        if self._link is not None:
            self._link.remove(Slot.SAM)

    def put_sam(self) -> None:
        self.sam = self._put_away
        if self._link is not None:
            self._link.insert(Slot.SAM, self.sam)

    def service_dies(self) -> None:
        self.service = False
        for each in (self.card, self.sam):
            if each is not None:
                each.power_off()
        self._changed()

    def service_returns(self) -> None:
        self.service = True
        self._changed()

    def _changed(self) -> None:
        if self._watcher is not None:
            self._watcher.something_changed()

    @property
    def pins_in_all(self) -> int:
        return self.pins_sent + (self.card.pins_sent if self.card else 0)


class Watcher:
    """The monitor's part in virtual time: the production's own watch over what PC/SC would report, some time later."""

    def __init__(self, bench: Bench, life: LifeSpan, chance: Random, post: Callable[[Event], None]) -> None:
        self._bench = bench
        self._life = life
        self._chance = chance
        self._post = post
        self._user = re.compile("User")
        self._reports = ReaderWatch()
        self._watch = Watch()
        self._occupied = False
        self._there: bool | None = None
        self._look: Scheduled | None = None
        self.something_changed()

    def something_changed(self) -> None:
        """The service tells within half a second; what happens in between is one report."""
        if self._look is None or not self._look.waiting:
            self._look = self._life.call_later(self._chance.uniform(0.02, 0.4), self._report)

    def _report(self) -> None:
        if not self._bench.service:
            if self._there is not False:
                self._there = False
                self._hear(reader_events.ServiceGone("SCARD_E_NO_SERVICE"))
            return
        if not self._there:
            self._there = True
            self._reports = ReaderWatch()
            self._hear(reader_events.ServiceBack())
        for event in self._reports.reported(self._state()):
            self._hear(event)

    def _state(self) -> Report:
        card, count = self._bench.card, self._bench.insertions << 16
        if card is None:
            return Report(USER_READER, scard.SCARD_STATE_EMPTY | count, b"")
        if card.mute:
            return Report(USER_READER, scard.SCARD_STATE_PRESENT | scard.SCARD_STATE_MUTE | count, b"")
        return Report(USER_READER, scard.SCARD_STATE_PRESENT | count, _ATR)

    def _hear(self, event: ReaderEvent) -> None:
        if isinstance(event, reader_events.CardInserted | reader_events.CardMute):
            self._occupied = True
        self._watch, events = heard(self._watch, event, self._user)
        if isinstance(event, reader_events.ReaderAppeared):
            self._occupied = False
            self._life.call_later(SETTLE, self._quiet)
        for each in events:
            self._post(each)

    def _quiet(self) -> None:
        self._watch, events = settled(self._watch, occupied=self._occupied)
        for each in events:
            self._post(each)
