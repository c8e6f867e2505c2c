"""Arrows of a session's end: card and papers are taken, goodbye, the next person."""

from __future__ import annotations

from dataclasses import replace

from drivers.print_outcome import PrintResult
from kiosk.effects import Outbox
from kiosk.events import (
    CardRemoved,
    CustodyChanged,
    JobSettled,
    TimeIsUp,
)
from kiosk.faults import notice
from kiosk.intents import Press, Pressed
from kiosk.sessions import ending
from kiosk.sessions.rules import Around, Rules
from kiosk.sessions.state import (
    Session,
    Taking,
    phase_of,
)

_FAILED = {"receipt": "PR-03", "paper": "DP-01"}


def card_taken(session: Session, event: CardRemoved, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, Taking)
    return ending.taken(session, phase, out, around, rules)


def left_behind(session: Session, event: CustodyChanged, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, Taking)
    if event.state == "left":
        return replace(session, phase=replace(phase, notice=notice("LF-01")))
    return session


def paper_out(session: Session, event: JobSettled, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, Taking)
    if event.session != session.id:
        return session
    now = out.moment.monotonic
    if event.result is PrintResult.FAILED:
        return replace(session, phase=replace(phase, since=now, notice=phase.notice or notice(_FAILED[event.kind])))
    return replace(session, phase=replace(phase, since=now, things=(*phase.things, ending.paper(event.kind))))


def taking_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press in (Press.FINISH, Press.EXIT) and not around.unaccounted(session.id):
        return ending.goodbye(session, out, rules)
    return session


def taking_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return session if around.unaccounted(session.id) else ending.goodbye(session, out, rules)


def goodbye_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.forget(session)


def goodbye_touched(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.forget(session)
