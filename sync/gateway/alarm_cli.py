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
    """Alarms that nobody has acknowledged, the newest first."""
    with opened_house(data) as house, house.store.transaction():
        found = house.store.staff.alarms.newest(Wanted(everything=everything))
    if as_json:
        say([_facts(alarm) for alarm in found], "", True)
        return
    table(
        ("ID", "Raised", "Terminal", "Code", "Epoch/entry", "Acknowledged"),
        [
            [
                str(alarm.id), alarm.raised.at, alarm.raised.terminal, alarm.raised.code, alarm.raised.place,
                "" if alarm.open else f"{alarm.acknowledged_at} {alarm.acknowledged_by}",
            ]
            for alarm in found
        ],
    )  # fmt: skip


def acknowledge(
    number: Annotated[int, typer.Argument(metavar="ID", help="as `alarms` lists it")],
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Say that you have looked at an alarm: it is counted no more, unless it grows."""
    from offline_store.chain import timestamp

    with opened_house(data) as house, house.store.transaction():
        alarm = house.store.staff.alarms.alarm(number)
        if alarm is None:
            end(f"There is no alarm {number}: kiosk-gateway alarms.", NO)
        where = f"{alarm.raised.terminal} {alarm.raised.place}"
        if alarm.open:
            row = at_console(house, Act.ALARM_ACKNOWLEDGED, where, reason=alarm.raised.code)
            house.store.staff.alarms.acknowledge(alarm, timestamp(datetime.now(UTC)), row.actor)
    said = "acknowledged" if alarm.open else f"acknowledged before, by {alarm.acknowledged_by}"
    say({"alarm": number, "acknowledged": True}, f"{alarm.raised.code} of {where}: {said}.", as_json)


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    for command in (alarms, acknowledge):
        app.command()(command)


def _facts(alarm: ListedAlarm) -> dict[str, Any]:
    acknowledged = {"acknowledged_at": alarm.acknowledged_at, "acknowledged_by": alarm.acknowledged_by}
    return {"id": alarm.id, **asdict(alarm.raised), **acknowledged}
