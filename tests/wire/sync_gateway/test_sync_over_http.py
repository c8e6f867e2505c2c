"""Terminal and gateway as two processes over HTTP: enrol, upload, results, snapshot; kills and portals in between."""

from __future__ import annotations

import http.server
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from offline_store.chain import timestamp
from offline_store.connection import open_encrypted
from offline_store.snapshot import Snapshot
from sync import process
from sync.client.outcomes import Done, Later
from sync.poke import poke
from sync.protocol.enrolment import EnrolmentRefused
from sync.protocol.messages import RecordQuery

ROOT = Path(__file__).parents[3]
ID_NUMBER = "110199198803120233"  # the worker among the personas
QUERY = RecordQuery(
    item="SI-02", id_number=ID_NUMBER, card_number="A00000011", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()


def outcomes(summary):
    return {run.job: run.outcome for run in summary.runs}


def mine(gateway, terminal, *words):
    return [row for row in gateway.records(*words) if row["terminal"] == terminal.number]


def until(condition):
    for _ in range(2000):
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


def test_a_terminal_enrols_uploads_learns_its_results_and_loads_the_snapshot(gateway, terminal):
    with terminal.journal() as journal:
        journal.append("act", {"session": "s1"}, QUERY)
    summary = process.now(terminal.data, keys=terminal.keys)
    assert outcomes(summary)["upload"] == Done(2)
    assert isinstance(outcomes(summary)["snapshot"], Done)
    assert summary.complete
    assert summary.backlog.pending == 0
    until(lambda: process.now(terminal.data, keys=terminal.keys).backlog.awaiting_result == 0)

    with terminal.keys.load("store", length=32) as key:
        snapshot = Snapshot(terminal.data / "snapshot", key.material)
        with snapshot.open_session(datetime.now(UTC)) as session:
            assert session.person(ID_NUMBER).value.category == "worker"
            assert len(session.contributions(ID_NUMBER).value) > 100

    (opened, act) = mine(gateway, terminal)
    assert (opened["kind"], act["state"]) == ("epoch-opened", "accepted")
    assert act["act"]["id_number"] == "110***********0233"
    assert act["act"]["card_number"] == "*****0011"
    assert mine(gateway, terminal, "--reveal")[1]["act"]["id_number"] == ID_NUMBER

    status = process.status(terminal.data, keys=terminal.keys)
    assert (status.demo, status.snapshot.generation > 0, status.backlog.pending) == (True, True, 0)
    assert dict(status.last_runs)["upload"].outcome == "done"
    assert (terminal.data / "trust" / "revocations.cbor").stat().st_mode & 0o077 == 0


def test_a_body_goes_seven_days_after_it_was_processed_and_not_before(gateway, terminal):
    with terminal.journal() as journal:
        for _ in range(2):
            journal.append("act", {"session": "s1"}, QUERY)
    until(lambda: process.now(terminal.data, keys=terminal.keys).backlog.awaiting_result == 0)
    now = datetime.now(UTC)
    ages = {2: timedelta(days=7, minutes=1), 3: timedelta(days=7, minutes=-10)}
    with terminal.keys.load("store", length=32) as key:
        store = open_encrypted(terminal.data / "journal.db", key.material)
        with store.writing():
            for seq, age in ages.items():
                sql = "UPDATE delivery SET processed_at = ? WHERE seq = ? AND state = 'processed'"
                assert store.execute(sql, (timestamp(now - age), seq)) == 1
        store.close()
        assert process.now(terminal.data, keys=terminal.keys).complete
        store = open_encrypted(terminal.data / "journal.db", key.material)
        assert store.rows("SELECT seq FROM body") == [(3,)]
        store.close()


@pytest.mark.parametrize("damage", ["folder gone", "file overwritten", "file gone"])
def test_a_damaged_snapshot_is_fetched_again_and_keeps_no_other_job_from_running(gateway, terminal, damage):
    assert process.now(terminal.data, keys=terminal.keys).complete
    (generation,) = (terminal.data / "snapshot").glob("snapshot-*")
    file = generation / "people.db"
    if damage == "folder gone":
        shutil.rmtree(generation)
    elif damage == "file gone":
        file.unlink()
    else:
        file.write_bytes(bytes(file.stat().st_size))
    assert process.status(terminal.data, keys=terminal.keys).snapshot is None
    summary = process.now(terminal.data, keys=terminal.keys)
    assert summary.complete, summary.runs
    with (
        terminal.keys.load("store", length=32) as key,
        Snapshot(terminal.data / "snapshot", key.material).open_session(datetime.now(UTC)) as session,
    ):
        assert session.person(ID_NUMBER).value.category == "worker"


def test_the_fleet_shows_who_was_seen(gateway, terminal):
    process.now(terminal.data, keys=terminal.keys)
    (row,) = [row for row in gateway.answer("fleet") if row["number"] == terminal.number]
    assert row["last_seen_at"] is not None
    assert (row["entries"], row["refused"], row["alarms"]) == (1, 0, 0)


def test_enrolment_is_refused_in_clear_words(gateway, bare_terminal):
    code = gateway.answer("enrol", "W9002")["code"]
    for typed, expected in [
        (code[:-1] + ("A" if code[-1] != "A" else "B"), "code-mistyped"),
        (code, "enrolment-code-other-terminal"),
    ]:
        with pytest.raises(EnrolmentRefused) as caught:
            bare_terminal.enrol(gateway.url, typed)
        assert caught.value.code == expected
    good = gateway.answer("enrol", "W9001")["code"]
    bare_terminal.enrol(gateway.url, good)
    bare_terminal.enrol(gateway.url, good)  # the first answer may have been lost
    (bare_terminal.data / "keys" / "terminal").unlink()
    with pytest.raises(EnrolmentRefused, match="used before") as caught:
        bare_terminal.enrol(gateway.url, good)
    assert caught.value.code == "enrolment-code-used"


def test_a_gateway_that_is_not_the_one_on_the_code_is_refused_and_nothing_is_trusted(gateway, bare_terminal, tmp_path):
    stranger = type(gateway)(tmp_path / "stranger")
    stranger.command("init")
    stranger.start()
    try:
        # its operator copies the number but cannot make the code of the other centre
        with pytest.raises(EnrolmentRefused) as caught:
            bare_terminal.enrol(stranger.url, gateway.answer("enrol", "W9001")["code"])
        assert caught.value.code == "enrolment-code-unknown"
    finally:
        stranger.end()
    assert not (bare_terminal.data / "trust").exists()


def test_nobody_there_is_said_in_clear_words(bare_terminal, gateway):
    with pytest.raises(EnrolmentRefused, match="does not answer"):
        bare_terminal.enrol(f"http://127.0.0.1:{free_port()}", gateway.answer("enrol", "W9001")["code"])


SILENT = ("questions", "salvage", "packages", "renewal")
"""Jobs that ask only when there is something to ask."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Portal(http.server.BaseHTTPRequestHandler):
    """A captive portal: whatever is asked, its page comes with status 200."""

    def do_GET(self):
        page = b"<html><body>Please log in</body></html>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, format, *args):
        pass


class Flood(Portal):
    """Answers without end."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        try:
            while True:
                self.wfile.write(bytes(65536))
        except OSError:
            pass


@pytest.mark.parametrize(("handler", "reason"), [(Portal, "not-the-gateway"), (Flood, "too-large")])
def test_behind_a_portal_or_a_flood_nothing_is_believed_and_nothing_is_lost(terminal, handler, reason):
    with served(handler) as url:
        summary = process.now(terminal.data, keys=terminal.keys, gateway_url=url)
    assert all(isinstance(outcomes(summary)[job], Done) for job in SILENT), "nothing to ask: nothing asked"
    assert {outcome for job, outcome in outcomes(summary).items() if job not in SILENT} == {Later(reason)}
    assert summary.backlog.pending == 1
    assert not summary.alarms


def test_without_a_network_every_job_says_so_and_leaves_its_row(terminal):
    summary = process.now(terminal.data, keys=terminal.keys, gateway_url=f"http://127.0.0.1:{free_port()}")
    assert {outcome for job, outcome in outcomes(summary).items() if job not in SILENT} == {Later("unreachable")}
    rows = dict(process.status(terminal.data, keys=terminal.keys).last_runs)
    assert {rows.pop(job).outcome for job in SILENT} == {"done"}
    assert {row.outcome for row in rows.values()} == {"later"}
    assert {row.started_by for row in rows.values()} == {"operator"}


class KillingProxy(threading.Thread):
    """Lets one request through to the gateway and kills the gateway before its answer gets back."""

    def __init__(self, gateway):
        super().__init__()
        self.gateway = gateway
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self):
        with self.listener, self.listener.accept()[0] as near:
            port = urlsplit(self.gateway.url).port
            with socket.create_connection(("127.0.0.1", port)) as far:
                threading.Thread(target=self.pump, args=(near, far), daemon=True).start()
                first = far.recv(1)  # the answer is on its way: what it acknowledges is on the disk
                assert first
                self.gateway.end(signal.SIGKILL)
                near.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def pump(near, far):
        try:
            while data := near.recv(65536):
                far.sendall(data)
        except OSError:
            pass


