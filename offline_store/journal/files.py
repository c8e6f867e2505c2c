"""The files of a journal in a terminal's data directory, and the lock that keeps a second writer out."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from offline_store.durable import mapped
from offline_store.errors import StoreBusy
from offline_store.journal.wal import is_suspect

DATABASE: Final = "journal.db"
HEAD: Final = "journal.head"
MARK: Final = "journal.open"
"""Not empty while a terminal process has the journal open; found so at start, the last stop was not clean."""
COMPANIONS: Final = ("-wal", "-shm")
ASIDE: Final = "broken-"
"""Folders ``broken-1``, ``broken-2`` ... hold journals that were moved aside."""


class OpenMark:
    """Lock and unclean-stop mark in one small file; the system drops the lock when the process dies."""

    def __init__(self, handle: int, name: str, stopped_unclean: bool) -> None:
        self._handle = handle
        self._name = name
        self.stopped_unclean = stopped_unclean

    @classmethod
    def take(cls, folder: Path) -> OpenMark:
        """Lock and set the mark. Raises StoreBusy when another process holds it."""
        path = folder / MARK
        with mapped(MARK):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                raise StoreBusy(MARK, "another terminal process has the journal open") from None
            stopped_unclean = os.fstat(handle).st_size > 0
        return cls(handle, MARK, stopped_unclean)

    def set(self) -> None:
        """From here on a stop without `clear` is an unclean one."""
        with mapped(self._name):
            os.pwrite(self._handle, b"open\n", 0)
            os.fsync(self._handle)

    def clear(self) -> None:
        """The stop is clean."""
        with mapped(self._name):
            os.ftruncate(self._handle, 0)
            os.fsync(self._handle)

    def release(self) -> None:
        """Give the lock back; the mark stays as it is."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def wal_is_suspect(folder: Path) -> bool:
    """Whether opening the journal now would silently drop committed rows (see `offline_store.journal.wal`).

    Only asked while nobody has it open: then SQLite would recover the WAL at the next open. A living connection keeps
    the WAL's index in memory, and a page damaged under it is refused by its own authentication.
    """
    wal = folder / (DATABASE + "-wal")
    if not wal.exists() or _opened_by_somebody(folder / (DATABASE + "-shm")):
        return False
    with mapped(wal.name):
        # closing this descriptor drops no lock: SQLite locks the database and the -shm, never the -wal
        return is_suspect(wal.read_bytes())


def _opened_by_somebody(shm: Path) -> bool:
    """Every WAL connection holds a shared POSIX lock on byte 128 of the -shm (sqlite.org/walformat.html, 2.3).

    Read from /proc/locks, since opening and closing the -shm would drop this process' own locks on it.
    """
    try:
        inode = shm.stat().st_ino
        locks = Path("/proc/locks").read_text()
    except OSError:
        return False
    for line in locks.splitlines():
        # "1: POSIX  ADVISORY  READ 4711 fe:00:123456 128 128"; a waiting lock has "->" as its second word
        words = line.split()
        if len(words) == 8 and words[5].rpartition(":")[2] == str(inode) and words[6] == "128":
            return True
    return False
