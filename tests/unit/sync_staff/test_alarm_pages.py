"""Alarms are worked off: open ones are listed page by page, acknowledged by a button, and counted no more then."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from offline_store.chain import timestamp
from sync.gateway.staff import parts
from sync.gateway.staff.alarm_pages import SHOWN
from sync.gateway.staff.roles import Role


def raise_alarms(office, count, terminal="T0001", code="fork"):
    if office.store.terminal(terminal) is None:
        office.enrol_terminal(terminal)
    with office.store.transaction():
        for seq in range(1, count + 1):
            office.store.alarm(terminal, code, 2, seq, timestamp(office.clock.now()))


def places(browser):
    return [int(seq) for seq in re.findall(r'<td class="number">2/(\d+)</td>', browser.page)]


def link(browser, text):
    found = re.search(rf'href="([^"]+)">{text}<', browser.page)
    return found.group(1).replace("&amp;", "&") if found else None


def fields(browser, row=0):
    """What the row's form would send."""
    form = re.findall(r'<form method="post" action="/alarm-acknowledged".*?</form>', browser.page, re.DOTALL)[row]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    return {name: value for name, value in sent.items() if name != "token"}


def open_alarms(office):
    return sum(row.alarms for row in office.store.fleet())


def test_more_alarms_than_a_page_holds_are_reached_by_going_to_older_and_newer_ones(office):
    raise_alarms(office, 2 * SHOWN + 20)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    assert places(browser) == list(range(2 * SHOWN + 20, SHOWN + 20, -1))
    assert link(browser, "较新的") is None
    browser.get(link(browser, "较早的"))
    assert places(browser) == list(range(SHOWN + 20, 20, -1))
    browser.get(link(browser, "较早的"))
    assert places(browser) == list(range(20, 0, -1))
    assert link(browser, "较早的") is None
    browser.get(link(browser, "较新的"))
    assert places(browser) == list(range(SHOWN + 20, 20, -1))
    browser.get(link(browser, "较新的"))
    assert places(browser)[0] == 2 * SHOWN + 20


def test_the_alarms_of_one_terminal_are_found_however_many_another_raised(office):
    raise_alarms(office, 1, "T0002", "entries-lost")
    raise_alarms(office, 7 * SHOWN)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    assert "T0002" not in browser.text
    browser.get("/alarms?number=t0002")
    assert places(browser) == [1]
    assert "账链有记录缺失" in browser.text
    browser.get("/alarms?number=T0001")
    browser.get(link(browser, "较早的"))
    assert 'name="number" value="T0001"' in browser.page, "the filter stays while one goes on"
    for odd in ("%", "_", "T0001'", "*"):
        browser.get(f"/alarms?number={odd}".replace("%", "%25"))
        assert places(browser) == []


def test_an_acknowledged_alarm_is_counted_no_more_and_says_by_whom(office):
    raise_alarms(office, 2)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/")
    assert re.search(r'href="/alarms\?number=T0001">2<', browser.page)
    browser.get("/alarms")
    office.clock.forward(minutes=1)
    assert browser.post("/alarm-acknowledged", fields(browser)).status == 200
    assert "已确认：T0001 2/2" in browser.text
    assert places(browser) == [1]
    assert office.last_act() == ("li.na", "alarm-acknowledged", "T0001 2/2", "done", "fork")
    assert open_alarms(office) == 1
    browser.get(link(browser, "显示全部告警"))
    assert places(browser) == [2, 1]
    assert re.search(r"<br><code>li\.na</code>", browser.page)
    browser.post("/alarm-acknowledged", fields(browser))
    assert places(browser) == [2, 1], "one stays in the list one was in"
    browser.get(link(browser, "只看未确认的"))
    assert "没有未确认的告警" in browser.text
    browser.get("/")
    assert "有告警" not in browser.text
    assert open_alarms(office) == 0


def test_the_last_of_an_older_page_leads_back_to_the_newest(office):
    raise_alarms(office, SHOWN + 1)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    browser.get(link(browser, "较早的"))
    assert places(browser) == [1]
    browser.post("/alarm-acknowledged", fields(browser))
    assert places(browser)[0] == SHOWN + 1


def test_acknowledging_twice_is_one_act(office):
    raise_alarms(office, 1)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    form = fields(browser)
    for _ in range(2):
        assert browser.post("/alarm-acknowledged", form).status == 200
        browser.get("/alarms")
        browser.get("/password")
    assert [row.act for row in office.audit()].count("alarm-acknowledged") == 1


