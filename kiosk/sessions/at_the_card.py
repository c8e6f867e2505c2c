"""Arrows while the terminal talks with the card: room to record, reading, proving the PIN."""

from __future__ import annotations

from dataclasses import replace

from drivers import errors as device_errors
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.pin import PinLocked, PinNotSet, PinTries, PinVerified, PinWrong
from drivers.pin_pad.entry import CardPinEntered, EntryCancelled, EntryTimedOut, EntryTooShort
from kiosk.effects import Append, AskPinTries, EnterPin, Outbox, ReadCard, VerifyPin, WarmPapers
from kiosk.events import (
    Completed,
    Device,
    Failed,
    PinCancelled,
    PinCounted,
    PinEntered,
    Progressed,
    TimeIsUp,
)
from kiosk.faults import card_fault, notice
from kiosk.identity import Holder, Identity, Level
from kiosk.screen import Notice, Tone
from kiosk.sessions import ending, service
from kiosk.sessions.rules import Around, Rules, needs_pin, why_not
from kiosk.sessions.state import (
    AskingTries,
    CheckingRoom,
    EnteringPin,
    InMenu,
    Opening,
    ReadingCard,
    Session,
    VerifyingPin,
    phase_of,
)
from kiosk.sessions.timing import patience
from kiosk.text import text
from offline_store.journal import NoRoom


def room_known(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, CheckingRoom)
    if isinstance(event.result, NoRoom):
        return ending.offer_card(session, out, around, rules, notice("SY-01", Tone.DANGER))
    if around.devices.delivery.out_of_service:
        # what this disk accepted could never arrive
        return ending.offer_card(session, out, around, rules, notice("SY-02", Tone.DANGER))
    header = {"session": session.id or "", "started": "card"}
    awaiting = out.perform(Append("session-opened", header), session.id)
    return replace(session, phase=Opening(phase.item), awaiting=awaiting)


