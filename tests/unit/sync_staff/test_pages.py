"""The pages: each for whom it is, forms only from our own pages, whatever is typed only text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest

from offline_store.chain import timestamp
from sync.gateway.staff.audit import first_fault
from sync.gateway.staff.handling import PAGES, handle_staff
from sync.gateway.staff.roles import RIGHTS, Role
from sync.gateway.store import StoreUnavailable
from sync.protocol.enrolment import read_code
from sync.protocol.exchange import Request

NUMBER = "ZM-T0001-20261122-1-0007-K"
HOSTILE = (
    "'; DROP TABLE staff_account; --",
    '"><script>alert(1)</script>',
    "' OR '1'='1",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}$title",
    "T0001\r\nSet-Cookie: staff=x",
    "\u202e9100T",
)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_opens_its_own_pages_and_no_other(office, role):
    browser = office.signed_in("li.na", role)
    for page in (page for page in PAGES if page.right is not None):
        browser.get("/password")
        answer = browser.get(page.path) if page.method == "GET" else browser.post(page.path)
        if page.right in RIGHTS[role]:
            assert answer.status in (200, 403, 404, 422), page
            assert "无权访问" not in browser.text
        elif page.path == "/":
            assert answer.status == 303, "the first page leads on to one's own"
        else:
            assert answer.status == 403
            assert "无权访问" in browser.text
            assert office.last_act() == ("li.na", "not-allowed", page.path, "refused", page.right.value)


def test_without_a_session_every_page_but_the_open_ones_leads_to_the_sign_in_page(office):
    for page in PAGES:
        browser = office.browser()
        answer = browser.get(page.path) if page.method == "GET" else browser.post(page.path, token="x")
        if page.open_:
            assert answer.status in (200, 303, 403)
        else:
            assert (answer.status, answer.headers["location"]) == (303, "/sign-in")


def test_a_form_from_elsewhere_does_nothing(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    other = office.signed_in("wang.wu", Role.OPERATOR)
    other.get("/enrolment-code")
    browser.get("/enrolment-code")
    office.clock.forward(seconds=30)
    form = {"terminal": "T0001", "code": office.code("li.na")}
    forged = (
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": ""}, {"origin": "https://127.0.0.1:8442"},
        {"token": ""}, {"token": "x" * 43}, {"token": other.token}, {"token": "é"},
    )  # fmt: skip
    for changes in forged:
        token = changes.get("token", browser.token)
        headers = {name: value for name, value in changes.items() if name != "token"}
        assert browser.post("/enrolment-code-made", form, token=token, **headers).status == 403, changes
        browser.get("/enrolment-code")
    assert not [row for row in office.audit() if row.act == "enrolment-code"]


def test_a_body_that_is_no_form_of_ours_is_refused(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/enrolment-code")
    token, own = browser.token, {"origin": office.door.origin}
    bodies = (
        b"\xff\xfe", b"token", f"token={token}&terminal=T1&terminal=T2".encode(), b"a=1&" * 40,
        f"token={token}&terminal=%00".encode(), f"token={token}&terminal=%ff".encode(), b"x=" + b"1" * 20_000,
        f"token={token}&terminal=".encode() + b"A" * 1001,
    )  # fmt: skip
    form = "application/x-www-form-urlencoded"
    for body in bodies:
        headers = browser._headers({**own, "content-type": form})
        assert browser.send(Request("POST", "/enrolment-code", headers, body)).status == 400, body[:40]
    headers = browser._headers({**own, "content-type": "application/json"})
    assert browser.send(Request("POST", "/enrolment-code", headers, b"{}")).status == 400


def test_a_sign_in_page_that_is_too_old_asks_again(office):
    office.hire("li.na", Role.OPERATOR)
    browser = office.browser()
    browser.get("/sign-in")
    browser.cookies.clear()
    answer = browser.post("/sign-in", {"name": "li.na", "password": "x", "code": "123456"})
    assert answer.status == 403
    assert "放得太久" in browser.text
    assert office.audit() == []


def test_the_sign_in_form_of_another_browser_signs_nobody_in(office):
    office.hire("li.na", Role.OPERATOR)
    attacker, victim = office.browser(), office.browser()
    attacker.get("/sign-in")
    victim.get("/sign-in")
    form = {"name": "li.na", "password": "Lamp-Harbour-2026", "code": office.code("li.na")}
    assert victim.post("/sign-in", form, token=attacker.token).status == 403
    assert "staff" not in victim.cookies
    assert office.audit() == []


def test_a_code_is_made_in_two_steps_with_a_fresh_number_of_the_authenticator(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/enrolment-code")
    browser.post("/enrolment-code", {"terminal": "T0007"})
    assert "第 2 步" in browser.text
    assert "T0007" in browser.text
    used = office.code("li.na")  # the one that signed in
    assert browser.post("/enrolment-code-made", {"terminal": "T0007", "code": used}).status == 403
    assert "验证码不对或已经用过" in browser.text
    assert office.last_act() == ("li.na", "enrolment-code", "T0007", "refused", "code-used")
    assert office.store.all("SELECT * FROM enrolment_code") == []
    office.clock.forward(seconds=30)
    assert browser.post("/enrolment-code-made", {"terminal": "T0007", "code": office.code("li.na")}).status == 200
    shown = re.search(r'class="secret">([^<]+)<', browser.page)
    code = read_code(unescape(shown.group(1)))
    issued = office.store.code(code.code_id)
    assert (issued.terminal, issued.used_by) == ("T0007", None)
    assert office.last_act() == ("li.na", "enrolment-code", "T0007", "done", "")
    assert all(code.code_id.hex() not in row.subject for row in office.audit())


def test_a_code_for_an_enrolled_terminal_is_preceded_by_a_warning(office):
    office.enrol_terminal("T0007")
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/enrolment-code")
    browser.post("/enrolment-code", {"terminal": "T0007"})
    assert "已经登记" in browser.text


def test_five_wrong_codes_at_an_act_sign_out(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/enrolment-code")
    for _ in range(5):
        assert browser.get("/").status == 200
        browser.get("/enrolment-code")
        browser.post("/enrolment-code-made", {"terminal": "T0007", "code": "000000"})
    assert browser.get("/").headers["location"] == "/sign-in"
    assert ("li.na", "session-ended", "done", "attempts") in office.acts()
    office.clock.forward(seconds=30)
    assert browser.sign_in("li.na").status == 303


def test_a_certificate_is_found_by_its_number_and_taken_back_by_the_security_administrator(office):
    office.register(NUMBER)
    clerk = office.signed_in("zhao.liu", Role.CLERK)
    assert clerk.get(f"/certificates?number={NUMBER}").status == 200
    assert "有效" in clerk.text
    assert "撤销此证明" not in clerk.text
    browser = office.signed_in("li.na", Role.SECURITY_ADMINISTRATOR)
    browser.get(f"/certificates?number={NUMBER}")
    assert "撤销此证明" in browser.text
    office.clock.forward(seconds=30)
    form = {"number": NUMBER, "reason": "facts-changed"}
    assert browser.post("/certificate-revoked", {**form, "code": "000000"}).status == 403
    assert office.store.certificate(NUMBER).state == "known"
    assert browser.post("/certificate-revoked", {**form, "reason": "", "code": office.code("li.na")}).status == 403
    assert browser.post("/certificate-revoked", {**form, "code": office.code("li.na")}).status == 200
    assert "已撤销" in browser.text
    assert office.store.certificate(NUMBER).state == "revoked"
    rows = [(row.actor, row.act, row.subject, row.result, row.reason) for row in office.audit()]
    assert ("li.na", "certificate-revoked", NUMBER, "done", "facts-changed") in rows
    assert ("li.na", "certificate-revoked", NUMBER, "refused", "wrong-code") in rows
    assert ("zhao.liu", "register-searched", NUMBER, "done", "") in rows


def test_a_revoked_certificate_is_not_revoked_again(office):
    office.register(NUMBER, state="revoked", revoked_at="2026-11-21T00:00:00.000Z")
    browser = office.signed_in("li.na", Role.SECURITY_ADMINISTRATOR)
    browser.get(f"/certificates?number={NUMBER}")
    assert "撤销此证明" not in browser.text
    office.clock.forward(seconds=30)
    browser.get("/password")
    browser.post("/certificate-revoked", {"number": NUMBER, "reason": "paper-lost", "code": office.code("li.na")})
    assert office.store.certificate(NUMBER).revoked_at == "2026-11-21T00:00:00.000Z"
    assert not [row for row in office.audit() if row.act == "certificate-revoked"]


def test_a_terminal_is_taken_back_in_two_steps_with_a_fresh_code(office):
    office.enrol_terminal("T0007")
    office.store.client_certificates.note("T0007", "0A1B", "2026-11-22T00:00:00.000Z")
    browser = office.signed_in("li.na", Role.SECURITY_ADMINISTRATOR)
    browser.get("/terminal-revocation")
    assert browser.post("/terminal-revocation", {"terminal": "T0008", "reason": "stolen"}).status == 422
    assert "没有登记此编号的终端" in browser.text
    assert browser.post("/terminal-revocation", {"terminal": "T0007", "reason": "tired"}).status == 422
    assert browser.post("/terminal-revocation", {"terminal": "T0007", "reason": "stolen"}).status == 200
    assert "不能收回" in browser.text
    form = {"terminal": "T0007", "reason": "stolen"}
    assert browser.post("/terminal-revoked", {**form, "code": "000000"}).status == 403
    assert office.store.terminal_certificates.revoked() == []
    office.clock.forward(seconds=30)
    assert browser.post("/terminal-revoked", {**form, "code": office.code("li.na")}).status == 200
    assert re.search(r"clients.crl.*0A1B", browser.text), "the proxy is to be told too"
    (key,) = office.store.terminal_certificates.revoked()
    assert (key.terminal, key.reason) == ("T0007", "stolen")
    assert office.last_act() == ("li.na", "terminal-revoked", "T0007", "done", "stolen")
    office.clock.forward(seconds=30)
    browser.get("/terminal-revocation")
    browser.post("/terminal-revoked", {**form, "code": office.code("li.na")})
    assert "此前已全部吊销" in browser.text


def test_an_id_number_typed_by_mistake_is_neither_searched_nor_kept(office):
    browser = office.signed_in("zhao.liu", Role.CLERK)
    assert browser.get("/certificates?number=110199198803120233").status == 422
    assert [row.act for row in office.audit()] == ["sign-in"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_in_every_field_is_only_text(office, hostile):
    office.enrol_terminal("T0001")
    office.register(NUMBER)
    with office.store.transaction():
        office.store.alarm("T0001", hostile, 1, 1, timestamp(office.clock.now()))
    operator = office.signed_in("li.na", Role.OPERATOR)
    security = office.signed_in("wang.wu", Role.SECURITY_ADMINISTRATOR)
    auditor = office.signed_in("sun.ba", Role.AUDIT_ADMINISTRATOR)
    asked = [(operator, "/"), (operator, "/alarms"), (security, "/certificates"), (auditor, "/audit")]
    for browser, path in asked:
        for parameter in ("number", "before", "to", "back"):
            answer = browser.get(f"{path}?{parameter}={quote(hostile)}")
            assert answer.status in (200, 404, 422)
            only_text(browser.page, hostile)
    for browser, path, fields in (
        (operator, "/enrolment-code", ("terminal",)),
        (operator, "/enrolment-code-made", ("terminal", "code")),
        (security, "/certificate-revoked", ("number", "reason", "code")),
        (security, "/terminal-revocation", ("terminal", "reason")),
        (security, "/terminal-revoked", ("terminal", "reason", "code")),
        (operator, "/password", ("old", "new", "again")),
    ):
        right = {"terminal": "T0001", "code": "000000", "number": NUMBER, "reason": "paper-lost", "old": "x"}
        for field in fields:
            browser.get("/password")
            form = {name: right.get(name, "Other-Harbour-2027") for name in fields}
            answer = browser.post(path, {**form, field: hostile})
            assert answer.status in (303, 403, 404, 422), (path, field)
            only_text(browser.page, hostile)
            assert "\n" not in "".join(answer.headers.values())
    assert len(office.store.staff.accounts()) == 3
    assert office.store.certificate(NUMBER).state == "known"


def only_text(page, hostile):
    assert "<script" not in page
    assert "<img" not in page
    if "<" in hostile:
        assert hostile not in page


def test_no_page_lets_a_browser_run_or_fetch_anything(office):
    browser = office.signed_in("li.na", Role.OPERATOR, Role.CLERK)
    for page in PAGES:
        if page.method == "GET" and page.path not in ("/language", "/sign-in"):
            answer = browser.get(page.path)
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert not re.search(r'<script|<link(?! rel="icon")|\son\w+=|\sstyle=|src=', browser.page)


def test_every_field_has_its_label_and_every_page_one_heading(office):
    browser = office.signed_in("li.na", Role.OPERATOR, Role.CLERK)
    paths = ["/sign-in", *(page.path for page in PAGES if page.method == "GET" and page.path != "/language")]
    for path in dict.fromkeys(paths):
        visitor = office.browser() if path == "/sign-in" else browser
        if visitor.get(path).status != 200:
            continue
        fields = re.findall(r"<(?:input|select)(?![^>]*hidden)[^>]*\sid=\"([^\"]+)\"", visitor.page)
        assert set(re.findall(r'<label for="([^"]+)"', visitor.page)) == set(fields), path
        assert len(re.findall(r"<h1>", visitor.page)) == 1
        assert '<html lang="zh-CN">' in visitor.page


def test_the_language_is_the_browsers_until_it_is_switched(office):
    assert "登录" in office.browser().get("/sign-in").body.decode()
    assert "Sign in" in office.browser(**{"accept-language": "fr, en-GB;q=0.8, zh;q=0.5"}).get("/sign-in").body.decode()
    for odd in ("", "*", "en;q=x", "fr", "en;q=0, zh;q=0.1", ";;;q=", "x" * 5000):
        assert "登录" in office.browser(**{"accept-language": odd}).get("/sign-in").body.decode()
    browser = office.browser()
    answer = browser.get("/language?to=en&back=/sign-in")
    assert answer.headers["location"] == "/sign-in"
    browser.get("/sign-in")
    assert '<html lang="en">' in browser.page
    for elsewhere in ("//evil.example", "https://evil.example", "/sign-in%0d%0ax: y", "/a/../b", "/\\evil"):
        assert browser.get(f"/language?to=zh&back={elsewhere}").headers["location"] == "/"


def test_the_overview_puts_what_is_wrong_first_and_finds_by_the_first_characters(office):
    for number in ("T0001", "T0002", "X0001"):
        office.enrol_terminal(number)
    with office.store.transaction():
        office.store.seen("T0001", timestamp(office.clock.now() - timedelta(minutes=2)))
        office.store.alarm("T0002", "fork", 2, 9, timestamp(office.clock.now()))
    browser = office.signed_in("li.na", Role.SYSTEM_ADMINISTRATOR)
    browser.get("/")
    assert re.findall(r"<code>([A-Z]\d+)</code>", browser.page) == ["T0002", "T0001", "X0001"]
    assert (
        browser.page.index("有告警")
        < browser.page.index("正常")
        < browser.page.index("未联系", browser.page.index("X0001"))
    )
    browser.get("/?number=x0")
    assert re.findall(r"<code>([A-Z]\d+)</code>", browser.page) == ["X0001"]
    browser.get("/alarms")
    assert "账链分叉" in browser.text
    assert "2/9" in browser.text


@pytest.mark.parametrize(
    "tampered",
    [
        "at = '2026-11-22 yesterday'", "at = '9999-12-31T23:59:59.000Z'", "at = ''", "at = x'00ff'",
        "at = CAST(x'ff' AS TEXT)", "actor = x'00ff'", "reason = CAST(x'c328' AS TEXT)", "subject = 7", "act = x''",
        "hash = 'text'", "prev = 5", "suite = x'ff'", "result = x'ff'",
    ],
)  # fmt: skip
def test_the_audit_page_shows_a_row_that_holds_anything_and_says_that_the_chain_is_broken(office, tampered):
    browser = office.signed_in("sun.ba", Role.AUDIT_ADMINISTRATOR)
    office.store.run("DROP TRIGGER staff_audit_stays")
    office.store.run(f"UPDATE staff_audit SET {tampered} WHERE n = 1")  # noqa: S608 - words of this test
    assert browser.get("/audit").status == 200
    assert "断裂" in browser.text
    assert first_fault(office.audit()).what in ("content", "link")


def test_the_audit_page_shows_rows_page_by_page_and_says_when_the_chain_is_broken(office):
    browser = office.signed_in("sun.ba", Role.AUDIT_ADMINISTRATOR)
    clerk = office.signed_in("zhao.liu", Role.CLERK)
    for _ in range(60):
        clerk.get(f"/certificates?number={NUMBER}")
    browser.get("/audit")
    assert "链条完整" in browser.text
    older = re.search(r'href="(/audit\?before=\d+)"', browser.page)
    browser.get(older.group(1))
    assert "链条完整" in browser.text
    assert "sun.ba" in browser.text
    assert "更早的记录" not in browser.text
    office.store.run("DROP TRIGGER staff_audit_stays")
    office.store.run("UPDATE staff_audit SET actor = 'li.na' WHERE n = 40")
    browser.get("/audit")
    assert "断裂" in browser.text


def test_addresses_that_are_no_pages_say_so(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    assert browser.get("/nothing").status == 404
    assert browser.get("/sign-out").status == 405
    assert browser.post("/alarms").status == 405
    assert browser.get("/../etc/passwd").status == 404
    assert browser.send(Request("DELETE", "/", {})).status == 405


def test_a_store_that_takes_nothing_now_asks_to_come_back(office):
    class Busy:
        def transaction(self):
            raise StoreUnavailable("full")

    answer = handle_staff(Request("GET", "/alarms", {}), Busy(), office.clock, office.centre, office.door)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "30"


def test_nothing_of_the_secrets_is_in_a_repr(office):
    account = office.hire("li.na", Role.OPERATOR)
    assert "scrypt" not in repr(account)
    assert repr(account.totp) not in repr(account)
    assert repr(replace(office.door, key=b"k" * 32)).count("kkk") == 0
