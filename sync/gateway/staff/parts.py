"""Parts that several pages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from sync.gateway.staff.html import Element, Node, h
from sync.gateway.staff.texts import Both

_SHANGHAI: Final = timezone(timedelta(hours=8))
MARKS: Final = {"good": "✓ ", "late": "! ", "bad": "✕ "}
"""Colour never stands alone (WCAG 2.2, 1.4.1)."""


def at(moment: str | datetime) -> str:
    """A time as people here read it: Beijing time, to the second."""
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(_SHANGHAI)
    return f"{local:%Y-%m-%d %H:%M:%S}"


def mark(kind: str, text: Both | str) -> Element:
    """A state: sign, word and colour."""
    return h("span", MARKS[kind], text, class_=f"mark {kind}")


def notice(kind: str, text: Both) -> Element:
    """Something to be read first; screen readers say it at once."""
    return h("p", MARKS[kind], text, class_=f"notice {kind}", role="alert" if kind == "bad" else "status")


def table(heads: Sequence[tuple[Both, str | None]], rows: Sequence[Sequence[Node]], empty: Both) -> Element:
    """Rows under heads; each head with the class of its column."""
    if not rows:
        return h("section", h("p", empty, class_="empty"), class_="list")
    head = h("tr", *(h("th", text, scope="col", class_=kind) for text, kind in heads))
    body = [h("tr", *(h("td", cell, class_=kind) for cell, (_, kind) in zip(row, heads, strict=True))) for row in rows]
    return h("section", h("table", h("thead", head), h("tbody", *body)), class_="list")


def facts(*pairs: tuple[Both, Node]) -> Element:
    """Names and values."""
    return h("dl", *(h("div", h("dt", name), h("dd", value)) for name, value in pairs), class_="facts")


def field(
    name: str,
    label: Both,
    *,
    hint: Both | None = None,
    kind: str = "text",
    value: str = "",
    autocomplete: str = "off",
    class_: str | None = None,
    inputmode: str | None = None,
    maxlength: str = "200",
) -> Element:
    """A labelled field."""
    entry = h(
        "input",
        id=name, name=name, type=kind, value=value or None, autocomplete=autocomplete, class_=class_,
        inputmode=inputmode, maxlength=maxlength, required="", autocapitalize="off", spellcheck="false",
        aria_describedby=None if hint is None else f"{name}-hint",
    )  # fmt: skip
    return h(
        "div",
        h("label", label, for_=name),
        entry,
        None if hint is None else h("p", hint, class_="hint", id=f"{name}-hint"),
    )


def code_field(label: Both, hint: Both | None = None) -> Element:
    """The field for a code of the authenticator."""
    return field(
        "code", label, hint=hint, autocomplete="one-time-code", class_="code", inputmode="numeric", maxlength="7"
    )


FRESH_CODE: Final = Both("动态验证码", "Authenticator code")
FRESH_CODE_HINT: Final = Both(
    "填写身份验证器当前显示的 6 位数字；登录时用过的那一个不能再用，请等下一个。",
    "The 6 digits shown now. The one you signed in with cannot be used again: wait for the next.",
)
_CODE_WRONG: Final = Both(
    "验证码不对或已经用过，操作没有执行。请等验证器显示新的数字再试。连续 5 次错误将退出登录。",
    "The code is wrong or was used before; nothing was done. Wait for new digits and try again."
    " Five wrong ones sign you out.",
)
NOT_CONFIRMED: Final[Mapping[str, Both]] = {
    "wrong-code": _CODE_WRONG,
    "code-used": _CODE_WRONG,
    "locked": Both("此账户已被锁定，操作没有执行。", "This account has been locked; nothing was done."),
    "signed-out": Both("登录已结束，操作没有执行。", "You have been signed out; nothing was done."),
    "factor-unreadable": Both(
        "此账户的动态验证器须由系统管理员在控制台重置，操作没有执行。",
        "This account's authenticator must be reset at the console; nothing was done.",
    ),
}
"""For each reason why an act is not confirmed."""
