"""Wrong attempts of a stranger: they lock out the stranger, stop nobody who is signed in, and fill no audit."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from importlib.resources import files

import pytest

from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.staff.attempts import source_of
from sync.gateway.staff.roles import Role
from sync.gateway.staff.sessions import form_token
from sync.protocol.exchange import Request

WRONG = "Wrong-Password-1"
DESK, STREET = "10.9.0.7", "10.9.0.66"


@pytest.fixture
def proxied(office):
    """The same office behind a proxy that says where requests come from."""
    office.centre = replace(office.centre, client_certificates=True)
    return office


def at(office, address):
    return office.browser(**{"x-client-address": address})


def wrong(office, name="li.na", times=5, address=STREET):
    for _ in range(times):
        assert at(office, address).sign_in(name, password=WRONG, code="000000").status == 403


def test_whoever_is_signed_in_revokes_a_stolen_terminal_whatever_strangers_try_at_the_door(office):
    office.enrol_terminal("T0001")
    security = office.signed_in("li.na", Role.SECURITY_ADMINISTRATOR)
    wrong(office, times=6)
    office.clock.forward(seconds=40)
    security.get("/terminal-revocation")
    form = {"terminal": "T0001", "reason": "stolen"}
    security.post("/terminal-revocation", form)
    assert security.post("/terminal-revoked", {**form, "code": office.code("li.na")}).status == 200
    assert office.last_act() == ("li.na", "terminal-revoked", "T0001", "done", "stolen")
    assert len(office.store.terminal_certificates.revoked()) == 1
    new = "Other-Harbour-2027"
    security.get("/password")
    assert security.post("/password", {"old": "Lamp-Harbour-2026", "new": new, "again": new}).status == 303


def test_a_stranger_elsewhere_keeps_the_owner_out_on_no_day(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    for _ in range(14):
        wrong(proxied, times=7)
        proxied.clock.forward(seconds=31)
        assert at(proxied, DESK).sign_in("li.na").status == 303
        assert at(proxied, STREET).sign_in("li.na").status == 403, "his own place stays locked"
        proxied.clock.forward(hours=24)


def test_the_owners_sign_in_gives_the_stranger_no_new_attempts(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    wrong(proxied, times=5)
    assert at(proxied, DESK).sign_in("li.na").status == 303
    wrong(proxied, times=5)
    rows = [(row.reason, row.subject) for row in proxied.audit() if row.act == "sign-in" and row.result == "refused"]
    assert rows == [("wrong-password", "")] * 5 + [("locked", "")]


def test_many_places_together_get_an_attempt_each_half_minute(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    places = iter(f"10.{n // 250}.{n % 250}.1" for n in range(1000))
    for _ in range(20):
        wrong(proxied, times=1, address=next(places))
    looked_at = [row.reason for row in proxied.audit()].count("wrong-password")
    assert looked_at == 20
    for _ in range(30):
        wrong(proxied, times=1, address=next(places))
    assert [row.reason for row in proxied.audit()].count("wrong-password") == 20
    assert proxied.audit()[-1].reason == "paused"
    proxied.clock.forward(seconds=30)
    assert at(proxied, DESK).sign_in("li.na").status == 303, "the owner waits a moment, and no longer"


def test_many_places_that_hold_the_pause_keep_the_owner_out_only_where_he_never_was(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    assert at(proxied, DESK).sign_in("li.na").status == 303
    places = iter(f"10.{n // 250}.{n % 250}.1" for n in range(1000))
    wrong(proxied, times=1, address=DESK)
    let_in = []
    for _ in range(8):
        for _ in range(25):
            wrong(proxied, times=1, address=next(places))
        proxied.clock.forward(seconds=30)
        wrong(proxied, times=1, address=next(places))
        assert proxied.audit()[-1].reason == "wrong-password", "the stranger has his one in half a minute"
        assert at(proxied, STREET).sign_in("li.na").status == 403
        let_in.append(at(proxied, DESK).sign_in("li.na").status)
    assert let_in == [303] * 8


def test_a_place_is_known_for_thirty_days_and_guessing_there_locks_as_anywhere(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    assert at(proxied, DESK).sign_in("li.na").status == 303
    places = iter(f"10.{n // 250}.{n % 250}.1" for n in range(1000))

    def pause():
        while proxied.audit()[-1].reason != "paused":
            wrong(proxied, times=1, address=next(places))

    pause()
    wrong(proxied, times=6, address=DESK)
    assert proxied.audit()[-1].reason == "locked"
    proxied.clock.forward(days=30)
    pause()
    assert at(proxied, DESK).sign_in("li.na").status == 303
    proxied.clock.forward(days=30, seconds=1)
    pause()
    assert at(proxied, DESK).sign_in("li.na").status == 403
    assert proxied.store.all("SELECT * FROM staff_place") == []


def test_a_network_of_ipv6_addresses_is_one_place(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    for n in range(7):
        wrong(proxied, times=1, address=f"2001:db8:1:2::{n}")
    assert proxied.audit()[-1].reason == "locked"
    assert at(proxied, "2001:db8:1:3::1").sign_in("li.na").status == 303


def test_a_place_is_believed_from_the_proxy_alone(office):
    office.hire("li.na", Role.OPERATOR)
    for n in range(6):
        wrong(office, times=1, address=f"10.0.0.{n}")
    assert office.audit()[-1].reason == "locked"
    assert at(office, DESK).sign_in("li.na").status == 403


def test_places_are_kept_as_keyed_hashes_and_those_of_wrong_attempts_for_a_day(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    wrong(proxied, times=2)
    assert at(proxied, DESK).sign_in("li.na").status == 303
    wrong(proxied, times=1)
    stored = [*proxied.store.all("SELECT * FROM staff_attempt"), *proxied.store.all("SELECT * FROM staff_place")]
    assert len(stored) == 3
    assert DESK not in repr(stored)
    assert STREET not in repr(stored)
    key = proxied.door.key
    request = Request("POST", "/", {"x-client-address": STREET})
    assert source_of(request, proxied=True, key=key) != source_of(request, proxied=True, key=bytes(range(32)))
    same = Request("POST", "/", {"x-client-address": f"::ffff:{STREET}"})
    assert source_of(request, proxied=True, key=key) == source_of(same, proxied=True, key=key)
    proxied.clock.forward(days=1, seconds=1)
    assert at(proxied, DESK).sign_in("li.na").status == 303
    assert proxied.store.all("SELECT * FROM staff_attempt") == []
    assert len(proxied.store.all("SELECT * FROM staff_place")) == 1


@pytest.mark.parametrize("said", ["", "unix:", "10.0.0.1, 10.0.0.2", "localhost", "1" * 500, "10.0.0.1\r\nx"])
def test_a_proxy_that_says_no_address_makes_all_one_place(proxied, said):
    request = Request("POST", "/", {"x-client-address": said})
    assert source_of(request, proxied=True, key=bytes(32)) == source_of(
        Request("POST", "/", {}), proxied=True, key=bytes(32)
    )


def test_an_unlocked_account_is_unlocked_for_every_place(proxied):
    proxied.hire("li.na", Role.OPERATOR)
    wrong(proxied, times=5)
    with proxied.store.transaction():
        assert proxied.store.staff.locked_until("li.na") > proxied.clock.now().timestamp()
        proxied.store.staff.forget_attempts("li.na")
    assert at(proxied, STREET).sign_in("li.na").status == 303


def test_an_account_that_a_person_locks_meanwhile_says_so_on_the_page_and_in_the_audit(office):
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/enrolment-code")
    store, opened = office.store, []

    class Meanwhile:
        """The store, in which somebody locks the account just before the act's own transaction."""

        def __getattr__(self, name):
            return getattr(store, name)

        def transaction(self):
            opened.append(1)
            if len(opened) == 2:
                with store.transaction():
                    store.staff.set_disabled("li.na", disabled=True)
            return store.transaction()

    office.store = Meanwhile()
    browser.post("/enrolment-code-made", {"terminal": "T0007", "code": "000000"})
    office.store = store
    assert "已被锁定" in browser.text
    assert office.last_act() == ("li.na", "enrolment-code", "T0007", "refused", "locked")


