"""Taking back every certificate of a terminal, in two steps and with a fresh code: it is out of service then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from offline_store.chain import timestamp
from sync.gateway.staff import parts
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import h
from sync.gateway.staff.roles import Right
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit
from sync.protocol.signatures import TERMINAL_NUMBER

_TITLE: Final = Both("吊销终端", "Revoke a terminal")
_NUMBER: Final = Both("终端编号", "Terminal")
_REASON: Final = Both("原因", "Reason")
_PATH: Final = "/terminal-revocation"
REASONS: Final[Mapping[str, Both]] = {
    "stolen": Both("设备被盗或遗失", "The machine was stolen or lost"),
    "compromised": Both("密钥可能泄露或被克隆", "Its key may be known to others, or it was cloned"),
    "retired": Both("停用退役", "Taken out of use"),
}
_UNKNOWN: Final = Both("没有登记此编号的终端。", "No terminal of this number is enrolled here.")
_NO_REASON: Final = Both("请选择原因。", "Choose a reason.")
_AT_THE_PROXY: Final = Both(
    "请同时在代理的吊销列表（clients.crl）中吊销它的 TLS 证书，序列号：",
    "Take its TLS certificate back in the proxy's list (clients.crl) too. Serial number:",
)
_MEANS: Final = Both(
    "吊销不能收回：中心不再接受该终端的任何请求，恢复服务须用新登记码重新登记。因被盗或泄露吊销的，其此后签章的证明也不再有效。",
    "This cannot be undone: the centre takes nothing more from it, and it comes back only by a new enrolment code."
    " After a theft or a leak, what it seals is not good any more either.",
)


def _form(visit: Visit, problem: Both | None = None) -> Shown:
    options = (h("option", text, value=key) for key, text in REASONS.items())
    return Shown(
        _TITLE,
        (
            h("p", Both("第 1 步，共 2 步", "Step 1 of 2"), class_="lead"),
            None if problem is None else parts.notice("bad", problem),
            h(
                "section",
                visit.form_to(
                    _PATH,
                    parts.field("terminal", _NUMBER, value=visit.typed("terminal")[:32], maxlength="32"),
                    h(
                        "div",
                        h("label", _REASON, for_="reason"),
                        h(
                            "select",
                            h("option", Both("请选择", "Choose one"), value=""),
                            *options,
                            id="reason",
                            name="reason",
                            required="",
                        ),
                    ),
                    h("button", Both("下一步", "Next")),
                ),
            ),
        ),
        status=200 if problem is None else 422,
        narrow=True,
    )


def _confirm(visit: Visit, problem: Both | None = None) -> Shown:
    terminal, reason = visit.typed("terminal"), visit.typed("reason")
    if reason not in REASONS:
        return _form(visit, _NO_REASON)
    with visit.store.transaction():
        known = visit.store.terminal(terminal) if TERMINAL_NUMBER.fullmatch(terminal) else None
    if known is None:
        return _form(visit, _UNKNOWN)
    last = known.last_seen_at
    return Shown(
        _TITLE,
        (
            h("p", Both("第 2 步，共 2 步：核对并确认", "Step 2 of 2: check and confirm"), class_="lead"),
            parts.notice("late", _MEANS) if problem is None else parts.notice("bad", problem),
            h(
                "section",
                parts.facts(
                    (_NUMBER, terminal),
                    (_REASON, REASONS[reason]),
                    (Both("登记时间", "Enrolled"), parts.at(known.enrolled_at)),
                    (Both("最近联系", "Last seen"), Both("从未", "Never") if last is None else parts.at(last)),
                ),
                visit.form_to(
                    "/terminal-revoked",
                    h("input", type="hidden", name="terminal", value=terminal),
                    h("input", type="hidden", name="reason", value=reason),
                    parts.code_field(parts.FRESH_CODE, parts.FRESH_CODE_HINT),
                    h(
                        "div",
                        h("button", Both("吊销", "Revoke"), class_="danger"),
                        h("a", Both("返回", "Back"), href=_PATH),
                        class_="steps",
                    ),
                ),
            ),
        ),
        status=200 if problem is None else 403,
        narrow=True,
    )


def _revoke(visit: Visit) -> Shown:
    terminal, reason = visit.typed("terminal"), visit.typed("reason")
    if reason not in REASONS or not TERMINAL_NUMBER.fullmatch(terminal):
        return _confirm(visit)
    count, doubt = 0, None
    with visit.store.transaction():
        known = bool(visit.store.terminal_certificates.keys(terminal))
        serial = visit.store.client_certificates.newest().get(terminal)
        if known:
            doubt = visit.unconfirmed()
        if known and doubt is None:
            count = visit.store.terminal_certificates.revoke(terminal, timestamp(visit.now), reason)
            visit.record(Act.TERMINAL_REVOKED, terminal, reason=reason)
        elif doubt is not None:
            visit.record(Act.TERMINAL_REVOKED, terminal, result=Result.REFUSED, reason=doubt)
    if not known:
        return _form(visit, _UNKNOWN)
    if doubt is not None:
        return _confirm(visit, parts.NOT_CONFIRMED[doubt])
    done = Both(f"已吊销 {count} 张证书。", f"{count} certificates were taken back.")
    before = Both("此前已全部吊销。", "All were taken back before.")
    return Shown(
        _TITLE,
        (
            parts.notice("good", done if count else before),
            h(
                "section",
                parts.facts((_NUMBER, terminal), (_REASON, REASONS[reason])),
                None if serial is None else h("p", _AT_THE_PROXY, " ", h("code", serial), class_="lead"),
                h("a", Both("完成", "Done"), href="/", class_="button"),
            ),
        ),
        narrow=True,
    )


PAGES: Final = (
    Page(_PATH, "GET", _form, Right.REVOKE_TERMINAL, entry=_TITLE),
    Page(_PATH, "POST", _confirm, Right.REVOKE_TERMINAL),
    Page("/terminal-revoked", "POST", _revoke, Right.REVOKE_TERMINAL, under=_PATH),
)
