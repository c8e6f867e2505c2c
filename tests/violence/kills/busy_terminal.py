"""A terminal that is busy in virtual time: the production's actor and stores, one person after the other, no pause.

What a person sees as done is said on a pipe at the moment it is shown: whatever was said must reach the centre once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from night.bench import Bench
from night.cast import Cast, Somebody
from night.id_readers import IdReaderPath
from night.life import Disk, Maker, ProcessLife
from night.printers import DocumentPaperPath, ReceiptPaperPath
from night.serial_devices import PinPadPath, ScannerPath
from night.when import NightClock

from drivers.scheduler import VirtualScheduler
from kiosk.app.directory import DataDirectory
from kiosk.catalogue.answering import Showing
from kiosk.fonts import Fonts
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed
from kiosk.screen import Body, Confirm, Question, Result, ResultKind, Screen
from kiosk.sessions.state import EnteringPin, InMenu, Serving, Standby, Taking
from kiosk.terminal import State
from sync.poke import poke

APPLIED = "EM-01"
ITEMS = ("SI-01", "SI-02", "CRD-03", "SI-04", APPLIED)
_MOST_PAGES = 20
_LONGEST_WAIT = 120.0


class WallFrom(NightClock):
    """Virtual seconds since a moment of the wall clock."""

    def __init__(self, scheduler: VirtualScheduler, start: datetime) -> None:
        super().__init__(scheduler)
        self._start, self._of = start, scheduler

    def utc(self) -> datetime:
        return self._start + timedelta(seconds=self._of.now())


class BusyTerminal:
    """One life: from opening the stores until it is killed."""

    def __init__(
        self, root: Path, cast: Cast, fonts: Fonts, press: Maker, *, number: int, chance: Random, say: int
    ) -> None:
        """``number``: of this life, for its sessions' names. ``say``: the pipe."""
        data = DataDirectory(root)
        self._chance, self._cast, self._say = chance, cast, say
        self._last = ""
        self._body: Body | None = None
        self._scheduler = VirtualScheduler()
        self._bench = Bench(self._scheduler, chance)
        self.life = ProcessLife(
            number,
            scheduler=self._scheduler,
            clock=WallFrom(self._scheduler, datetime.now(UTC)),
            chance=chance,
            data=data,
            settings=data.load_settings(),
            disk=Disk(),
            bench=self._bench,
            receipts=ReceiptPaperPath(self._scheduler),
            documents=DocumentPaperPath(self._scheduler),
            id_reader=IdReaderPath(self._scheduler),
            pin_pad=PinPadPath(self._scheduler),
            scanner=ScannerPath(self._scheduler),
            press=press,
            sound_papers=True,
            fonts=fonts,
            poke=lambda: poke(root),
            trace=lambda moment, event, effects: None,
            show=self._shown,
            after=lambda before, event: None,
            spoiled=None,
        )
        self._tell({"epoch": self.life.stores.books.head.epoch})

    def serve_for_ever(self) -> None:
        """One session after the other."""
        self._until(lambda state: isinstance(state.session.phase, Standby) and state.custody.clear)
        while True:
            self._session(self._chance.choice(self._cast.people))

    def _session(self, somebody: Somebody) -> None:
        somebody.card.memory.pin_tries_left = 6
        self._bench.insert(somebody.card, somebody)
        self._until(_in(EnteringPin, Taking))
        if _in(EnteringPin)(self.life.state):
            for digit in somebody.pin:
                self.life.pin_pad.press(int(digit))
            self.life.pin_pad.confirm()
            self._until(_in(InMenu, Taking))
        for item in self._chance.sample(ITEMS, self._chance.randint(1, 2)):
            if not _in(InMenu)(self.life.state):
                break
            self._ask_for(item)
        self._post(Pressed(Press.EXIT))
        self._until(_in(Taking, Standby))
        self._bench.pull()
        self._until(_in(Standby))

    def _ask_for(self, item: str) -> None:
        self._post(ItemChosen(item))
        self._run(5.0)
        if item == APPLIED:
            self._apply()
        elif self._chance.random() < 0.5:
            self._post(Pressed(Press.CONFIRM if item == "SI-04" else Press.PRINT))
            self._run(8.0)
        self._post(Pressed(Press.BACK))
        self._run(1.0)

    def _apply(self) -> None:
        """Answers every question and hands the application over."""
        for _ in range(_MOST_PAGES):
            match self._body:
                case Question(options=(first, *_)):
                    self._post(OptionChosen(first.key))
                case Question(unsure=None):
                    for digit in "20260102":
                        self._post(DigitTyped(digit))
                    self._post(Pressed(Press.CONFIRM))
                case Question():
                    self._post(Pressed(Press.DECLINE))
                case Confirm():
                    self._post(Pressed(Press.CONFIRM))
                case Result():
                    return
            self._run(2.0)
        raise AssertionError(f"an application came to no end: {type(self._body).__name__}")

    def _shown(self, screen: Screen) -> None:
        if not hasattr(self, "life"):
            return
        self._body = screen.body
        phase = self.life.state.session.phase
        serving = phase.state if isinstance(phase, Serving) else None
        number = serving.number.text if isinstance(serving, Showing) else None
        if isinstance(screen.body, Result) and screen.body.kind is not ResultKind.NOT_DONE:
            number = screen.body.reference or number
        if number and number != self._last:
            self._last = number
            self._tell({"shown": number})

    def _tell(self, said: dict[str, Any]) -> None:
        line = json.dumps(said).encode() + b"\n"
        # less than PIPE_BUF: whole or not at all
        os.write(self._say, line)

    def _post(self, event: Any) -> None:
        self.life.post(event)
        self._run(0.1)

    def _run(self, seconds: float) -> None:
        self._scheduler.run_until(self._scheduler.now() + seconds)

    def _until(self, there: Callable[[State], bool]) -> None:
        until = self._scheduler.now() + _LONGEST_WAIT
        while not there(self.life.state):
            if self._scheduler.now() > until:
                raise AssertionError(f"stands in {type(self.life.state.session.phase).__name__}")
            self._run(0.1)


def _in(*phases: type[Any]) -> Callable[[State], bool]:
    return lambda state: isinstance(state.session.phase, phases)
