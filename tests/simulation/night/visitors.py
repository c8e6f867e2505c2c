"""The people who come: what they want, how they behave, and what their hands do. One visit is one generator.

A visitor sees the screen's page and body and nothing else, thinks for a while (yields seconds) and does something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from night.bench import Bench
from night.cast import Cast, Somebody, bank_card

from kiosk.events import Event
from kiosk.identity.pin_pad import ScreenPinPad
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed, Touched
from kiosk.screen import CheckResult, Menu, Page, Pin, Question, ResultTable, Screen

ITEMS = ("SI-01", "SI-02", "SI-04", "SI-11", "CRD-03", "PO-02", "PO-03", "PO-05", "SI-10")
WITHOUT_A_CARD = frozenset({"SI-11", "PO-02", "PO-05", "SI-10"})
_GIVES_UP_AFTER = 420.0


class Hall(Protocol):
    """What a visitor can reach."""

    bench: Bench

    def now(self) -> float: ...
    def screen(self) -> Screen | None:
        """None while the machine is dark."""

    def touch(self, event: Event) -> None: ...
    def pin_pad(self) -> ScreenPinPad | None: ...
    def later(self, seconds: float, function: Callable[[], None]) -> None: ...
    def note(self, what: str) -> None: ...


@dataclass
class Manner:
    """How somebody behaves. Chances are per action."""

    name: str
    weight: float
    think: tuple[float, float] = (0.3, 5.0)
    pulls: float = 0.0  # the card, at any action
    pulls_soon: bool = False  # somewhere in the first seconds, mostly inside a command
    swaps: bool = False
    forgets: bool = False
    dreams: float = 0.0  # stands there until something happens by itself
    random: float = 0.02  # presses anything
    wrong_pin: float = 0.08
    card: str = "own"  # own | foreign | upside-down | none
    prints: float = 0.6
    items: tuple[int, int] = (1, 2)


MANNERS = (
    Manner("plain", 34),
    Manner("printer", 14, prints=1.0, items=(1, 3)),
    Manner("elder", 6, think=(2.0, 14.0)),
    Manner("monkey", 10, think=(0.0, 1.2), random=0.7, items=(1, 4)),
    Manner("hasty", 8, pulls=0.12, think=(0.0, 2.0)),
    Manner("snatcher", 7, pulls_soon=True, think=(0.0, 2.0)),
    Manner("swapper", 5, swaps=True, think=(0.0, 2.0)),
    Manner("forgetful", 5, forgets=True),
    Manner("dreamer", 4, dreams=0.35),
    Manner("unsure", 5, wrong_pin=0.75),
    Manner("upside-down", 3, card="upside-down"),
    Manner("banker", 3, card="foreign"),
    Manner("cardless", 5, card="none"),
)


@dataclass
class Visit:
    """One person at the machine."""

    hall: Hall
    cast: Cast
    chance: Random
    manner: Manner
    somebody: Somebody
    other: Somebody
    wanted: list[str] = field(default_factory=list)
    inserted: bool = False
    done: bool = False

    def live(self) -> Iterator[float]:
        """Everything this person does; yields the seconds until the next thing."""
        chance = self.chance
        begun = self.hall.now()
        self.wanted = [chance.choice(ITEMS) for _ in range(chance.randint(*self.manner.items))]
        if self.somebody.card.memory.pin_tries_left < 3 and chance.random() < 0.6:
            self.somebody.card.memory.pin_tries_left = 6  # the counter reset it in the meantime
        if chance.random() < 0.5:
            yield from self._insert()
        while self.hall.now() - begun < _GIVES_UP_AFTER:
            yield self._thinking()
            if self._leaves():
                break
            yield from self._act()
        yield from self._go()

    def _thinking(self) -> float:
        if self.manner.dreams and self.chance.random() < self.manner.dreams:
            return self.chance.uniform(20.0, 100.0)
        return self.chance.uniform(*self.manner.think)

    def _leaves(self) -> bool:
        """Whether there is nothing more to do here."""
        screen = self.hall.screen()
        page = screen.page if screen else None
        if page is Page.OUT_OF_SERVICE:
            return self.chance.random() < 0.3
        if page is Page.TAKE_THINGS and not self.inserted and self.hall.bench.card is not None:
            return self.chance.random() < 0.4  # somebody else's card is in the way
        if self.done and self.hall.bench.card is None:
            return page in (Page.GOODBYE, Page.STANDBY, Page.HOME, None) or self.chance.random() < 0.15
        return self.manner.forgets and self.inserted and self.chance.random() < 0.12

    def _act(self) -> Iterator[float]:
        chance, hall = self.chance, self.hall
        screen = hall.screen()
        if screen is None:
            return
        if self.inserted and self.manner.pulls and chance.random() < self.manner.pulls:
            self._pull("in haste")
            return
        if chance.random() < self.manner.random:
            self._anything(screen)
            return
        if screen.idle_warning and chance.random() < 0.7:
            self._press(Press.CONTINUE)
            return
        match screen.page:
            case Page.STANDBY:
                self._press(Press.WAKE)
            case Page.HOME:
                yield from self._at_home()
            case Page.IDENTIFY:
                yield from self._at_identify()
            case Page.PIN:
                yield from self._at_pin(screen.body)
            case Page.MENU:
                self._at_menu(screen.body)
            case Page.QUESTION:
                yield from self._at_question(screen.body)
            case Page.CONFIRM:
                self._press(Press.CONFIRM if chance.random() < 0.85 else Press.DECLINE)
            case Page.RESULT_TABLE:
                self._at_table(screen.body)
            case Page.CHECK:
                self._at_check(screen.body)
            case Page.RESULT:
                self._press(Press.ANOTHER if self.wanted else Press.FINISH)
            case Page.TAKE_THINGS:
                self._at_taking()
            case Page.GOODBYE:
                self.done = True

    # page by page

    def _at_home(self) -> Iterator[float]:
        if self.done or not self.wanted:
            self.done = True
            self._press(Press.EXIT)
        elif self.manner.card != "none" and self.chance.random() < 0.3:
            yield from self._insert()
        else:
            self.hall.touch(ItemChosen(self.wanted[0]))
            if self.wanted[0] in WITHOUT_A_CARD or self.manner.card == "none":
                self.wanted.pop(0)

    def _at_identify(self) -> Iterator[float]:
        if self.manner.card == "none" or self.done:
            self._press(self.chance.choice((Press.BACK, Press.EXIT)))
            self.done = True
        else:
            yield from self._insert()

    def _at_pin(self, body: object) -> Iterator[float]:
        assert isinstance(body, Pin)
        if body.checking:
            return
        draw = self.chance.random()
        if draw < 0.03:
            self._pad(lambda pad: pad.cancel())
            self.done = True
            return
        if draw < 0.05:
            self._press(Press.EXIT)
            self.done = True
            return
        own = self._owner_of_inserted()
        wrong = own is None or not own.pin or self.chance.random() < self.manner.wrong_pin
        digits = f"{self.chance.randrange(10**6):06d}" if wrong else own.pin  # type: ignore[union-attr]
        for digit in digits:
            self._pad(lambda pad, digit=digit: pad.press(int(digit)))  # type: ignore[misc]
            yield self.chance.uniform(0.0, 0.5)
        if self.chance.random() < 0.06:
            self._pad(lambda pad: pad.erase())
        self._pad(lambda pad: pad.confirm())
        if self.chance.random() < 0.15:
            self._pad(lambda pad: pad.confirm())  # twice, as people do

    def _at_menu(self, body: object) -> None:
        assert isinstance(body, Menu)
        if self.wanted:
            self.hall.touch(ItemChosen(self.wanted.pop(0)))
        else:
            self.done = True
            self._press(self.chance.choice((Press.EXIT, Press.FINISH)))

    def _at_question(self, body: object) -> Iterator[float]:
        assert isinstance(body, Question)
        if body.options:
            self.hall.touch(OptionChosen(self.chance.choice(body.options).key))
            return
        if body.unsure is not None and self.chance.random() < 0.2:
            self._press(Press.DECLINE)
            return
        typed = f"{self.chance.randint(1950, 2007)}{self.chance.randint(0, 12):02d}{self.chance.randint(1, 31):02d}"
        if body.figure is not None:
            typed = str(self.chance.randint(0, 10 ** self.chance.randint(1, body.figure.digits)))
        for digit in typed:
            self.hall.touch(DigitTyped(digit))
            yield self.chance.uniform(0.0, 0.3)
        self._press(Press.CONFIRM)

    def _at_table(self, body: object) -> None:
        assert isinstance(body, ResultTable)
        draw = self.chance.random()
        if draw < 0.25:
            self._press(Press.UNCOVER)
        elif draw < 0.4 and body.pages > 1:
            self._press(self.chance.choice((Press.NEXT_PAGE, Press.PREVIOUS_PAGE)))
        elif body.can_print and self.chance.random() < self.manner.prints:
            self._press(Press.PRINT)
            if self.chance.random() < 0.2:
                self._press(Press.PRINT)
        elif self.wanted:
            self._press(Press.BACK)
        else:
            self.done = True
            self._press(Press.FINISH)

    def _at_check(self, body: object) -> None:
        assert isinstance(body, CheckResult)
        draw = self.chance.random()
        if draw < 0.2:
            self._press(Press.BACK)
        elif draw < 0.3 and body.step is not None:
            self.hall.touch(ItemChosen(body.step[0]))
        elif draw < 0.6 and body.apply is not None:
            self._press(Press.CONFIRM)
        elif body.can_print and self.chance.random() < self.manner.prints:
            self._press(Press.PRINT)
        elif self.wanted:
            self._press(Press.ANOTHER)
        else:
            self.done = True
            self._press(Press.FINISH)

    def _at_taking(self) -> None:
        if self.manner.forgets and self.inserted:
            return
        self.done = True
        if not self._pull("as asked"):
            self._press(Press.FINISH)

    # hands

    def _insert(self) -> Iterator[float]:
        manner, bench = self.manner, self.hall.bench
        if manner.card == "none" or self.done:
            return
        owner: Somebody | None = self.somebody
        card: object = self.somebody.card
        if manner.card == "foreign":
            owner, card = None, bank_card()
        if not bench.insert(card, owner, upside_down=manner.card == "upside-down"):
            return
        self.inserted = True
        self.hall.note(f"{manner.name} {self.somebody.key} inserts")
        if manner.card != "own":
            self.done = self.chance.random() < 0.6
        if manner.pulls_soon:
            self.hall.later(self.chance.expovariate(0.4), lambda: self._pull("soon"))
        if manner.swaps and self.chance.random() < 0.8:
            self.hall.later(self.chance.expovariate(0.12), self._swap)
        yield self.chance.uniform(0.0, 1.0)

    def _pull(self, how: str) -> bool:
        if not self.inserted or not self.hall.bench.pull():
            return False
        self.inserted = False
        self.hall.note(f"{self.manner.name} pulls {how}")
        if how != "as asked":
            self.done = self.done or self.chance.random() < 0.5
        return True

    def _swap(self) -> None:
        """Out with one, in with the other's, within an instant."""
        bench = self.hall.bench
        if not self.inserted or not bench.pull():
            return
        self.hall.note(f"{self.manner.name} swaps {self.somebody.key} for {self.other.key}")
        gap = self.chance.choice((0.0, 0.0, 0.05, 0.3))
        owner = self.other if self.chance.random() < 0.8 else self.somebody

        def other_in() -> None:
            self.inserted = bench.insert(owner.card, owner)

        if gap:
            self.inserted = False
            self.hall.later(gap, other_in)
        else:
            other_in()

    def _owner_of_inserted(self) -> Somebody | None:
        card = self.hall.bench.card
        return card.owner if card else None

    def _press(self, press: Press) -> None:
        self.hall.touch(Pressed(press))

    def _pad(self, do: Callable[[ScreenPinPad], None]) -> None:
        pad = self.hall.pin_pad()
        if pad is not None:
            do(pad)

    def _anything(self, screen: Screen) -> None:
        """A touch anywhere, also where this page has no button."""
        match self.chance.randrange(9):
            case 0:
                self._press(Press.LANGUAGE)
            case 1:
                self._press(Press.TEXT_SIZE)
            case 2:
                self.hall.touch(Touched())
            case 3:
                self.hall.touch(ItemChosen(self.chance.choice((*ITEMS, "XX-99"))))
            case 4:
                self.hall.touch(OptionChosen(self.chance.choice(("male", "female", "female50", "nonsense"))))
            case 5:
                self.hall.touch(DigitTyped(str(self.chance.randrange(10))))
            case 6:
                self._pad(lambda pad: pad.press(self.chance.randrange(10)))
            case _:
                self._press(self.chance.choice(tuple(Press)))

    def _go(self) -> Iterator[float]:
        """Away, with the card; or without it, and back for it some time later."""
        if not self.inserted:
            return
        if self.manner.forgets or self.chance.random() < 0.05:
            self.hall.note(f"{self.manner.name} goes without the card")
            away = self.chance.uniform(3.0, 400.0)
            number = self.hall.bench.insertions
            self.hall.later(away, lambda: self._fetch(number))
            return
        self._pull("on leaving")
        yield self.chance.uniform(0.0, 6.0)

    def _fetch(self, number: int) -> None:
        if self.hall.bench.insertions == number and self.hall.bench.pull():
            self.hall.note("a forgotten card is fetched")


def somebody_comes(hall: Hall, cast: Cast, chance: Random) -> Visit:
    """The next visitor."""
    manner = chance.choices(MANNERS, [each.weight for each in MANNERS])[0]
    one, other = chance.sample(cast.people, 2)
    return Visit(hall, cast, chance, manner, one, other)
