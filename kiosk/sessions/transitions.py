"""The session's transition table: phase × event → handler. One function per arrow, one table, one base.

The base (`_step`) treats once, for every phase, what may happen at any time: the card is pulled, its reader is lost,
the person leaves, wants another language or size, or just touches. A pair that is in neither table means nothing and
changes nothing; a test walks all pairs and knows which ones those are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from drivers import errors as device_errors
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.pin import PinLocked, PinNotSet, PinTries, PinVerified, PinWrong
from drivers.print_outcome import PrintResult
from kiosk.custody import CardPlace
from kiosk.effects import Append, AskPinTries, CheckRoom, Outbox, ReadCard, VerifyPin, WarmPapers
from kiosk.events import (
    CardInserted,
    CardMute,
    CardRemoved,
    Completed,
    CustodyChanged,
    Device,
    DeviceReported,
    Failed,
    JobSettled,
    PinCancelled,
    PinCounted,
    PinEntered,
    Progressed,
    SlotsChecked,
    TimeIsUp,
)
from kiosk.faults import card_fault, notice
from kiosk.identity import Holder, Identity, Level
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed, Touched
from kiosk.screen import Language, Notice, Preferences, TextSize, Tone
from kiosk.sessions import ending, service
from kiosk.sessions.rules import Around, Rules, enough, needs_pin, why_not
from kiosk.sessions.state import (
    AT_THE_CARD,
    AskingTries,
    CheckingRoom,
    Choosing,
    EnteringPin,
    Identifying,
    InMenu,
    Leaving,
    Opening,
    Phase,
    ReadingCard,
    Serving,
    Session,
    Standby,
    Starting,
    Taking,
    VerifyingPin,
)
from kiosk.sessions.timing import IDLE, ITEM, PHASE, idle_limit, patience
from kiosk.text import text
from offline_store.journal import NoRoom

REGION = "session"

P = TypeVar("P")
Handler = Callable[[Session, Any, Outbox, Rules, Around], Session]


# --- starting and standing by ---


def _slots_checked(session: Session, event: SlotsChecked, out: Outbox, rules: Rules, around: Around) -> Session:
    if not around.custody.clear:
        # a card nobody put in before our eyes: never read, only offered back (custody recovery)
        return ending.offer_card(session, out, around, rules, notice("SW-01", Tone.WARNING))
    return replace(session, phase=Standby())


def _wake(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press is Press.WAKE:
        return replace(session, phase=Choosing(), idle_since=out.moment.monotonic)
    return session


def _card_in(session: Session, event: CardInserted, out: Outbox, rules: Rules, around: Around) -> Session:
    item = session.phase.item if isinstance(session.phase, Identifying) else None
    fresh = _fresh(session, rules)
    return replace(fresh, phase=CheckingRoom(item), awaiting=out.perform(CheckRoom(), fresh.id))


def _mute_card(session: Session, event: CardMute, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(_fresh(session, rules), out, around, rules, notice("CR-01"))


def _fresh(session: Session, rules: Rules) -> Session:
    """A session of its own for the next person; language and size chosen on the way here stay."""
    if session.id is not None:
        return session
    served = session.served + 1
    return replace(session, id=f"{rules.boot}-{served}", served=served, papers=(), warned_at=None)


# --- choosing and identifying ---


def _choose(session: Session, event: ItemChosen, out: Outbox, rules: Rules, around: Around) -> Session:
    entry = rules.entries.get(event.item)
    if entry is None or why_not(entry, around.devices):
        return session
    if enough(session, entry):
        return service.begin(_fresh(session, rules), event.item, out, rules, around)
    limit = rules.settings.timeouts.card_insert * patience(session)
    return replace(session, phase=Identifying(event.item, out.moment.monotonic + limit))


def _choose_in_menu(session: Session, event: ItemChosen, out: Outbox, rules: Rules, around: Around) -> Session:
    entry = rules.entries.get(event.item)
    if entry is None or why_not(entry, around.devices) or around.custody.card is not CardPlace.HELD:
        return session
    if enough(session, entry):
        return service.begin(session, event.item, out, rules, around)
    return replace(session, phase=AskingTries(event.item), awaiting=out.perform(AskPinTries(), session.id))


def _choosing_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press is Press.EXIT:
        return ending.abandon(session, out, "exit")
    return session


def _choosing_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.abandon(session, out, "time") if event.timer == PHASE else session


def _identifying_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press is Press.EXIT:
        return ending.abandon(session, out, "exit")
    if event.press is Press.BACK:
        return replace(session, phase=Choosing())
    return session


def _identifying_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return replace(session, phase=Choosing(), idle_since=out.moment.monotonic)


# --- at the card ---


def _room_known(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, CheckingRoom)
    if isinstance(event.result, NoRoom):
        return ending.offer_card(session, out, around, rules, notice("SY-01", Tone.DANGER))
    header = {"session": session.id or "", "started": "card"}
    awaiting = out.perform(Append("session-opened", header), session.id)
    return replace(session, phase=Opening(phase.item), awaiting=awaiting)


def _no_room(session: Session, event: Failed, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(session, out, around, rules, notice("SY-01", Tone.DANGER))


def _opened(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, Opening)
    out.perform(WarmPapers(), None)
    awaiting = out.perform(ReadCard(out.moment.today), session.id)
    return replace(session, phase=ReadingCard(phase.item), awaiting=awaiting)


def _reading_on(session: Session, event: Progressed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, ReadingCard)
    return replace(session, phase=replace(phase, step=event.step))


def _card_read(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, ReadingCard)
    facts = event.result
    if not isinstance(facts, CardFacts):
        raise TypeError(f"reading a card ended with {type(facts).__name__}, CardFacts are expected")
    holder = _holder(facts)
    known = replace(session, identity=Identity(Level.L1, holder))
    version = facts.issuer.version.text
    header = {"session": session.id or "", "event": "identified", "level": Level.L1.name, "card": version}
    out.perform(Append("audit", header, subject=holder.id_number), session.id)
    if needs_pin(phase.item, rules):
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


def _card_failed(session: Session, event: Failed, out: Outbox, rules: Rules, around: Around) -> Session:
    code = card_fault(event.error)
    header = {"session": session.id or "", "event": "card-fault", "fault": code, "detail": _detail(event.error)}
    out.perform(Append("audit", header), session.id)
    return ending.offer_card(session, out, around, rules, notice(code))


def _detail(error: Exception) -> str:
    return error.code if isinstance(error, device_errors.DeviceError) else type(error).__name__


def _tries_known(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, AskingTries)
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
    return replace(session, phase=EnteringPin(item, left, until, gap, notice=why), idle_since=now)


def _pin_counted(session: Session, event: PinCounted, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, EnteringPin)
    gap = out.moment.monotonic + rules.settings.timeouts.pin_gap * patience(session)
    why = phase.notice if event.count == 0 else None
    return replace(session, phase=replace(phase, count=event.count, gap_until=gap, notice=why))


def _pin_entered(session: Session, event: PinEntered, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, EnteringPin)
    awaiting = out.perform(VerifyPin(event.handle), session.id)
    return replace(session, phase=VerifyingPin(phase.item, phase.tries_left), awaiting=awaiting)


def _pin_given_up(session: Session, event: PinCancelled, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(session, out, around, rules, None)


def _pin_time_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.offer_card(
        session, out, around, rules, Notice(Tone.WARNING, text("pin.time_over"), text("pin.time_over.advice"))
    )


def _pin_answered(session: Session, event: Completed, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, VerifyingPin)
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


# --- being served ---


def _menu_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press in (Press.EXIT, Press.FINISH):
        return ending.offer_card(session, out, around, rules, None)
    return session


def _served(session: Session, event: Any, out: Outbox, rules: Rules, around: Around) -> Session:
    if isinstance(event, Pressed) and event.press is Press.EXIT:
        if service.busy(session, rules):
            return session
        return ending.offer_card(session, out, around, rules, None)
    return service.step(session, event, out, rules, around)


def _idle(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    now = out.moment.monotonic
    if event.timer == ITEM and isinstance(session.phase, Serving):
        return service.step(session, event, out, rules, around)
    if event.timer != IDLE:
        return session
    if session.warned_at is None:
        limit = idle_limit(session, rules.settings.timeouts, busy=service.busy(session, rules))
        return replace(session, warned_at=now) if limit is not None else session
    return ending.offer_card(session, out, around, rules, None)


# --- taking leave ---


def _card_taken(session: Session, event: CardRemoved, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, Taking)
    return ending.taken(session, phase, out, rules)


def _left_behind(session: Session, event: CustodyChanged, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, Taking)
    if event.state == "left":
        return replace(session, phase=replace(phase, notice=notice("LF-01")))
    return session


def _paper_out(session: Session, event: JobSettled, out: Outbox, rules: Rules, around: Around) -> Session:
    phase = _phase(session, Taking)
    if event.session != session.id or event.result is PrintResult.FAILED:
        return session
    return replace(session, phase=replace(phase, things=(*phase.things, ending.paper(event.kind))))


def _taking_pressed(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    if event.press in (Press.FINISH, Press.EXIT) and around.custody.clear:
        return ending.goodbye(session, out, rules)
    return session


def _taking_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.goodbye(session, out, rules) if around.custody.clear else session


def _goodbye_over(session: Session, event: TimeIsUp, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.forget(session)


def _goodbye_touched(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    return ending.forget(session)


def _next_card(session: Session, event: CardInserted, out: Outbox, rules: Rules, around: Around) -> Session:
    """Somebody is quicker than the goodbye: the old session is wiped already, a new one begins."""
    return _card_in(ending.forget(session), event, out, rules, around)


def _next_mute(session: Session, event: CardMute, out: Outbox, rules: Rules, around: Around) -> Session:
    return _mute_card(ending.forget(session), event, out, rules, around)


# --- the base: at any time ---


def _pulled(session: Session, event: CardRemoved, out: Outbox, rules: Rules, around: Around) -> Session:
    """Card out ends a session that stood on it, whatever it was doing; what was accepted goes on as a job."""
    if isinstance(session.phase, AT_THE_CARD):
        pulled = Notice(Tone.WARNING, text("session.card_pulled"), text("session.card_pulled.advice"))
        return ending.card_gone(session, out, rules, pulled)
    if session.identity.holder is not None:
        return ending.card_gone(session, out, rules, None)
    return session


def _reader_lost(session: Session, out: Outbox, rules: Rules, around: Around) -> Session:
    """Without the reader nobody knows whose card lies in it, or whether one does: what stood on the card ends."""
    if isinstance(session.phase, AT_THE_CARD) or session.identity.holder is not None:
        return ending.offer_card(session, out, around, rules, notice("CR-07"))
    return session


def _stray_card(session: Session, event: CardInserted, out: Outbox, rules: Rules, around: Around) -> Session:
    """A card put in while a service without a card goes on: that session ends, this one begins."""
    if session.identity.holder is None and isinstance(session.phase, Serving):
        if service.busy(session, rules):
            return session
        return _card_in(ending.abandon(session, out, "card-came"), event, out, rules, around)
    return session


def _look(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    look = session.preferences
    if event.press is Press.LANGUAGE:
        other = Language.EN if look.language is Language.ZH else Language.ZH
        return replace(session, preferences=Preferences(other, look.text_size))
    larger = TextSize.ELDER if look.text_size is TextSize.STANDARD else TextSize.STANDARD
    session = replace(session, preferences=Preferences(look.language, larger))
    return service.step(session, event, out, rules, around) if isinstance(session.phase, Serving) else session


_WAITS_FOR_CARD: Mapping[type[Any], Handler] = {Completed: _tries_known, Failed: _card_failed}

TABLE: Mapping[type[Phase], Mapping[type[Any], Handler]] = {
    Starting: {SlotsChecked: _slots_checked},
    Standby: {Pressed: _wake, CardInserted: _card_in, CardMute: _mute_card},
    Choosing: {
        ItemChosen: _choose,
        Pressed: _choosing_pressed,
        TimeIsUp: _choosing_over,
        CardInserted: _card_in,
        CardMute: _mute_card,
    },
    Identifying: {
        Pressed: _identifying_pressed,
        TimeIsUp: _identifying_over,
        CardInserted: _card_in,
        CardMute: _mute_card,
    },
    CheckingRoom: {Completed: _room_known, Failed: _no_room},
    Opening: {Completed: _opened, Failed: _no_room},
    ReadingCard: {Progressed: _reading_on, Completed: _card_read, Failed: _card_failed},
    AskingTries: _WAITS_FOR_CARD,
    EnteringPin: {
        PinCounted: _pin_counted,
        PinEntered: _pin_entered,
        PinCancelled: _pin_given_up,
        TimeIsUp: _pin_time_over,
    },
    VerifyingPin: {Completed: _pin_answered, Failed: _card_failed},
    InMenu: {ItemChosen: _choose_in_menu, Pressed: _menu_pressed, TimeIsUp: _idle},
    Serving: {
        Pressed: _served,
        ItemChosen: _served,
        OptionChosen: _served,
        DigitTyped: _served,
        Completed: _served,
        Failed: _served,
        JobSettled: _served,
        TimeIsUp: _idle,
        CardInserted: _stray_card,
    },
    Taking: {
        CardRemoved: _card_taken,
        CustodyChanged: _left_behind,
        JobSettled: _paper_out,
        Pressed: _taking_pressed,
        TimeIsUp: _taking_over,
        CardInserted: _next_card,
        CardMute: _next_mute,
    },
    Leaving: {TimeIsUp: _goodbye_over, Pressed: _goodbye_touched, CardInserted: _next_card, CardMute: _next_mute},
}

_INTENTS = (Pressed, ItemChosen, OptionChosen, DigitTyped, Touched, PinCounted)


def step(session: Session, event: object, out: Outbox, rules: Rules, around: Around) -> Session:
    """One step: the base first, then the table, then whatever came meanwhile."""
    return _catch_up(_step(session, event, out, rules, around), out, rules, around)


def _step(session: Session, event: object, out: Outbox, rules: Rules, around: Around) -> Session:
    if isinstance(event, JobSettled) and event.session == session.id and event.result is not PrintResult.FAILED:
        # unknown counts as something to look for: better a look into an empty tray than a paper left behind
        session = replace(session, papers=(*session.papers, event.kind))
    if isinstance(event, _INTENTS):
        warned = session.warned_at is not None
        session = replace(session, idle_since=out.moment.monotonic, warned_at=None)
        if warned and isinstance(event, Pressed) and event.press is not Press.EXIT:
            return session  # the touch that answers the warning presses nothing under it
    if isinstance(event, CardRemoved) and not isinstance(session.phase, Taking):
        return _pulled(session, event, out, rules, around)
    if isinstance(event, DeviceReported) and event.device is Device.CARD_READER and event.fault is not None:
        return _reader_lost(session, out, rules, around)
    if isinstance(event, Pressed) and event.press in (Press.LANGUAGE, Press.TEXT_SIZE):
        return _look(session, event, out, rules, around)
    if isinstance(event, Pressed) and event.press is Press.EXIT and isinstance(session.phase, EnteringPin):
        return ending.offer_card(session, out, around, rules, None)
    handler = TABLE[type(session.phase)].get(type(event))
    return handler(session, event, out, rules, around) if handler else session


def _catch_up(session: Session, out: Outbox, rules: Rules, around: Around) -> Session:
    """A card that came while the terminal was busy with something else is taken up as soon as it is free."""
    free = isinstance(session.phase, Standby | Choosing | Identifying)
    if not free or around.custody.card is not CardPlace.HELD:
        return session
    if around.custody.mute:
        return _mute_card(session, CardMute(), out, rules, around)
    return _card_in(session, CardInserted(), out, rules, around)


def _phase(session: Session, kind: type[P]) -> P:
    if not isinstance(session.phase, kind):
        raise TypeError(f"phase {kind.__name__} is expected, the session is in {type(session.phase).__name__}")
    return session.phase
