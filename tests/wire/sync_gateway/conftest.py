"""A real gateway process on loopback, and a real terminal data directory enrolled with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offline_store.journal import open_journal
from offline_store.keys import KeyFiles
from sync.client.http import HttpSender
from sync.enrolment import enrol
from sync.protocol.sealing import seal_body
from sync.terminal_keys import load_signer
from sync.trust import read_trust

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "sync.gateway.cli"]


def wall() -> datetime:
    return datetime.now(UTC)


@dataclass
class Gateway:
    """`kiosk-gateway` on one data directory."""

    data: Path
    process: subprocess.Popen[bytes] | None = None
    ready: dict[str, object] = field(default_factory=dict)

    def command(self, *words: str, expect: int = 0) -> str:
        done = subprocess.run(
            [*COMMAND, *words, "--data", str(self.data)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == expect, done.stderr
        return done.stdout + done.stderr

    def answer(self, *words: str, expect: int = 0):
        return json.loads(self.command(*words, "--json", expect=expect))

    def start(self, port: int = 0) -> None:
        file = self.data / "ready.json"
        file.unlink(missing_ok=True)
        words = [
            "serve",
            "--port",
            str(port),
            "--public-port",
            "0",
            "--staff-port",
            "0",
            "--ready-file",
            str(file),
            "--data",
            str(self.data),
        ]
        self.process = subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdout=subprocess.DEVNULL)
        for _ in range(3000):
            if file.exists():
                self.ready = json.loads(file.read_text())
                return
            assert self.process.poll() is None, "the gateway ended"
            time.sleep(0.01)
        raise AssertionError("the gateway did not become ready")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        code = self.process.wait(20)
        self.process = None
        return code

    @property
    def url(self) -> str:
        return str(self.ready["gateway_url"])

    def records(self, *words: str):
        return self.answer("records", *words)


@dataclass
class Terminal:
    """A terminal's data directory with the keys a provisioned terminal has."""

    data: Path
    number: str

    def __post_init__(self) -> None:
        self.data.mkdir(mode=0o700)
        self.keys = KeyFiles(self.data / "keys", allow_file=True, warn=lambda warning: None)
        self.keys.create("store", os.urandom(32))

    def enrol(self, url: str, code: str):
        sender = HttpSender(url)
        try:
            return enrol(self.data, terminal=self.number, code=code, keys=self.keys, send=sender, now=wall)
        finally:
            sender.close()

    @contextmanager
    def journal(self) -> Iterator:
        centre = read_trust(self.data).centre_key
        with self.keys.load("store", length=32) as key:
            opened = open_journal(
                self.data,
                terminal=self.number,
                key=key.material,
                sign=load_signer(self.keys).sign,
                seal=lambda plain, info: seal_body(plain, info, centre),
                now=wall,
            )
            try:
                yield opened.journal
            finally:
                opened.journal.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """A served gateway with a small published population; a module's tests share it, each with its own terminal."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway") / "data")
    gateway.command("init")
    gateway.command("population", "--count", "40", "--seed", "3", "--personas", str(ROOT / "hardware_sim/personas"))
    gateway.command("publish")
    gateway.start()
    yield gateway
    if gateway.process is not None:
        assert gateway.end() == 0


_numbers = iter(range(1, 1000))


@pytest.fixture
def terminal(gateway, tmp_path):
    """An enrolled terminal with an empty journal."""
    number = f"W{next(_numbers):04}"
    terminal = Terminal(tmp_path / "terminal", number)
    terminal.enrol(gateway.url, gateway.answer("enrol", number)["code"])
    with terminal.journal():
        pass
    return terminal


@pytest.fixture
def bare_terminal(tmp_path):
    """A terminal that is not enrolled yet."""
    return Terminal(tmp_path / "terminal", "W9001")


@pytest.fixture(scope="session")
def gateway_class():
    """For tests that want a gateway of their own."""
    return Gateway
