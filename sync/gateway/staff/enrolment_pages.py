"""Making the code that a new terminal enrols with, in two steps and with a fresh code of the authenticator."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sync.gateway.enrolling import issue_code
from sync.gateway.staff import parts
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import h
from sync.gateway.staff.roles import Right
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit
from sync.protocol.enrolment import CODE_LIFETIME_SECONDS
from sync.protocol.signatures import TERMINAL_NUMBER

_NUMBER: Final = Both("终端编号", "Terminal")
_MISTYPED: Final = Both(
    "终端编号由 2 至 32 个大写字母、数字和短横组成。", "A terminal's number has 2 to 32 capitals, digits and dashes."
)
_FOR_ONE: Final = Both(
    "例如 T0001。登记码只对这一台有效，只能用一次。", "For example T0001. The code is for this one only, and good once."
)
_TITLE: Final = Both("生成登记码", "Make an enrolment code")


def _form(visit: Visit, problem: Both | None = None) -> Shown:
    return Shown(
        _TITLE,
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


def _confirm(visit: Visit, problem: Both | None = None) -> Shown:
    terminal = visit.typed("terminal")
    if not TERMINAL_NUMBER.fullmatch(terminal):
        return _form(visit, _MISTYPED)
    with visit.store.transaction():
        known = visit.store.terminal(terminal)
    return Shown(
        _TITLE,
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


def _made(visit: Visit) -> Shown:
    terminal = visit.typed("terminal")
    if not TERMINAL_NUMBER.fullmatch(terminal):
        return _form(visit, _MISTYPED)
    with visit.store.transaction():
        doubt = visit.unconfirmed()
        if doubt is None:
            code = issue_code(terminal, visit.centre.authority, visit.store, visit.now).to_text()
            visit.record(Act.ENROLMENT_CODE, terminal)
        else:
            visit.record(Act.ENROLMENT_CODE, terminal, result=Result.REFUSED, reason=doubt)
    if doubt is not None:
        return _confirm(visit, parts.NOT_CONFIRMED[doubt])
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
    Page("/enrolment-code", "GET", _form, Right.MAKE_ENROLMENT_CODE, entry=Both("登记码", "Enrolment code")),
    Page("/enrolment-code", "POST", _confirm, Right.MAKE_ENROLMENT_CODE),
    Page("/enrolment-code-made", "POST", _made, Right.MAKE_ENROLMENT_CODE, under="/enrolment-code"),
)