def test_a_gateway_killed_between_receipt_and_answer_loses_nothing_and_stores_nothing_twice(gateway, terminal):
    port = urlsplit(gateway.url).port
    with terminal.journal() as journal:
        for _ in range(5):
            journal.append("act", {"session": "s1"}, QUERY)
    proxy = KillingProxy(gateway)
    proxy.start()
    cut = process.now(terminal.data, keys=terminal.keys, gateway_url=proxy.url)
    proxy.join()
    assert isinstance(outcomes(cut)["upload"], Later)
    assert cut.backlog.pending == 6
    gateway.start(port)
    assert len(mine(gateway, terminal)) == 6, "what was received before the kill is there"
    again = process.now(terminal.data, keys=terminal.keys)
    assert outcomes(again)["upload"] == Done(6)
    assert [row["seq"] for row in mine(gateway, terminal)] == [1, 2, 3, 4, 5, 6]
    until(lambda: {row["state"] for row in mine(gateway, terminal)} == {"accepted"})


RUN = """
import sys
from pathlib import Path
from offline_store.keys import KeyFiles
from sync.process import run
data = Path(sys.argv[1])
run(data, keys=KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None))
"""


def test_the_loop_uploads_at_once_when_poked_and_stops_clean_on_sigterm(gateway, terminal):
    loop = subprocess.Popen([sys.executable, "-c", RUN, str(terminal.data)], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        until(lambda: len(mine(gateway, terminal)) == 1)
        with terminal.journal() as journal:
            position = journal.append("act", {"session": "s1"}, QUERY)
            assert poke(terminal.data)
            state = until(lambda: [row for row in mine(gateway, terminal) if row["seq"] == position.seq])
        assert state[0]["kind"] == "act"
    finally:
        loop.terminate()
        _, log = loop.communicate(timeout=20)
    assert loop.returncode == 0
    assert not (terminal.data / "sync.sock").exists()
    assert not poke(terminal.data)
    lines = [json.loads(line) for line in log.decode().splitlines()]
    assert {"event", "job", "outcome", "items", "pending", "awaiting_result", "started_by"} <= set(lines[0])
    assert any(line["job"] == "upload" and line["started_by"] == "poke" for line in lines)
    assert ID_NUMBER not in log.decode()


def test_a_second_loop_of_one_terminal_is_refused(gateway, terminal):
    first = subprocess.Popen([sys.executable, "-c", RUN, str(terminal.data)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until((terminal.data / "sync.sock").exists)
        with pytest.raises(process.AlreadyRunning):
            process.run(terminal.data, keys=terminal.keys)
        assert poke(terminal.data)
    finally:
        first.terminate()
        assert first.wait(20) == 0


def test_the_gateway_ends_clean_and_forbids_what_it_does_not_serve(gateway):
    import requests

    assert requests.get(gateway.url + "/openapi.json", timeout=5).json()["paths"].keys() >= {"/v1/chain", "/v1/enrol"}
    assert requests.get(gateway.url + "/v/check", timeout=5).status_code == 404
    answer = requests.post(gateway.url + "/v1/chain", data=bytes(5_000_000), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert requests.get(gateway.url + "/v1/results?after=0", timeout=5).json()["code"] == "signature-missing"
