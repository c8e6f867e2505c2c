"""The staff listener's core: one request in, one page out. Every address, method and right is in `PAGES`.

The order of checks: an address of ours, somebody who is signed in, the right, a password of his own, a form that came
from our own page (origin and token). What is refused for want of a right leaves a row in the audit chain.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from sync.gateway.core import Clock
from sync.gateway.endpoint import Centre
from sync.gateway.staff import (
    alarm_pages,
    audit_pages,
    enrolment_pages,
    own_pages,
    parts,
    register_pages,
    terminal_pages,
    terminal_revocation_pages,
)
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.cookies import BEFORE, LANGUAGE, SESSION, held_in
from sync.gateway.staff.door import Door
from sync.gateway.staff.frame import Head, Shown, framed, redirected
from sync.gateway.staff.html import h
from sync.gateway.staff.roles import NAMES, rights_of
from sync.gateway.staff.sessions import form_token, is_id, new_id, present, token_fits
from sync.gateway.staff.texts import Both, Language, chosen
from sync.gateway.staff.visit import FormUnfit, Page, Visit, form_of
from sync.gateway.store import Store, StoreUnavailable
from sync.protocol.exchange import Request, Response

PAGES: Final[tuple[Page, ...]] = (
    *own_pages.PAGES,
    *terminal_pages.PAGES,
    *alarm_pages.PAGES,
    *enrolment_pages.PAGES,
    *register_pages.PAGES,
    *terminal_revocation_pages.PAGES,
    *audit_pages.PAGES,
)


def handle_staff(request: Request, store: Store, clock: Clock, centre: Centre, door: Door) -> Response:
    """Answer a browser of the staff."""
    now = clock.now()
    language = chosen(_cookie(request, LANGUAGE, door), request.headers.get("accept-language", ""))
    try:
        response = _answer(request, store, now, centre, door, language)
    except StoreUnavailable:
        busy = _plain(
            Both("暂时无法办理", "Not possible at this moment"),
            Both("中心的存储正忙，请半分钟后再试。", "The centre's store is busy: try again in half a minute."),
            503,
        )
        response = framed(busy, Head(), language, secure=door.secure)
        response = Response(response.status, {**response.headers, "retry-after": "30"}, response.body)
    always = {"date": format_datetime(now, usegmt=True), "cache-control": "no-store"}
    return Response(response.status, {**response.headers, **always}, response.body)


def _answer(request: Request, store: Store, now: datetime, centre: Centre, door: Door, language: Language) -> Response:
    session = _cookie(request, SESSION, door)
    page = next((page for page in PAGES if page.path == request.route and page.method == request.method), None)
    # an open page asks nobody's session, so that a page that was left keeps none alive
    with store.transaction():
        who = (
            None
            if page is None or (page.open_ and page.path != own_pages.SIGN_IN)
            else present(store.staff, session, now)
        )
    before = _cookie(request, BEFORE, door)
    # a cookie that is none of ours counts as none: a form bound to it could never be sent
    held = session if who is not None else before if is_id(before) else ""
    visit = Visit(request, {}, held, who, now, store, centre, door)
    shown: Shown | Response | None
    if page is None:
        shown = _nothing_here(request)
    else:
        shown = _refusal(visit, page)
        if shown is None:
            visit, shown = _with_form(visit, page)
        if shown is None:
            shown = page.answer(visit)
    if isinstance(shown, Response):
        return shown
    return framed(shown, _head(visit), language, secure=door.secure)


def _nothing_here(request: Request) -> Shown:
    if any(page.path == request.route for page in PAGES):
        return _plain(Both("不能这样打开", "Not this way"), Both("请从菜单进入。", "Use the menu."), 405)
    return _plain(Both("没有此页面", "No such page"), Both("请检查网址。", "Check the address."), 404)


def _refusal(visit: Visit, page: Page) -> Shown | Response | None:
    """Why this person does not get this page; None if he does."""
    if page.open_:
        return None
    if visit.who is None:
        return redirected(own_pages.SIGN_IN)
    if page.right is not None and not visit.may(page.right):
        return _elsewhere(visit, page)
    if own_pages.must_change(visit.who.account, visit.now) and page.right is not None:
        return redirected(own_pages.PASSWORD)
    return None


def _elsewhere(visit: Visit, page: Page) -> Shown | Response:
    """The first page leads on to the first that this person may use; any other was asked for on purpose."""
    entries = _entries(visit)
    if page.path == "/" and entries:
        return redirected(entries[0][0])
    with visit.store.transaction():
        reason = "" if page.right is None else page.right.value
        visit.record(Act.NOT_ALLOWED, page.path, result=Result.REFUSED, reason=reason)
    return _plain(
        Both("无权访问", "Not allowed"),
        Both(
            "您的角色没有此权限，本次访问已记入审计。", "Your role does not have this right; the attempt was recorded."
        ),
        403,
    )


def _with_form(visit: Visit, page: Page) -> tuple[Visit, Shown | None]:
    """The visit with what was sent, or why it is not taken."""
    if page.path == own_pages.SIGN_IN and not visit.held:
        visit = replace(visit, held=new_id(visit.door.random))
        if page.method == "POST":
            return visit, own_pages.too_old(visit)
    if page.method == "GET":
        return visit, None
    try:
        form = form_of(visit.request)
    except FormUnfit:
        return visit, _plain(
            Both("内容无法识别", "Not understood"), Both("请返回重新填写。", "Go back and fill it in again."), 400
        )
    if visit.request.headers.get("origin") != visit.door.origin or not token_fits(visit.held, form.get("token", "")):
        foreign = Both(
            f"此表单不是从本站页面提交的，没有执行。请从 {visit.door.origin} 打开。",
            f"This form did not come from a page of ours; nothing was done. Open {visit.door.origin} instead.",
        )
        return visit, _plain(Both("来源不明", "Unknown origin"), foreign, 403)
    return replace(visit, form=form), None


def _head(visit: Visit) -> Head:
    if visit.who is None:
        return Head(path=_place(visit.request))
    account = visit.who.account
    roles = tuple(NAMES[role] for role in sorted(account.roles))
    entries = () if own_pages.must_change(account, visit.now) else _entries(visit)
    return Head(entries, _place(visit.request), account.name, roles, form_token(visit.held))


def _place(request: Request) -> str:
    """The page a browser can come back to: this one, or the one its form was on."""
    found = [page for page in PAGES if page.path == request.route]
    if any(page.method == "GET" for page in found):
        return request.route
    return next((page.under for page in found if page.under is not None), "/")


def _entries(visit: Visit) -> tuple[tuple[str, Both], ...]:
    rights = rights_of(visit.who.account.roles) if visit.who is not None else frozenset()
    return tuple((page.path, page.entry) for page in PAGES if page.entry is not None and page.right in rights)


def _cookie(request: Request, name: str, door: Door) -> str:
    return held_in(request.headers.get("cookie", ""), name, door)


def _plain(title: Both, sentence: Both, status: int) -> Shown:
    back = h("a", Both("回到首页", "To the first page"), href="/", class_="button")
    return Shown(title, (h("section", parts.notice("bad", sentence), back),), status=status, narrow=True)
