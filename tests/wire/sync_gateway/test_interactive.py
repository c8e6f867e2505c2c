"""A person waits: terminal, sync process and gateway as they run, with a wire between them that can be cut."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from kiosk.centre import ResultNotYetKnown, ask, outcome
from offline_store.schema import CardRow, CaseRow, ContributionRow
from sync import process
from sync.asking import Answered, Document, Questions
from sync.orders import read_orders
from sync.poke import poke
from sync.protocol.questions import CardStatusChange, ConfirmIdentity, FetchDocument, LiveRecord
from sync.trust import read_trust

ROOT = Path(__file__).parents[3]
WORKER, CARD = "110199198803120233", "A00000011"
LOSS = CardStatusChange(change="loss-report", id_number=WORKER, card_number=CARD, level=1)
RUN = """
import sys
from pathlib import Path
from offline_store.keys import KeyFiles
from sync.process import run
data = Path(sys.argv[1])
keys = KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None)
run(data, keys=keys, gateway_url=sys.argv[2])
"""


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come to pass")


class Wire(threading.Thread):
    """Forwards every request to the gateway; while it is cut, answers about questions get lost on their way back.

    While it is slow, a snapshot hangs after its first octets until it may go on.
    """

    def __init__(self, gateway_url):
        super().__init__()
        wire = self
        self.cut = False
        self.lost = []
        self.slow = False
        self.held, self.go_on = threading.Event(), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                answer = requests.request(
                    self.command, gateway_url + self.path, data=body, headers=dict(self.headers), timeout=20
                )
                if wire.cut and self.path.startswith("/v1/questions"):
                    wire.lost.append((self.command, self.path))
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                for name in ("content-type", "date", "retry-after"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                if wire.slow and self.path.startswith("/v1/snapshot/"):
                    self.wfile.write(answer.content[:10])
                    self.wfile.flush()
                    wire.held.set()
                    wire.go_on.wait(60)
                    self.wfile.write(answer.content[10:])
                    return
                self.wfile.write(answer.content)

            def do_POST(self):
                self.do_GET()

            def log_message(self, format, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def run(self):
        self.server.serve_forever()

    def end(self):
        self.server.shutdown()
        self.server.server_close()
        self.join()


@contextmanager
def loop(terminal, url):
    """The sync process of a terminal, once it listens and has gone through its first pass."""
    running = subprocess.Popen(
        [sys.executable, "-c", RUN, str(terminal.data), url], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        until((terminal.data / "sync.sock").exists)
        yield running
    finally:
        if running.poll() is None:
            running.terminate()
        assert running.wait(20) == 0


@contextmanager
def questions_of(terminal):
    with terminal.keys.load("store", length=32) as key:
        trust = read_trust(terminal.data)
        asking = Questions(terminal.data, key.material, trust.issuers, lambda: datetime.now(UTC), os.urandom)
        try:
            yield asking
        finally:
            asking.close()


@pytest.fixture(scope="module")
def gateway(gateway_class, tmp_path_factory):
    """A gateway of this module's own: here cards are reported lost."""
    gateway = gateway_class(tmp_path_factory.mktemp("gateway") / "data")
    gateway.command("init")
    gateway.command("population", "--count", "20", "--seed", "3", "--personas", str(ROOT / "hardware_sim/personas"))
    gateway.command("publish")
    gateway.start()
    yield gateway
    assert gateway.end() == 0


