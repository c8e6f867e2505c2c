"""How a session ends, however it ends: one way out, through the same wipe.

Private data are gone from the moment the session has nothing more to do, whether or not the card was taken: identity,
items and what was read. What remains is a list of things to take, without a name.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.effects import Append, CloseBooks, Outbox, Poke, ReleaseCard
from kiosk.events import CardOffered
from kiosk.faults import notice
from kiosk.identity import NOBODY
from kiosk.screen import Notice, Thing, ThingState
from kiosk.sessions.rules import Around, Rules
from kiosk.sessions.state import Leaving, Session, Standby, Taking
from kiosk.text import text


def close(session: Session, out: Outbox, why: str) -> Session:
    """Record the end, take power from the card, close the books, wipe."""
    if session.id is not None:
        out.perform(Append("session-closed", {"session": session.id, "why": why}), session.id)
    out.perform(ReleaseCard(), session.id)
    out.perform(CloseBooks(), session.id)
    out.perform(Poke(), None)
    return replace(session, identity=NOBODY, awaiting=None, warned_at=None, handed_on=None)


def offer_card(session: Session, out: Outbox, around: Around, rules: Rules, why: Notice | None) -> Session:
    """The way out by the terminal's or the person's will: give back what is in the machine, say why."""
    if why is None and around.custody.mute and not around.custody.clear:
        # it came while a service without a card was busy: nobody has said yet why it is not read
        why = notice("CR-01")
    closed = close(session, out, (why.code or "notice") if why else "done")
    out.signal(CardOffered(session.id))
    card = () if around.custody.clear else (Thing("card", text("thing.card"), ThingState.TAKE),)
    things = (*card, *_papers(session))
    if not things and why is None:
        return goodbye(closed, out, rules)
    return replace(closed, phase=Taking(things, out.moment.monotonic, why))


def card_gone(session: Session, out: Outbox, around: Around, rules: Rules, why: Notice | None) -> Session:
    """The way out when the card left first."""
    closed = close(session, out, "card-removed")
    things = (Thing("card", text("thing.card"), ThingState.TAKE), *_papers(session))
    return taken(closed, Taking(things, out.moment.monotonic, why), out, around, rules)


def taken(session: Session, phase: Taking, out: Outbox, around: Around, rules: Rules) -> Session:
    """The card is out: only papers can be left to take, those still being printed among them."""
    things = tuple(replace(thing, state=ThingState.TAKEN) if thing.kind == "card" else thing for thing in phase.things)
    if session.papers or phase.notice or session.id in around.printing:
        return replace(session, phase=replace(phase, things=things, since=out.moment.monotonic))
    return goodbye(session, out, rules)


def goodbye(session: Session, out: Outbox, rules: Rules) -> Session:
    """C15 for a few seconds."""
    until = out.moment.monotonic + rules.settings.timeouts.goodbye
    return replace(session, phase=Leaving(until, receipt=bool(session.papers)), papers=())


def abandon(session: Session, out: Outbox, why: str) -> Session:
    """Back to standby from a place where nothing can be left in the machine."""
    return forget(close(session, out, why) if session.id is not None else session)


def forget(session: Session) -> Session:
    """Everything back for the next person: language, size, page. Only the count of sessions stays."""
    return Session(phase=Standby(), served=session.served)


def paper(kind: str) -> Thing:
    """A printed thing to take. Nobody senses whether it was: it stays on the list until the page ends."""
    return Thing(kind, text(f"thing.{kind}"), ThingState.TAKE)


def _papers(session: Session) -> tuple[Thing, ...]:
    return tuple(paper(kind) for kind in dict.fromkeys(session.papers))
