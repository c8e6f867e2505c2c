"""Pages about certificates: what the register says of a number, and taking one back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from offline_store.chain import timestamp
from sync.gateway.staff import parts
from sync.gateway.staff.audit import Act, Result
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import Element, h
from sync.gateway.staff.roles import Right
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit
from sync.gateway.store import RegisteredCertificate

_CERTIFICATE: Final = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+){2,}")
"""A number has parts between dashes; an ID number has none, so that nobody's gets into the audit chain by mistake."""
_LONGEST: Final = 40
_TITLE: Final = Both("证明登记簿", "Register of certificates")
_LABEL: Final = Both("证明编号", "Certificate number")
REASONS: Final = {
    "issued-in-error": Both("出具有误", "Issued in error"),
    "facts-changed": Both("事实已变更", "The facts have changed"),
    "paper-lost": Both("纸质证明遗失或被盗", "The paper was lost or stolen"),
    "terminal-doubtful": Both("出具终端不可信", "The issuing terminal is not to be trusted"),
}


def _search(visit: Visit) -> Shown:
    number = visit.asked("number")
    return _found(visit, number, searched=True) if number else _page(visit, "", ())


def _page(visit: Visit, number: str, content: tuple[Element | None, ...], status: int = 200) -> Shown:
    ask = h(
        "section",
        h(
            "form",
            h(
                "div",
                h("label", _LABEL, for_="number"),
                h(
                    "input",
                    id="number",
                    name="number",
                    value=number,
                    maxlength=str(_LONGEST),
                    autocomplete="off",
                    required="",
                    spellcheck="false",
                ),
            ),
            h("button", Both("查询", "Search")),
            class_="search",
            method="get",
            action="/certificates",
        ),
    )  # fmt: skip
    return Shown(_TITLE, (ask, *content), status=status)


def _found(visit: Visit, number: str, problem: Both | None = None, *, searched: bool = False) -> Shown:
    if len(number) > _LONGEST or not _CERTIFICATE.fullmatch(number):
        unfit = Both(
            "这不是证明编号：编号由字母、数字和短横组成，印在证明右上角。",
            "This is no certificate number: it has letters, digits and dashes and stands on the paper, top right.",
        )
        return _page(visit, number, (parts.notice("bad", unfit),), 422)
    with visit.store.transaction():
        entry = visit.store.certificate(number)
        if searched:
            visit.record(Act.REGISTER_SEARCHED, number, reason="" if entry else "unknown")
    if entry is None:
        unknown = Both(
            "登记簿中没有此编号；新签发的证明可能尚未报送。",
            "The register does not have this number; a new certificate may not have been reported yet.",
        )
        return _page(visit, number, (parts.notice("late", unknown),), 404)
    content: tuple[Element | None, ...] = (
        None if problem is None else parts.notice("bad", problem),
        h("section", *_facts(entry, visit.now)),
        _revocation(visit, entry),
    )
    return _page(visit, number, content, 200 if problem is None else 403)


def _facts(entry: RegisteredCertificate, now: datetime) -> tuple[Element, ...]:
    if entry.state == "revoked":
        state = parts.mark("bad", Both("已撤销", "Revoked"))
    elif datetime.fromisoformat(entry.expires_at) < now:
        state = parts.mark("late", Both("已过有效期", "Expired"))
    else:
        state = parts.mark("good", Both("有效", "Valid"))
    rows = [
        (Both("状态", "State"), state),
        (_LABEL, h("code", entry.number)),
        (Both("事项", "Item"), h("code", entry.item)),
        (Both("签发终端", "Terminal"), h("code", entry.terminal)),
        (Both("签发时间", "Issued"), h("span", parts.at(entry.issued_at))),
        (Both("有效期至", "Valid until"), h("span", parts.at(entry.expires_at))),
        (Both("文件 SHA-256", "SHA-256 of the document"), h("code", entry.pdf_sha256)),
    ]
    if entry.revoked_at is not None:
        rows.append((Both("撤销时间", "Revoked"), h("span", parts.at(entry.revoked_at))))
    return (parts.facts(*rows),)


def _revocation(visit: Visit, entry: RegisteredCertificate) -> Element | None:
    if entry.state == "revoked" or not visit.may(Right.REVOKE_CERTIFICATE):
        return None
    return h(
        "section",
        h("h2", Both("撤销此证明", "Revoke this certificate")),
        h(
            "p",
            Both(
                "撤销不能收回。核验页面立即显示“已撤销”，终端在下一次同步后得知。",
                "This cannot be undone. The public page says so at once; terminals learn it with their next sync.",
            ),
            class_="lead",
        ),
        visit.form_to(
            "/certificate-revoked",
            h("input", type="hidden", name="number", value=entry.number),
            h(
                "div",
                h("label", Both("原因", "Reason"), for_="reason"),
                h(
                    "select",
                    h("option", Both("请选择", "Choose one"), value=""),
                    *(h("option", text, value=key) for key, text in REASONS.items()),
                    id="reason",
                    name="reason",
                    required="",
                ),
            ),
            parts.code_field(parts.FRESH_CODE, parts.FRESH_CODE_HINT),
            h("button", Both("撤销", "Revoke"), class_="danger"),
        ),
    )


def _revoke(visit: Visit) -> Shown:
    number, reason = visit.typed("number"), visit.typed("reason")
    if reason not in REASONS or not _CERTIFICATE.fullmatch(number) or len(number) > _LONGEST:
        return _found(visit, number, Both("请选择撤销原因。", "Choose a reason."))
    doubt = None
    with visit.store.transaction():
        entry = visit.store.certificate(number)
        if entry is not None and entry.state == "known":
            doubt = visit.unconfirmed()
            if doubt is None:
                visit.store.revoke(number, timestamp(visit.now))
                visit.record(Act.CERTIFICATE_REVOKED, number, reason=reason)
            else:
                visit.record(Act.CERTIFICATE_REVOKED, number, result=Result.REFUSED, reason=doubt)
    return _found(visit, number, None if doubt is None else parts.NOT_CONFIRMED[doubt])


PAGES: Final = (
    Page("/certificates", "GET", _search, Right.SEE_REGISTER, entry=Both("证明登记簿", "Certificates")),
    Page("/certificate-revoked", "POST", _revoke, Right.REVOKE_CERTIFICATE, under="/certificates"),
)
