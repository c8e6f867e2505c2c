"""The public question: four answers for a code, what the register says for a number, and never a word too much."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.gateway.authority import make_demo_authority
from sync.gateway.public import handle_public
from sync.gateway.store import RegisteredCertificate
from sync.protocol.certificate_code import CertificateFacts, code_text, issue_code, read_code, signer_for
from sync.protocol.exchange import JSON, PROBLEM, Request

NUMBER = "ZM-T0001-20261122-1-0007-K"


def facts(hall, **changes):
    now = hall.clock.now()
    values = {
        "number": NUMBER, "kind": "SI-04", "issuer": hall.authority.organisation, "place": "星湖市临湖区",
        "name_masked": "周*安", "id_last4": "0233",
        "facts": (("企业职工基本养老保险", "参保缴费 172 个月"), ("失业保险", "参保缴费 172 个月")),
        "data_as_of": now - timedelta(hours=30), "printed_at": now, "expires_at": now + timedelta(days=90),
        "terminal": "T0001",
    }  # fmt: skip
    return CertificateFacts(**{**values, **changes})


@pytest.fixture
def printed(hall):
    """A certificate a terminal has just printed: its code."""
    terminal = hall.terminal("T0001")
    seal = hall.authority.compact_seal_certificate("T0001", terminal.seal_key.public_key(), now=hall.clock.now())
    return issue_code(facts(hall), seal, signer_for(terminal.seal_key))


def entry(code, **changes):
    row = RegisteredCertificate(
        number=NUMBER, terminal="T0001", epoch=1, seq=2, item="SI-04", issued_at="2026-11-21T22:26:40.000Z",
        expires_at="2027-02-19T22:26:40.000Z", pdf_sha256="ab" * 32, code_sha256=read_code(code).sha256,
        seal_key_id="0011223344556677", state="known", revoked_at=None,
    )  # fmt: skip
    return replace(row, **changes)


def register(hall, row):
    with hall.store.transaction():
        hall.store.register(row)


def ask(hall, text, **headers):
    body = json.dumps({"text": text}).encode()
    request = Request("POST", "/v/check", {"content-type": JSON, **headers}, body)
    response = handle_public(request, hall.store, hall.clock, hall.centre)
    assert response.status == 200, response.body
    return json.loads(response.body)


def code_address(code):
    return code_text("https://verify.example/v", code)


def test_a_registered_certificate_is_genuine_and_shows_its_facts_to_be_compared(hall, printed):
    register(hall, entry(printed))
    answer = ask(hall, code_address(printed))
    assert (answer["answer"], answer["reason"]) == ("genuine_valid", "in-register")
    shown = {fact["zh"]: fact["value"] for fact in answer["facts"]}
    assert shown["编号"] == NUMBER
    assert shown["种类"] == "参保证明 Certificate of enrolment"
    assert shown["姓名"] == "周*安"
    assert shown["企业职工基本养老保险"] == "参保缴费 172 个月"
    assert shown["打印时间"] == "2026年11月22日 06:26"
    assert answer["demo"]
    assert "请与纸面逐项核对。" in answer["remarks_zh"]


def test_a_certificate_not_yet_reported_is_genuine_by_its_signature(hall, printed):
    answer = ask(hall, code_address(printed).partition("#")[2])
    assert (answer["answer"], answer["reason"]) == ("genuine_valid", "not-yet-registered")


@pytest.mark.parametrize(("reason", "answer"), [
    ("stolen", ("not_genuine_or_revoked", "key-revoked")),
    ("retired", ("genuine_valid", "not-yet-registered")),
])  # fmt: skip
def test_what_a_taken_back_seal_made_since_is_not_genuine(hall, printed, reason, answer):
    with hall.store.transaction():
        hall.store.terminal_certificates.revoke("T0001", "2026-11-21T00:00:00.000Z", reason)
    found = ask(hall, code_address(printed))
    assert (found["answer"], found["reason"]) == answer


def test_another_code_under_a_registered_number_is_not_the_registered_one(hall, printed):
    register(hall, entry(printed, code_sha256="00" * 32))
    assert ask(hall, code_address(printed))["reason"] == "not-yet-registered"
    hall.clock.forward(days=8)
    assert ask(hall, code_address(printed))["answer"] == "cannot_verify"


def test_a_revoked_an_expired_and_a_forged_one_are_told_apart(hall, printed):
    register(hall, entry(printed))
    hall.clock.forward(days=91)
    assert ask(hall, code_address(printed))["answer"] == "genuine_expired"
    with hall.store.transaction():
        hall.store.revoke(NUMBER, "2026-11-23T00:00:00.000Z")
    assert ask(hall, code_address(printed))["answer"] == "not_genuine_or_revoked"
    forged = bytearray(printed)
    at = bytes(printed).index(b"172")
    forged[at : at + 3] = b"272"
    answer = ask(hall, code_address(bytes(forged)))
    assert (answer["answer"], answer["facts"], answer["demo"]) == ("not_genuine_or_revoked", None, False)


def test_another_authoritys_code_is_not_called_false(hall):
    other = make_demo_authority(hall.clock.now())
    stranger = replace(hall, authority=other)
    terminal = stranger.terminal("T0005")
    seal = other.compact_seal_certificate("T0005", terminal.seal_key.public_key(), now=hall.clock.now())
    code = issue_code(facts(hall, terminal="T0005", issuer=other.organisation), seal, signer_for(terminal.seal_key))
    answer = ask(hall, code_address(code))
    assert (answer["answer"], answer["reason"], answer["facts"]) == ("cannot_verify", "unknown-issuer", None)


def test_a_number_alone_is_answered_with_what_the_register_says_and_never_with_genuine(hall, printed):
    assert ask(hall, NUMBER)["answer"] == "number_unknown"
    register(hall, entry(printed))
    known = ask(hall, " " + NUMBER.lower() + " ")
    assert known["answer"] == "number_known"
    assert {fact["zh"] for fact in known["facts"]} == {"编号", "种类", "签发时间", "有效期至"}
    with hall.store.transaction():
        hall.store.revoke(NUMBER, "2026-11-23T00:00:00.000Z")
    assert ask(hall, NUMBER)["answer"] == "number_revoked"


@pytest.mark.parametrize(
    "text", ["https://elsewhere.example/", "这不是代码", "A" * 5000, "x", "http://verify.example/v#AAAA"]
)
def test_what_is_no_code_is_answered_with_what_to_do(hall, text):
    answer = ask(hall, text)
    assert answer["answer"] in ("unreadable", "number_unknown")
    assert answer["remarks_zh"][0].endswith("。")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Request("POST", "/v/check", {"content-type": JSON}, b"x" * 20_000), 413),
        (Request("POST", "/v/check", {"content-type": JSON}, b"{}"), 400),
        (Request("POST", "/v/check", {"content-type": JSON}, b'{"text":"a","more":1}'), 400),
        (Request("POST", "/v/check", {"content-type": "text/plain"}, b"{}"), 415),
        (Request("GET", "/v/check"), 404),
        (Request("GET", "/v1/chain"), 404),
        (Request("GET", "/v/../etc"), 404),
    ],
)
def test_everything_else_is_refused(hall, request_, status):
    response = handle_public(request_, hall.store, hall.clock, hall.centre)
    assert (response.status, response.headers["content-type"]) == (status, PROBLEM)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing_but_its_own(hall):
    response = handle_public(Request("GET", "/v"), hall.store, hall.clock, hall.centre)
    page = response.body.decode()
    policy = response.headers["content-security-policy"]
    assert response.status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://www.w3.org/2000/svg" in page
    assert page.replace("http://www.w3.org/2000/svg", "").count("http") == 0
    assert " style=" not in page
    assert " onclick" not in page
    assert response.headers["referrer-policy"] == "no-referrer"
