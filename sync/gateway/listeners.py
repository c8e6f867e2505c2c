"""Where the gateway listens: three ports, or three Unix sockets behind a proxy that ends TLS.

What a proxy says about a client's certificate is believed on the Unix sockets alone: nobody reaches them but whoever
may enter their folder. The staff's port is on loopback whatever the others are: no password crosses a network in the
clear.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

SOCKET_NAMES: Final = ("terminals.sock", "public.sock", "staff.sock")
_LOOPBACK: Final = "127.0.0.1"
_SOCKET_MODE: Final = 0o660


@dataclass(frozen=True, slots=True)
class Ports:
    """Plain http on ports; 0 takes a free one."""

    host: str
    port: int
    public_port: int
    staff_port: int


@dataclass(frozen=True, slots=True)
class BehindProxy:
    """Unix sockets in a folder that the gateway's user owns and the proxy's group may enter."""

    folder: Path


Places: TypeAlias = Ports | BehindProxy


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the gateway can be reached. Behind a proxy the ports are 0."""

    gateway_url: str
    verify_url: str
    staff_url: str
    port: int
    public_port: int
    staff_port: int


Sockets: TypeAlias = tuple[socket.socket, socket.socket, socket.socket]
"""For terminals, for the public, for staff."""


@contextmanager
def bound(places: Places) -> Iterator[tuple[Sockets, Listening]]:
    """The three sockets and where they are, until the end of the block. OSError if an address is taken."""
    with ExitStack() as stack:
        if isinstance(places, BehindProxy):
            paths = [places.folder / name for name in SOCKET_NAMES]
            terminals, public, staff = (stack.enter_context(_unix(path)) for path in paths)
            yield (terminals, public, staff), Listening("", "", "", 0, 0, 0)
            return
        host = places.host
        staff_host = host if _is_loopback(host) else _LOOPBACK
        wanted = ((host, places.port), (host, places.public_port), (staff_host, places.staff_port))
        terminals, public, staff = (stack.enter_context(_tcp(*address)) for address in wanted)
        port, public_port, staff_port = (each.getsockname()[1] for each in (terminals, public, staff))
        urls = (f"http://{host}:{port}", f"http://{host}:{public_port}/v", f"http://{staff_host}:{staff_port}")
        yield (terminals, public, staff), Listening(*urls, port, public_port, staff_port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _tcp(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay (TCP_NODELAY) only where the socket names its protocol; without it an answer's body
    # waits 40 ms for the other side's delayed acknowledgement of the header
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        yield listener


@contextmanager
def _unix(path: Path) -> Iterator[socket.socket]:
    # one that a killed gateway left behind would refuse the next; one that answers is somebody's
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            path.unlink(missing_ok=True)
        else:
            raise OSError(98, "another gateway listens there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        try:
            path.chmod(_SOCKET_MODE)
            yield listener
        finally:
            path.unlink(missing_ok=True)
