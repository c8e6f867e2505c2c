"""Forgery on the wire, against the real process in either suite: what HTTP itself can be bent to."""

from __future__ import annotations

import os
import socket
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from sync.client.http import HttpSender
from sync.enrolment import enrol
from sync.protocol.encoding import compress
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import MAX_REQUEST_BYTES, MAX_UNPACKED_REQUEST_BYTES
from sync.protocol.signatures import sign
from sync.protocol.suites import SUITE_NAMES
from sync.terminal_keys import load_signer
from sync.trust import read_trust
from tests.violence.forgery.own_signatures import Forgery, parameters
from tests.violence.forgery.samples import tables
from tests.violence.network.conftest import LoggedGateway
from tests.wire.sync_gateway.conftest import Terminal

RESULTS = "/v1/results?after=0&generation=0"


class Wire:
    """One terminal's key, and a socket to the gateway for octets of any kind."""

    def __init__(self, gateway, terminal, signer):
        self.gateway, self.terminal, self.signer = gateway, terminal, signer

    def signed(self, method="GET", target=RESULTS, body=b"", **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method, target, fields, body)
        return sign(request, self.signer, terminal="T0001", now=int(time.time()), nonce=os.urandom(16))

    def lines(self, request, host="gateway"):
        fields = [("host", host), ("connection", "close"), *request.headers.items()]
        if request.body:
            fields.append(("content-length", str(len(request.body))))
        return fields

    def send(self, request, fields=None, *, first=None, body=None, patience=20.0):
        """The status of the answer; None when the gateway hung up without one."""
        first = first or f"{request.method} {request.path} HTTP/1.1"
        head = "\r\n".join([first, *(f"{name}: {value}" for name, value in fields or self.lines(request))])
        return self.raw(head.encode("latin-1") + b"\r\n\r\n" + (request.body if body is None else body), patience)

    def raw(self, octets, patience=20.0):
        """As `send`. What is no whole request has no answer: after `patience` seconds the line is closed."""
        port = urlsplit(self.gateway.url).port
        answer = bytearray()
        with closing(socket.create_connection(("127.0.0.1", port), patience)) as line:
            with suppress(OSError):  # it may answer before the end, and hang up
                line.sendall(octets)
            with suppress(OSError):
                while data := line.recv(65536):
                    answer += data
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


@pytest.fixture(scope="module", params=SUITE_NAMES)
def wire(request, tmp_path_factory):
    """A gateway, and a terminal that is enrolled with it; nothing that a test does changes what is stored."""
    gateway = LoggedGateway(tmp_path_factory.mktemp("gateway") / "data")
    gateway.command("init", "--suite", request.param)
    gateway.start()
    terminal = Terminal(tmp_path_factory.mktemp("terminal") / "data", "T0001")
    code, sender = gateway.answer("enrol", "T0001")["code"], HttpSender(gateway.url)
    with closing(sender):
        enrol(
            terminal.data, terminal="T0001", code=code, keys=terminal.keys, send=sender,
            now=lambda: datetime.now(UTC), suite=request.param,
        )  # fmt: skip
    signer = load_signer(terminal.keys, read_trust(terminal.data).terminal_key_fingerprint)
    wire = Wire(gateway, terminal, signer)
    assert wire.send(wire.signed()) == 200
    before = tables(gateway.data)
    yield wire
    assert wire.send(wire.signed()) == 200, "it serves on"
    assert tables(gateway.data) == before
    assert gateway.end() == 0
    assert "Traceback" not in gateway.log


def test_the_order_of_headers_changes_nothing_and_a_replay_is_refused(wire):
    request = wire.signed()
    assert wire.send(request, wire.lines(request)[::-1]) == 200
    assert wire.send(request) == 401


@pytest.mark.parametrize("name", ["signature", "signature-input", "content-digest"])
@pytest.mark.parametrize("value", ["", "terminal=:AAAA:", "sha-256=:AAAA:", "é", "a" * 20_000])
def test_a_field_of_the_signature_given_twice(wire, name, value):
    request = wire.signed()
    assert wire.send(request, [*wire.lines(request), (name, value)]) in (400, 401)


def test_a_good_field_after_a_bad_one_is_no_better_than_the_bytes_it_signs(wire):
    """The last one counts, in the gateway as in its log; a field more is no authority more."""
    request = wire.signed()
    other = Request(request.method, "/v1/revocations", request.headers)
    assert wire.send(other) == 401


FRAMINGS = {
    "two lengths": [("content-length", "2"), ("content-length", "5")],
    "length and chunks": [("content-length", "5"), ("transfer-encoding", "chunked")],
    "negative length": [("content-length", "-1")],
    "length with a plus": [("content-length", "+2")],
    "length that is none": [("content-length", "2; DROP TABLE chain")],
    "a huge length": [("content-length", "9" * 30)],
    "unknown coding": [("transfer-encoding", "gzip")],
    "chunked twice": [("transfer-encoding", "chunked, chunked")],
    "chunked by another name": [("transfer-encoding", "xchunked")],
}


