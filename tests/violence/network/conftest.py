"""A gateway whose log is kept, terminals at work, and a proxy in between."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.violence.network.business import Business
from tests.violence.network.toxic_proxy import ToxicProxy
from tests.wire.sync_gateway.conftest import COMMAND, ROOT, Gateway, Terminal


class LoggedGateway(Gateway):
    """Its standard error goes to a file: what happens at the other end of a line must not fill it."""

    @property
    def log(self) -> str:
        return (self.data / "stderr.txt").read_text(encoding="utf-8", errors="replace")

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def start(self, port: int = 0) -> None:
        ready = self.data / "ready.json"
        ready.unlink(missing_ok=True)
        words = ["serve", "--port", str(port), "--public-port", "0", "--staff-port", "0"]
        words += ["--ready-file", str(ready), "--data", str(self.data)]
        with (self.data / "stderr.txt").open("ab") as log:
            self.process = subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        for _ in range(6000):
            if ready.exists():
                self.ready = json.loads(ready.read_text())
                return
            assert self.process.poll() is None, self.log
            time.sleep(0.01)
        raise AssertionError("the gateway did not become ready")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Iterator[LoggedGateway]:
    """A served gateway without a snapshot: what the cuts are about is acts and their results."""
    gateway = LoggedGateway(tmp_path_factory.mktemp("gateway") / "data")
    gateway.command("init")
    gateway.start()
    yield gateway
    assert gateway.end() == 0
    assert "Traceback" not in gateway.log, "no line that breaks is a fault of the gateway"


@pytest.fixture(scope="module")
def business(gateway, tmp_path_factory) -> Iterator[Business]:
    """An enrolled terminal whose journal is open, as while people are served. A module's faults all happen to it."""
    terminal = Terminal(tmp_path_factory.mktemp("terminal") / "data", "N0001")
    terminal.enrol(gateway.url, gateway.answer("enrol", terminal.number)["code"])
    with terminal.journal() as journal:
        business = Business(gateway, terminal, journal)
        business.settle(gateway.url)
        yield business


@pytest.fixture
def proxy(gateway) -> Iterator[ToxicProxy]:
    """A line to the gateway that can be spoilt."""
    with ToxicProxy(gateway.port) as proxy:
        yield proxy
