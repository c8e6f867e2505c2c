"""How long an answer may take: one that trickles is cut off, one that comes slowly but comes is waited for."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sync.client.http import AUTHORITIES, HttpSender
from sync.client.outcomes import NoAnswer
from sync.protocol.exchange import Request, Response

PATIENCE = 1.5
PIECE = bytes(65_536)
LONG = 44 * 1024 * 1024
"""32 MiB in base64url."""


class Slow(http.server.BaseHTTPRequestHandler):
    """One octet at a time for ever, within the header or the body; or large pieces with pauses."""

    protocol_version = "HTTP/1.1"
    said_all: ClassVar[list[str]] = []
    """Paths whose trickle nobody cut off."""

    def do_GET(self):
        if self.path == "/whole":
            self.answer(b"content-length: 4\r\n\r\nwell")
        elif self.path == "/pieces":
            self.answer(f"content-length: {4 * len(PIECE)}\r\n\r\n".encode())
            for _ in range(4):
                self.wfile.write(PIECE)
                time.sleep(PATIENCE / 2)
        elif self.path.endswith("revocations"):
            self.answer(f"content-length: {LONG}\r\n\r\n".encode())
            with contextlib.suppress(OSError):
                self.wfile.write(bytes(LONG))
        else:
            begin = {"/header": b"x-", "/body": b"content-length: 100000\r\n\r\n"}
            self.answer(begin.get(self.path, b"transfer-encoding: chunked\r\n\r\nfffff\r\n"))
            self.trickle()

    def answer(self, rest):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + rest)

    def trickle(self):
        try:
            for _ in range(1000):
                self.wfile.write(b"a")
                time.sleep(0.02)
            self.said_all.append(self.path)
        except OSError:
            self.close_connection = True

    def log_message(self, format, *args):
        pass


@contextmanager
def served(context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'http' if context is None else 'https'}://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A folder with the server's certificate as its only authority, and a context for the server."""
    folder = tmp_path_factory.mktemp("tls")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / AUTHORITIES).write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder, context


@pytest.fixture(params=["http", "https"])
def sender(request, tls):
    folder, context = tls
    with (
        served(context if request.param == "https" else None) as url,
        closing(HttpSender(url, tls=folder, read_seconds=5, whole_seconds=PATIENCE)) as sender,
    ):
        yield sender


@pytest.mark.parametrize("place", ["header", "body", "chunk"])
def test_an_answer_that_trickles_is_cut_off_and_the_next_one_is_heard(sender, place):
    assert sender(Request("GET", "/whole")).body == b"well"
    assert sender(Request("GET", f"/{place}")) == NoAnswer("timeout")
    assert Slow.said_all == []
    assert sender(Request("GET", "/whole")).body == b"well"


def test_an_answer_that_comes_slowly_but_comes_is_waited_for(sender):
    answer = sender(Request("GET", "/pieces"))
    assert isinstance(answer, Response)
    assert len(answer.body) == 4 * len(PIECE)


def test_a_list_of_revoked_terminals_may_be_as_long_as_its_message_allows_and_nothing_else_may(sender):
    answer = sender(Request("GET", "/v1/terminal-revocations"))
    assert isinstance(answer, Response)
    assert len(answer.body) == LONG
    assert sender(Request("GET", "/v1/revocations")) == NoAnswer("too-large")
