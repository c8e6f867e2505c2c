"""The A4 printer behind HTTP on loopback, asked with an HTTP client that is not ours."""

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from hardware_sim.wires.http import LARGEST_BODY, HttpWire

IPP = {"Content-Type": "application/ipp"}


class Mirror:
    """Answers with the request's body turned round."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.off = False

    def handle(self, body: bytes, now: float) -> tuple[bytes, float]:
        if self.off:
            raise ConnectionResetError("off")
        return body[::-1], self.seconds


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


@pytest.fixture
def wire(mirror: Mirror) -> Iterator[HttpWire]:
    with_port = HttpWire(mirror, about="a mirror")
    yield with_port
    with_port.close()


def url(wire: HttpWire, path: str = "/ipp/print") -> str:
    return "http" + wire.uri.removeprefix("ipp").removesuffix("/ipp/print") + path


def test_a_posted_body_is_answered(wire: HttpWire) -> None:
    with httpx.Client() as client:
        for body in (b"abc", b"", bytes(range(256)) * 1000):
            answer = client.post(url(wire), content=body, headers=IPP)
            assert (answer.status_code, answer.content) == (200, body[::-1])
            assert answer.headers["content-type"] == "application/ipp"


def test_a_body_in_chunks_is_put_together(wire: HttpWire) -> None:
    answer = httpx.post(url(wire), content=iter([b"one", b"two" * 1000, b"!"]), headers=IPP)
    assert answer.content == (b"one" + b"two" * 1000 + b"!")[::-1]


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [
        ("/elsewhere", "application/ipp", 404),
        ("/ipp/print", "text/plain", 415),
        ("/ipp/printer", "application/ipp", 404),
    ],
)
def test_what_is_no_ipp_is_refused_by_http(wire: HttpWire, path: str, content_type: str, status: int) -> None:
    answer = httpx.post(url(wire, path), content=b"x", headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_a_body_too_large_is_refused_before_it_is_read(wire: HttpWire) -> None:
    address = httpx.URL(url(wire))
    with socket.create_connection((address.host, address.port or 0), timeout=5) as connection:
        head = (
            f"POST /ipp/print HTTP/1.1\r\nContent-Type: application/ipp\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_browser_finds_a_page(wire: HttpWire) -> None:
    assert httpx.get(url(wire, "/")).text == "a mirror\n"
    assert httpx.get(url(wire, "/x")).status_code == 404


def test_it_listens_on_loopback_only(wire: HttpWire) -> None:
    assert wire.uri.startswith("ipp://127.0.0.1:")


def test_unplugged_it_refuses_and_plugged_in_it_has_its_port_again(wire: HttpWire) -> None:
    before = wire.uri
    wire.unplug()
    wire.unplug()
    assert not wire.plugged
    with pytest.raises(httpx.ConnectError):
        httpx.post(url(wire), content=b"x", headers=IPP)
    wire.plug()
    assert wire.uri == before
    assert httpx.post(url(wire), content=b"ab", headers=IPP).content == b"ba"


def test_unplugging_cuts_a_request_under_way(wire: HttpWire, mirror: Mirror) -> None:
    mirror.seconds = 60.0
    timer = threading.Timer(0.2, wire.unplug)
    timer.start()
    with pytest.raises(httpx.TransportError):
        httpx.post(url(wire), content=b"x", headers=IPP, timeout=30)
    timer.join()


def test_a_silent_printer_takes_the_request_and_says_nothing(wire: HttpWire) -> None:
    wire.fall_silent()
    assert wire.mute
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url(wire), content=b"x", headers=IPP, timeout=0.3)
    wire.speak()
    assert httpx.post(url(wire), content=b"ab", headers=IPP).content == b"ba"


def test_a_device_without_power_hangs_up(wire: HttpWire, mirror: Mirror) -> None:
    mirror.off = True
    with pytest.raises(httpx.TransportError):
        httpx.post(url(wire), content=b"x", headers=IPP)


def test_a_tap_hears_each_request_and_each_answer_that_is_sent(mirror: Mirror) -> None:
    heard: list[tuple[str, bytes]] = []
    tapped = HttpWire(mirror, tap=lambda direction, data: heard.append((direction, data)))
    httpx.post(url(tapped), content=b"abc", headers=IPP)
    mirror.off = True
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(url(tapped), content=b"lost", headers=IPP)
    assert heard == [("to", b"abc"), ("from", b"cba"), ("to", b"lost")]
    tapped.close()