def no_room(session: Session, event: Failed, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(session, out, around, rules, notice("SY-01", Tone.DANGER))


def opened(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, Opening)
    out.perform(WarmPapers(), None)
    awaiting = out.perform(ReadCard(out.moment.today), session.id)
    return replace(session, phase=ReadingCard(phase.item), awaiting=awaiting)


def reading_on(session: Session, event: Progressed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, ReadingCard)
    return replace(session, phase=replace(phase, step=event.step))


def card_read(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, ReadingCard)
    facts = event.result
    if not isinstance(facts, CardFacts):
        raise TypeError(f"reading a card ended with {type(facts).__name__}, CardFacts are expected")
    holder = _holder(facts)
    known = replace(session, identity=Identity(Level.L1, holder))
    version = facts.issuer.version.text
    header = {"session": session.id or "", "event": "identified", "level": Level.L1.name, "card": version}
    out.perform(Append("audit", header, subject=holder.id_number), session.id)
    if needs_pin(phase.item, rules) and around.devices.fault(Device.PIN_PAD) is None:
        return replace(known, phase=AskingTries(phase.item), awaiting=out.perform(AskPinTries(), session.id))
    return _go_on(replace(known, awaiting=None), phase.item, out, rules, around)


def _holder(facts: CardFacts) -> Holder:
    if facts.holder is None:
        raise TypeError("a card read with the PSAM names its holder")
    return Holder(
        id_number=facts.holder.social_number,
        name=facts.holder.name,
        sex=facts.holder.sex,
        birth_date=facts.holder.birth_date,
        card_number=facts.issuer.number,
        card_expires=facts.issuer.expires,
    )


def card_failed(session: Session, event: Failed, out: Outbox, rules: Rules, around: Around) -> Session:
    code = card_fault(event.error)
    header = {"session": session.id or "", "event": "card-fault", "fault": code, "detail": _detail(event.error)}
    out.perform(Append("audit", header), session.id)
    return ending.offer_card(session, out, around, rules, notice(code))


def _detail(error: Exception) -> str:
    return error.code if isinstance(error, device_errors.DeviceError) else type(error).__name__


def tries_known(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, AskingTries)
    match event.result:
        case PinTries(left=left):
            return _ask_pin(replace(session, awaiting=None), phase.item, left, None, out, rules)
        case PinLocked():
            return ending.offer_card(session, out, around, rules, notice("CR-03"))
        case PinNotSet():
            return ending.offer_card(session, out, around, rules, notice("PN-01"))
    raise TypeError(f"asking for PIN tries ended with {type(event.result).__name__}")


def _ask_pin(
    session: Session, item: str | None, left: int | None, why: Notice | None, out: Outbox, rules: Rules
) -> Session:
    now = out.moment.monotonic
    times = rules.settings.timeouts
    until = now + times.pin_total * patience(session)
    gap = now + times.pin_gap * patience(session)
    asking = replace(session, phase=EnteringPin(item, left, until, gap, notice=why), idle_since=now)
    return _open_pad(asking, until - now, out, rules)


def _open_pad(session: Session, seconds: float, out: Outbox, rules: Rules) -> Session:
    """Where a PIN pad is fitted the PIN is typed there, and the page waits for it."""
    if not rules.settings.devices.pin_pad:
        return session
    return replace(session, awaiting=out.perform(EnterPin(seconds), session.id))


def pad_counted(session: Session, event: Progressed, out: Outbox, rules: Rules, around: Around) -> Session:
    return pin_counted(
        replace(session, idle_since=out.moment.monotonic, warned_at=None), PinCounted(event.step), out, rules, around
    )


def pad_answered(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, EnteringPin)
    match event.result:
        case CardPinEntered(handle=handle):
            return pin_entered(session, PinEntered(handle), out, rules, around)
        case EntryCancelled():
            return pin_given_up(session, PinCancelled(), out, rules, around)
        case EntryTimedOut():
            return _pin_too_late(session, out, rules, around)
        case EntryTooShort():
            # nothing was kept, nothing was tried: the rest of the time is still the person's
            again = replace(session, phase=replace(phase, count=0), awaiting=None)
            return _open_pad(again, max(1.0, phase.until - out.moment.monotonic), out, rules)
    raise TypeError(f"entering a PIN ended with {type(event.result).__name__}")


def pad_failed(session: Session, event: Failed, out: Outbox, rules: Rules, around: Around) -> Session:
    """The pad was unplugged, or cannot be trusted: nothing that was typed is used, and no other way to type it."""
    header = {"session": session.id or "", "event": "pin-pad-fault", "fault": "PP-01", "detail": _detail(event.error)}
    out.perform(Append("audit", header), session.id)
    return ending.offer_card(session, out, around, rules, notice("PP-01"))


def pin_counted(session: Session, event: PinCounted, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, EnteringPin)
    gap = out.moment.monotonic + rules.settings.timeouts.pin_gap * patience(session)
    why = phase.notice if event.count == 0 else None
    return replace(session, phase=replace(phase, count=event.count, gap_until=gap, notice=why))


def pin_entered(session: Session, event: PinEntered, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, EnteringPin)
    awaiting = out.perform(VerifyPin(event.handle), session.id)
    return replace(session, phase=VerifyingPin(phase.item, phase.tries_left), awaiting=awaiting)


def pin_given_up(session: Session, event: PinCancelled, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(session, out, around, rules, None)


def pin_time_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return _pin_too_late(session, out, rules, around)


def _pin_too_late(session: Session, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(
        session, out, around, rules, Notice(Tone.WARNING, text("pin.time_over"), text("pin.time_over.advice"))
    )


def pin_answered(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = phase_of(session, VerifyingPin)
    subject = session.identity.holder.id_number if session.identity.holder else None
    outcome, left = _pin_outcome(event.result)
    header = {"session": session.id or "", "event": "pin", "outcome": outcome}
    out.perform(Append("audit", header, subject=subject), session.id)
    match event.result:
        case PinVerified():
            proved = replace(session, identity=replace(session.identity, level=Level.L2), awaiting=None)
            return _go_on(proved, phase.item, out, rules, around)
        case PinWrong():
            last = left == 1
            wrong = Notice(
                Tone.DANGER if last else Tone.WARNING,
                text("pin.wrong", n=left),
                text("pin.last_try") if last else text("pin.wrong.advice"),
            )
            return _ask_pin(replace(session, awaiting=None), phase.item, left, wrong, out, rules)
        case PinLocked():
            return ending.offer_card(session, out, around, rules, notice("CR-03"))
        case PinNotSet():
            return ending.offer_card(session, out, around, rules, notice("PN-01"))
    raise TypeError(f"verifying a PIN ended with {type(event.result).__name__}")


def _pin_outcome(result: object) -> tuple[str, int]:
    match result:
        case PinVerified():
            return "verified", 0
        case PinWrong(tries_left=left):
            return "wrong", left
        case PinLocked():
            return "locked", 0
        case PinNotSet():
            return "not-set", 0
    raise TypeError(f"verifying a PIN ended with {type(result).__name__}")


def _go_on(session: Session, item: str | None, out: Outbox, rules: Rules, around: Around) -> Session:
    """Identified: to the item that was chosen before, or to the menu."""
    now = replace(session, idle_since=out.moment.monotonic)
    if item is None or why_not(rules.entries[item], around.devices):
        return replace(now, phase=InMenu())
    return service.begin(now, item, out, rules, around)
