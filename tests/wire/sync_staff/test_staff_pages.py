"""The staff's pages in a real browser: signing in with an authenticator, the work, both languages."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

PICTURES = os.environ.get("PAGE_PICTURES")
"""Folder for pictures of the pages; none are kept without it."""
NUMBER, ANOTHER = "ZM-T0001-20261122-1-0007-K", "ZM-T0001-20261122-1-0008-M"
OWN = "Lamp-Harbour-2026"


@pytest.fixture(scope="module")
def people(gateway):
    fill(gateway.data / "gateway.db")
    return {
        "operator": gateway.hire("li.na", "operator", "clerk"),
        "security": gateway.hire("wang.wu", "security-administrator"),
        "auditor": gateway.hire("sun.ba", "audit-administrator"),
    }


def fill(file):
    """Terminals, alarms and certificates, as if they had come in."""
    now = datetime.now(UTC)

    def at(**ago):
        return (now - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    with sqlite3.connect(file) as store:
        for n in range(1, 15):
            seen = None if n == 9 else at(minutes=n) if n != 4 else at(hours=30)
            store.execute("INSERT INTO terminal (number, last_seen_at) VALUES (?, ?)", (f"T{n:04}", seen))
            store.execute(
                "INSERT INTO terminal_key (terminal, key, fingerprint, seal_key, enrolled_at) VALUES (?, ?, ?, ?, ?)",
                (f"T{n:04}", bytes(32), "00" * 32, b"", at(days=40 - n)),
            )
        for code, epoch, seq in (("fork", 2, 118), ("entries-lost", 3, 0)):
            store.execute(
                "INSERT INTO alarm (at, terminal, code, epoch, seq) VALUES (?, ?, ?, ?, ?)",
                (at(hours=3), "T0011", code, epoch, seq),
            )
        store.execute(
            "INSERT INTO alarm (at, terminal, code, epoch, seq, times, last_at)"
            " VALUES (?, 'T0007', 'certificate-revoked', 0, 3, 12, ?)",
            (at(days=21), at(minutes=4)),
        )
        store.execute(
            "INSERT INTO alarm_acknowledgement SELECT id, 5, ?, 'wang.wu' FROM alarm WHERE terminal = 'T0007'",
            (at(days=20),),
        )
        for seq, number in ((7, NUMBER), (8, ANOTHER)):
            store.execute(
                "INSERT INTO register VALUES (?, 'T0001', 1, ?, 'SI-04', ?, ?, ?, ?, '00', 'known', NULL)",
                (number, seq, at(days=2), at(days=-88), "ab" * 32, "cd" * 32),
            )
    store.close()


def look(browser, picture, *, width=1280, height=900):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    overflow = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, f"{picture}: something sticks out sideways"
    if PICTURES:
        full = browser.execute_script("return document.documentElement.scrollHeight")
        size["height"] = max(height, full)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.save_screenshot(str(Path(PICTURES) / f"staff-{picture}.png"))
    assert [line for line in browser.get_log("browser") if blocked(line)] == []


def blocked(line):
    """What the browser refused to show or run; a 403 that was meant is no fault of the page."""
    return line["level"] == "SEVERE" and "the server responded with a status of" not in line["message"]


def pictures(browser, picture):
    """The page in both languages at a desk, and in Chinese on a telephone. Only for what a GET shows again."""
    look(browser, f"{picture}-zh")
    look(browser, f"{picture}-phone", width=390, height=844)
    follow(browser, By.CSS_SELECTOR, ".who a[hreflang=en]")
    assert browser.find_element(By.TAG_NAME, "html").get_dom_attribute("lang") == "en"
    look(browser, f"{picture}-en")
    follow(browser, By.CSS_SELECTOR, ".who a[hreflang=zh-CN]")


def text(browser):
    return browser.find_element(By.TAG_NAME, "body").text


def says(browser, words):
    """The page says so, once it is there; else the wait ends in a fault."""
    return WebDriverWait(browser, 10, ignored_exceptions=[StaleElementReferenceException]).until(
        lambda driver: words in text(driver)
    )


def type_into(browser, **fields):
    for name, value in fields.items():
        field = WebDriverWait(browser, 10).until(lambda driver, name=name: driver.find_element(By.ID, name))
        field.clear()
        field.send_keys(value)


def follow(browser, by, what):
    """Click, and wait until another page is there in place of this one."""
    element = WebDriverWait(browser, 10).until(lambda driver: driver.find_element(by, what))
    element.click()
    WebDriverWait(browser, 20).until(lambda driver: gone(element))


def gone(element):
    """Whether its page went; the browser says so in more than one way while it goes."""
    try:
        element.is_enabled()
    except WebDriverException:
        return True
    return False


def press(browser):
    follow(browser, By.CSS_SELECTOR, "main button")


def sign_in(browser, gateway, person):
    browser.get(str(gateway.ready["staff_url"]))
    if browser.find_elements(By.CSS_SELECTOR, ".who form"):
        if person.name in browser.find_element(By.CLASS_NAME, "who").text:
            return
        follow(browser, By.CSS_SELECTOR, ".who form button")
    type_into(browser, name=person.name, password=person.password, code=person.code())
    press(browser)
    if person.password != OWN:
        WebDriverWait(browser, 10).until(lambda driver: "/password" in driver.current_url)
        type_into(browser, old=person.password, new=OWN, again=OWN)
        look(browser, "password-due-zh")
        press(browser)
        person.password = OWN
    WebDriverWait(browser, 10).until(lambda driver: person.name in text(driver))


def test_a_first_sign_in_leads_over_a_new_password_to_the_work(browser, gateway, people):
    browser.get(str(gateway.ready["staff_url"]))
    assert browser.current_url.endswith("/sign-in")
    pictures(browser, "sign-in")
    type_into(browser, name="li.na", password="wrong", code="123456")
    press(browser)
    assert says(browser, "登录未成功")
    look(browser, "sign-in-refused-zh")
    sign_in(browser, gateway, people["operator"])
    assert says(browser, "终端总览")
    cookie = browser.get_cookie("staff")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    pictures(browser, "overview")


def test_an_operator_makes_a_code_in_two_steps_with_which_a_terminal_can_enrol(browser, gateway, people):
    sign_in(browser, gateway, people["operator"])
    follow(browser, By.LINK_TEXT, "登记码")
    pictures(browser, "code-1")
    type_into(browser, terminal="T0001")
    press(browser)
    assert says(browser, "已经登记")
    look(browser, "code-2-zh")
    type_into(browser, code=people["operator"].code())
    press(browser)
    assert says(browser, "此码只显示这一次")
    look(browser, "code-made-zh")
    assert len(browser.find_element(By.CLASS_NAME, "secret").text.replace("-", "")) == 56


def test_alarms_are_listed_with_what_they_mean_and_acknowledged_by_a_button(browser, gateway, people):
    sign_in(browser, gateway, people["operator"])
    follow(browser, By.LINK_TEXT, "告警")
    assert says(browser, "账链分叉")
    pictures(browser, "alarms")
    assert [row["alarms"] for row in gateway.answer("fleet") if row["number"] == "T0011"] == [2]
    assert says(browser, "此后又发生 7 次"), "the one that happened last is on top"
    follow(browser, By.CSS_SELECTOR, "td button")
    assert says(browser, "已确认：T0007")
    follow(browser, By.CSS_SELECTOR, "td button")
    assert says(browser, "已确认：T0011 3/0")
    look(browser, "alarms-acknowledged-zh")
    follow(browser, By.LINK_TEXT, "显示全部告警")
    assert says(browser, "li.na")
    look(browser, "alarms-all-zh")
    browser.get(str(gateway.ready["staff_url"]) + "/language?to=en&back=/alarms")
    follow(browser, By.LINK_TEXT, "Show all alarms")
    look(browser, "alarms-all-en")
    browser.get(str(gateway.ready["staff_url"]) + "/language?to=zh&back=/alarms")
    assert [row["alarms"] for row in gateway.answer("fleet") if row["number"] == "T0011"] == [1]
    (left,) = gateway.answer("alarms")
    assert (left["terminal"], left["code"]) == ("T0011", "fork")
    assert "acknowledged" in gateway.command("acknowledge", str(left["id"]), str(left["times"]))
    assert gateway.answer("alarms") == []
    rows = gateway.answer("alarms", "--all")
    again, by_page, by_console = (row["acknowledged_by"] for row in rows)
    assert again == by_page == "li.na"
    assert [row["since_acknowledged"] for row in rows] == [0, 0, 0]
    assert by_console.startswith("console:")
    assert "acknowledged before" in gateway.command("acknowledge", str(left["id"]), str(left["times"]))


def revoke(browser, person):
    """The second step, on the page that shows the certificate."""
    Select(browser.find_element(By.ID, "reason")).select_by_value("facts-changed")
    type_into(browser, code=person.code())
    follow(browser, By.CSS_SELECTOR, "button.danger")
    assert says(browser, "已撤销")


def test_a_security_administrator_takes_a_certificate_back(browser, gateway, people):
    sign_in(browser, gateway, people["security"])
    follow(browser, By.LINK_TEXT, "证明登记簿")
    type_into(browser, number="ZM-T0009-20261122-1-0001-A")
    press(browser)
    assert says(browser, "没有此编号")
    look(browser, "certificate-unknown-zh")
    type_into(browser, number=NUMBER)
    press(browser)
    assert says(browser, "撤销此证明")
    look(browser, "certificate-zh")
    revoke(browser, people["security"])
    look(browser, "certificate-revoked-zh")
    assert gateway.answer("register", NUMBER, expect=1)["state"] == "revoked"


def test_a_security_administrator_takes_a_terminal_out_of_service(browser, gateway, people):
    sign_in(browser, gateway, people["security"])
    follow(browser, By.LINK_TEXT, "吊销终端")
    pictures(browser, "terminal-1")
    type_into(browser, terminal="T0011")
    Select(browser.find_element(By.ID, "reason")).select_by_value("compromised")
    press(browser)
    assert says(browser, "不能收回")
    look(browser, "terminal-2-zh")


def test_an_audit_administrator_reads_what_the_others_did_and_nothing_else(browser, gateway, people):
    sign_in(browser, gateway, people["security"])
    follow(browser, By.LINK_TEXT, "证明登记簿")
    type_into(browser, number=ANOTHER)
    press(browser)
    assert says(browser, "撤销此证明")
    revoke(browser, people["security"])
    sign_in(browser, gateway, people["auditor"])
    assert browser.current_url.endswith("/audit")
    for words in ("撤销证明", ANOTHER, "wang.wu", "console:", "链条完整"):
        assert says(browser, words)
    pictures(browser, "audit")
    browser.get(str(gateway.ready["staff_url"]) + "/alarms")
    assert says(browser, "无权访问")
    look(browser, "not-allowed-zh")
    assert gateway.answer("staff", "audit", "verify")["whole"] is True


def test_a_form_on_another_site_cannot_act_for_whoever_is_signed_in(browser, gateway, people, tmp_path):
    sign_in(browser, gateway, people["operator"])
    site = tmp_path / "evil.html"
    site.write_text(
        f"<form method=post action='{gateway.ready['staff_url']}/enrolment-code'>"
        "<input name=terminal value=T0001><input name=token value=x><button>win</button></form>"
    )
    browser.get(site.as_uri())
    follow(browser, By.TAG_NAME, "button")
    # the cookie does not travel with it, so that it finds nobody signed in
    WebDriverWait(browser, 10).until(lambda driver: "/sign-in" in driver.current_url)
    browser.get(str(gateway.ready["staff_url"]))
    assert says(browser, "li.na")
