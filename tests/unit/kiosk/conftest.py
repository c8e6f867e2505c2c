"""A terminal whose world is a table of answers: effects are answered with values, in the order they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from drivers.card_reader.facts import Algorithm, Atr, CardFacts, CardId, Issuer, Version
from drivers.card_reader.facts import Holder as ChipHolder
from drivers.card_reader.pin import PinTries, PinVerified
from drivers.pin_buffer import PinBuffer
from drivers.pin_pad.entry import CardPinEntered
from drivers.print_outcome import PrintOutcome, PrintResult
from kiosk import effects
from kiosk.app.rules import rules_for
from kiosk.clock import Moment
from kiosk.events import (
    CardInserted,
    Completed,
    DeliveryReported,
    Device,
    DeviceReported,
    Event,
    Failed,
    PinEntered,
    SlotsChecked,
)
from kiosk.intents import ItemChosen, Press, Pressed
from kiosk.records import PersonRecord
from kiosk.screen import Page, Screen
from kiosk.settings import Settings
from kiosk.terminal import State, advance, next_deadline, screen_of
from offline_store.chain import Position
from offline_store.journal import Room
from offline_store.schema import BenefitRow, CardRow, ContributionRow, EnrolmentRow, PersonRow

ID_NUMBER = "110105198803120013"
CANARY_NAME = "金丝雀"
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

FACTS = CardFacts(
    atr=Atr(contactless=False, historical=bytes(13), card_factor=bytes(8), region="9901"),
    algorithm=Algorithm.SM4,
    card_id=CardId("990100", "00000001", "FFFFFFFF"),
    issuer=Issuer(
        card_class="3",
        version=Version("3.00"),
        initialiser="915600000299010099010001",
        issued=date(2024, 1, 1),
        expires=date(2034, 1, 1),
        number="A00000011",
    ),
    genuine=True,
    holder=ChipHolder(ID_NUMBER, CANARY_NAME, "1", "01", "110105", date(1988, 3, 12)),
)

RECORD = PersonRecord(
    as_of="2026-11-21T16:00:00.000Z",
    origin="sample",
    person=PersonRow(ID_NUMBER, CANARY_NAME, "1", "01", "1988-03-12", "worker", "990100", None),
    card=CardRow("A00000011", ID_NUMBER, "normal", "2024-01-01", "2034-01-01", "990100", None, None),
    enrolments=(
        EnrolmentRow(ID_NUMBER, "110", "990100", "active", "2017-07-01", "样品厂", 15),
        EnrolmentRow(ID_NUMBER, "310", "990100", "active", "2017-07-01", "样品厂", 15),
        EnrolmentRow(ID_NUMBER, "210", "990100", "paused", "2017-07-01", "样品厂", 3),
    ),
    contributions=tuple(
        ContributionRow(ID_NUMBER, kind, f"2025-{month:02d}", "样品厂", 600_000, 48_000, 96_000, "paid")
        for month in range(1, 13)
        for kind in ("110", "310")
    ),
    benefits=(BenefitRow(ID_NUMBER, "pension", "2026-01", 312_345, "paying", "1234", "2026-12-31"),),
)


@dataclass
class Hall:
    """Drives `advance` with a clock of its own. Answers come from `answers`; `sleeping` actions are left open."""

    rules: Any
    state: State = field(default_factory=State)
    now: float = 0.0
    appended: list[effects.Append] = field(default_factory=list)
    asked: list[effects.Effect] = field(default_factory=list)
    sleeping: set[type[Any]] = field(default_factory=set)
    answers: dict[type[Any], Callable[[Any], object]] = field(default_factory=dict)

    def moment(self) -> Moment:
        return Moment(self.now, START + timedelta(seconds=self.now))

    def happen(self, *events: Event) -> None:
        """Each event, and everything that follows from the answers to its effects."""
        waiting = list(events)
        while waiting:
            self.state, wanted = advance(self.state, waiting.pop(0), self.moment(), self.rules)
            for effect in wanted:
                self.asked.append(effect)
                if isinstance(effect.action, effects.Append):
                    self.appended.append(effect.action)
                if type(effect.action) not in self.sleeping:
                    waiting.append(self.answer(effect))

    def answer(self, effect: effects.Effect) -> Event:
        """What the world says to an effect."""
        answer = self.answers.get(type(effect.action), DEFAULTS[type(effect.action)])(effect.action)
        if isinstance(answer, Exception):
            return Failed(effect.id, effect.session, answer)
        if isinstance(effect.action, effects.Append):
            answer = Position(1, len(self.appended), bytes(32))
        return Completed(effect.id, effect.session, answer)

    def wait(self, seconds: float) -> None:
        """Time passes; deadlines strike one after the other."""
        until = self.now + seconds
        while True:
            at, event = next_deadline(self.state, self.rules)
            if at > until:
                break
            self.now = max(self.now, at)
            self.happen(event)
        self.now = until

    def open(self, action: type[Any]) -> effects.Effect:
        """The last effect of this kind, asked for and not answered."""
        return next(effect for effect in reversed(self.asked) if isinstance(effect.action, action))

    @property
    def screen(self) -> Screen:
        return screen_of(self.state, self.moment(), self.rules)

    @property
    def page(self) -> Page:
        return self.screen.page

    def start(self) -> Hall:
        """Up, slots empty, every device fine."""
        self.happen(*(DeviceReported(device, None) for device in Device), SlotsChecked())
        return self

    def to_pin(self) -> Hall:
        """A card is in and the PIN is asked for."""
        self.start().happen(CardInserted())
        return self

    def to_menu(self) -> Hall:
        """Card and PIN."""
        self.to_pin().happen(pin())
        return self

    def to_result(self, item: str = "SI-02") -> Hall:
        """An item's answer is shown."""
        self.to_menu().happen(ItemChosen(item))
        return self

    def press(self, *presses: Press) -> None:
        self.happen(*(Pressed(press) for press in presses))


def pin(digits: str = "123456") -> PinEntered:
    buffer = PinBuffer()
    for digit in digits:
        buffer.press(int(digit))
    return PinEntered(buffer.hand_over())


def printed(_: object) -> PrintOutcome:
    return PrintOutcome(PrintResult.PRINTED, "00" * 32)


DEFAULTS: Mapping[type[Any], Callable[[Any], object]] = {
    effects.ReadCard: lambda _: FACTS,
    effects.AskPinTries: lambda _: PinTries(6),
    effects.EnterPin: lambda _: CardPinEntered(pin().handle),
    effects.VerifyPin: lambda _: PinVerified(),
    effects.ReleaseCard: lambda _: None,
    effects.CheckRoom: lambda _: Room(10**9),
    effects.Query: lambda _: RECORD,
    effects.Append: lambda _: None,
    effects.PrintReceipt: printed,
    effects.PrintPaper: printed,
    effects.WarmPapers: lambda _: None,
    effects.CloseBooks: lambda _: None,
    effects.Poke: lambda _: None,
    effects.LookAtDelivery: lambda _: DeliveryReported(True, 0, None, "2026-11-21"),
    effects.PollDevice: lambda action: DeviceReported(action.device, None),
    effects.LetGoOfDevices: lambda _: (),
    effects.TellTechnician: lambda _: None,
    effects.RecoverDevice: lambda action: DeviceReported(action.device, None),
}


@pytest.fixture
def hall() -> Hall:
    """A terminal that is switched on."""
    return Hall(rules_for(Settings(terminal="T001"), boot="boot"))


@pytest.fixture
def facts() -> CardFacts:
    """A card that passed every check."""
    return FACTS
