"""The hall without visitors and troubles: one hand brings the terminal to a place, lets one thing happen, and waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from night.cast import Somebody, bank_card
from night.life import HELD, Maker, ProcessLife
from night.whole import FITTED, Night

from hardware_sim.pin_pad.entry import Key
from kiosk.certificates.facts import EnrolmentCertificate
from kiosk.certificates.pipe import Paper
from kiosk.effects import Effect
from kiosk.events import Device, Event, VendorModeReleased
from kiosk.fonts import Fonts
from kiosk.identity import NOBODY
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed
from kiosk.screen import Page
from kiosk.sessions.state import EnteringPin, Standby
from kiosk.terminal import State

Wanted = Callable[[Effect], bool]


class OneStencil:
    """The first certificate is made by the press; the next ones are its copies with another number, for speed."""

    def __init__(self, press: Maker) -> None:
        self._press = press
        self._first: Any = None

    def make(self, certificate: EnrolmentCertificate) -> object:
        if not isinstance(self._first, Paper):
            self._first = self._press.make(certificate)
            return self._first
        return self._first.model_copy(update={"number": certificate.number})


class StillHall:
    """A night in which nothing happens by itself but what the terminal does."""

    def __init__(self, folder: Path, fonts: Fonts, fitted: frozenset[Device] = FITTED) -> None:
        self._hold: Wanted | None = None
        self.held: list[Effect] = []
        self.night = Night(
            folder,
            fonts,
            1,
            sessions=0,
            spoiled=self._spoil,
            lease=timedelta(days=30),
            sound_papers=True,
            look_every=10,
            fitted=fitted,
        )
        self.night.press = OneStencil(self.night.press)
        self.night.line.lossy = False
        self.until(lambda state: all(map(state.devices.usable, fitted)), 120.0)
        # what is sent is not the question here
        assert self.night.sync is not None
        self.night.sync.close()
        self.night.sync = None
        self.one = self.night.cast.people[2]
        self.other = self.night.cast.people[1]
        self.run(2.0)

    def _spoil(self, effect: Effect) -> Any:
        if self._hold is not None and self._hold(effect):
            self.held.append(effect)
            return HELD
        return None

    # looking

    @property
    def life(self) -> ProcessLife:
        assert self.night.life is not None
        return self.night.life

    @property
    def state(self) -> State:
        return self.life.state

    @property
    def page(self) -> Page:
        screen = self.night.screen()
        assert screen is not None
        return screen.page

    @property
    def at_rest(self) -> bool:
        """Standby, nobody's card, nobody's data, no work, and every device known to be well again."""
        if self.night.life is None:
            return False
        state = self.state
        at_standby = isinstance(state.session.phase, Standby) and state.session.id is None
        at_work = state.jobs.running or state.jobs.owed or self.night.bench.card is not None
        return at_standby and state.custody.clear and not at_work and all(map(state.devices.usable, self.night.fitted))

    @property
    def lit(self) -> bool:
        """Something is on the screen."""
        return self.night.life is not None and self.night.screen() is not None

    @property
    def nobody(self) -> bool:
        """Nobody is identified."""
        return self.state.session.identity == NOBODY

    # time

    def comes_to(self, so: Callable[[StillHall], bool], seconds: float) -> bool:
        """Whether it becomes so within the time, without a hand."""
        until = self.night.scheduler.now() + seconds
        while not so(self):
            if self.night.scheduler.now() > until:
                return False
            self.run(0.5)
        return True

    def run(self, seconds: float) -> None:
        self.night.scheduler.run_until(self.night.scheduler.now() + seconds)

    def until(self, there: Callable[[State], bool], seconds: float = 60.0) -> None:
        """In small steps until it is so; an AssertionError if it never is."""
        for _ in range(int(seconds / 0.02)):
            if self.night.life is not None and there(self.state):
                return
            self.run(0.02)
        raise AssertionError("the terminal never came to this place")

    # hands

    def hold(self, wanted: Wanted) -> None:
        """Effects like this are not done until `release`."""
        self._hold = wanted

    def release(self) -> None:
        """What was held is done now, if its process still lives."""
        self._hold = None
        held, self.held = self.held, []
        for effect in held:
            if self.night.life is not None:
                self.life.performer(effect)

    def happen(self, *events: Event) -> None:
        for event in events:
            self.night.touch(event)
            self.run(0.0)

    def press(self, *presses: Press) -> None:
        self.happen(*(Pressed(press) for press in presses))

    def choose(self, item: str) -> None:
        self.happen(ItemChosen(item))

    def answer(self, key: str) -> None:
        self.happen(OptionChosen(key))

    def digits(self, typed: str) -> None:
        self.happen(*(DigitTyped(digit) for digit in typed))

    def insert(self, somebody: Somebody | None = None) -> None:
        whose = somebody or self.one
        self.night.bench.insert(whose.card, whose)

    def insert_bank_card(self) -> None:
        self.night.bench.insert(bank_card(), None)

    def insert_upside_down(self) -> None:
        self.night.bench.insert(self.one.card, self.one, upside_down=True)

    def swap(self) -> None:
        """Out with the card, in with the other's, within an instant."""
        self.night.bench.pull()
        self.insert(self.other)

    def type_pin(self, somebody: Somebody | None = None) -> None:
        if Device.PIN_PAD in self.night.fitted:
            self._type_on_the_pad((somebody or self.one).pin)
            return
        pad = self.life.pin_pad
        for digit in (somebody or self.one).pin:
            pad.press(int(digit))
        pad.confirm()
        self.run(0.0)

    def _type_on_the_pad(self, pin: str) -> None:
        """Key by key, once the pad was asked for them."""
        self.until(lambda _: self.night.key_pad.listens, 10.0)
        for digit in pin:
            self.night.key_pad.press(Key(digit))
            self.run(0.05)
        self.night.key_pad.press(Key.ENTER)
        self.until(lambda state: not isinstance(state.session.phase, EnteringPin), 10.0)

    def put_right(self) -> None:
        """Everything is mended, and the card is taken."""
        night = self.night
        self.happen(VendorModeReleased("gone", holder=1))
        night.disk.full = False
        night.receipts.mend()
        night.documents.mend()
        night.id_reader.mend()
        night.key_pad.mend()
        night.scanner.mend()
        night.bench.plug()
        if night.bench.sam is None:
            night.bench.put_sam()
        if not night.bench.service:
            night.bench.service_returns()
            self.run(1.0)
        night.bench.pull()
