"""A connection to the journal beside the one that appends to it: the sync process', or the terminal's second one.

The journal may be moved aside at any time, when it cannot go on. The next use then goes to the new one.
"""

from __future__ import annotations

from pathlib import Path

from offline_store.connection import Connection, KeyBytes, open_encrypted
from offline_store.errors import StoreBroken
from offline_store.journal.files import DATABASE, HEAD, wal_is_suspect
from offline_store.journal.head import HeadRecord, read_head
from offline_store.migrations import require_version


class Beside:
    """One thread's connection to the journal of a data directory.

    Raises WrongKey, StoreBroken, StoreFull, StoreBusy, StoreRefused, SchemaTooNew, here and at each use.
    """

    def __init__(self, folder: Path, key: KeyBytes, *, busy_seconds: float = 2.0) -> None:
        self._folder = folder
        self._key = key
        self._busy_seconds = busy_seconds
        self._opened = self._open()

    @property
    def connection(self) -> Connection:
        """The journal that is at its path now."""
        if not self._opened.still_at_its_path():
            self._opened.close()
            self._opened = self._open()
        return self._opened

    def close(self) -> None:
        """Give the connection back."""
        self._opened.close()

    def _open(self) -> Connection:
        if wal_is_suspect(self._folder):
            raise StoreBroken(DATABASE, "its write-ahead log is damaged; the terminal has to open it first")
        head = read_head(self._folder / HEAD)
        check = head.key_check if isinstance(head, HeadRecord) else None
        connection = open_encrypted(
            self._folder / DATABASE, self._key, expected_key_check=check, busy_seconds=self._busy_seconds
        )
        try:
            require_version(connection)
        except BaseException:
            connection.close()
            raise
        return connection
