"""The files of a journal in a data directory, who has them open, and the lock that keeps a second writer out."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from offline_store.durable import mapped
from offline_store.errors import StoreBusy
from offline_store.file_headers import CONNECTING
from offline_store.file_locks import locks_on
from offline_store.journal.wal import is_suspect
from offline_store.journal.wal_index import last_committed

DATABASE: Final = "journal.db"
HEAD: Final = "journal.head"
MARK: Final = "journal.open"
"""Not empty while a terminal process has the journal open; found so at start, the last stop was not clean. Holds the
boot's id, which changes when the machine was switched off."""
COMPANIONS: Final = ("-wal", "-shm")
_OPEN_BYTE: Final = 128
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
            # never empty in between: that would say that the last stop was clean
            os.ftruncate(self._handle, os.pwrite(self._handle, _boot_id(), 0))
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
    wal, shm = (folder / (DATABASE + end) for end in COMPANIONS)
    # no other thread may connect between the look at the locks and the last descriptor that is closed here
    with CONNECTING:
        if _openers(shm):
            return False
        with mapped(wal.name):
            # closing these descriptors drops no lock: SQLite never locks the -wal, and nobody holds one on the -shm
            return is_suspect(_content(wal), last_committed(_content(shm)) if _same_boot(folder) else None)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _same_boot(folder: Path) -> bool:
    """Whether the journal was opened since the machine was switched on: then its wal-index lost nothing."""
    with mapped(MARK):
        return _content(folder / MARK) == _boot_id()


def _boot_id() -> bytes:
    return Path("/proc/sys/kernel/random/boot_id").read_bytes()


def opened_by_others(folder: Path) -> bool:
    """Whether another process than this one has the journal open."""
    return any(pid != os.getpid() for pid in _openers(folder / (DATABASE + "-shm")))


def _openers(shm: Path) -> list[int]:
    """Processes that have the database open.

    Every WAL connection holds a shared POSIX lock on byte 128 of the -shm (sqlite.org/walformat.html, 2.3). A process
    that reads through several holds 124 to 127, too, and the kernel tells that as one lock.
    """
    return [lock.process for lock in locks_on(shm) if lock.kind == "POSIX" and lock.covers(_OPEN_BYTE)]