@pytest.mark.parametrize("fields", FRAMINGS.values(), ids=FRAMINGS.keys())
def test_a_body_whose_end_is_unclear(wire, fields):
    request = wire.signed("POST", "/v1/heartbeat", b"{}", content_type=JSON)
    lines = [line for line in wire.lines(request) if line[0] != "content-length"]
    smuggled = b"{}\r\n0\r\n\r\nGET /v1/time HTTP/1.1\r\nhost: x\r\n\r\n"
    status = wire.send(request, [*lines, *fields], body=smuggled)
    assert status is None or 400 <= status < 500 or status == 501


def test_oversized_bodies_told_and_untold_and_a_bomb(wire):
    request = wire.signed("POST", "/v1/heartbeat", bytes(MAX_REQUEST_BYTES + 1), content_type=JSON)
    assert wire.send(request) in (413, None)
    lines = [line for line in wire.lines(request) if line[0] != "content-length"]
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    chunked = [*lines, ("transfer-encoding", "chunked")]
    assert wire.send(request, chunked, body=chunk * 100 + b"0\r\n\r\n") in (413, None)
    # a chunk of that size is waited for, and never comes
    assert wire.send(request, chunked, body=b"fffffffffffffffff\r\n", patience=0.5) in (400, None)
    bomb = compress(b" " * (MAX_UNPACKED_REQUEST_BYTES + 1))
    packed = wire.signed("POST", "/v1/heartbeat", bomb, content_type=JSON, content_encoding="gzip")
    assert wire.send(packed) == 413


TARGETS = (
    "/", "//v1/results?after=0&generation=0", "/v1/../v1/results?after=0&generation=0", "/V1/RESULTS", "/v1/results/",
    "/v1/results;x?after=0&generation=0", "/v1/%72esults?after=0&generation=0", "/v1/snapshot/..%2f..%2fkeys",
    "/v1/snapshot/%00", "/v1/snapshot/-1", "/v1/snapshot/1e9", "/v1/snapshot/" + "9" * 400,
    "/v1/packages/metadata/..%2f..%2f..%2fetc%2fpasswd", "/v1/packages/metadata/../../root",
    "/v1/packages/content/" + "A" * 2000, "/v1/questions/' OR '1'='1", "/v1/chain/head?epoch='",
    "/v1/results?after=0'--",
    "/v1/results?after=" + "9" * 5000, "/v1/results?" + "&".join(f"a{n}=1" for n in range(5000)), "/é", "/\xff\xfe",
    "http://elsewhere.example/v1/results?after=0&generation=0", "*", "/openapi.json/..", "/docs", "/redoc", "/v/check",
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=range(len(TARGETS)))
@pytest.mark.parametrize("proper", [True, False])
def test_odd_addresses(wire, target, proper):
    """Signed as they are, or with a signature that was made for another path."""
    if proper:
        said = parameters("T0001", wire.signer.public_key, int(time.time()))
        request = Forgery("GET", target, b"", said).signed(wire.signer)
    else:
        request = Request("GET", target, wire.signed().headers)
    status = wire.send(request)
    assert status is None or 400 <= status < 500


@pytest.mark.parametrize(
    "host", ["", "[", "]:80", "a b", "x:99999999", "' OR 1=1", "<script>", "é", "a" * 5000, "x/../y", "user@x"]
)
def test_a_hostile_host_field_is_no_fault_of_ours(wire, host):
    request = wire.signed()
    assert wire.send(request, wire.lines(request, host)) in (200, 400)
    fresh = wire.signed("POST", "/v1/questions", b"{}", content_type=JSON)
    assert wire.send(fresh, wire.lines(fresh, host)) == 400


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "get", "X" * 300, "G\x00T"]
)
def test_a_method_that_no_path_takes(wire, method):
    status = wire.send(wire.signed(), first=f"{method} {RESULTS} HTTP/1.1")
    assert status is None or 400 <= status < 500


RAW = (
    b"", b"\r\n\r\n", b"\x00" * 100, b"GET", b"GET /v1/time\r\n\r\n", b"GET /v1/time HTTP/9.9\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 300,
    b"GET /v1/time HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
    b"GET /v1/time HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n",
    b"GET /v1/time HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
    b"GET /v1/time HTTP/1.1\r\nhost: x\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
    b"GET /v1/time HTTP/1.1\nhost: x\n\n\x00", b"GET /v1/time HTTP/1.1\r\nhost: x\r\nx: \x00\r\n\r\n", b"\xff" * 70_000,
)  # fmt: skip


@pytest.mark.parametrize("octets", RAW, ids=range(len(RAW)))
def test_what_is_no_http_is_answered_with_a_refusal_or_not_at_all(wire, octets):
    status = wire.raw(octets, 0.5)
    assert status is None or status == 204 or 400 <= status < 500
