"""`kiosk-gateway alarms | acknowledge`: what was raised about terminals, and that somebody has looked at it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sync.gateway.command import DEFAULT_DATA, NO, AsJson, Data, end, opened_house, say, table
from sync.gateway.staff.alarms import ListedAlarm, Wanted
from sync.gateway.staff.audit import Act
from sync.gateway.staff.console import at_console


def alarms(
    everything: Annotated[bool, typer.Option("--all", help="acknowledged ones too")] = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Alarms that nobody has acknowledged since they last happened, the newest first."""
    with opened_house(data) as house, house.store.transaction():
        found = house.store.staff.alarms.newest(Wanted(everything=everything))
    if as_json:
        say([alarm_facts(alarm) for alarm in found], "", True)
        return
    table(
        ("ID", "Times", "Happened", "Terminal", "Code", "Epoch/entry", "Acknowledged"),
        [
            [
                str(alarm.id), str(alarm.raised.times), happened(alarm, "\n"), alarm.raised.terminal,
                alarm.raised.code, alarm.raised.place, acknowledged(alarm, "\n"),
            ]
            for alarm in found
        ],
    )  # fmt: skip


def acknowledge(
    number: Annotated[int, typer.Argument(metavar="ID", help="as `alarms` lists it")],
    times: Annotated[int, typer.Argument(metavar="TIMES", help="how often it had happened when you looked at it")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Say that you have looked at an alarm: it is counted no more, until it happens again.

    TIMES stands beside it in the list. If it has happened again since, it is not acknowledged: nobody has seen that.
    """
    from offline_store.chain import timestamp

    with opened_house(data) as house, house.store.transaction():
        alarm = house.store.staff.alarms.alarm(number)
        if alarm is None:
            end(f"There is no alarm {number}: kiosk-gateway alarms.", NO)
        where = f"{alarm.raised.terminal} {alarm.raised.place}"
        if alarm.raised.times != times:
            counted = f"has happened {alarm.raised.times} times by now, not {times}"
            end(f"{alarm.raised.code} of {where} {counted}: look at it again with kiosk-gateway alarms.", NO)
        if alarm.open:
            row = at_console(house, Act.ALARM_ACKNOWLEDGED, where, reason=alarm.raised.code)
            house.store.staff.alarms.acknowledge(alarm, timestamp(datetime.now(UTC)), row.actor)
    before = "" if alarm.open or alarm.acknowledged is None else f" before, by {alarm.acknowledged.actor}"
    text = f"{alarm.raised.code} of {where}: acknowledged{before}."
    say({"alarm": number, "times": times, "acknowledged": True}, text, as_json)


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    for command in (alarms, acknowledge):
        app.command()(command)


def alarm_facts(alarm: ListedAlarm) -> dict[str, Any]:
    """An alarm for a program. `since_acknowledged`: how often it happened since; all times if nobody ever looked."""
    last = alarm.acknowledged
    return {
        "id": alarm.id,
        **asdict(alarm.raised),
        "open": alarm.open,
        "acknowledged_at": None if last is None else last.at,
        "acknowledged_by": None if last is None else last.actor,
        "since_acknowledged": alarm.since,
    }


def happened(alarm: ListedAlarm, between: str) -> str:
    """When it happened last, and first."""
    raised = alarm.raised
    return raised.at if raised.times == 1 else f"{raised.last_at}{between}first {raised.at}"


def acknowledged(alarm: ListedAlarm, between: str) -> str:
    """When and by whom, and how often it happened since; empty if nobody ever looked."""
    last = alarm.acknowledged
    if last is None:
        return ""
    since = f"{between}{alarm.since} since then: open" if alarm.open else ""
    return f"{last.at} {last.actor}{since}"
