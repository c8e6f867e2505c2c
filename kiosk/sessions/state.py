"""Phases of a session as frozen values. Which page a phase shows is in `kiosk.sessions.screens`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from kiosk.catalogue.item import HandedOn
from kiosk.identity import NOBODY, Identity
from kiosk.screen import Notice, Preferences, Thing


@dataclass(frozen=True, slots=True)
class Starting:
    """After start: slots are being checked; custody first (C99 with the reason)."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """C99: a technician has the devices; `since` as people read it."""

    since: str


@dataclass(frozen=True, slots=True)
class Standby:
    """C00."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """C01: nobody identified, choosing what to do."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """C03: the card is asked for; `item` is what the person chose."""

    item: str
    until: float


@dataclass(frozen=True, slots=True)
class CheckingRoom:
    """C04: can an act be recorded at all? Before anything is read."""

    item: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """C04: the session's first record goes to disk."""

    item: str | None


@dataclass(frozen=True, slots=True)
class ReadingCard:
    """C04: the card session of the card sheet, section 12."""

    item: str | None
    step: int = 1


@dataclass(frozen=True, slots=True)
class AskingTries:
    """C04: how many PIN tries the card still grants."""

    item: str | None


@dataclass(frozen=True, slots=True)
class EnteringPin:
    """C05. Only the count of digits; both limits in monotonic seconds."""

    item: str | None
    tries_left: int | None
    until: float
    gap_until: float
    count: int = 0
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class VerifyingPin:
    """C05, the card is asked. Sent once, never again by program."""

    item: str | None
    tries_left: int | None


@dataclass(frozen=True, slots=True)
class InMenu:
    """C07."""


@dataclass(frozen=True, slots=True)
class Serving:
    """An item machine at work; `state` is the machine's own."""

    item: str
    state: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taking:
    """C13: nothing private is left; the person takes the card, then the papers."""

    things: tuple[Thing, ...]
    since: float
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """C15."""

    until: float
    receipt: bool = False


Phase = (
    Starting
    | Maintenance
    | Standby
    | Choosing
    | Identifying
    | CheckingRoom
    | Opening
    | ReadingCard
    | AskingTries
    | EnteringPin
    | VerifyingPin
    | InMenu
    | Serving
    | Taking
    | Leaving
)

AT_THE_CARD = (CheckingRoom, Opening, ReadingCard, AskingTries, EnteringPin, VerifyingPin)
"""Phases that are over the moment the card is gone or cannot be talked to."""


@dataclass(frozen=True, slots=True)
class Session:
    """State of the region.

    `id` is set from the first act of a person (a card, or a service without one) to the wipe. `awaiting` is the one
    effect the phase waits for. `papers` are kinds of printed things the person has to take. `idle_since` is the last
    activity, `warned_at` when the idle warning came up; all in monotonic seconds.
    """

    phase: Phase = field(default_factory=Starting)
    id: str | None = None
    preferences: Preferences = field(default_factory=Preferences)
    identity: Identity = NOBODY
    awaiting: int | None = None
    idle_since: float = 0.0
    warned_at: float | None = None
    papers: tuple[str, ...] = ()
    handed_on: HandedOn | None = field(default=None, repr=False)
    """What the item before left to the one that is about to begin."""
    served: int = 0
    """Sessions so far; gives each its id."""


P = TypeVar("P")


def phase_of(session: Session, kind: type[P]) -> P:
    """The phase, which has to be of this kind; another one is a bug in the table."""
    if not isinstance(session.phase, kind):
        raise TypeError(f"phase {kind.__name__} is expected, the session is in {type(session.phase).__name__}")
    return session.phase