def test_an_alarm_that_grew_is_open_again_and_not_acknowledged_unseen(office):
    raise_alarms(office, 1, code="entries-lost")
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    seen = fields(browser)
    with office.store.transaction():
        office.store.rewinds.lost("T0001", 2, 1, 5, timestamp(office.clock.now()))
    assert browser.post("/alarm-acknowledged", seen).status == 409
    assert open_alarms(office) == 1
    assert browser.post("/alarm-acknowledged", fields(browser)).status == 200
    assert open_alarms(office) == 0
    with office.store.transaction():
        office.store.rewinds.lost("T0001", 2, 1, 9, timestamp(office.clock.now()))
    assert open_alarms(office) == 1
    browser.get("/alarms")
    assert "2/1-9" in browser.text


def test_what_happens_again_is_on_top_with_the_first_time_the_last_and_how_often_since(office):
    raise_alarms(office, 1, "T0002", "certificate-revoked")
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    browser.post("/alarm-acknowledged", fields(browser))
    office.clock.forward(days=21)
    raise_alarms(office, 1, "T0001")
    for _ in range(3):
        office.clock.forward(hours=1)
        with office.store.transaction():
            office.store.alarm("T0002", "certificate-revoked", 2, 1, timestamp(office.clock.now()))
    assert open_alarms(office) == 2
    browser = office.browser()
    browser.sign_in("li.na")
    browser.get("/alarms")
    assert browser.text.index("T0002") < browser.text.index("T0001")
    first, last = parts.at(office.clock.now() - timedelta(days=21, hours=3)), parts.at(office.clock.now())
    told = " ".join(browser.text.split())
    assert f"{last} 首次 {first} 共 4 次" in told
    assert "li.na ✕ 此后又发生 3 次" in told
    seen = fields(browser)
    with office.store.transaction():
        office.store.alarm("T0002", "certificate-revoked", 2, 1, timestamp(office.clock.now() + timedelta(hours=1)))
    assert browser.post("/alarm-acknowledged", seen).status == 409
    assert "又发生过，没有确认" in browser.text
    assert browser.post("/alarm-acknowledged", fields(browser)).status == 200
    assert open_alarms(office) == 1


def test_going_to_older_ones_passes_over_none_while_another_happens_again(office):
    raise_alarms(office, 2 * SHOWN)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    assert places(browser) == list(range(2 * SHOWN, SHOWN, -1))
    older = link(browser, "较早的")
    with office.store.transaction():
        office.store.alarm("T0001", "fork", 2, 3, timestamp(office.clock.now() + timedelta(hours=1)))
    browser.get(older)
    assert places(browser) == [seq for seq in range(SHOWN, 0, -1) if seq != 3]
    browser.get(link(browser, "较新的"))
    browser.get(link(browser, "较新的"))
    assert places(browser)[0] == 3


@pytest.mark.parametrize("number", ["", "99", "-1", "x", "1" * 30, "1.0", "²"])
def test_an_alarm_that_is_not_there_is_not_acknowledged(office, number):
    raise_alarms(office, 1)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    assert browser.post("/alarm-acknowledged", {"alarm": number, "times": "1"}).status == 404
    assert open_alarms(office) == 1


def test_a_form_from_elsewhere_acknowledges_nothing(office):
    raise_alarms(office, 1)
    browser = office.signed_in("li.na", Role.OPERATOR)
    browser.get("/alarms")
    form = fields(browser)
    assert browser.post("/alarm-acknowledged", form, token="x" * 43).status == 403
    browser.get("/alarms")
    assert browser.post("/alarm-acknowledged", form, origin="https://evil.example").status == 403
    assert open_alarms(office) == 1


@pytest.mark.parametrize("role", list(Role))
def test_who_watches_terminals_acknowledges_and_nobody_else(office, role):
    raise_alarms(office, 1)
    watching = {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.OPERATOR}
    browser = office.signed_in("li.na", role)
    browser.get("/alarms" if role in watching else "/password")
    form = fields(browser) if role in watching else {"alarm": "1", "times": "1"}
    assert browser.post("/alarm-acknowledged", form).status == (200 if role in watching else 403)
    assert open_alarms(office) == (0 if role in watching else 1)
