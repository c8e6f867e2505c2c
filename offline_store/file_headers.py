"""The first bytes of database files, read without ever losing a lock on them, and turns for who reads more of them."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from offline_store.durable import mapped

PLAIN_MAGIC: Final = b"SQLite format 3\x00"


class Headers:
    """Reads the first bytes of database files without ever closing a descriptor under a live connection.

    Closing *any* descriptor of a file drops all POSIX locks that this process holds on it
    (sqlite.org/howtocorrupt.html, section 2.2), so a descriptor opened for a look at the header lives as long as the
    last connection to that file.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[tuple[int, int], tuple[int, int]] = {}

    def take(self, path: Path) -> tuple[tuple[int, int], bytes]:
        """The file's (device, inode) and its first 16 bytes; counts one user more."""
        with self._lock, mapped(path.name):
            facts = path.stat()
            inode = (facts.st_dev, facts.st_ino)
            handle, users = self._open.get(inode, (-1, 0))
            if handle < 0:
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                facts = os.fstat(handle)
                inode = (facts.st_dev, facts.st_ino)
            self._open[inode] = (handle, users + 1)
            return inode, os.pread(handle, len(PLAIN_MAGIC), 0)

    def release(self, inode: tuple[int, int]) -> None:
        """One user less; the last one closes the descriptor."""
        with self._lock:
            handle, users = self._open[inode]
            if users > 1:
                self._open[inode] = (handle, users - 1)
            else:
                del self._open[inode]
                os.close(handle)


HEADERS: Final = Headers()

CONNECTING: Final = threading.Lock()
"""Held while a connection is made, and while a file that connections lock is looked at and then opened and closed by
hand. A thread that did so while another one connects would drop the locks of that one, which belong to the process."""