def test_a_person_gets_the_centres_answers_while_he_waits(gateway, terminal):
    with loop(terminal, gateway.url), questions_of(terminal) as centre:

        def answer(asks):
            waiting = ask(centre, asks, limit=30, now=time.monotonic())
            return until(lambda: outcome(centre, waiting, time.monotonic()))

        live = answer(LiveRecord(id_number=WORKER))
        assert isinstance(live, Answered)
        rows = live.answer.rows
        assert sum(isinstance(row, ContributionRow) for row in rows) > 100
        assert [row.status for row in rows if isinstance(row, CardRow)] == ["normal"]
        other = answer(ConfirmIdentity(id_number=WORKER, name="别人", card_number=CARD))
        assert other.answer.verdict == "differs"

        lost = answer(LOSS).answer
        assert (lost.status, lost.case_number in lost.words_zh) == ("lost", True)
        again = answer(LiveRecord(id_number=WORKER)).answer.rows
        assert [row.status for row in again if isinstance(row, CardRow)] == ["lost"]
        document = answer(FetchDocument(id_number=WORKER, number=lost.case_number))
        assert isinstance(document, Document)
        assert (document.content[:5], len(document.seal.sha256_hex)) == (b"%PDF-", 64)
        released = answer(LOSS.model_copy(update={"change": "release", "level": 2})).answer
        assert released.status == "normal"


def test_a_cut_answer_is_not_yet_known_and_comes_under_its_id_once_the_wire_is_whole(gateway, terminal):
    wire = Wire(gateway.url)
    wire.start()
    try:
        with loop(terminal, wire.url), questions_of(terminal) as centre:
            wire.cut = True
            waiting = ask(centre, LOSS, limit=30, now=time.monotonic())
            until(lambda: wire.lost)
            nobody_knows = outcome(centre, waiting, waiting.until)
            assert nobody_knows == ResultNotYetKnown(waiting.question, may_be_done=True)
            until(lambda: len(wire.lost) > 1)
            wire.cut = False
            said = until(lambda: outcome(centre, waiting, time.monotonic()))
            assert said.answer.status == "lost"
            posts = [request for request in wire.lost if request[0] == "POST"]
            assert posts == [("POST", "/v1/questions")], "sent once; after that only asked for by its id"

            live = ask(centre, LiveRecord(id_number=WORKER), limit=30, now=time.monotonic())
            rows = until(lambda: outcome(centre, live, time.monotonic())).answer.rows
            cases = [row for row in rows if isinstance(row, CaseRow) and row.number == said.answer.case_number]
            assert len(cases) == 1
    finally:
        wire.end()


def test_a_person_is_answered_while_a_large_download_hangs(gateway, terminal):
    wire = Wire(gateway.url)
    wire.slow = True
    wire.start()
    try:
        with loop(terminal, wire.url) as running, questions_of(terminal) as centre:
            assert wire.held.wait(30)
            for asks in (
                LiveRecord(id_number=WORKER),
                ConfirmIdentity(id_number=WORKER, name="别人", card_number=CARD),
            ):
                waiting = ask(centre, asks, limit=30, now=time.monotonic())
                found = until(lambda waiting=waiting: outcome(centre, waiting, time.monotonic()), seconds=20)
                assert isinstance(found, Answered)
            assert not wire.go_on.is_set()
            assert process.status(terminal.data, keys=terminal.keys).snapshot is None, "it still hangs"
            # an end that is asked for now waits for no download, and leaves nothing half done
            running.terminate()
            assert running.wait(20) == 0
            assert not wire.go_on.is_set()
        said = dict(process.status(terminal.data, keys=terminal.keys).last_runs)["snapshot"]
        assert (said.outcome, said.detail) == ("later", "ended")
        assert not (terminal.data / "sync.sock").exists()
        wire.go_on.set()
        assert process.now(terminal.data, keys=terminal.keys).complete
        assert process.status(terminal.data, keys=terminal.keys).snapshot is not None
    finally:
        wire.go_on.set()
        wire.end()


