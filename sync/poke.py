"""Telling the sync process that something urgent was written: one datagram to `sync.sock` in the data directory.

The terminal process calls this while a person waits, so nothing but the standard library may be imported here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SOCKET: Final = "sync.sock"
_POKE: Final = b"poke"


def poke(data_dir: Path) -> bool:
    """Tell the loop that something urgent was written; False if no loop listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            with short_path(data_dir / SOCKET) as path:
                sender.sendto(_POKE, path)
        except BlockingIOError:
            return True  # its queue is full of pokes already
        except OSError:
            return False
    return True


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """The path by way of its folder's descriptor: a Unix socket's address has 107 octets at most (unix(7))."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
