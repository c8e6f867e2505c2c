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
from drivers.errors import CardGone, DeviceError, NoDevice, ServiceGone
from drivers.links.memory import CardMemoryLink
from drivers.operation import FindReaders, FoundReaders, Slot
from drivers.scheduler import Scheduled, VirtualScheduler
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.psam import Psam
from kiosk.app.card_watch import CardWatcher, Roles
from kiosk.events import Event

USER_READER, SAM_READER = "Kiosk User 00 00", "Kiosk PSAM 00 00"
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
        if (fault := self._bench.fault(self._slot)) is not None:
            raise fault


class ReaderLink(CardMemoryLink):
    """The two slots, and which reader is which."""

    def __init__(self, bench: Bench, life: LifeSpan) -> None:
        super().__init__(life, user=bench.card, sam=bench.sam)  # type: ignore[arg-type]
        self._bench = bench

    def begin(self, request: Any, done: Callable[[Any], None]) -> Any:
        if isinstance(request, FindReaders):
            self.readers = self._bench.found()
        return super().begin(request, done)


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
        self.plugged = {Slot.USER: True, Slot.SAM: True}
        self.name = {Slot.USER: USER_READER, Slot.SAM: SAM_READER}
        """What the card service calls the reader with this slot."""
        self.sam_changes = 1
        self.powerless_at = float("-inf")
        self._link: ReaderLink | None = None
        self._watcher: Watcher | None = None

    # the terminal's process comes and goes

    def connect(self, life: LifeSpan, post: Callable[[Event], None]) -> ReaderLink:
        """A process opens the reader; it hears of cards through `post`."""
        self._link = ReaderLink(self, life)
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
        self.sam_changes += 1
        if self._link is not None:
            self._link.remove(Slot.SAM)
        self._changed()

    def put_sam(self) -> None:
        if self.sam is self._put_away:
            return
        self.sam = self._put_away
        self.sam_changes += 1
        if self._link is not None:
            self._link.insert(Slot.SAM, self.sam)
        self._changed()

    def unplug(self, slot: Slot) -> None:
        """The reader's cable is out; what lies in it stays there without power."""
        self.plugged[slot] = False
        self._powerless(slot)
        self._changed()

    def plug(self) -> None:
        """Every cable is in."""
        for slot in Slot:
            self.plugged[slot] = True
        self._changed()

    def plug_the_other_way_round(self) -> None:
        """Each reader on the other's socket: the names stay with the sockets. Both were out for a moment."""
        for slot in Slot:
            self._powerless(slot)
        self.name = {Slot.USER: self.name[Slot.SAM], Slot.SAM: self.name[Slot.USER]}
        if self._watcher is not None:
            self._watcher.replugged()
        self._changed()

    def reaches_the_card(self, unnoticed: float) -> bool:
        """Whether what the chip knows can be held against the terminal: its power was not gone just now."""
        lately = self._scheduler.now() - self.powerless_at <= unnoticed
        return self.service and self.plugged[Slot.USER] and not lately

    def _powerless(self, slot: Slot) -> None:
        if slot is Slot.USER:
            self.powerless_at = self._scheduler.now()
        card = self.card if slot is Slot.USER else self.sam
        if card is None:
            return
        if self._link is not None:
            self._link.insert(slot, card)  # a handle from before is no good any more
        card.power_off()

    def fault(self, slot: Slot) -> DeviceError | None:
        """Why nothing can be done at this slot now."""
        if not self.service:
            return ServiceGone("card_reader", pcsc="SCARD_E_NO_SERVICE")
        return None if self.plugged[slot] else NoDevice("card_reader", slot=slot.value)

    def found(self) -> FoundReaders | DeviceError:
        """What the card service and the cards answer to who is who."""
        if not self.service:
            return ServiceGone("card_reader", pcsc="SCARD_E_NO_SERVICE")
        names = [self.name[slot] for slot in Slot if self.plugged[slot]]
        sam = self.name[Slot.SAM] if self.plugged[Slot.SAM] and self.sam is not None else None
        others = tuple(name for name in names if name != sam)
        by_name = tuple(name for name in others if name == USER_READER)
        return FoundReaders(by_name or (others if sam else ()), sam)

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
        self._reports = ReaderWatch()
        self._hear = CardWatcher(Roles(re.compile("User"), re.compile("PSAM")), post, self._ask, life.call_later)
        self._there: bool | None = None
        self._look: Scheduled | None = None
        self.something_changed()

    def something_changed(self) -> None:
        """The service tells within half a second; what happens in between is one report."""
        if self._look is None or not self._look.waiting:
            self._look = self._life.call_later(self._chance.uniform(0.02, 0.4), self._report)

    def replugged(self) -> None:
        """Both readers were gone for a moment, and the service has seen it."""
        if self._bench.service and self._there:
            self._say(self._reports.readers_are(()))

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
        states = [self._state(slot) for slot in Slot if self._bench.plugged[slot]]
        self._say(self._reports.readers_are([each.reader for each in states]))
        for state in states:
            self._say(self._reports.reported(state))

    def _say(self, events: list[ReaderEvent]) -> None:
        for event in events:
            self._hear(event)

    def _state(self, slot: Slot) -> Report:
        bench = self._bench
        card = bench.card if slot is Slot.USER else bench.sam
        count = (bench.insertions if slot is Slot.USER else bench.sam_changes) << 16
        if card is None:
            return Report(bench.name[slot], scard.SCARD_STATE_EMPTY | count, b"")
        if card.mute:
            return Report(bench.name[slot], scard.SCARD_STATE_PRESENT | scard.SCARD_STATE_MUTE | count, b"")
        return Report(bench.name[slot], scard.SCARD_STATE_PRESENT | count, _ATR)

    def _ask(self, answered: Callable[[str | None], None]) -> None:
        """The production asks on the card's lane."""

        def told() -> None:
            found = self._bench.found()
            answered(found.sam if isinstance(found, FoundReaders) else None)

        self._life.call_later(0.01, told)
