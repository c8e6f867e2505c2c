"""Custody: what the machine holds that belongs to somebody (UX guide, section 4).

A region of the terminal. A card in a manual (dip) reader cannot be pulled in or pushed out: it is offered, asked for
with growing urgency, and if it stays it is reported left; no session starts over it and nothing of it is read.

  absent ──inserted──▶ held ──offered──▶ offered ──capture time──▶ left
     ▲                  │                   │                        │
     └──────────────────┴────── removed ────┴────────────────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.effects import Append, Outbox
from kiosk.events import CardInserted, CardMute, CardOffered, CardRemoved, CustodyChanged, Event, TimeIsUp
from kiosk.settings import Timeouts

REGION = "custody"


class CardPlace(StrEnum):
    """Where the person's card is."""

    ABSENT = "absent"
    HELD = "held"
    OFFERED = "offered"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Custody:
    """State of the region. `since` is monotonic seconds of the last change, `session` whose session it was."""

    card: CardPlace = CardPlace.ABSENT
    mute: bool = False
    since: float = 0.0
    session: str | None = None
    reminders: int = 0

    @property
    def clear(self) -> bool:
        """Nothing of anybody is unaccounted for."""
        return self.card is CardPlace.ABSENT


def deadline(custody: Custody, timeouts: Timeouts) -> tuple[float, str] | None:
    """When something must happen by itself: (monotonic seconds, timer name)."""
    if custody.card is not CardPlace.OFFERED:
        return None
    steps = (timeouts.card_remind1, timeouts.card_remind2, timeouts.card_capture)
    if custody.reminders >= len(steps):
        return None
    return custody.since + steps[custody.reminders], f"remind-{custody.reminders + 1}"


def step(custody: Custody, event: Event, out: Outbox) -> Custody:
    """The region's transition table."""
    now = out.moment.monotonic
    match event, custody.card:
        case ((CardInserted() | CardMute()), CardPlace.ABSENT):
            return Custody(CardPlace.HELD, isinstance(event, CardMute), now)
        case CardOffered(session=session), CardPlace.HELD:
            return replace(custody, card=CardPlace.OFFERED, since=now, session=session, reminders=0)
        case CardRemoved(), CardPlace.LEFT:
            _record(out, custody, "collected")
            return Custody(since=now)
        case CardRemoved(), CardPlace.HELD | CardPlace.OFFERED:
            _record(out, custody, "taken")
            return Custody(since=now)
        case TimeIsUp(region=region), CardPlace.OFFERED if region == REGION:
            if custody.reminders < 2:
                return replace(custody, reminders=custody.reminders + 1)
            _record(out, custody, "left")
            return replace(custody, card=CardPlace.LEFT, since=now, reminders=3)
    return custody


def _record(out: Outbox, custody: Custody, state: str) -> None:
    header = {"item": "card", "state": state}
    if custody.session:
        header["session"] = custody.session
    out.perform(Append("custody", header), None)
    out.signal(CustodyChanged("card", state))
