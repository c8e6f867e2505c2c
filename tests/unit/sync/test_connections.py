"""A listener on a real socket: who says nothing, who reads nothing, and who comes when all are at work."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import uvicorn

from sync.gateway.app import MAX_AT_ONCE, MAX_LONG_AT_ONCE, terminals_app
from sync.gateway.arriving import MAX_OF_A_KEY
from sync.gateway.connections import PatientProtocol
from sync.gateway.endpoint import FileAnswer
from sync.protocol.exchange import NDJSON_GZIP, Response

ASKED = b"GET /v1/time HTTP/1.1\r\nhost: x\r\n\r\n"
DOWNLOAD = b"GET /v1/snapshot/1 HTTP/1.1\r\nhost: x\r\n\r\n"


class Impatient(PatientProtocol):
    most = 8
    header_seconds = 0.3
    stall_seconds = 0.5


@contextmanager
def served(core=lambda request: Response(204), protocol=Impatient, kernel_bytes=None):
    """The terminals' listener; its address, and its application. ``kernel_bytes``: what the kernel holds of answers."""
    application = terminals_app(core, {}, enrolled=lambda who: who[0] == "e")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        if kernel_bytes is not None:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, kernel_bytes)
        config = uvicorn.Config(application, http=protocol, log_level="error", lifespan="off", timeout_keep_alive=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield listening.getsockname(), application
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def opened(lines, address, first=b""):
    line = lines.enter_context(socket.create_connection(address, 20))
    line.sendall(first)
    return line


def until(condition):
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET /v1/time HTTP/1.1\r\nhost: x\r\n", ASKED + b"GET /v1"])
def test_a_connection_that_does_not_end_its_header_is_closed(begun):
    with served() as (address, _), ExitStack() as lines:
        line = opened(lines, address, begun)
        answer = b""
        while data := line.recv(4096):
            answer += data
        assert answer.count(b"HTTP/1.1 204") == (1 if begun.startswith(ASKED) else 0)


def test_octets_that_trickle_do_not_put_the_end_off():
    with served() as (address, _), ExitStack() as lines:
        line = opened(lines, address, b"GET /v1/time HTTP/1.1\r\nx: ")
        line.settimeout(0.05)

        def ended():
            try:
                line.sendall(b"a")
                return line.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        until(ended)


def test_a_kept_connection_is_answered_again_and_again():
    with served() as (address, _), ExitStack() as lines:
        line = opened(lines, address)
        for _ in range(5):
            line.sendall(ASKED)
            assert line.recv(4096).startswith(b"HTTP/1.1 204")
            time.sleep(0.1)


def test_who_says_nothing_gives_way_to_who_asks():
    with served() as (address, _), ExitStack() as lines:
        silent = [opened(lines, address) for _ in range(3 * Impatient.most)]
        assert opened(lines, address, ASKED).recv(4096).startswith(b"HTTP/1.1 204")
        assert silent[0].recv(1) == b""


def test_when_all_are_at_work_a_new_one_is_told_when_to_come_back():
    free = threading.Event()

    def slow(request):
        free.wait(20)
        return Response(204)

    with served(slow) as (address, application), ExitStack() as lines:
        busy = [opened(lines, address, ASKED) for _ in range(Impatient.most)]
        until(lambda: application.state.in_progress == Impatient.most)
        head, _, body = opened(lines, address).recv(4096).partition(b"\r\n\r\n")
        free.set()
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 5" in head
        assert json.loads(body)["code"] == "too-busy"
        assert all(line.recv(4096).startswith(b"HTTP/1.1 204") for line in busy)


def test_more_requests_than_are_answered_at_once_are_told_when_to_come_back():
    free = threading.Event()

    def slow(request):
        free.wait(20)
        return Response(204)

    with served(slow, PatientProtocol) as (address, application), ExitStack() as lines:
        for _ in range(MAX_AT_ONCE):
            opened(lines, address, ASKED)
        until(lambda: application.state.in_progress == MAX_AT_ONCE)
        late = opened(lines, address, sent(octets=2))
        late.sendall(b"{}")
        refused = [opened(lines, address, ASKED).recv(4096), late.recv(4096)]
        free.set()
    for head in refused:
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 5" in head


def sent(key=None, octets=10):
    """The header of an upload; of a key that is enrolled if its fingerprint begins with e."""
    claims = "" if key is None else f'signature-input: a=();keyid="T0001:{key * 64}"\r\n'
    return f"POST /v1/chain HTTP/1.1\r\nhost: x\r\n{claims}content-length: {octets}\r\n\r\n".encode()


@pytest.mark.parametrize("key", [None, "a"])
def test_bodies_that_never_come_keep_nobody_out(key):
    with served(protocol=PatientProtocol) as (address, _), ExitStack() as lines:
        own = opened(lines, address, sent("e") + b"12345")
        for _ in range(MAX_AT_ONCE + 10):
            opened(lines, address, sent(key))
        assert opened(lines, address, ASKED).recv(4096).startswith(b"HTTP/1.1 204")
        assert opened(lines, address, sent(octets=2) + b"{}").recv(4096).startswith(b"HTTP/1.1 204"), "an enrolment"
        own.sendall(b"67890")
        assert own.recv(4096).startswith(b"HTTP/1.1 204"), "strangers take no place of an enrolled key"


def test_a_terminal_that_begins_anew_waits_for_none_of_the_bodies_it_broke_off():
    with served() as (address, _), ExitStack() as lines:
        broken = [opened(lines, address, sent("e")) for _ in range(MAX_OF_A_KEY)]
        assert opened(lines, address, sent("e") + b"1234567890").recv(4096).startswith(b"HTTP/1.1 204")
        head = broken[0].recv(4096)
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 5" in head


@pytest.fixture
def large(tmp_path) -> Path:
    file = tmp_path / "package"
    with file.open("wb") as made:
        made.truncate(64 * 1024 * 1024)
    return file


def sending(file):
    """A core that answers everything with this file."""
    return lambda request: FileAnswer(200, {"content-type": NDJSON_GZIP}, file=file)


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_slow_downloads_are_held_by_nobody_and_are_in_progress_until_the_reader_has_left(large):
    with served(sending(large)) as (address, application):
        before = resident()
        with ExitStack() as lines:
            readers = [opened(lines, address, DOWNLOAD) for _ in range(6)]
            heads = [line.recv(400) for line in readers]
            assert all(b"content-length: 67108864\r\n" in head for head in heads)
            assert application.state.in_progress == 6
            assert resident() - before < 32 * 1024 * 1024
        until(lambda: application.state.in_progress == 0)


def test_who_reads_nothing_of_an_answer_is_cut_off(large):
    with served(sending(large)) as (address, application), ExitStack() as lines:
        opened(lines, address, DOWNLOAD)
        until(lambda: application.state.in_progress == 1)
        until(lambda: application.state.in_progress == 0)


class Patient(Impatient):
    stall_seconds = 1.0


def test_answers_one_after_the_other_arrive_whole_at_a_slow_and_steady_reader():
    octets = bytes(50_000)
    with served(lambda _: Response(200, {}, octets), Patient, 4096) as (address, _), ExitStack() as lines:
        line = lines.enter_context(socket.socket())
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(address)
        for _ in range(6):
            line.sendall(ASKED)
            got = b""
            while len(got.partition(b"\r\n\r\n")[2]) < len(octets):
                piece = line.recv(3000)
                assert piece, "cut off"
                got += piece
                time.sleep(0.02)


def test_a_file_arrives_whole_and_the_connection_goes_on(large):
    octets = bytes(range(256)) * 4000
    large.write_bytes(octets)
    with served(sending(large)) as (address, _), ExitStack() as lines:
        line = opened(lines, address)
        for _ in range(2):
            line.sendall(DOWNLOAD)
            with line.makefile("rb", buffering=0) as answer:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += answer.read(1)
                body = b""
                while len(body) < len(octets):
                    body += answer.read(65536)
            assert body == octets


def test_a_file_that_goes_at_the_last_moment_is_no_fault_of_ours(tmp_path):
    with served(lambda _: FileAnswer(200, {}, file=tmp_path / "gone")) as (address, _), ExitStack() as lines:
        head = opened(lines, address, DOWNLOAD).recv(4096)
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: " in head


def test_downloads_leave_places_for_what_is_urgent(large):
    def core(request):
        return Response(204) if request.path == "/v1/time" else FileAnswer(200, {}, file=large)

    with served(core, PatientProtocol) as (address, application), ExitStack() as lines:
        for _ in range(MAX_LONG_AT_ONCE):
            opened(lines, address, DOWNLOAD)
        until(lambda: application.state.long == MAX_LONG_AT_ONCE)
        head = opened(lines, address, DOWNLOAD).recv(4096)
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: " in head
        assert opened(lines, address, ASKED).recv(4096).startswith(b"HTTP/1.1 204")
