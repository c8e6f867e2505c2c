"""Session state -> screen. Pure; the one place that decides which page a phase shows."""

from __future__ import annotations

import math
from dataclasses import replace

from kiosk.catalogue.entries import Entry
from kiosk.clock import Moment
from kiosk.custody import CardPlace
from kiosk.devices import Devices
from kiosk.events import Device
from kiosk.screen import (
    Body,
    CheckResult,
    Confirm,
    Goodbye,
    Home,
    Identify,
    IdleWarning,
    Menu,
    Notice,
    OutOfService,
    Page,
    Pin,
    Processing,
    Question,
    Reading,
    Result,
    ResultTable,
    Screen,
    Standby,
    StatusStrip,
    TakeThings,
    Tile,
    Tone,
)
from kiosk.sessions import service, timing
from kiosk.sessions import state as phases
from kiosk.sessions.rules import Around, Rules, case_of, why_not
from kiosk.sessions.state import Session
from kiosk.text import text

PIN_LEAST, PIN_MOST = 4, 12
"""Digits of a PIN: 4 to 12 (card sheet, section 7, PIN pads by part 8)."""

READING_STEPS = 7
"""Room and record, the five steps of the card session, and the PIN's tries."""

_PAGE_OF: dict[type[Body], Page] = {
    ResultTable: Page.RESULT_TABLE,
    CheckResult: Page.CHECK,
    Question: Page.QUESTION,
    Confirm: Page.CONFIRM,
    Processing: Page.PROCESSING,
    Result: Page.RESULT,
}


def screen(session: Session, around: Around, moment: Moment, rules: Rules) -> Screen:
    """What the person sees now."""
    page, body = _page(session, around, moment, rules)
    shown = Screen(
        page=page,
        body=body,
        preferences=session.preferences,
        strip=_strip(around.devices, moment, rules),
        can_back=_can_back(session, rules, page),
        can_exit=_can_exit(session, rules, page),
    )
    if session.warned_at is None:
        return shown
    limit = rules.settings.timeouts.idle_warning * timing.patience(session)
    return replace(shown, idle_warning=IdleWarning(_seconds(session.warned_at + limit, moment)))


def _page(session: Session, around: Around, moment: Moment, rules: Rules) -> tuple[Page, Body]:
    phase = session.phase
    match phase:
        case phases.Starting():
            return Page.OUT_OF_SERVICE, OutOfService(text("out.starting"), _since(moment))
        case phases.Maintenance(since=since):
            return Page.OUT_OF_SERVICE, OutOfService(text("out.maintenance"), _minute(since))
        case phases.Standby() | phases.Choosing() if around.devices.fault(Device.STORE):
            health = around.devices.health[Device.STORE]
            code = health.fault or ""
            return Page.OUT_OF_SERVICE, OutOfService(text("out.store"), _minute(health.since), code)
        case phases.Standby() | phases.Choosing() if around.devices.delivery.out_of_service:
            return Page.OUT_OF_SERVICE, OutOfService(text("out.store"), around.devices.delivery.out_since, "SY-02")
        case phases.Standby():
            return Page.STANDBY, Standby(_tiles(rules, around.devices))
        case phases.Choosing():
            return Page.HOME, Home(_tiles(rules, around.devices))
        case phases.Identifying(item=item, until=until):
            entry = rules.entries[item]
            reads = text("identify.reads.pin" if entry.level >= 2 else "identify.reads.card")
            return Page.IDENTIFY, Identify(entry.title, reads, _seconds(until, moment))
        case phases.CheckingRoom() | phases.Opening():
            return Page.READING, Reading(1, READING_STEPS)
        case phases.ReadingCard(step=step):
            return Page.READING, Reading(min(step + 1, READING_STEPS), READING_STEPS)
        case phases.AskingTries():
            return Page.READING, Reading(READING_STEPS, READING_STEPS)
        case phases.EnteringPin(count=count, tries_left=left, until=until, gap_until=gap, notice=why):
            limit = _seconds(min(until, gap), moment)
            on_pad = bool(rules.settings.devices.pin_pad)
            return Page.PIN, Pin(count, PIN_LEAST, PIN_MOST, left, limit, why, on_pad=on_pad)
        case phases.VerifyingPin(tries_left=left):
            on_pad = bool(rules.settings.devices.pin_pad)
            return Page.PIN, Pin(0, PIN_LEAST, PIN_MOST, left, 0, checking=True, on_pad=on_pad)
        case phases.InMenu():
            name = session.identity.holder.masked_name if session.identity.holder else ""
            return Page.MENU, Menu(name, _tiles(rules, around.devices))
        case phases.Serving(item=item, state=state):
            case = case_of(rules, session, around, item)
            body = rules.machines[item].body(state, case, moment.monotonic)
            return _PAGE_OF[type(body)], body
        case phases.Taking(things=things, notice=why):
            left_behind = around.custody.card is CardPlace.LEFT
            urgency = min(around.custody.reminders, 2)
            if why is None and session.id in around.printing:
                why = Notice(Tone.PLAIN, text("take.printing"))
            finish = not around.unaccounted(session.id)
            return Page.TAKE_THINGS, TakeThings(things, urgency, left_behind, why, finish)
        case phases.Leaving(receipt=receipt):
            return Page.GOODBYE, Goodbye(receipt)


def _tiles(rules: Rules, devices: Devices) -> tuple[Tile, ...]:
    return tuple(_tile(entry, why_not(entry, devices)) for entry in rules.entries.values() if entry.tile)


def _tile(entry: Entry, fault: str | None) -> Tile:
    why = text(f"fault.{fault}.title") if fault else None
    return Tile(entry.code, entry.title, entry.subtitle, entry.icon, available=fault is None, reason=why)


def _strip(devices: Devices, moment: Moment, rules: Rules) -> StatusStrip:
    delivery = devices.delivery
    return StatusStrip(
        online=delivery.online,
        data_as_of=delivery.data_as_of,
        pending=delivery.pending,
        oldest_pending=delivery.oldest_pending,
        clock=moment.hall_time,
        terminal=rules.settings.terminal,
    )


def _can_back(session: Session, rules: Rules, page: Page) -> bool:
    match session.phase:
        case phases.Identifying():
            return True
        case phases.Serving():
            return not service.busy(session, rules) and page is not Page.PROCESSING
    return False


def _can_exit(session: Session, rules: Rules, page: Page) -> bool:
    match session.phase:
        case phases.Choosing() | phases.Identifying() | phases.EnteringPin() | phases.InMenu():
            return True
        case phases.Serving():
            return not service.busy(session, rules) and page is not Page.PROCESSING
    return False


def _seconds(until: float, moment: Moment) -> int:
    return max(0, math.ceil(until - moment.monotonic))


def _minute(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _since(moment: Moment) -> str:
    return _minute(moment.stamp)
