"""Arrows of a session's beginning: waking, choosing, identifying, and a card that comes at any of these."""

from __future__ import annotations

from dataclasses import replace

from kiosk.effects import CheckRoom, Outbox
from kiosk.events import (
    CardInserted,
    CardMute,
    SlotsChecked,
    TimeIsUp,
    VendorModeBegan,
    VendorModeOver,
)
from kiosk.faults import notice
from kiosk.intents import ItemChosen, Press, Pressed
from kiosk.screen import Tone
from kiosk.sessions import ending, service
from kiosk.sessions.rules import Around, Rules, enough, why_not
from kiosk.sessions.state import (
    CheckingRoom,
    Choosing,
    Identifying,
    Maintenance,
    Serving,
    Session,
    Standby,
)
from kiosk.sessions.timing import PHASE, patience


def slots_checked(session: Session, event: SlotsChecked, out: Outbox, rules: Rules, around: Around) -> Session:
    if not around.custody.clear:
        # a card nobody put in before our eyes: never read, only offered back (custody recovery)
        return ending.offer_card(session, out, around, rules, notice("SW-01", Tone.WARNING))
    return replace(session, phase=Standby())


def maintenance(session: Session, event: VendorModeBegan, out: Outbox, rules: Rules, around: Around) -> Session:
    return replace(ending.forget(session), phase=Maintenance(out.moment.stamp))


def back_from_maintenance(
    session: Session, event: VendorModeOver, out: Outbox, rules: Rules, around: Around
) -> Session:
    if not around.custody.clear:
        # a technician's card, or somebody else's: never read, only offered back
        return ending.offer_card(session, out, around, rules, notice("LF-01"))
    return ending.forget(session)


def wake(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press is Press.WAKE:
        return replace(session, phase=Choosing(), idle_since=out.moment.monotonic)
    return session


def card_in(session: Session, event: CardInserted, out: Outbox, rules: Rules, around: Around) -> Session:
    item = session.phase.item if isinstance(session.phase, Identifying) else None
    begun = fresh(session, rules)
    return replace(begun, phase=CheckingRoom(item), awaiting=out.perform(CheckRoom(), begun.id))


def mute_card(session: Session, event: CardMute, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(fresh(session, rules), out, around, rules, notice("CR-01"))


def fresh(session: Session, rules: Rules) -> Session:
    """A session of its own for the next person; language and size chosen on the way here stay."""
    if session.id is not None:
        return session
    served = session.served + 1
    return replace(session, id=f"{rules.boot}-{served}", served=served, papers=(), warned_at=None)


def choose(session: Session, event: ItemChosen, out: Outbox, rules: Rules, around: Around) -> Session:
    entry = rules.entries.get(event.item)
    if entry is None or why_not(entry, around.devices):
        return session
    if enough(session, entry):
        return service.begin(fresh(session, rules), event.item, out, rules, around)
    limit = rules.settings.timeouts.card_insert * patience(session)
    return replace(session, phase=Identifying(event.item, out.moment.monotonic + limit))


def choosing_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press is Press.EXIT:
        return ending.abandon(session, out, "exit")
    return session


def choosing_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.abandon(session, out, "time") if event.timer == PHASE else session


def identifying_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press is Press.EXIT:
        return ending.abandon(session, out, "exit")
    if event.press is Press.BACK:
        return replace(session, phase=Choosing(), handed_on=None)
    return session


def identifying_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return replace(session, phase=Choosing(), idle_since=out.moment.monotonic, handed_on=None)


def next_card(session: Session, event: CardInserted, out: Outbox, rules: Rules, around: Around) -> Session:
    """Somebody is quicker than the goodbye: the old session is wiped already, a new one begins."""
    return card_in(ending.forget(session), event, out, rules, around)


def next_mute(session: Session, event: CardMute, out: Outbox, rules: Rules, around: Around) -> Session:
    return mute_card(ending.forget(session), event, out, rules, around)


def stray_card(session: Session, event: CardInserted, out: Outbox, rules: Rules, around: Around) -> Session:
    """A card put in while a service without a card goes on: that session ends, this one begins."""
    if session.identity.holder is None and isinstance(session.phase, Serving):
        if service.busy(session, rules):
            return session
        return card_in(ending.abandon(session, out, "card-came"), event, out, rules, around)
    return session


def stray_mute(session: Session, event: CardMute, out: Outbox, rules: Rules, around: Around) -> Session:
    """The same with a card that does not answer: the person is told how to put it in instead of waiting for nothing."""
    if session.identity.holder is None and isinstance(session.phase, Serving):
        if service.busy(session, rules):
            return session
        return mute_card(ending.abandon(session, out, "card-came"), event, out, rules, around)
    return session
