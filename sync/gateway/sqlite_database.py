"""The gateway's file on SQLite: WAL, synchronous=FULL, one connection behind a lock.

The listeners' threads and the processing step take turns, and a transaction is short. Of several processes on one file
(the command line beside the server) SQLite itself makes one wait for the other.

`schema/` holds the tables in numbered steps. Those that a file does not have yet are made when it is opened.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from sync.gateway.store import StoreUnavailable

_UNAVAILABLE: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""Within a step. IOERR: also a disk that is full for this user alone (EDQUOT), or a file as large as may be (EFBIG)."""
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DISK: Final = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_FIRST: Final = "001-terminals-and-chain"


class StoreUnusable(Exception):  # noqa: N818 - named by the condition
    """The gateway's file is missing, damaged, of another version, or its disk does not do what is asked of it."""


class Database:
    """The file `gateway.db` in `folder`. Raises StoreUnusable, StoreUnavailable."""

    def __init__(self, folder: Path, *, create: bool = False, busy_seconds: float = 10.0) -> None:
        path = folder / "gateway.db"
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
            (folder / "snapshots").mkdir(mode=0o700, exist_ok=True)
        elif not path.is_file():
            raise StoreUnusable("gateway.db is missing: run kiosk-gateway init first")
        self._lock = threading.RLock()
        self._inside = False
        try:
            self._raw = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
        except sqlite3.DatabaseError as error:
            raise _told(error) from error
        try:
            self.run("PRAGMA journal_mode=WAL")
            self.run("PRAGMA synchronous=FULL")
            self.run("PRAGMA foreign_keys=ON")
            self._make_tables()
        except sqlite3.DatabaseError as error:
            self._raw.close()
            raise _told(error) from error
        except BaseException:
            self._raw.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._raw.close()

    def transaction(self) -> AbstractContextManager[None]:
        """One atomic, durable step; nothing of it is kept if an exception leaves it. May raise StoreUnavailable."""
        return self._step("BEGIN IMMEDIATE")

    def reading(self) -> AbstractContextManager[None]:
        """One look at the file as it stands, which waits for no other process. May raise StoreUnavailable."""
        return self._step("BEGIN")

    @contextmanager
    def _step(self, begin: str) -> Iterator[None]:
        with self._lock:
            if self._inside:
                raise RuntimeError("a transaction does not nest")
            try:
                try:
                    self._raw.execute(begin)
                    self._inside = True
                    yield
                    self._raw.execute("COMMIT")
                finally:
                    self._inside = False
                    if self._raw.in_transaction:  # a full disk may have ended it already
                        self._raw.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF in _UNAVAILABLE:
                    raise StoreUnavailable(error.sqlite_errorname) from error
                raise

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """One statement that gives no rows; answers the number of rows it changed."""
        return self._raw.execute(sql, values).rowcount

    def one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row: tuple[Any, ...] | None = self._raw.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._raw.execute(sql, values).fetchall()

    def _make_tables(self) -> None:
        steps = _steps()
        made = self._made()
        unknown = made - steps.keys()
        if unknown:
            raise StoreUnusable(f"gateway.db has tables that this release does not know: {', '.join(sorted(unknown))}")
        for name in sorted(steps.keys() - made):
            sql = steps[name].read_text(encoding="utf-8")
            try:
                self._raw.executescript(f"BEGIN IMMEDIATE;{sql};INSERT INTO schema_step VALUES ('{name}');COMMIT")  # noqa: S608 - our own files
            except sqlite3.OperationalError:
                if self._raw.in_transaction:
                    self._raw.execute("ROLLBACK")
                # another process that opened it at the same moment may have been quicker
                if name not in self._made():
                    raise

    def _made(self) -> set[str]:
        """The steps this file has. One made before steps were counted says 1 as its version."""
        old = self.one("PRAGMA user_version") == (1,)
        self.run("CREATE TABLE IF NOT EXISTS schema_step (name TEXT PRIMARY KEY) WITHOUT ROWID")
        if old:
            self.run("INSERT OR IGNORE INTO schema_step VALUES (?)", (_FIRST,))
        return {name for (name,) in self.all("SELECT name FROM schema_step")}


def _steps() -> dict[str, Traversable]:
    """The numbered files by their names. Raises StoreUnusable."""
    folder = files("sync.gateway").joinpath("schema")
    found = list(folder.iterdir()) if folder.is_dir() else []
    steps = {step.name.removesuffix(".sql"): step for step in found if step.name.endswith(".sql")}
    if _FIRST not in steps:
        raise StoreUnusable("the tables of gateway.db are not in this installation: install the program again")
    return steps


def _told(error: sqlite3.DatabaseError) -> Exception:
    """Why the file cannot be opened, as one of ours; an error of our own statements stays what it is."""
    kind = error.sqlite_errorcode & 0xFF
    if kind in _DISK:
        return StoreUnusable(
            f"gateway.db cannot be read and written ({error.sqlite_errorname}): look at the disk, and whose file it is"
        )
    if kind in _UNAVAILABLE:
        return StoreUnavailable(error.sqlite_errorname)
    if kind in _DAMAGED:
        return StoreUnusable("gateway.db is damaged: put the last backup in its place")
    return error
