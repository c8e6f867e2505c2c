"""The session's transition table: phase × event → handler. One function per arrow, one table, one base.

The base (`_step`) treats once, for every phase, what may happen at any time: the card is pulled, its reader is lost,
the person leaves, wants another language or size, or just touches. A pair that is in neither table means nothing and
changes nothing; a test walks all pairs and knows which ones those are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from drivers.print_outcome import PrintResult
from kiosk.custody import CardPlace
from kiosk.effects import AskPinTries, Outbox
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
    VendorModeBegan,
    VendorModeOver,
)
from kiosk.faults import notice
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed, Touched
from kiosk.screen import Language, Notice, Preferences, TextSize, Tone
from kiosk.sessions import arrival, at_the_card, departure, ending, service
from kiosk.sessions.rules import Around, Rules, enough, why_not
from kiosk.sessions.state import (
    AT_THE_CARD,
    AskingTries,
    CheckingRoom,
    Choosing,
    EnteringPin,
    Identifying,
    InMenu,
    Leaving,
    Maintenance,
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
from kiosk.sessions.timing import IDLE, ITEM, idle_limit
from kiosk.text import text

REGION = "session"

Handler = Callable[[Session, Any, Outbox, Rules, Around], Session]


def _choose_in_menu(session: Session, event: ItemChosen, out: Outbox, rules: Rules, around: Around) -> Session:
    entry = rules.entries.get(event.item)
    if entry is None or why_not(entry, around.devices) or around.custody.card is not CardPlace.HELD:
        return session
    if enough(session, entry):
        return service.begin(session, event.item, out, rules, around)
    return replace(session, phase=AskingTries(event.item), awaiting=out.perform(AskPinTries(), session.id))


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


def _pulled(session: Session, event: CardRemoved, out: Outbox, rules: Rules, around: Around) -> Session:
    """Card out ends a session that stood on it, whatever it was doing; what was accepted goes on as a job."""
    if isinstance(session.phase, AT_THE_CARD):
        pulled = Notice(Tone.WARNING, text("session.card_pulled"), text("session.card_pulled.advice"))
        return ending.card_gone(session, out, around, rules, pulled)
    if session.identity.holder is not None:
        return ending.card_gone(session, out, around, rules, None)
    return session


def _reader_lost(session: Session, out: Outbox, rules: Rules, around: Around) -> Session:
    """Without the reader nobody knows whose card lies in it, or whether one does: what stood on the card ends."""
    if isinstance(session.phase, AT_THE_CARD) or session.identity.holder is not None:
        return ending.offer_card(session, out, around, rules, notice("CR-07"))
    return session


def _look(session: Session, event: Pressed, out: Outbox, rules: Rules, around: Around) -> Session:
    look = session.preferences
    if event.press is Press.LANGUAGE:
        other = Language.EN if look.language is Language.ZH else Language.ZH
        return replace(session, preferences=Preferences(other, look.text_size))
    larger = TextSize.ELDER if look.text_size is TextSize.STANDARD else TextSize.STANDARD
    session = replace(session, preferences=Preferences(look.language, larger))
    return service.step(session, event, out, rules, around) if isinstance(session.phase, Serving) else session


_WAITS_FOR_CARD: Mapping[type[Any], Handler] = {Completed: at_the_card.tries_known, Failed: at_the_card.card_failed}

TABLE: Mapping[type[Phase], Mapping[type[Any], Handler]] = {
    Starting: {SlotsChecked: arrival.slots_checked},
    Maintenance: {VendorModeOver: arrival.back_from_maintenance},
    Standby: {
        VendorModeBegan: arrival.maintenance,
        Pressed: arrival.wake,
        CardInserted: arrival.card_in,
        CardMute: arrival.mute_card,
    },
    Choosing: {
        ItemChosen: arrival.choose,
        Pressed: arrival.choosing_pressed,
        TimeIsUp: arrival.choosing_over,
        CardInserted: arrival.card_in,
        CardMute: arrival.mute_card,
    },
    Identifying: {
        Pressed: arrival.identifying_pressed,
        TimeIsUp: arrival.identifying_over,
        CardInserted: arrival.card_in,
        CardMute: arrival.mute_card,
    },
    CheckingRoom: {Completed: at_the_card.room_known, Failed: at_the_card.no_room},
    Opening: {Completed: at_the_card.opened, Failed: at_the_card.no_room},
    ReadingCard: {
        Progressed: at_the_card.reading_on,
        Completed: at_the_card.card_read,
        Failed: at_the_card.card_failed,
    },
    AskingTries: _WAITS_FOR_CARD,
    EnteringPin: {
        Progressed: at_the_card.pad_counted,
        Completed: at_the_card.pad_answered,
        Failed: at_the_card.pad_failed,
        PinCounted: at_the_card.pin_counted,
        PinEntered: at_the_card.pin_entered,
        PinCancelled: at_the_card.pin_given_up,
        TimeIsUp: at_the_card.pin_time_over,
    },
    VerifyingPin: {Completed: at_the_card.pin_answered, Failed: at_the_card.card_failed},
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
        CardInserted: arrival.stray_card,
        CardMute: arrival.stray_mute,
    },
    Taking: {
        CardRemoved: departure.card_taken,
        CustodyChanged: departure.left_behind,
        JobSettled: departure.paper_out,
        Pressed: departure.taking_pressed,
        TimeIsUp: departure.taking_over,
        CardInserted: arrival.next_card,
        CardMute: arrival.next_mute,
    },
    Leaving: {
        TimeIsUp: departure.goodbye_over,
        Pressed: departure.goodbye_touched,
        CardInserted: arrival.next_card,
        CardMute: arrival.next_mute,
    },
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
    if around.custody.card is not CardPlace.HELD:
        return session
    if isinstance(session.phase, Serving):
        if around.custody.mute:
            return arrival.stray_mute(session, CardMute(), out, rules, around)
        return arrival.stray_card(session, CardInserted(), out, rules, around)
    if not isinstance(session.phase, Standby | Choosing | Identifying):
        return session
    if around.custody.mute:
        return arrival.mute_card(session, CardMute(), out, rules, around)
    return arrival.card_in(session, CardInserted(), out, rules, around)
