"""A real gateway process with its staff, and Chromium as they have it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
import pytest

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "sync.gateway.cli"]
PASSWORD = "Lamp-Harbour-2026"


@dataclass
class Gateway:
    """`kiosk-gateway` on one data directory."""

    data: Path
    process: subprocess.Popen[bytes] | None = None
    ready: dict[str, object] = field(default_factory=dict)

    def command(self, *words: str, expect: int = 0, typed: str = "") -> str:
        done = subprocess.run(
            [*COMMAND, *words, "--data", str(self.data)],
            cwd=ROOT, capture_output=True, text=True, check=False, input=typed,
        )  # fmt: skip
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def answer(self, *words: str, expect: int = 0):
        return json.loads(self.command(*words, "--json", expect=expect))

    def start(self, *words: str) -> None:
        file = self.data / "ready.json"
        file.unlink(missing_ok=True)
        serve = ["serve", *words, "--ready-file", str(file), "--data", str(self.data)]
        self.process = subprocess.Popen([*COMMAND, *serve], cwd=ROOT, stdout=subprocess.DEVNULL)
        for _ in range(3000):
            if file.exists():
                self.ready = json.loads(file.read_text())
                return
            assert self.process.poll() is None, "the gateway ended"
            time.sleep(0.01)
        raise AssertionError("the gateway did not become ready")

    def end(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.process = None
        return code

    def hire(self, name: str, *roles: str) -> Person:
        """An account whose password is its owner's own already."""
        made = self.answer("staff", "add", name, *(word for role in roles for word in ("--role", role)))
        return Person(name, made["password"], pyotp.parse_uri(made["otpauth"]))


@dataclass
class Person:
    """Somebody with an authenticator, who types each code once."""

    name: str
    password: str
    totp: pyotp.TOTP
    step: int = 0

    def code(self) -> str:
        """The next code that was not used: of the present half minute or of the one to come, which is tolerated."""
        present = int(time.time()) // 30
        self.step = max(self.step + 1, present)
        for _ in range(3100):
            if self.step <= int(time.time()) // 30 + 1:
                return self.totp.generate_otp(self.step)
            time.sleep(0.02)
        raise AssertionError("time stands still")


PORTS = ("--port", "0", "--public-port", "0", "--staff-port", "0")


@pytest.fixture(scope="session")
def gateway_class():
    return Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway") / "data")
    gateway.command("init")
    gateway.start(*PORTS)
    yield gateway
    assert gateway.end() == 0


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        pytest.skip("Debian's chromium is not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    options.accept_insecure_certs = True
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
        "--disable-background-networking", "--disable-sync", "--hide-scrollbars", "--lang=zh-CN",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": "zh-CN,zh"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()