def stranger_posts(office, name):
    """Without loading the page: with a cookie of his own, and the token that anybody can work out from it."""
    browser = office.browser()
    browser.cookies["staff-before"] = "A" * 43
    form = {"name": name, "password": "x", "code": "1"}
    assert browser.post("/sign-in", form, token=form_token("A" * 43)).status == 403


def test_a_stranger_makes_two_rows_a_minute_and_no_more(office):
    office.hire("li.na", Role.OPERATOR)
    for _ in range(3):
        for n in range(6):
            stranger_posts(office, f"nobody{n}")
        office.clock.forward(minutes=1)
    rows = [(row.actor, row.subject, row.reason) for row in office.audit()]
    assert rows == ([("-", "", "unknown-name"), ("-", "+5", "unknown-name")] * 3)[:-1]
    assert office.browser().sign_in("li.na").status == 303
    rows = [(row.actor, row.subject, row.reason) for row in office.audit()]
    assert rows[-2:] == [("-", "+5", "unknown-name"), ("li.na", "", "")], "counted ones are told before the next row"


def test_whoever_reads_the_audit_sees_what_was_counted(office):
    auditor = office.signed_in("sun.ba", Role.AUDIT_ADMINISTRATOR)
    for n in range(4):
        stranger_posts(office, f"nobody{n}")
    office.clock.forward(minutes=1)
    auditor.get("/audit")
    assert "+3" in auditor.text
    assert "链条完整" in auditor.text


