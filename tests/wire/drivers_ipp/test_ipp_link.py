"""The IPP link over real sockets: what was surely not sent, what may have arrived, and no error of requests' own."""

import socket
import struct
import time
from typing import Any

import pytest

from drivers.errors import LinkLost, NoDevice, ProtocolError, Timeout
from drivers.links.ipp import IppLink
from drivers.operation import Post, Write

POST = Post("/ipp/print", b"body", "application/ipp")


@pytest.fixture
def link(peer: Any) -> IppLink:
    return IppLink("test_printer", peer.uri, answer_seconds=0.5)


def answer(body: bytes, extra: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body


def test_a_body_goes_and_the_answer_comes_back(link: IppLink, peer: Any) -> None:
    assert link.perform(POST, 10.0) == b"answer to body"
    assert peer.heads[0].startswith("POST /ipp/print HTTP/1.1")
    assert "content-type: application/ipp" in peer.heads[0].lower()


def test_a_large_body_arrives_byte_for_byte(link: IppLink, peer: Any) -> None:
    body = bytes(range(256)) * 8192
    peer.behaviour = lambda connection, _: connection.sendall(answer(b"ok"))
    assert link.perform(Post("/ipp/print", body, "application/ipp"), 10.0) == b"ok"
    assert peer.bodies == [body]


def test_an_answer_in_chunks_is_put_together(link: IppLink, peer: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    peer.behaviour = lambda connection, _: connection.sendall(head + b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
    assert link.perform(POST, 10.0) == b"abcdefg"


def test_every_request_has_a_connection_of_its_own(link: IppLink, peer: Any) -> None:
    for _ in range(3):
        assert link.perform(POST, 10.0) == b"answer to body"
    assert all("connection: close" in head.lower() for head in peer.heads)


def test_a_refused_connection_is_no_device(peer: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        link = IppLink("test_printer", f"ipp://127.0.0.1:{taken.getsockname()[1]}/ipp/print")
        with pytest.raises(NoDevice):
            link.perform(POST, 10.0)


def test_a_host_nobody_knows_is_no_device() -> None:
    with pytest.raises(NoDevice):
        IppLink("test_printer", "ipp://printer.invalid/ipp/print").perform(POST, 10.0)


def test_a_connection_closed_after_the_body_is_a_lost_link(link: IppLink, peer: Any) -> None:
    peer.behaviour = lambda connection, _: None
    with pytest.raises(LinkLost):
        link.perform(POST, 10.0)
    assert peer.bodies == [b"body"]


def test_a_connection_reset_in_the_middle_of_the_body_is_a_lost_link(link: IppLink, peer: Any) -> None:
    peer.read_body = False

    def reset(connection: socket.socket, _: bytes) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    peer.behaviour = reset
    with pytest.raises(LinkLost):
        link.perform(Post("/ipp/print", bytes(20_000_000), "application/ipp"), 10.0)


def test_silence_after_the_body_is_a_timeout(link: IppLink, peer: Any) -> None:
    peer.behaviour = lambda connection, _: connection.recv(1)
    with pytest.raises(Timeout) as error:
        link.perform(POST, 10.0)
    assert error.value.facts == {"doing": "post"}


def test_the_deadline_of_the_lane_bounds_the_wait(peer: Any) -> None:
    peer.behaviour = lambda connection, _: connection.recv(1)
    started = time.monotonic()
    with pytest.raises(Timeout):
        IppLink("test_printer", peer.uri, answer_seconds=600.0).perform(POST, 0.2)
    assert time.monotonic() - started < 100


def test_an_answer_that_trickles_is_a_timeout(peer: Any) -> None:
    def trickle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _piece in range(1000):
            connection.sendall(b"x")
            time.sleep(0.02)

    peer.behaviour = trickle
    link = IppLink("test_printer", peer.uri, connect_seconds=0.1, answer_seconds=0.2)
    with pytest.raises(Timeout):
        link.perform(POST, 10.0)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_an_answer_cut_off_or_garbled_is_no_answer(link: IppLink, peer: Any, reply: bytes) -> None:
    peer.behaviour = lambda connection, _: connection.sendall(reply)
    with pytest.raises(LinkLost):
        link.perform(POST, 10.0)


def test_an_endless_answer_is_not_kept(link: IppLink, peer: Any) -> None:
    peer.behaviour = lambda connection, _: connection.sendall(answer(bytes(3_000_000)))
    with pytest.raises(ProtocolError) as error:
        link.perform(POST, 10.0)
    assert error.value.facts == {"shape": "answer too long"}


@pytest.mark.parametrize("status", ["404 Not Found", "301 Moved Permanently", "503 Service Unavailable"])
def test_another_http_status_is_told(link: IppLink, peer: Any, status: str) -> None:
    reply = f"HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:{peer.port}/other\r\nContent-Length: 0\r\n\r\n"
    peer.behaviour = lambda connection, _: connection.sendall(reply.encode())
    with pytest.raises(ProtocolError) as error:
        link.perform(POST, 10.0)
    assert error.value.facts == {"http": int(status[:3])}
    assert len(peer.heads) == 1


@pytest.mark.parametrize("uri", ["http://localhost/", "ipp:///print", "printer", "ipps://localhost/ipp/print"])
def test_an_address_that_is_no_ipp_printer_is_a_mistake_of_the_settings(uri: str) -> None:
    with pytest.raises(ValueError, match="ipp://"):
        IppLink("test_printer", uri)


def test_another_request_is_a_mistake_of_the_program(link: IppLink) -> None:
    with pytest.raises(ValueError, match="cannot"):
        link.perform(Write(b"x"), 1.0)
