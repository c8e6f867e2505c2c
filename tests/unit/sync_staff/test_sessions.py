"""Sessions: who is idle is signed out, ids are new at each sign-in, the store knows only their hashes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.gateway.staff import passwords
from sync.gateway.staff.door import Door
from sync.gateway.staff.roles import Role

PASSWORD = "Lamp-Harbour-2026"


def signed_out(browser):
    answer = browser.get("/")
    return (answer.status, answer.headers.get("location")) == (303, "/sign-in")


def test_five_idle_minutes_end_a_session_and_activity_keeps_it(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    for _ in range(4):
        office.clock.forward(minutes=5)
        assert browser.get("/alarms").status == 200
    office.clock.forward(minutes=5, seconds=1)
    assert signed_out(browser)
    office.clock.forward(minutes=-5)
    assert signed_out(browser), "an ended session does not come back with the clock"


def test_eight_hours_end_a_session_whatever_is_done(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    for _ in range(8 * 15):
        office.clock.forward(minutes=4)
        assert browser.get("/alarms").status == 200
    office.clock.forward(seconds=1)
    assert signed_out(browser)


def test_a_clock_that_goes_back_ends_the_session_rather_than_lengthening_it(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    office.clock.forward(seconds=-1)
    assert signed_out(browser)


def test_the_id_is_new_at_each_sign_in_and_the_earlier_session_ends(office):
    first = office.signed_in("li.na", Role.OPERATOR)
    office.clock.forward(seconds=30)
    second = office.browser()
    second.cookies["staff"] = first.cookies["staff"]  # set by somebody else beforehand
    second.cookies.pop("staff")
    assert second.sign_in("li.na").status == 303
    assert second.cookies["staff"] != first.cookies["staff"]
    assert signed_out(first)
    assert second.get("/").status == 200


def test_the_store_holds_no_id_that_opens_anything(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    (row,) = office.store.all("SELECT * FROM staff_session")
    assert len(row[0]) == 32
    assert browser.cookies["staff"].encode() not in b"".join(str(value).encode() for value in row)


def test_signing_out_ends_the_session_at_the_centre_too(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    kept = browser.cookies["staff"]
    browser.get("/alarms")
    answer = browser.post("/sign-out")
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    browser.cookies["staff"] = kept
    assert signed_out(browser)
    assert office.acts()[-1] == ("li.na", "sign-out", "done", "")


def test_locking_an_account_by_hand_ends_its_session_at_the_next_click(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    with office.store.transaction():
        office.store.staff.set_disabled("li.na", disabled=True)
    assert signed_out(browser)


@pytest.mark.parametrize("held", ["", "x", "A" * 43, "A" * 44, "'" * 43, "../../etc/passwd"])
def test_an_invented_id_is_nobodys(office, held):
    browser = office.browser()
    browser.cookies["staff"] = held
    assert signed_out(browser)


@pytest.mark.parametrize("held", ["é", "\udce9", "x", "A" * 44, "<script>"])
def test_a_sign_in_cookie_that_is_none_of_ours_gives_way_to_a_new_one(office, held):
    office.hire("li.na", Role.OPERATOR)
    browser = office.browser()
    browser.cookies["staff-before"] = held
    assert browser.get("/sign-in").status == 200
    assert browser.cookies["staff-before"] != held
    assert browser.post("/sign-in", {"name": "li.na", "password": PASSWORD, "code": office.code("li.na")}).status == 303


@pytest.mark.parametrize(("url", "origin"), [
    ("https://Staff.Example", "https://staff.example"), ("https://staff.example:443/", "https://staff.example"),
    ("http://127.0.0.1:80", "http://127.0.0.1"), ("https://staff.example:8442", "https://staff.example:8442"),
    ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
])  # fmt: skip
def test_an_address_is_the_origin_that_browsers_say_however_it_was_typed(office, url, origin):
    assert replace(office.door, url=url).origin == origin


def test_cookies_are_told_to_stay_here_and_with_tls_to_be_nobody_elses(office):
    plain = office.browser().get("/sign-in").headers["set-cookie"]
    assert plain.startswith("staff-before=")
    assert plain.endswith("; Path=/; HttpOnly; SameSite=Strict")
    office.door = Door("https://staff.example", bytes(32), "intl", office.door.random)
    office.hire("li.na", Role.OPERATOR)
    browser = office.browser()
    answer = browser.sign_in("li.na")
    assert answer.headers["set-cookie"].startswith("__Host-staff=")
    assert answer.headers["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")
    assert "strict-transport-security" in browser.get("/").headers
    # a plain cookie of that name, which a neighbour host could set, is not looked at
    fake = office.browser()
    fake.cookies["staff"] = browser.cookies["__Host-staff"]
    assert signed_out(fake)


def test_a_left_page_hides_itself_and_keeps_no_session_alive(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    assert browser.get("/").headers["refresh"] == "300; url=/left"
    office.clock.forward(minutes=4)
    hidden = browser.get("/left")
    assert hidden.status == 200
    assert "li.na" not in browser.text
    office.clock.forward(minutes=2)
    assert signed_out(browser)


def test_a_password_that_others_know_opens_the_password_page_and_nothing_else(office):
    office.hire("li.na", Role.OPERATOR, must_change=True)
    browser = office.browser()
    browser.sign_in("li.na")
    for path in ("/", "/alarms", "/enrolment-code"):
        assert browser.get(path).headers["location"] == "/password"
    browser.get("/password")
    assert "先改成自己的新密码" in browser.text
    assert "登记码" not in browser.text
    before = browser.cookies["staff"]
    form = {"old": "Lamp-Harbour-2026", "new": "Other-Harbour-2027", "again": "Other-Harbour-2027"}
    assert browser.post("/password", form).headers["location"] == "/"
    assert browser.cookies["staff"] != before
    assert browser.get("/").status == 200
    office.clock.forward(seconds=30)
    assert office.browser().sign_in("li.na").status == 403
    office.clock.forward(seconds=30)
    assert office.browser().sign_in("li.na", password="Other-Harbour-2027").status == 303
    assert ("li.na", "password-changed", "done", "") in office.acts()


def test_a_password_of_three_months_is_changed_first(office):
    browser = office.browser()
    office.hire("li.na", Role.OPERATOR, password_at=1_795_300_000 - 91 * 86_400)
    browser.sign_in("li.na")
    assert browser.get("/").headers["location"] == "/password"


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("Wrong-Password-1", "Other-Harbour-2027", "Other-Harbour-2027", "现在的密码不对"),
        ("Lamp-Harbour-2026", "Other-Harbour-2027", "Other-Harbour-2028", "不一样"),
        ("Lamp-Harbour-2026", "short", "short", "至少 12 个字符"),
        ("Lamp-Harbour-2026", "Lamp-Harbour-2026", "Lamp-Harbour-2026", "必须与现在的不同"),
    ],
)
def test_a_new_password_is_refused_in_clear_words(office, old, new, again, said):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/password")
    assert browser.post("/password", {"old": old, "new": new, "again": again}).status == 403
    assert said in browser.text
    office.clock.forward(seconds=30)
    assert office.browser().sign_in("li.na").status == 303


def test_a_password_that_was_reset_at_the_console_while_the_hash_ran_stays(office, monkeypatch):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/password")
    real = passwords.hashlib.scrypt

    def meanwhile(*args, **parameters):
        with office.store.transaction():
            office.store.staff.set_password("li.na", "scrypt$15$8$1$AAAA$AAAA", 0, must_change=True)
            office.store.staff.end_sessions_of("li.na")
        return real(*args, **parameters)

    monkeypatch.setattr("hashlib.scrypt", meanwhile)
    browser.post("/password", {"old": PASSWORD, "new": "Other-Harbour-2027", "again": "Other-Harbour-2027"})
    with office.store.transaction():
        assert office.store.staff.account("li.na").password == "scrypt$15$8$1$AAAA$AAAA"
    assert signed_out(browser)
    assert office.last_act() == ("li.na", "password-changed", "", "refused", "signed-out")
    assert "登录已结束" in browser.text or signed_out(browser)


def test_guessing_the_present_password_on_its_page_signs_out(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/password")
    form = {"old": "Wrong-Password-1", "new": "Other-Harbour-2027", "again": "Other-Harbour-2027"}
    for _ in range(5):
        assert not signed_out(browser)
        browser.get("/password")
        browser.post("/password", form)
    assert signed_out(browser)
    assert office.acts()[-1] == ("li.na", "session-ended", "done", "attempts")


def test_a_sixth_guess_is_not_looked_at_while_five_are_still_being_checked(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/password")
    with office.store.transaction():
        (row,) = office.store.all("SELECT id_hash FROM staff_session")
        for _ in range(5):
            office.store.staff.count_wrong(row[0])
    new = "Other-Harbour-2027"
    assert browser.post("/password", {"old": PASSWORD, "new": new, "again": new}).status == 403
    assert "错误次数过多" in browser.text
    assert office.last_act() == ("li.na", "password-changed", "", "refused", "attempts")


def test_a_right_password_or_code_ends_the_counting(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    for code in ("000000", None) * 4:
        for _ in range(4 if code else 1):
            office.clock.forward(seconds=31)
            browser.get("/enrolment-code")
            form = {"terminal": "T0007", "code": code or office.code("li.na")}
            assert browser.post("/enrolment-code-made", form).status == (403 if code else 200)
    assert browser.get("/").status == 200
