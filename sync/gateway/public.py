"""The public side: a page on which anybody can check a certificate, and the question behind it.

The code stands in the fragment of the page's address, which browsers do not send; the page posts it, so it is in no log
of addresses. The answer comes from `sync.protocol.certificate_code.decide`, as on a terminal, here with the register at
hand. A number alone is answered with what the register says of the number, never with "genuine".
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final

from pydantic import StringConstraints

from sync.gateway.core import Clock
from sync.gateway.endpoint import Centre
from sync.gateway.refusals import Refused, problem, unavailable
from sync.gateway.store import RegisteredCertificate, Store, StoreUnavailable
from sync.gateway.terminal_certificates import revoked_seals
from sync.protocol.certificate_code import (
    CertificateFacts,
    Code,
    CodeUnreadableError,
    NumberOnly,
    RegisterAnswer,
    RevocationList,
    decide,
    read_text,
)
from sync.protocol.exchange import JSON, Request, Response
from sync.protocol.messages import Malformed, Message, parse

MAX_CHECK_BYTES: Final = 10_000
_SHANGHAI: Final = timezone(timedelta(hours=8))
_KINDS: Final = {
    "SI-03": ("个人权益记录单", "Yearly entitlement statement"),
    "SI-04": ("参保证明", "Certificate of enrolment"),
    "SI-05": ("缴费证明", "Certificate of contribution"),
    "SI-06": ("待遇领取证明", "Certificate of benefits drawn"),
}
_NUMBER: Final = {
    "known": (
        "登记簿中有此编号",
        "The register has this number",
        "只凭编号不能证明纸面内容真实，请扫描证明上的二维码。",
        "A number alone does not show that the paper is unaltered: scan the code on it.",
    ),
    "revoked": (
        "此编号的证明已被撤销",
        "The certificate with this number has been revoked",
        "请勿使用此证明。",
        "Do not rely on it.",
    ),
    "unknown": (
        "登记簿中没有此编号",
        "The register does not have this number",
        "新签发的证明可能尚未报送；请核对编号，或扫描证明上的二维码。",
        "A new certificate may not have been reported yet: check the number, or scan the code.",
    ),
}


class CheckRequest(Message):
    """POST /v/check: a code's address, the bare code, or a number."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=8192)]


class CheckedLine(Message):
    """A line of the paper, to be compared."""

    zh: str
    en: str
    value: str


class CheckAnswer(Message):
    """What can be said, in both languages; the lines of the paper if its code is genuine or its number is known."""

    answer: str
    reason: str
    zh: str
    en: str
    remarks_zh: tuple[str, ...]
    remarks_en: tuple[str, ...]
    demo: bool
    facts: tuple[CheckedLine, ...] | None


def handle_public(request: Request, store: Store, clock: Clock, centre: Centre) -> Response:
    """Answer the public: GET /v is the page, POST /v/check the question."""
    try:
        return _route(request, store, clock.now(), centre)
    except Refused as refused:
        return refused.response
    except StoreUnavailable:
        return unavailable()


def _route(request: Request, store: Store, now: datetime, centre: Centre) -> Response:
    if request.route in ("/", "/v") and request.method == "GET":
        page, policy = _page()
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy, **_HARDENED}
        return Response(200, headers, page)
    if request.route == "/v/check" and request.method == "POST":
        return _check(request, store, now, centre)
    raise Refused(problem(404, "no-such-path", "There is nothing at this address."))


_HARDENED: Final = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-cache",
}


