"""Signing in: both factors at once, one answer for every way of being wrong, and locks that grow."""

from __future__ import annotations

import threading

import pytest

from sync.gateway.staff import passwords
from sync.gateway.staff.roles import Role

WRONG = "Wrong-Password-1"


def refused(browser, name, **typed):
    answer = browser.sign_in(name, **typed)
    assert answer.status == 403
    assert "staff=" not in answer.headers.get("set-cookie", "").replace("staff-before=", "")
    return browser.text


def reasons(office):
    return [row.reason for row in office.audit() if row.act == "sign-in"]


def test_name_password_and_code_together_open_the_door(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    assert browser.get("/").status == 200
    assert "li.na" in browser.text
    assert office.acts() == [("li.na", "sign-in", "done", "")]


def test_every_way_of_being_wrong_has_the_same_answer_and_its_own_row(office):
    office.hire("li.na", Role.OPERATOR)
    office.hire("wang.wu", Role.OPERATOR, disabled=True)
    texts = {
        refused(office.browser(), "li.na", password=WRONG).replace("li.na", ""),
        refused(office.browser(), "li.na", code="000000"),
        refused(office.browser(), "nobody", code="123456"),
        refused(office.browser(), "wang.wu"),
        refused(office.browser(), "Li.Na", code="123456"),
        refused(office.browser(), "x' OR 1=1 --", code="123456"),
    }
    assert len(texts) == 1
    office.clock.forward(minutes=1)
    refused(office.browser(), "somebody", code="123456")
    rows = [(row.subject, row.reason) for row in office.audit() if row.act == "sign-in"]
    assert rows == [
        ("", "wrong-password"), ("", "wrong-code"), ("", "unknown-name"), ("", "locked"), ("+2", "unknown-name"),
        ("", "unknown-name"),
    ]  # fmt: skip


def test_what_was_typed_as_an_unknown_name_is_kept_nowhere(office):
    office.browser().sign_in("my-secret-password-typed-in-the-wrong-field", code="123456")
    assert [row.actor for row in office.audit()] == ["-"]
    office.store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in office.store._folder.iterdir():
        assert path.is_dir() or b"my-secret" not in path.read_bytes()


def test_an_unknown_name_costs_the_same_hash_as_a_known_one(office, monkeypatch):
    office.hire("li.na", Role.OPERATOR, disabled=True, password=passwords.hashed("Lamp-Harbour-2026", bytes(16)))
    office.hire("wang.wu", Role.OPERATOR, password=passwords.hashed("Lamp-Harbour-2026", bytes(16)))
    asked = []
    real = passwords.hashlib.scrypt

    def counted(*args, **parameters):
        asked.append((parameters["n"], parameters["r"], parameters["p"]))
        return real(*args, **parameters)

    monkeypatch.setattr("hashlib.scrypt", counted)
    for name in ("li.na", "wang.wu", "nobody", ""):
        office.browser().sign_in(name, password=WRONG, code="123456")
    assert asked == [(2**15, 8, 1)] * 4


def test_a_code_opens_once_even_within_its_half_minute(office):
    office.hire("li.na", Role.OPERATOR)
    code = office.code("li.na")
    assert office.browser().sign_in("li.na", code=code).status == 303
    refused(office.browser(), "li.na", code=code)
    assert reasons(office) == ["", "code-used"]
    # nor does an older one that was never typed
    office.clock.forward(seconds=60)
    newer = office.code("li.na")
    office.clock.forward(seconds=-30)
    older = office.code("li.na")
    assert office.browser().sign_in("li.na", code=newer).status == 303
    refused(office.browser(), "li.na", code=older)


def test_five_wrong_attempts_lock_for_a_quarter_of_an_hour_and_five_more_for_twice_that(office):
    office.hire("li.na", Role.OPERATOR)
    for minutes in (15, 30, 60):
        for _ in range(5):
            refused(office.browser(), "li.na", password=WRONG)
            office.clock.forward(seconds=1)
        assert office.acts()[-1] == ("li.na", "account-locked", "done", "attempts")
        office.clock.forward(minutes=minutes - 1)
        refused(office.browser(), "li.na")
        assert reasons(office)[-1] == "locked"
        office.clock.forward(minutes=1)
    assert office.browser().sign_in("li.na").status == 303
    assert office.store.all("SELECT * FROM staff_attempt") == []


def test_no_lock_is_longer_than_a_day(office):
    office.hire("li.na", Role.OPERATOR)
    for _ in range(12):
        for _ in range(5):
            refused(office.browser(), "li.na", password=WRONG)
            office.clock.forward(seconds=31)
        lasts = office.store.staff.locked_until("li.na") - int(office.clock.now().timestamp())
        assert lasts <= 86_400
        office.clock.forward(seconds=lasts)
    assert lasts == 86_400 - 31


def test_four_wrong_attempts_and_a_right_one_lock_nobody(office):
    office.hire("li.na", Role.OPERATOR)
    for _ in range(3):
        for _ in range(4):
            refused(office.browser(), "li.na", password=WRONG)
        assert office.browser().sign_in("li.na").status == 303
        office.clock.forward(seconds=30)


def test_a_right_fifth_attempt_opens(office):
    office.hire("li.na", Role.OPERATOR)
    for _ in range(4):
        refused(office.browser(), "li.na", password=WRONG)
    assert office.browser().sign_in("li.na").status == 303


def test_twelve_attempts_at_the_same_moment_are_not_more_than_five(office):
    office.hire("li.na", Role.OPERATOR)
    browsers = [office.browser() for _ in range(12)]
    for browser in browsers:
        browser.get("/sign-in")
    form = {"name": "li.na", "password": WRONG, "code": "123456"}
    threads = [threading.Thread(target=browser.post, args=("/sign-in", form)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.clock.forward(minutes=1)
    refused(office.browser(), "li.na")
    rows = sorted((row.reason, row.subject) for row in office.audit() if row.act == "sign-in")
    assert rows == [("locked", ""), ("locked", ""), ("locked", "+6"), *[("wrong-password", "")] * 5]
    assert [act for _, act, _, _ in office.acts()].count("account-locked") == 1


def test_somebody_elses_wrong_attempts_lock_the_account_but_end_no_session(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    for _ in range(5):
        refused(office.browser(), "li.na", password=WRONG)
    assert browser.get("/").status == 200


def test_a_password_that_was_changed_while_the_hash_ran_does_not_open(office, monkeypatch):
    office.hire("li.na", Role.OPERATOR)
    real = passwords.hashlib.scrypt

    def meanwhile(*args, **parameters):
        with office.store.transaction():
            office.store.staff.set_password("li.na", "scrypt$15$8$1$AAAA$AAAA", 0, must_change=False)
        return real(*args, **parameters)

    browser = office.browser()
    browser.get("/sign-in")
    monkeypatch.setattr("hashlib.scrypt", meanwhile)
    refused(browser, "li.na")


def test_a_second_factor_that_cannot_be_opened_says_where_to_turn(office):
    office.hire("li.na", Role.OPERATOR, totp=bytes(48))
    assert "控制台重置" in refused(office.browser(), "li.na")
    assert reasons(office) == ["factor-unreadable"]


def test_whoever_does_not_know_the_password_learns_nothing_of_a_second_factor_that_cannot_be_opened(office):
    office.hire("li.na", Role.OPERATOR, totp=bytes(48))
    said = {refused(office.browser(), name, password=WRONG, code="123456") for name in ("li.na", "nobody")}
    assert len({text.replace("li.na", "").replace("nobody", "") for text in said}) == 1
    assert reasons(office) == ["wrong-password", "unknown-name"]


def test_an_act_is_refused_whose_second_factor_cannot_be_opened_any_more(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    with office.store.transaction():
        office.store.staff.set_totp("li.na", bytes(48))
    browser.get("/enrolment-code")
    browser.post("/enrolment-code", {"terminal": "T0007"})
    assert browser.post("/enrolment-code-made", {"terminal": "T0007", "code": "123456"}).status == 403
    assert office.last_act() == ("li.na", "enrolment-code", "T0007", "refused", "factor-unreadable")
    assert "控制台重置" in browser.text


@pytest.mark.parametrize(
    "hostile", ["'; DROP TABLE staff_account; --", "<script>alert(1)</script>", "\udcff", "a" * 900]
)
def test_hostile_text_in_every_field_of_the_sign_in_page_is_only_text(office, hostile):
    office.hire("li.na", Role.OPERATOR)
    for field in ("name", "password", "code"):
        browser = office.browser()
        browser.get("/sign-in")
        form = {
            "name": "li.na",
            "password": WRONG,
            "code": "123456",
            field: hostile.encode("utf-8", "replace").decode(),
        }
        assert browser.post("/sign-in", form).status == 403
        assert "<script" not in browser.page
    assert office.store.staff.account("li.na") is not None