def test_an_act_and_an_order_go_their_way_while_a_large_download_hangs(gateway, terminal):
    gateway.command("order", terminal.number, "refresh")
    wire = Wire(gateway.url)
    wire.slow = True
    wire.start()
    try:
        with loop(terminal, wire.url):
            assert wire.held.wait(30)
            with terminal.journal() as journal:
                act = journal.append("audit", {"event": "while-it-hangs"})
            poke(terminal.data)
            until(lambda: (act.epoch, act.seq) in {
                (row["epoch"], row["seq"]) for row in gateway.records("--limit", "1000")
                if row["terminal"] == terminal.number
            })  # fmt: skip
            gateway.command("order", terminal.number, "lock", "--reason", "stolen")
            until(lambda: read_orders(terminal.data).lock, seconds=60)
            assert not wire.go_on.is_set()
            assert process.status(terminal.data, keys=terminal.keys).snapshot is None, "it still hangs"
    finally:
        wire.go_on.set()
        wire.end()


CRASHING = """
import sys, threading
from pathlib import Path
from offline_store.keys import KeyFiles
from sync.process import run
data, lane, flag = Path(sys.argv[1]), sys.argv[3], Path(sys.argv[4])
class Failing(KeyFiles):
    def load(self, name, *, length=None):
        if flag.exists() and threading.current_thread().name == lane:
            raise RuntimeError("a bug in " + lane)
        return super().load(name, length=length)
run(data, keys=Failing(data / "keys", allow_file=True, warn=lambda warning: None), gateway_url=sys.argv[2])
"""


@pytest.mark.parametrize("lane", ["person", "rest"])
def test_a_crash_of_either_lane_ends_the_process(gateway, terminal, tmp_path, lane):
    flag = tmp_path / "flag"
    command = [sys.executable, "-c", CRASHING, str(terminal.data), gateway.url, lane, str(flag)]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: poke(terminal.data))
        assert running.poll() is None
        flag.touch()
        # the key is looked at anew when the trust is another file than before
        (terminal.data / "trust/centre.json").touch()
        poke(terminal.data)
        _, said = running.communicate(timeout=40)
    finally:
        if running.poll() is None:
            running.kill()
    assert running.returncode == 1
    assert f"RuntimeError: a bug in {lane}" in said
    assert not (terminal.data / "sync.sock").exists()


def heartbeat_of(gateway, terminal):
    (row,) = [row for row in gateway.answer("fleet") if row["number"] == terminal.number]
    return row["heartbeat"]


def test_the_fleet_shows_how_a_terminal_is_and_orders_reach_it(gateway, terminal):
    assert heartbeat_of(gateway, terminal) is None
    process.now(terminal.data, keys=terminal.keys)
    beat = heartbeat_of(gateway, terminal)
    assert (beat["pending"], beat["locked"], beat["suite"]) == (0, False, "intl")
    assert 0 <= beat["age"] < 60
    assert beat["free_bytes"] > 0
    first = gateway.answer("order", terminal.number, "lock", "--reason", "stolen")
    second = gateway.answer("order", terminal.number, "refresh")
    assert 0 < first["number"] < second["number"]
    for _ in range(2):
        process.now(terminal.data, keys=terminal.keys)
    assert read_orders(terminal.data).lock.reason == "stolen"
    assert [(row["command"], row["state"]) for row in gateway.answer("orders", terminal.number)] == [
        ("lock", "done"),
        ("refresh", "done"),
    ]
    assert heartbeat_of(gateway, terminal)["locked"] is True
    assert "not enrolled" in gateway.command("order", "W8888", "lock", expect=1)


def test_a_wiped_terminal_has_sent_everything_and_keeps_nothing(gateway, terminal):
    with terminal.journal() as journal:
        for _ in range(3):
            journal.append("audit", {"event": "before-the-wipe"})
    gateway.command("order", terminal.number, "wipe", "--reason", "stolen")
    with loop(terminal, gateway.url) as running:
        assert running.wait(60) == 0
    (order,) = gateway.answer("orders", terminal.number)
    assert (order["command"], order["state"]) == ("wipe", "wiping")
    kept = [row for row in gateway.records("--limit", "1000") if row["terminal"] == terminal.number]
    assert len(kept) == 4
    left = sorted(path.name for path in terminal.data.rglob("*") if path.is_file())
    assert [name for name in left if name not in ("wiped.json", "journal.open", "terminal.toml")] == []
