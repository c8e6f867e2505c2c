"""The session's state *Serving*: hosts an item machine and follows it back to the menu or out."""

from __future__ import annotations

from dataclasses import replace

from kiosk.catalogue.item import Desk, Over
from kiosk.effects import Outbox
from kiosk.events import Completed, Event, Failed
from kiosk.identity import Level
from kiosk.sessions import ending
from kiosk.sessions.rules import Around, Rules, case_of
from kiosk.sessions.state import Choosing, InMenu, Serving, Session


def begin(session: Session, item: str, out: Outbox, rules: Rules, around: Around) -> Session:
    """Start an item's machine."""
    desk = Desk(case_of(rules, session, around, item), out, None)
    state = rules.machines[item].begin(desk)
    return replace(session, phase=Serving(item, state), awaiting=desk.awaiting, idle_since=out.moment.monotonic)


def step(session: Session, event: Event, out: Outbox, rules: Rules, around: Around) -> Session:
    """One step of the machine that is being hosted."""
    phase = session.phase
    if not isinstance(phase, Serving):
        raise TypeError(f"no item is served in {type(phase).__name__}")
    answered = isinstance(event, Completed | Failed)
    desk = Desk(case_of(rules, session, around, phase.item), out, None if answered else session.awaiting)
    after = rules.machines[phase.item].step(phase.state, event, desk)
    match after:
        case Over.MENU if session.identity.level is Level.L0:
            return replace(session, phase=Choosing(), awaiting=None, idle_since=out.moment.monotonic)
        case Over.MENU:
            return replace(session, phase=InMenu(), awaiting=None, idle_since=out.moment.monotonic)
        case Over.LEAVE:
            return ending.offer_card(session, out, around, rules, None)
    return replace(session, phase=Serving(phase.item, after), awaiting=desk.awaiting)


def busy(session: Session, rules: Rules) -> bool:
    """Whether the machine waits for a device or the journal: then there is no way back and no idling out."""
    phase = session.phase
    return isinstance(phase, Serving) and (session.awaiting is not None or rules.machines[phase.item].busy(phase.state))
