"""The session's state *Serving*: hosts an item machine and follows it back to the menu or out."""

from __future__ import annotations

from dataclasses import replace

from kiosk.catalogue.item import Desk, GoTo, Over
from kiosk.effects import AskPinTries, Outbox
from kiosk.events import Completed, Event, Failed
from kiosk.identity import Level
from kiosk.sessions import ending
from kiosk.sessions.rules import Around, Rules, case_of, enough, why_not
from kiosk.sessions.state import AskingTries, Choosing, Identifying, InMenu, Serving, Session
from kiosk.sessions.timing import patience


def begin(session: Session, item: str, out: Outbox, rules: Rules, around: Around) -> Session:
    """Start an item's machine."""
    desk = Desk(case_of(rules, session, around, item), out, None)
    state = rules.machines[item].begin(desk)
    now = out.moment.monotonic
    return replace(session, phase=Serving(item, state), awaiting=desk.awaiting, idle_since=now, handed_on=None)


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
        case GoTo():
            return _go_to(session, after, out, rules, around)
    return replace(session, phase=Serving(phase.item, after), awaiting=desk.awaiting)


def _go_to(session: Session, to: GoTo, out: Outbox, rules: Rules, around: Around) -> Session:
    """On to another item, by way of the card or its PIN where that is not shown yet; nowhere if it cannot work now."""
    entry = rules.entries[to.item]
    if why_not(entry, around.devices):
        return session
    session = replace(session, handed_on=to.handed_on, awaiting=None)
    if enough(session, entry):
        return begin(session, to.item, out, rules, around)
    if session.identity.level is not Level.L0:
        return replace(session, phase=AskingTries(to.item), awaiting=out.perform(AskPinTries(), session.id))
    limit = rules.settings.timeouts.card_insert * patience(session)
    return replace(session, phase=Identifying(to.item, out.moment.monotonic + limit))


def busy(session: Session, rules: Rules) -> bool:
    """Whether the machine waits for a device or the journal: then there is no way back and no idling out."""
    phase = session.phase
    return isinstance(phase, Serving) and (session.awaiting is not None or rules.machines[phase.item].busy(phase.state))
