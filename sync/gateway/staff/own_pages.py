"""Pages of one's own account: signing in and out, the password, the page a left screen turns to, the language."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Literal

from sync.gateway.staff import parts
from sync.gateway.staff.attempts import ATTEMPTS, LOCKED, source_of
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.cookies import BEFORE, SESSION, cleared, kept, language_kept
from sync.gateway.staff.frame import LEFT, Shown, redirected
from sync.gateway.staff.html import h
from sync.gateway.staff.passwords import MAX_AGE_SECONDS, SALT_BYTES, fit, hashed, matches
from sync.gateway.staff.second_factor import SecretUnreadable
from sync.gateway.staff.sessions import ended, present, right_in, started, wrong_in
from sync.gateway.staff.signing_in import SIGNED_OUT, Attempt, end_session, sign_in
from sync.gateway.staff.store import Account
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit
from sync.protocol.exchange import Response

SIGN_IN: Final = "/sign-in"
PASSWORD: Final = "/password"  # noqa: S105 - an address
_BACK: Final = re.compile(r"/[a-z-]{0,40}")
_TITLE: Final = Both("登录", "Sign in")
_PASSWORD_TITLE: Final = Both("修改密码", "Change the password")
_NOT_IN: Final = Both(
    "登录未成功：账户名、密码或验证码不对，或者账户已锁定。同一处连续 5 次错误锁定 15 分钟，再错更久。",
    "Not signed in: name, password or code is wrong, or the account is locked. Five wrong attempts from one place lock"
    " it there for 15 minutes, further ones for longer.",
)
_OLD_PAGE: Final = Both("此页面放得太久，请重新填写。", "This page is too old: please fill it in again.")
_DUE: Final = Both(
    "此密码是他人设置的，或已使用超过 90 天：请先改成自己的新密码。",
    "Somebody else has set this password, or it is older than 90 days: choose your own first.",
)
_RULE: Final = Both(
    "至少 12 个字符，大写字母、小写字母、数字、其他符号中至少三类，不含账户名。",
    "At least 12 characters of three kinds (capitals, small letters, digits, others), without the account's name.",
)


_NOT_CHANGED: Final = {
    "attempts": Both("错误次数过多，没有修改。", "Too many wrong attempts; nothing was changed."),
    "wrong-password": Both(
        "现在的密码不对。连续 5 次错误将退出登录。", "The present password is wrong. Five wrong ones sign you out."
    ),
}


def must_change(account: Account, now: datetime) -> bool:
    """Whether the account may do nothing before it has a password of its own."""
    return account.must_change or now.timestamp() - account.password_at > MAX_AGE_SECONDS


def _sign_in_page(visit: Visit, problem: Both | None = None, *, name: str = "") -> Shown:
    return Shown(
        _TITLE,
        (
            None if problem is None else parts.notice("bad", problem),
            h(
                "section",
                visit.form_to(
                    SIGN_IN,
                    parts.field(
                        "name", Both("账户名", "Account name"), value=name, autocomplete="username", maxlength="32"
                    ),
                    parts.field("password", Both("密码", "Password"), kind="password", autocomplete="current-password"),
                    parts.code_field(
                        parts.FRESH_CODE,
                        Both("身份验证器当前显示的 6 位数字。", "The 6 digits your authenticator shows now."),
                    ),
                    h("button", Both("登录", "Sign in")),
                ),
            ),
            h(
                "p",
                Both(
                    "仅供授权工作人员使用，所有操作均有审计记录。5 分钟不操作自动退出。",
                    "For authorised staff only; every act is recorded. Five minutes without activity sign you out.",
                ),
                class_="hint",
            ),
        ),
        status=200 if problem is None else 403,
        narrow=True,
        cookie=kept(BEFORE, visit.held, visit.door),
    )


def _ask(visit: Visit) -> Shown | Response:
    return redirected("/") if visit.who is not None else _sign_in_page(visit)


def _enter(visit: Visit) -> Shown | Response:
    source = source_of(visit.request, proxied=visit.centre.client_certificates, key=visit.door.key)
    attempt = Attempt(visit.typed("name"), visit.form.get("password", ""), visit.typed("code"), source)
    try:
        held = sign_in(attempt, visit.store, visit.door, visit.now)
    except SecretUnreadable:
        return _sign_in_page(visit, Both(
            "此账户的动态验证器须由系统管理员在控制台重置。",
            "This account's authenticator must be reset at the console.",
        ))  # fmt: skip
    if held is None:
        return _sign_in_page(visit, _NOT_IN)
    return redirected("/", cookie=kept(SESSION, held, visit.door))


def too_old(visit: Visit) -> Shown:
    """A sign-in form that is bound to nothing we know."""
    return _sign_in_page(visit, _OLD_PAGE)


def _leave(visit: Visit) -> Response:
    with visit.store.transaction():
        ended(visit.store.staff, visit.held)
        visit.record(Act.SIGN_OUT)
    return redirected(SIGN_IN, cookie=cleared(SESSION, visit.door))


def _left(visit: Visit) -> Shown:
    return Shown(
        Both("页面已隐藏", "This page was hidden"),
        (
            h(
                "section",
                h(
                    "p",
                    Both(
                        "5 分钟没有操作，为保护数据已隐藏页面。",
                        "There was no activity for five minutes, so the page was hidden.",
                    ),
                    class_="lead",
                ),
                h("a", Both("继续", "Continue"), href="/", class_="button"),
            ),
        ),
        narrow=True,
    )


def _language(visit: Visit) -> Response:
    to: Literal["zh", "en"] = "en" if visit.asked("to") == "en" else "zh"
    back = visit.asked("back")
    return redirected(back if _BACK.fullmatch(back) else "/", cookie=language_kept(to, visit.door))


def _password_page(visit: Visit, problem: Both | None = None) -> Shown:
    due = visit.who is not None and must_change(visit.who.account, visit.now)
    fields = (
        ("old", Both("现在的密码", "Present password"), None, "current-password"),
        ("new", Both("新密码", "New password"), _RULE, "new-password"),
        ("again", Both("再输一次新密码", "New password again"), None, "new-password"),
    )
    return Shown(
        _PASSWORD_TITLE,
        (
            parts.notice("late", _DUE) if due else None,
            None if problem is None else parts.notice("bad", problem),
            h(
                "section",
                visit.form_to(
                    PASSWORD,
                    *(
                        parts.field(name, label, hint=hint, kind="password", autocomplete=autocomplete)
                        for name, label, hint, autocomplete in fields
                    ),
                    h("button", Both("修改", "Change")),
                ),
            ),
        ),
        status=200 if problem is None else 403,
        narrow=True,
    )


def _change(visit: Visit) -> Shown | Response:
    if visit.who is None:
        raise RuntimeError("this page needs somebody")
    account, new = visit.who.account, visit.form.get("new", "")
    if new != visit.form.get("again", ""):
        return _password_page(visit, Both("两次输入的新密码不一样。", "The two new passwords differ."))
    if not fit(new, account.name):
        return _password_page(visit, _RULE)
    staff, at = visit.store.staff, int(visit.now.timestamp())
    with visit.store.transaction():
        account = staff.account(account.name) or account
        # counted before it is looked at: more at the same moment are no more guesses
        tries = wrong_in(staff, visit.held)
    right = matches(visit.form.get("old", ""), account.password)
    stored = hashed(new, visit.door.random(SALT_BYTES))
    same = new == visit.form.get("old", "")
    with visit.store.transaction():
        # both may have been taken away at the console while the hash ran
        known = staff.account(account.name)
        reason = None
        if known is None or known.disabled:
            reason = LOCKED
        elif present(staff, visit.held, visit.now) is None:
            reason = SIGNED_OUT
        elif tries > ATTEMPTS:
            reason = "attempts"
        elif not right or known.password != account.password:
            reason = "wrong-password"
        if reason is not None:
            visit.record(Act.PASSWORD_CHANGED, result=Result.REFUSED, reason=reason)
            if reason == "wrong-password" and tries == ATTEMPTS:
                end_session(staff, visit.who, visit.door, visit.now)
            return _password_page(visit, _NOT_CHANGED.get(reason) or parts.NOT_CONFIRMED[reason])
        right_in(staff, visit.held)
        if same:
            return _password_page(
                visit, Both("新密码必须与现在的不同。", "The new password must differ from the present one.")
            )
        staff.set_password(account.name, stored, at, must_change=False)
        held = started(staff, account.name, visit.now, visit.door.random)
        visit.record(Act.PASSWORD_CHANGED, account.name)
    return redirected("/", cookie=kept(SESSION, held, visit.door))


PAGES: Final = (
    Page(SIGN_IN, "GET", _ask, open_=True),
    Page(SIGN_IN, "POST", _enter, open_=True),
    Page("/sign-out", "POST", _leave),
    Page(LEFT, "GET", _left, open_=True),
    Page("/language", "GET", _language, open_=True),
    Page(PASSWORD, "GET", _password_page),
    Page(PASSWORD, "POST", _change),
)
