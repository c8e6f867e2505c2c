"""The page of the audit chain, for audit administrators alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sync.gateway.staff import alarm_pages, parts, terminal_revocation_pages
from sync.gateway.staff.audit import Act, AuditRow, Result, first_fault
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import Node, h
from sync.gateway.staff.records import record_counted
from sync.gateway.staff.register_pages import REASONS
from sync.gateway.staff.roles import Right
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit

SHOWN: Final = 50
_ENDLESS: Final = 2**62
ACTS: Final[Mapping[str, Both]] = {
    Act.SIGN_IN: Both("登录", "Sign-in"),
    Act.SIGN_OUT: Both("退出", "Sign-out"),
    Act.ACCOUNT_LOCKED: Both("账户因多次错误锁定", "Account locked by wrong attempts"),
    Act.SESSION_ENDED: Both("会话因多次错误结束", "Session ended by wrong attempts"),
    Act.PASSWORD_CHANGED: Both("修改密码", "Password changed"),
    Act.NOT_ALLOWED: Both("越权访问", "Access without the right"),
    Act.ENROLMENT_CODE: Both("生成登记码", "Enrolment code"),
    Act.REGISTER_SEARCHED: Both("查询证明登记簿", "Register searched"),
    Act.CERTIFICATE_REVOKED: Both("撤销证明", "Certificate revoked"),
    Act.TERMINAL_REVOKED: Both("吊销终端", "Terminal revoked"),
    Act.FORK_ADOPTED: Both("采纳分叉记录", "Forked entries adopted"),
    Act.STAFF_ADDED: Both("新增账户", "Account added"),
    Act.STAFF_LOCKED: Both("锁定账户", "Account locked"),
    Act.STAFF_UNLOCKED: Both("解锁账户", "Account unlocked"),
    Act.STAFF_ROLES: Both("变更角色", "Roles changed"),
    Act.STAFF_TOTP_RESET: Both("重置动态验证器", "Authenticator reset"),
    Act.STAFF_PASSWORD_RESET: Both("重置密码", "Password reset"),
    Act.AUDIT_EXPORTED: Both("导出审计记录", "Audit exported"),
    Act.ALARM_ACKNOWLEDGED: Both("确认告警", "Alarm acknowledged"),
    Act.GATEWAY_MADE: Both("建立网关", "Gateway set up"),
    Act.POPULATION_DRAFTED: Both("生成快照草稿", "Snapshot drafted"),
    Act.SNAPSHOT_PUBLISHED: Both("发布快照", "Snapshot published"),
    Act.RECORDS_REVEALED: Both("查看个人信息", "Personal data shown"),
    Act.TERMINAL_ORDERED: Both("向终端下达指令", "Terminal ordered"),
    Act.CASE_DECIDED: Both("办结案件", "Case decided"),
    Act.RESULT_CORRECTED: Both("更正结果", "Result corrected"),
    Act.PACKAGE_ROOT_PROPOSED: Both("提出规则包根文件", "Package root proposed"),
    Act.PACKAGE_LIST_PROPOSED: Both("提出规则包清单", "Package list proposed"),
    Act.PACKAGES_EXPORTED: Both("导出规则包文件", "Packages exported"),
    Act.PACKAGE_SIGNATURE_TAKEN: Both("收到规则包签名", "Package signature taken in"),
    Act.PACKAGES_PUBLISHED: Both("发布规则包", "Packages published"),
    Act.PACKAGES_WITHDRAWN: Both("撤回待签规则包", "Proposed packages withdrawn"),
}
_REASONS: Final[Mapping[str, Both]] = {
    **REASONS,
    **terminal_revocation_pages.REASONS,
    **alarm_pages.MEANINGS,
    "wrong-password": Both("密码不对", "Wrong password"),
    "wrong-code": Both("验证码不对", "Wrong code"),
    "code-used": Both("验证码已用过", "Code used before"),
    "factor-unreadable": Both("动态验证器须重置", "Authenticator must be reset"),
    "unknown-name": Both("账户名不存在", "No such account"),
    "locked": Both("账户已锁定", "Account locked"),
    "paused": Both("尝试过多，暂不受理", "Too many attempts, paused"),
    "signed-out": Both("登录已结束", "Signed out meanwhile"),
    "attempts": Both("多次错误", "Wrong attempts"),
    "unknown": Both("登记簿中没有", "Not in the register"),
}
_RESULTS: Final[Mapping[str, tuple[str, Both]]] = {
    Result.DONE: ("good", Both("成功", "Done")),
    Result.REFUSED: ("bad", Both("拒绝", "Refused")),
}


def _list(visit: Visit) -> Shown:
    asked = visit.asked("before")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else _ENDLESS
    with visit.store.transaction():
        record_counted(visit.store.staff, visit.door.suite, visit.now)
        found = visit.store.staff.audit_before(before, SHOWN + 1)
    shown, preceding = found[:SHOWN], found[SHOWN] if len(found) > SHOWN else None
    fault = first_fault(reversed(shown), preceding)
    whole = Both("本页记录的链条完整。", "The chain of these rows is whole.")
    broken = Both(
        "审计链在此页断裂，请立即在控制台运行 kiosk-gateway staff audit verify。",
        "The chain is broken on this page: run kiosk-gateway staff audit verify at the console now.",
    )
    return Shown(
        Both("审计记录", "Audit"),
        (
            parts.notice("good", whole) if fault is None else parts.notice("bad", broken),
            parts.table(
                (
                    (Both("序号", "No."), "number"),
                    (Both("时间", "Time"), None),
                    (Both("人员", "Who"), None),
                    (Both("操作", "What"), None),
                    (Both("对象", "On"), "wide"),
                    (Both("结果", "Result"), None),
                    (Both("原因", "Reason"), "wide"),
                ),
                [_row(row) for row in shown],
                Both("没有记录。", "There are no rows."),
            ),
            h("p", h("a", Both("更早的记录", "Earlier rows"), href=f"/audit?before={shown[-1].n}"), class_="pages")
            if preceding is not None
            else None,
        ),
    )


def _row(row: AuditRow) -> tuple[Node, ...]:
    # a broken chain may hold anything: what is no word of ours is shown as it is
    act = ACTS.get(row.act, row.act)
    result = parts.mark(*_RESULTS.get(row.result, ("bad", row.result)))
    return (
        str(row.n),
        _time(row.at),
        h("code", row.actor),
        act,
        h("code", row.subject),
        result,
        _REASONS.get(row.reason, row.reason),
    )


def _time(at: str) -> str:
    try:
        return parts.at(at)
    except (ValueError, OverflowError):
        return at


PAGES: Final = (Page("/audit", "GET", _list, Right.READ_AUDIT, entry=Both("审计记录", "Audit")),)