def test_a_locked_name_makes_no_row_for_each_attempt(office):
    office.hire("li.na", Role.OPERATOR)
    for _ in range(105):
        stranger_posts(office, "li.na")
    assert len(office.audit()) == 5 + 1 + 1, "five attempts, the lock, and the first that met it"


def test_an_attempt_writes_before_the_hash_whether_there_is_such_a_name_or_not(office, monkeypatch):
    """A write takes milliseconds: one that came with known names alone would tell which those are."""
    office.hire("li.na", Role.OPERATOR)
    real, written = hashlib.scrypt, []

    def watched(*args, **parameters):
        written.append(office.store._raw.total_changes)
        return real(*args, **{**parameters, "n": 2})

    monkeypatch.setattr("hashlib.scrypt", watched)
    for name in ("li.na", "nobody") * 7:  # also when both are locked
        before = office.store._raw.total_changes
        stranger_posts(office, name)
        assert written.pop() > before, name


def test_accounts_sessions_and_standing_locks_of_an_earlier_release_come_along(tmp_path):
    """The tables as 005 made them, opened by this release."""
    SqliteStore(tmp_path, create=True).close()
    with closing(sqlite3.connect(tmp_path / "gateway.db", isolation_level=None)) as old:
        old.executescript(
            "DROP TABLE staff_session; DROP TABLE staff_account; DROP TABLE staff_attempt; DROP TABLE staff_refusal;"
            "DROP TABLE staff_place;"
            "DELETE FROM schema_step WHERE name = '017-attempts-by-source';"
        )
        step = files("sync.gateway").joinpath("schema/005-staff.sql").read_text(encoding="utf-8")
        old.executescript(step[: step.index("CREATE TABLE staff_audit")])
        account = "INSERT INTO staff_account VALUES (?, 'clerk', 'scrypt$', 1, 0, x'00', 7, ?, 1, ?, 0, 'then')"
        old.execute(account, ("li.na", 3, 2**40))
        old.execute(account, ("wang.wu", 4, 5))
        old.execute("INSERT INTO staff_session VALUES (zeroblob(32), 'li.na', 1, 2)")
    with closing(SqliteStore(tmp_path)) as store:
        first, second = store.staff.accounts()
        assert (first.name, first.roles, first.last_step, first.created_at) == ("li.na", {Role.CLERK}, 7, "then")
        assert (store.staff.locked_until("li.na"), store.staff.locked_until(second.name)) == (2**40, 0)
        assert store.staff.session(bytes(32)).account == "li.na"
        assert store.staff.count_wrong(bytes(32)) == 1
