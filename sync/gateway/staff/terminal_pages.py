"""Pages about terminals: how they are, what they raised, and the code a new one enrols with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sync.gateway.enrolling import issue_code
from sync.gateway.staff import parts
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import Element, Node, h
from sync.gateway.staff.roles import Right
from sync.gateway.staff.signing_in import confirmed
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit
from sync.gateway.store import FleetRow
from sync.protocol.enrolment import CODE_LIFETIME_SECONDS
from sync.protocol.signatures import TERMINAL_NUMBER

SHOWN: Final = 500
ALARMS_SHOWN: Final = 300
RECENT: Final = timedelta(hours=1)
_NUMBER: Final = Both("终端编号", "Terminal")
_ALARMS: Final = {
    "fork": Both("账链分叉：可能有克隆或旧盘恢复", "Chain forked: a clone, or an old disk put back"),
    "act-on-forked-branch": Both("分叉的账链上有业务", "An act lies on a forked branch"),
    "certificate-revoked": Both("已吊销的终端仍在请求", "A revoked terminal asks on"),
    "certificate-superseded": Both("旧密钥仍在使用：可能是磁盘副本", "A replaced key is in use: perhaps a copied disk"),
    "certificate-expired": Both("终端证书已过期", "The terminal's certificate has expired"),
    "question-id-reused": Both("询问编号被重复使用", "A question's number was used for another"),
    "entries-lost": Both("账链有记录缺失", "Entries of the chain are missing"),
}
_MISTYPED: Final = Both(
    "终端编号由 2 至 32 个大写字母、数字和短横组成。", "A terminal's number has 2 to 32 capitals, digits and dashes."
)
_FOR_ONE: Final = Both(
    "例如 T0001。登记码只对这一台有效，只能用一次。", "For example T0001. The code is for this one only, and good once."
)
_CODE_TITLE: Final = Both("生成登记码", "Make an enrolment code")


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
                _figure(Both("告警", "Alarms"), sum(row.alarms for row in fleet)),
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
                    (Both("告警", "Alarms"), "number"),
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
        str(row.alarms),
    )


def _alarms(visit: Visit) -> Shown:
    with visit.store.transaction():
        alarms = visit.store.staff.alarms(ALARMS_SHOWN)
    return Shown(
        Both("告警", "Alarms"),
        (
            h("p", Both("最近的在最上面。", "The newest first."), class_="lead"),
            parts.table(
                (
                    (Both("时间", "Time"), None),
                    (_NUMBER, None),
                    (Both("告警", "Alarm"), "wide"),
                    (Both("代码", "Code"), None),
                    (Both("段／序号", "Epoch/entry"), "number"),
                ),
                [
                    (
                        parts.at(alarm.at),
                        h("code", alarm.terminal),
                        _ALARMS.get(alarm.code, alarm.code),
                        h("code", alarm.code),
                        alarm.place,
                    )
                    for alarm in alarms
                ],
                Both("没有告警。", "There are no alarms."),
            ),
        ),
    )


def _code_form(visit: Visit, problem: Both | None = None) -> Shown:
    return Shown(
        _CODE_TITLE,
        (
            h("p", Both("第 1 步，共 2 步", "Step 1 of 2"), class_="lead"),
            None if problem is None else parts.notice("bad", problem),
            h(
                "section",
                visit.form_to(
                    "/enrolment-code",
                    parts.field(
                        "terminal", _NUMBER, value=visit.typed("terminal")[:32], maxlength="32", hint=_FOR_ONE
                    ),
                    h("button", Both("下一步", "Next")),
                ),
            ),
        ),
        status=200 if problem is None else 422,
        narrow=True,
    )  # fmt: skip


def _code_confirm(visit: Visit, problem: Both | None = None) -> Shown:
    terminal = visit.typed("terminal")
    if not TERMINAL_NUMBER.fullmatch(terminal):
        return _code_form(visit, _MISTYPED)
    with visit.store.transaction():
        known = visit.store.terminal(terminal)
    return Shown(
        _CODE_TITLE,
        (
            h("p", Both("第 2 步，共 2 步：核对并确认", "Step 2 of 2: check and confirm"), class_="lead"),
            None if problem is None else parts.notice("bad", problem),
            None
            if known is None
            else parts.notice("late", Both(
                "此编号的终端已经登记。用新码登记后，旧密钥不再有效。",
                "A terminal with this number is enrolled. Enrolling with a new code replaces its key.",
            )),
            h(
                "section",
                parts.facts(
                    (_NUMBER, terminal),
                    (Both("有效期", "Good for"), Both("24 小时，一次", "24 hours, once")),
                    (Both("已登记", "Enrolled"), Both("否", "No") if known is None else parts.at(known.enrolled_at)),
                ),
                visit.form_to(
                    "/enrolment-code-made",
                    h("input", type="hidden", name="terminal", value=terminal),
                    parts.code_field(parts.FRESH_CODE, parts.FRESH_CODE_HINT),
                    h(
                        "div",
                        h("button", Both("生成登记码", "Make the code")),
                        h("a", Both("返回", "Back"), href="/enrolment-code"),
                        class_="steps",
                    ),
                ),
            ),
        ),
        status=200 if problem is None else 403,
        narrow=True,
    )  # fmt: skip


def _code_made(visit: Visit) -> Shown:
    terminal = visit.typed("terminal")
    if not TERMINAL_NUMBER.fullmatch(terminal):
        return _code_form(visit, _MISTYPED)
    staff = visit.store.staff
    with visit.store.transaction():
        sure = confirmed(visit.name, visit.typed("code"), staff, visit.door, visit.now)
        if sure:
            code = issue_code(terminal, visit.centre.authority, visit.store, visit.now).to_text()
            visit.record(Act.ENROLMENT_CODE, terminal)
        else:
            visit.record(Act.ENROLMENT_CODE, terminal, result=Result.REFUSED, reason="wrong-code")
    if not sure:
        return _code_confirm(visit, parts.CODE_WRONG)
    until = visit.now + timedelta(seconds=CODE_LIFETIME_SECONDS)
    return Shown(
        Both("登记码已生成", "The enrolment code"),
        (
            parts.notice("late", Both(
                "此码只显示这一次。拿到它的人就能登记成这台终端，请当面交给安装人员。",
                "It is shown this once. Whoever has it can enrol as this terminal: hand it over in person.",
            )),
            h(
                "section",
                h("h2", _NUMBER, " ", terminal),
                h("p", code, class_="secret"),
                parts.facts((Both("有效期至", "Valid until"), parts.at(until))),
                h("a", Both("完成", "Done"), href="/", class_="button"),
            ),
        ),
        narrow=True,
    )  # fmt: skip


PAGES: Final = (
    Page("/", "GET", _overview, Right.SEE_TERMINALS, entry=Both("终端总览", "Terminals")),
    Page("/alarms", "GET", _alarms, Right.SEE_ALARMS, entry=Both("告警", "Alarms")),
    Page("/enrolment-code", "GET", _code_form, Right.MAKE_ENROLMENT_CODE, entry=Both("登记码", "Enrolment code")),
    Page("/enrolment-code", "POST", _code_confirm, Right.MAKE_ENROLMENT_CODE),
    Page("/enrolment-code-made", "POST", _code_made, Right.MAKE_ENROLMENT_CODE, under="/enrolment-code"),
)
