"""The frame around every page, and the policy under which browsers show it: no script, one known style, own forms."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from sync.gateway.staff.html import Element, Node, h, written
from sync.gateway.staff.sessions import IDLE_SECONDS
from sync.gateway.staff.texts import Both, Language
from sync.protocol.exchange import Response

HOUSE: Final = Both("自助终端中心工作台", "Terminal centre workspace")
LEFT: Final = "/left"
_HARDENED: Final = {
    "content-type": "text/html; charset=utf-8",
    # same-origin rather than none: under none browsers say "null" as the origin of our own forms
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "vary": "cookie, accept-language",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A page's own part."""

    title: Both
    content: tuple[Node, ...]
    status: int = 200
    narrow: bool = False
    cookie: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above it: the entries this person may use, who is there, and the form token to sign out with."""

    entries: tuple[tuple[str, Both], ...] = ()
    path: str = ""
    name: str | None = None
    roles: tuple[Both, ...] = ()
    token: str = ""


def framed(shown: Shown, head: Head, language: Language, *, secure: bool) -> Response:
    """The whole page as an answer."""
    other: Language = "en" if language == "zh" else "zh"
    body = [
        h("header", h("div", h("strong", HOUSE), _who(head, other), class_="bar")),
        _navigation(head) if head.entries else None,
        h(
            "main",
            h("h1", shown.title),
            *shown.content,
            class_="narrow" if shown.narrow else None,
        ),
    ]
    template, style = _frame()
    title = f"{shown.title.in_(language)} · {HOUSE.in_(language)}"
    page = template.substitute(
        lang="zh-CN" if language == "zh" else "en",
        title=escape(title),
        body="\n".join(written(part, language) for part in body if part is not None),
    )
    headers: dict[str, str] = {**_HARDENED, "content-security-policy": _policy(style)}
    if secure:
        headers["strict-transport-security"] = "max-age=31536000"
    if head.name is not None:
        # A screen that was left hides itself: the page it goes to asks for no session and so keeps none alive.
        headers["refresh"] = f"{IDLE_SECONDS}; url={LEFT}"
    if shown.cookie is not None:
        headers["set-cookie"] = shown.cookie
    return Response(shown.status, headers, page.encode())


def redirected(to: str, *, cookie: str | None = None, extra: Mapping[str, str] | None = None) -> Response:
    """See another page of ours (RFC 9110 section 15.4.4)."""
    headers = {"location": to, **(extra or {})}
    if cookie is not None:
        headers["set-cookie"] = cookie
    return Response(303, headers)


def _who(head: Head, other: Language) -> Element:
    back = head.path or "/"
    switch = h(
        "a",
        "English" if other == "en" else "中文",
        href=f"/language?to={other}&back={back}",
        hreflang="en" if other == "en" else "zh-CN",
        lang="en" if other == "en" else "zh-CN",
    )
    if head.name is None:
        return h("div", switch, class_="who")
    roles = [part for role in head.roles for part in (" · ", role)]
    return h(
        "div",
        h("span", head.name, *roles),
        switch,
        h("a", Both("修改密码", "Password"), href="/password"),
        h(
            "form",
            h("input", type="hidden", name="token", value=head.token),
            h("button", Both("退出", "Sign out")),
            method="post",
            action="/sign-out",
        ),
        class_="who",
    )


def _navigation(head: Head) -> Element:
    links = [h("a", text, href=path, aria_current="page" if path == head.path else None) for path, text in head.entries]
    return h("nav", h("div", *links), aria_label=Both("主菜单", "Main menu"))


@cache
def _frame() -> tuple[Template, str]:
    text = files("sync.gateway.staff").joinpath("frame.html").read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    if style is None:
        raise ValueError("the frame has no style")
    return Template(text), style.group(1)


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