@cache
def _page() -> tuple[bytes, str]:
    """The page and the policy that lets exactly its own style and script run."""
    page = files("sync.gateway").joinpath("verify.html").read_text(encoding="utf-8")
    style, script = (_inline_hash(page, tag) for tag in ("style", "script"))
    policy = (
        f"default-src 'none'; style-src {style}; script-src {script}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page.encode(), policy


def _inline_hash(page: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    if found is None:
        raise ValueError(f"the page has no inline {tag}")
    return "'sha256-" + base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode("ascii") + "'"


def _check(request: Request, store: Store, now: datetime, centre: Centre) -> Response:
    if len(request.body) > MAX_CHECK_BYTES:
        raise Refused(problem(413, "body-too-large", "This is too long to be a certificate code."))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Refused(problem(415, "wrong-content-type", f"This path takes {JSON}."))
    try:
        shown = read_text(parse(CheckRequest, request.body).text)
    except Malformed as error:
        raise Refused(problem(400, "malformed", f"Not a question: {error.where}"[:200])) from None
    except CodeUnreadableError as error:
        return _json(
            _answer("unreadable", error.reason, ("无法识别", "Cannot be read"), ([error.remedy_zh], [error.remedy_en]))
        )
    if isinstance(shown, NumberOnly):
        with store.transaction():
            found = store.certificate(shown.number)
        return _json(_number_answer(shown.number, found))
    with store.transaction():
        entry = store.certificate(shown.facts.number) if isinstance(shown, Code) else None
        revoked = frozenset(store.revoked_numbers())
        seals = revoked_seals(store)
    anchor = centre.authority.anchor
    listed = RevocationList(authority_key_id=anchor.key_id, issued_at=now, numbers=revoked, keys=seals)
    verdict = decide(shown, [anchor], listed, _register_answer(shown, entry), now)
    answer = _answer(
        verdict.answer.code,
        verdict.reason.code,
        (verdict.answer.zh, verdict.answer.en),
        (list(verdict.remarks_zh), list(verdict.remarks_en)),
    )
    # A code whose signature does not hold was issued by nobody, not by a demonstration authority.
    answer["demo"] = verdict.demo and verdict.facts is not None
    answer["facts"] = None if verdict.facts is None else _facts(verdict.facts)
    return _json(answer)


def _register_answer(shown: object, entry: RegisteredCertificate | None) -> RegisterAnswer:
    if not isinstance(shown, Code):
        return RegisterAnswer.NOT_ASKED
    if entry is None or entry.code_sha256 != shown.sha256:
        return RegisterAnswer.UNKNOWN
    return RegisterAnswer.REVOKED if entry.state == "revoked" else RegisterAnswer.KNOWN


def _number_answer(number: str, found: RegisteredCertificate | None) -> dict[str, Any]:
    state = "unknown" if found is None else found.state
    zh, en, remark_zh, remark_en = _NUMBER[state]
    answer = _answer(f"number_{state}", "number-only", (zh, en), ([remark_zh], [remark_en]))
    answer["facts"] = [_fact("编号", "Number", number)]
    if found is not None:
        answer["facts"] += [
            _kind(found.item),
            _fact("签发时间", "Issued", _time(datetime.fromisoformat(found.issued_at))),
            _fact("有效期至", "Valid until", _time(datetime.fromisoformat(found.expires_at))),
        ]
    return answer


def _facts(facts: CertificateFacts) -> list[dict[str, str]]:
    """What is on the paper, in its order."""
    return [
        _fact("编号", "Number", facts.number),
        _kind(facts.kind),
        _fact("签发机构", "Issuer", facts.issuer),
        _fact("地点", "Place", facts.place),
        _fact("姓名", "Name", facts.name_masked),
        _fact("身份证号末四位", "Last 4 of ID number", facts.id_last4),
        *(_fact(label, "", value) for label, value in facts.facts),
        _fact("数据截至", "Data as of", _time(facts.data_as_of)),
        _fact("打印时间", "Printed", _time(facts.printed_at)),
        _fact("有效期至", "Valid until", _time(facts.expires_at)),
        _fact("终端编号", "Terminal", facts.terminal),
    ]


def _kind(code: str) -> dict[str, str]:
    zh, en = _KINDS.get(code, (code, ""))
    return _fact("种类", "Kind", f"{zh} {en}".strip())


def _fact(zh: str, en: str, value: str) -> dict[str, str]:
    return {"zh": zh, "en": en, "value": value}


def _time(moment: datetime) -> str:
    local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(_SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def _answer(answer: str, reason: str, titles: tuple[str, str], remarks: tuple[list[str], list[str]]) -> dict[str, Any]:
    return {
        "answer": answer, "reason": reason, "zh": titles[0], "en": titles[1],
        "remarks_zh": remarks[0], "remarks_en": remarks[1], "demo": False, "facts": None,
    }  # fmt: skip


def _json(value: dict[str, Any]) -> Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Response(200, {"content-type": JSON, "cache-control": "no-store", "x-content-type-options": "nosniff"}, body)
