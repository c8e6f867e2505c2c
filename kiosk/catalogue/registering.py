"""Registrations that need no check (EM-01 失业登记, EM-02 就业登记): a few questions, then an application.

  asking ⇄ asking ──▶ as every application (`applying`)

What another item collected in the same visit is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.benefits.fact import Fact
from kiosk.catalogue import asking
from kiosk.catalogue.answering import Ended, after_end
from kiosk.catalogue.applying import (
    Applications,
    Applying,
    Book,
    ConfirmingApplication,
    Filing,
    Numbering,
    PrintingSlip,
)
from kiosk.catalogue.item import Case, Desk, HandedOn, Over
from kiosk.events import Event
from kiosk.intents import Press, Pressed
from kiosk.screen import Body


@dataclass(frozen=True, slots=True)
class AskingForRegistration:
    """C09. `facts`: what is known so far; `open`: what is still to be asked, this question first."""

    facts: Mapping[str, Fact[Any]] = field(repr=False)
    open: tuple[str, ...]
    page: asking.Page


class RegistrationItem:
    """The machine of an item that only registers."""

    def __init__(self, book: Book, asks: tuple[str, ...]) -> None:
        """`asks`: facts of the vocabulary that the registration needs, in the order of asking."""
        self._book = book
        self._asks = asks
        self._applications = Applications(book)

    def begin(self, desk: Desk) -> object:
        """Ask what is not known yet."""
        handed = desk.case.handed_on or HandedOn()
        facts = {name: fact for name, fact in handed.facts.items() if name in self._asks}
        still_open = tuple(name for name in self._asks if name not in facts and name not in handed.declined)
        return self._go_on(facts, still_open, desk)

    def _go_on(self, facts: Mapping[str, Fact[Any]], still_open: tuple[str, ...], desk: Desk) -> object:
        if not still_open:
            return ConfirmingApplication(Filing(desk.case.entry.code, facts, tuple(facts)), Over.MENU)
        kind = self._book().facts[still_open[0]]
        return AskingForRegistration(facts, still_open, asking.Page(still_open[0], kind, tuple(kind.words)))

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """Questions, then the common way of applications."""
        match state, event:
            case AskingForRegistration(), Pressed(press=Press.BACK):
                return Over.MENU
            case AskingForRegistration(facts=facts, open=names, page=page), _:
                answer = page.step(event, desk.moment.today)
                if isinstance(answer, asking.Page):
                    return replace(state, page=answer)
                given = facts if answer.fact is None else {**facts, names[0]: answer.fact}
                return self._go_on(given, names[1:], desk)
            case ((ConfirmingApplication() | Numbering() | Applying() | PrintingSlip()), _):
                return self._applications.step(state, event, desk)
            case Ended(), _:
                return after_end(event) or state
        return state

    def body(self, state: object, case: Case, now: float) -> Body:
        """What the person sees in each state."""
        match state:
            case AskingForRegistration(page=page):
                return page.body()
            case ConfirmingApplication() | Numbering() | Applying() | PrintingSlip():
                return self._applications.body(state, case, now)
            case Ended(result=result):
                return result
        raise TypeError(f"a registration has no state {type(state).__name__}")

    def deadline(self, state: object) -> float | None:
        """Nothing happens by itself."""
        return None

    def busy(self, state: object) -> bool:
        """While the journal or the printer is at work."""
        return isinstance(state, Numbering | Applying | PrintingSlip)
