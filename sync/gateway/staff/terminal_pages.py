"""The overview of terminals: how they are, and which want somebody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sync.gateway.staff import parts
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import Element, Node, h
from sync.gateway.staff.roles import Right
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit
from sync.gateway.store import FleetRow

SHOWN: Final = 500
RECENT: Final = timedelta(hours=1)
_NUMBER: Final = Both("终端编号", "Terminal")


def _overview(visit: Visit) -> Shown:
    with visit.store.transaction():
        fleet = visit.store.fleet()
    wanted = visit.asked("number").upper()
    rows = [row for row in fleet if row.number.startswith(wanted)]
    rows.sort(key=lambda row: (-row.alarms, -row.refused, row.number))
    silent = sum(not _recent(row, visit.now) for row in fleet)
    return Shown(
        Both("终端总览", "Terminals"),
        (
            h(
                "dl",
                _figure(Both("终端", "Terminals"), len(fleet)),
                _figure(Both("一小时内未联系", "Silent for an hour"), silent),
                _figure(Both("待处理记录", "Entries to process"), sum(row.pending for row in fleet)),
                _figure(Both("被退回记录", "Refused entries"), sum(row.refused for row in fleet)),
                _figure(Both("未确认告警", "Open alarms"), sum(row.alarms for row in fleet)),
                class_="figures",
            ),
            h(
                "section",
                h(
                    "form",
                    h(
                        "div",
                        h("label", Both("按编号开头查找", "Find by the first characters"), for_="number"),
                        h("input", id="number", name="number", value=wanted, maxlength="32", autocomplete="off"),
                    ),
                    h("button", Both("查找", "Find")),
                    class_="search",
                    method="get",
                    action="/",
                ),
            ),
            parts.table(
                (
                    (_NUMBER, None),
                    (Both("状态", "State"), None),
                    (Both("最近联系", "Last seen"), None),
                    (Both("登记时间", "Enrolled"), None),
                    (Both("记录", "Entries"), "number"),
                    (Both("待处理", "Pending"), "number"),
                    (Both("退回", "Refused"), "number"),
                    (Both("未确认告警", "Open alarms"), "number"),
                ),
                [_row(row, visit.now) for row in rows[:SHOWN]],
                Both("没有这样的终端。", "There is no such terminal."),
            ),
            h(
                "p",
                Both(f"共 {len(rows)} 台，显示前 {SHOWN} 台。", f"{len(rows)} terminals, the first {SHOWN} shown."),
                class_="hint",
            )
            if len(rows) > SHOWN
            else None,
        ),
    )


def _figure(name: Both, value: int) -> Element:
    return h("div", h("dt", name), h("dd", str(value)))


def _recent(row: FleetRow, now: datetime) -> bool:
    return row.last_seen_at is not None and now - datetime.fromisoformat(row.last_seen_at) <= RECENT


def _row(row: FleetRow, now: datetime) -> tuple[Node, ...]:
    if row.alarms:
        state = parts.mark("bad", Both("有告警", "Alarm"))
    elif _recent(row, now):
        state = parts.mark("good", Both("正常", "In contact"))
    else:
        state = parts.mark("late", Both("未联系", "Silent"))
    return (
        h("code", row.number),
        state,
        Both("从未", "Never") if row.last_seen_at is None else parts.at(row.last_seen_at),
        parts.at(row.enrolled_at),
        str(row.entries),
        str(row.pending),
        str(row.refused),
        h("a", str(row.alarms), href=f"/alarms?number={row.number}") if row.alarms else "0",
    )


PAGES: Final = (Page("/", "GET", _overview, Right.SEE_TERMINALS, entry=Both("终端总览", "Terminals")),)
