"""The verification page in a real browser: what is scanned, what is typed, on a telephone and on a desk."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from sync import process
from sync.protocol.certificate_code import CertificateFacts, code_text, issue_code, read_code
from sync.protocol.messages import CertificateIssued
from sync.seal_key import load_seal_key
from sync.trust import read_trust

PICTURES = os.environ.get("PAGE_PICTURES")
"""Folder for pictures of the page; none are kept without it."""

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None or shutil.which("chromedriver") is None,
    reason="Debian's chromium is not installed",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
        "--disable-background-networking", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()


def facts(trust, **changes):
    now = datetime.now(UTC)
    values = {
        "number": f"ZM-{trust.terminal}-20261122-1-0007-K", "kind": "SI-04", "issuer": trust.organisation,
        "place": "星湖市临湖区", "name_masked": "周*安", "id_last4": "0233",
        "facts": (
            ("企业职工基本养老保险", "参保缴费，2012年7月起，累计 172 个月"),
            ("失业保险", "参保缴费，2012年7月起，累计 172 个月"),
            ("工伤保险", "参保缴费，2012年7月起，累计 172 个月"),
        ),
        "data_as_of": now - timedelta(hours=30), "printed_at": now, "expires_at": now + timedelta(days=90),
        "terminal": trust.terminal,
    }  # fmt: skip
    return CertificateFacts(**{**values, **changes})


def printed(terminal, **changes):
    trust = read_trust(terminal.data)
    return issue_code(facts(trust, **changes), trust.compact_seal_certificate, load_seal_key(terminal.keys).sign)


def report(terminal, code):
    """The terminal tells the register, as it does with every certificate."""
    said = read_code(code).facts
    act = CertificateIssued(
        number=said.number, item=said.kind, id_number="110199198803120233", name="周予安", facts=said.facts,
        data_as_of=stamp(said.data_as_of), issued_at=stamp(said.printed_at), expires_at=stamp(said.expires_at),
        pdf_sha256="ab" * 32, code_sha256=read_code(code).sha256, seal_key_id=read_code(code).seal.key_id.hex(),
    )  # fmt: skip
    with terminal.journal() as journal:
        journal.append("certificate-issued", {"number": said.number}, act.to_wire())
    while process.now(terminal.data, keys=terminal.keys).backlog.awaiting_result:
        continue
    return said.number


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def look(browser, width, height):
    """Take the size of a telephone or of a desk's screen."""
    size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def shown(browser, *, width=390, height=844, picture=None):
    """The page's answer once it is there."""
    WebDriverWait(browser, 20).until(lambda driver: result(driver).get_dom_attribute("data-answer"))
    look(browser, width, height)
    overflow = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0, "nothing sticks out sideways"
    if PICTURES and picture:
        look(browser, width, browser.execute_script("return document.documentElement.scrollHeight"))
        browser.save_screenshot(str(Path(PICTURES) / f"{picture}.png"))
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []
    return result(browser).get_dom_attribute("data-answer"), result(browser).text


def result(browser):
    return browser.find_element(By.ID, "result")


def scan(browser, gateway, code):
    """What a telephone does with the code: opens its address."""
    browser.get("about:blank")
    browser.get(code_text(str(gateway.ready["verify_url"]), code))


def type_in(browser, gateway, text):
    browser.get("about:blank")
    browser.get(str(gateway.ready["verify_url"]))
    browser.find_element(By.ID, "text").send_keys(text)
    browser.find_element(By.TAG_NAME, "button").click()


def test_a_scanned_certificate_is_genuine_and_its_lines_can_be_compared(browser, gateway, terminal):
    code = printed(terminal)
    number = report(terminal, code)
    assert gateway.answer("register", number)["state"] == "known"
    scan(browser, gateway, code)
    answer, text = shown(browser, picture="genuine-phone")
    assert answer == "genuine_valid"
    expected = ["真实且在有效期", "Genuine and valid", "请与纸面逐项核对", "Compare each line with the paper"]
    for words in [*expected, "周*安", number, "累计 172 个月", "演示机构签发，无效力"]:
        assert words in text
    assert "周予安" not in text
    scan(browser, gateway, code)
    shown(browser, width=1280, height=900, picture="genuine-desk")


def test_the_code_is_not_in_any_address_that_is_asked_for(browser, gateway, terminal):
    code = printed(terminal)
    scan(browser, gateway, code)
    shown(browser)
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [address.rpartition("/v")[2] for address in asked] == ["/check"]


def test_an_unknown_number_a_known_one_and_a_revoked_one_are_told_apart(browser, gateway, terminal):
    type_in(browser, gateway, "ZM-T0009-20261122-1-0001-A")
    answer, text = shown(browser, picture="number-unknown-phone")
    assert answer == "number_unknown"
    assert "登记簿中没有此编号" in text
    number = report(terminal, printed(terminal))
    type_in(browser, gateway, number)
    assert shown(browser, picture="number-known-phone")[0] == "number_known"
    gateway.command("revoke", number, "--reason", "issued-in-error")
    assert gateway.answer("register", number, expect=1)["state"] == "revoked"
    type_in(browser, gateway, number)
    assert shown(browser)[0] == "number_revoked"


def test_a_revoked_certificate_and_an_altered_one_are_not_genuine(browser, gateway, terminal):
    code = printed(terminal)
    gateway.command("revoke", report(terminal, code), "--reason", "facts-changed")
    scan(browser, gateway, code)
    answer, text = shown(browser, picture="revoked-phone")
    assert answer == "not_genuine_or_revoked"
    assert "此证明已被撤销" in text
    altered = code.replace(b"172", b"272")
    scan(browser, gateway, altered)
    answer, text = shown(browser, width=1280, height=900, picture="altered-desk")
    assert answer == "not_genuine_or_revoked"
    assert "272" not in text


def test_an_expired_one_says_so(browser, gateway, terminal):
    now = datetime.now(UTC)
    scan(browser, gateway, printed(terminal, data_as_of=now, printed_at=now, expires_at=now + timedelta(seconds=1)))
    WebDriverWait(browser, 20).until(lambda driver: result(driver).get_dom_attribute("data-answer"))
    WebDriverWait(browser, 20).until(lambda driver: datetime.now(UTC) > now + timedelta(seconds=2))
    browser.refresh()
    assert shown(browser, picture="expired-phone")[0] == "genuine_expired"


def test_what_is_no_code_is_said_kindly_and_a_pasted_address_is_taken(browser, gateway, terminal):
    type_in(browser, gateway, "hello, this is no code")
    answer, text = shown(browser, picture="unreadable-phone")
    assert answer == "unreadable"
    assert "二维码" in text
    code = printed(terminal)
    type_in(browser, gateway, code_text("https://verify.example/v", code))
    assert shown(browser)[0] == "genuine_valid"


def test_the_empty_page_asks_for_a_code(browser, gateway):
    browser.get("about:blank")
    browser.get(str(gateway.ready["verify_url"]))
    assert browser.find_element(By.TAG_NAME, "label").text.startswith("扫描证明上的二维码")
    assert not result(browser).is_displayed()
    if PICTURES:
        for name, width in (("empty-phone", 390), ("empty-desk", 1280)):
            look(browser, width, 844)
            browser.save_screenshot(str(Path(PICTURES) / f"{name}.png"))
