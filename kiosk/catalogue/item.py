"""What an item machine is given and what it may do: `Case` in, `Desk` for effects, a body for the screen out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from kiosk.benefits.fact import Fact
from kiosk.catalogue.entries import Entry
from kiosk.clock import Moment
from kiosk.effects import Action, Outbox
from kiosk.events import Event, JobWanted
from kiosk.identity import Identity
from kiosk.screen import Body, Preferences
from kiosk.settings import Place, Timeouts


@dataclass(frozen=True, slots=True)
class HandedOn:
    """What one item leaves to the next in the same visit, so that nothing is typed twice.

    `rule`: the check to go on with. `facts`: by their name in the store; `declined`: those the person does not know.
    """

    rule: str | None = None
    facts: Mapping[str, Fact[Any]] = field(default_factory=dict, repr=False)
    declined: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """What a machine may know: the session, the person as far as identified, the place, and whether it can print."""

    session: str
    entry: Entry
    identity: Identity
    preferences: Preferences
    terminal: str
    place: Place
    verify_url: str
    timeouts: Timeouts
    print_fault: str | None
    """Fault code of the device this item prints on; None if it can print."""
    closed: Mapping[str, str] = field(default_factory=dict)
    """Items that cannot be offered now, each with the fault code that says why."""
    handed_on: HandedOn | None = None
    """What the item before left to this one; it is there for `begin` alone."""


def act_header(case: Case, outcome: str, entry: Entry | None = None) -> dict[str, str]:
    """What every act's record says openly. `entry`: the item it is of, if not the one that was begun."""
    entry = entry or case.entry
    return {
        "session": case.session,
        "item": entry.code,
        "item_version": entry.version,
        "outcome": outcome,
        "level": case.identity.level.name,
    }


class Over(Enum):
    """How a machine gives the person back to the session."""

    MENU = "menu"  # choose something else
    LEAVE = "leave"  # take your things


@dataclass(frozen=True, slots=True)
class GoTo:
    """How a machine gives the person to another item; the session asks for the card or the PIN if that needs them."""

    item: str
    handed_on: HandedOn = field(default_factory=HandedOn)


class Desk:
    """What a machine may do in one step. At most one effect is awaited at a time: a dependent one is asked for only
    by the completion of the one before it."""

    def __init__(self, case: Case, out: Outbox, awaiting: int | None) -> None:
        """`awaiting`: the effect the machine waits for."""
        self.case = case
        self._out = out
        self.awaiting = awaiting

    @property
    def moment(self) -> Moment:
        """When this step happens."""
        return self._out.moment

    def ask(self, action: Action) -> None:
        """Have an action done; its completion comes back as an event of this machine."""
        self.awaiting = self._out.perform(action, self.case.session)

    def tell(self, action: Action) -> None:
        """Have an action done whose end nobody waits for."""
        self._out.perform(action, self.case.session)

    def print(self, job: str, document: object, *header: tuple[str, str]) -> None:
        """Hand a print to the jobs region; JobSettled comes back when it ended."""
        medium = self.case.entry.medium
        self._out.signal(JobWanted(job, self.case.session, self.case.entry.code, medium, document, header))


class ItemMachine(Protocol):
    """A service item as a small machine. States are frozen values of the machine's own."""

    def begin(self, desk: Desk) -> Any:
        """The first state."""

    def step(self, state: Any, event: Event, desk: Desk) -> Any:
        """The next state, `Over` or `GoTo`. Events that mean nothing here leave the state as it is."""

    def body(self, state: Any, case: Case, now: float) -> Body:
        """What the person sees."""

    def deadline(self, state: Any) -> float | None:
        """Monotonic seconds at which a TimeIsUp of the session is wanted."""

    def busy(self, state: Any) -> bool:
        """Whether a device is at work for the person: no Back, no idling out."""
