"""Opening an encrypted database, and the one class through which this room speaks SQL.

At every open: the library has a cipher, the file does not begin like plain SQLite, and a read works under the key.
Plain SQLite would take ``PRAGMA key`` in silence and write plain text. Every exception of sqlcipher3 or sqlite3 that
means a fault of file, key or disk becomes one of `offline_store.errors`; errors of our own SQL stay what they are.
One connection belongs to one thread; another thread's call is a bug and is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

from sqlcipher3 import dbapi2 as sqlcipher

from offline_store.durable import mapped
from offline_store.errors import (
    NoCipher,
    NotEncrypted,
    RowRefused,
    StoreBroken,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreRefused,
    WrongKey,
)
from offline_store.file_headers import CONNECTING, HEADERS, PLAIN_MAGIC
from offline_store.keys import wipe

if TYPE_CHECKING:
    from sqlite_utils import Database

Value: TypeAlias = "str | int | float | bytes | None"
KeyBytes: TypeAlias = bytes | bytearray

KEY_BYTES: Final = 32
_STATEMENTS: Final = 128
_CHECKPOINT_WAIT_MS: Final = 250
_USES_AHEAD: Final = 64
_HEX_DIGITS: Final = b"0123456789abcdef"
_LIBRARY_ERRORS: Final = (sqlcipher.Error, sqlite3.Error)

# primary result codes (sqlite.org/rescode.html)
_PERM, _BUSY, _LOCKED, _READONLY, _IOERR = 3, 5, 6, 8, 10
_CORRUPT, _FULL, _CANTOPEN, _CONSTRAINT, _AUTH, _NOTADB = 11, 13, 14, 19, 23, 26
_IOERR_READ: Final = _IOERR | 1 << 8
_IOERR_SHORT_READ: Final = _IOERR | 2 << 8
_IOERR_SHMSIZE: Final = _IOERR | 19 << 8
_KINDS: Final[dict[int, tuple[type[StoreError], str]]] = {
    _PERM: (StoreRefused, "access is refused"),
    _BUSY: (StoreBusy, "another process holds it"),
    _LOCKED: (StoreBusy, "another transaction holds it"),
    _READONLY: (StoreRefused, "it cannot be written"),
    _CORRUPT: (StoreBroken, "a page is damaged"),
    _FULL: (StoreFull, "the disk is full"),
    _CANTOPEN: (StoreRefused, "it cannot be opened"),
    _CONSTRAINT: (RowRefused, "a row contradicts the tables"),
    _AUTH: (StoreRefused, "access is refused"),
    _NOTADB: (StoreBroken, "a page cannot be decrypted"),
    _IOERR: (StoreRefused, "the disk answers with an input/output error"),
    # extended codes go before their primary one: a page that cannot be read is a broken store, a wal-index that cannot
    # grow is a full disk
    _IOERR_READ: (StoreBroken, "a page cannot be read"),
    _IOERR_SHORT_READ: (StoreBroken, "a page is cut off"),
    _IOERR_SHMSIZE: (StoreFull, "the disk is full"),
}


class _Edge:
    """Turns the library's exceptions of a ``with`` block into ours; may be entered again and again."""

    __slots__ = ("met_damage", "store")

    def __init__(self, store: str) -> None:
        self.store = store
        self.met_damage = False

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not isinstance(error, _LIBRARY_ERRORS):
            return
        code = getattr(error, "sqlite_errorcode", None)
        known = (_KINDS.get(code) or _KINDS.get(code & 0xFF)) if isinstance(code, int) else None
        if known is None or code is None:
            return
        ours, reason = known
        self.met_damage = self.met_damage or ours is StoreBroken
        raise ours(self.store, reason, {"code": getattr(error, "sqlite_errorname", ""), "number": code}) from error


class Connection:
    """One thread's connection to one encrypted database; made by `open_encrypted`."""

    def __init__(self, raw: Any, path: Path, inode: tuple[int, int]) -> None:
        self._raw = raw
        self._thread = threading.get_ident()
        self._inode = inode
        self._tables: Database | None = None
        self._open = True
        self._edge = _Edge(path.name)
        self.path = path

    @property
    def met_damage(self) -> bool:
        """True once a page could not be read on this connection; the cipher refuses nearly everything from then on."""
        return self._edge.met_damage

    @property
    def raw(self) -> Any:
        """The library's connection, for this thread alone."""
        if threading.get_ident() != self._thread:
            raise AssertionError(f"{self.path.name}: a connection was used by a thread that does not own it")
        return self._raw

    def execute(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run one statement that gives no rows; answers the number of rows it changed."""
        with self._edge:
            return int(self.raw.execute(sql, values).rowcount)

    def execute_many(self, sql: str, many: Iterable[Sequence[Value]]) -> None:
        """Run one statement for every tuple of values."""
        with self._edge:
            self.raw.executemany(sql, many)

    def insert(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Run one INSERT; answers the new row's id."""
        with self._edge:
            return int(self.raw.execute(sql, values).lastrowid)

    def one(self, sql: str, values: Sequence[Value] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        with self._edge:
            row: tuple[Any, ...] | None = self.raw.execute(sql, values).fetchone()
            return row

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        with self._edge:
            found: list[tuple[Any, ...]] = self.raw.execute(sql, values).fetchall()
            return found

    def each(self, sql: str, values: Sequence[Value] = (), *, at_once: int = 500) -> Iterator[tuple[Any, ...]]:
        """All rows, a few hundred in memory at a time."""
        with self._edge:
            cursor = self.raw.execute(sql, values)
        while True:
            with self._edge:
                some = cursor.fetchmany(at_once)
            if not some:
                return
            yield from some

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One write transaction (BEGIN IMMEDIATE); an exception rolls it back whole."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            # some faults (disk full) have already rolled back
            if self.raw.in_transaction:
                self.execute("ROLLBACK")
            raise

    def write(self, statements: Iterable[tuple[str, Sequence[Value]]]) -> None:
        """These statements as one write transaction, whole or not at all: `writing` for the hot path."""
        raw = self.raw
        execute = raw.execute
        with self._edge:
            execute("BEGIN IMMEDIATE")
            try:
                for sql, values in statements:
                    execute(sql, values)
                execute("COMMIT")
            except BaseException:
                # some faults (disk full) have already rolled back
                if raw.in_transaction:
                    execute("ROLLBACK")
                raise

    def keep_ready(self, statements: Iterable[str]) -> None:
        """Prepare what `write` will run again and again, running nothing: seldom used statements leave before these."""
        # the cache drops what was asked for least often, of equals the newest: without a lead they would drive one
        # another out. With no values a statement is prepared and not run
        prepare = self.raw.executemany
        with self._edge:
            for statement in ("BEGIN IMMEDIATE", *statements, "COMMIT"):
                for _ in range(_USES_AHEAD):
                    prepare(statement, ())

    @property
    def tables(self) -> Database:
        """The same connection as a sqlite-utils database, for schema, loads and tools, not for hot paths."""
        if self._tables is None:
            self._tables = _sqlite_utils_on(self.raw)
        return self._tables

    def damaged_pages(self) -> int:
        """Check the authentication of every page of the file; answers how many are damaged."""
        damaged = len(self.rows("PRAGMA cipher_integrity_check"))
        self._edge.met_damage = self._edge.met_damage or damaged > 0
        return damaged

    def truncate_wal(self) -> bool:
        """Move the WAL into the database file and empty it. False when a reader or writer was in the way."""
        before = self.one("PRAGMA busy_timeout")
        # the other process' transactions take some 20 ms; whoever reads longer is not waited for
        self.one(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
        try:
            row = self.one("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.one(f"PRAGMA busy_timeout = {before[0] if before else 0}")
        return row is not None and row[0] == 0

    def still_at_its_path(self) -> bool:
        """False when the file was moved aside or replaced since it was opened."""
        try:
            facts = self.path.stat()
        except FileNotFoundError:
            return False
        return (facts.st_dev, facts.st_ino) == self._inode

    def close(self) -> None:
        """Give the file back; calling it again does nothing."""
        if self._open:
            self._open = False
            self._tables = None
            try:
                with self._edge:
                    self.raw.close()
            finally:
                HEADERS.release(self._inode)


def open_encrypted(
    path: Path,
    key: KeyBytes,
    *,
    create: bool = False,
    query_only: bool = False,
    expected_key_check: str | None = None,
    busy_seconds: float = 2.0,
    statements: int = _STATEMENTS,
) -> Connection:
    """Open a database under a raw 32-byte key (no passphrase derivation: 0.3 ms instead of 240 ms).

    ``expected_key_check``: `key_check` noted when the store was made; with it an unreadable first page is told apart
    from a wrong key. Without it both are WrongKey, so that nobody starts over because of a mistyped key.
    ``statements``: how many are kept prepared.

    Raises WrongKey, NotEncrypted, NoCipher, StoreBroken (also for a missing file), StoreFull, StoreRefused, StoreBusy.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"a store key has {KEY_BYTES} bytes, not {len(key)}")
    if create:
        with mapped(path.name):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    elif not path.is_file():
        raise StoreBroken(path.name, "the file is missing")
    inode, beginning = HEADERS.take(path)
    if beginning == PLAIN_MAGIC:
        HEADERS.release(inode)
        raise NotEncrypted(path.name, "the file is plain SQLite")
    with CONNECTING:
        try:
            with _Edge(path.name):
                uri = f"file:{quote(str(path))}?mode=rw"
                raw = sqlcipher.connect(
                    uri, uri=True, isolation_level=None, timeout=busy_seconds, cached_statements=statements
                )
        except StoreError:
            HEADERS.release(inode)
            raise
        connection = Connection(raw, path, inode)
        try:
            # the first read takes the connection's locks on the -shm, so it is made when both are done
            _unlock(connection, key, expected_key_check)
            _configure(connection, query_only=query_only)
        except BaseException:
            connection.close()
            raise
    return connection


def key_check(key: KeyBytes) -> str:
    """A short value that tells whether a key is the same one, and nothing else about a 32-byte random key."""
    return hmac.new(key, b"offline_store key check", hashlib.sha256).digest()[:8].hex()


def require_encrypted(path: Path) -> None:
    """After the first write to a new file: refuse it if the library wrote plain text. Raises NoCipher."""
    inode, beginning = HEADERS.take(path)
    HEADERS.release(inode)
    if beginning == PLAIN_MAGIC:
        raise NoCipher(path.name, "the library wrote plain SQLite")


def _unlock(connection: Connection, key: KeyBytes, expected_key_check: str | None) -> None:
    name = connection.path.name
    version = connection.one("PRAGMA cipher_version")
    if version is None or not version[0]:
        raise NoCipher(name, "the SQLite library has no cipher")
    # the cipher would write its own lines to stderr; faults come as exceptions
    connection.execute("PRAGMA cipher_log_level = NONE")
    # before the key: the setting also guards the copies that the cipher makes of it
    connection.execute("PRAGMA cipher_memory_security = ON")
    literal = _raw_key_literal(key)
    try:
        with _Edge(name):
            connection.raw.set_key(literal)
    finally:
        wipe(literal)
    try:
        connection.one("SELECT count(*) FROM sqlite_master")
    except StoreBroken as error:
        if error.facts.get("number") == _NOTADB and expected_key_check != key_check(key):
            known = "noted" if expected_key_check else "not noted"
            raise WrongKey(name, "it does not open under this key", {"key_check": known}) from error
        raise


def _raw_key_literal(key: KeyBytes) -> bytearray:
    # x'..64 hex digits..', built digit by digit: bytes.hex() would leave a copy that nobody can overwrite
    literal = bytearray(2 * KEY_BYTES + 3)
    literal[0:2], literal[-1:] = b"x'", b"'"
    for place, byte in enumerate(key):
        literal[2 + 2 * place] = _HEX_DIGITS[byte >> 4]
        literal[3 + 2 * place] = _HEX_DIGITS[byte & 15]
    return literal


def _configure(connection: Connection, *, query_only: bool) -> None:
    mode = connection.one("PRAGMA journal_mode = WAL")
    if mode is None or mode[0] != "wal":
        raise StoreRefused(connection.path.name, "the disk allows no write-ahead log")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # temporary tables and sorts hold what the database holds, and would be plain files
    connection.execute("PRAGMA temp_store = MEMORY")
    if query_only:
        connection.execute("PRAGMA query_only = ON")


def _sqlite_utils_on(raw: Any) -> Database:
    # sqlite-utils takes its exception classes from pysqlite3 when there is one, else from sqlite3. Ours come from
    # sqlcipher3 and are no subclasses of sqlite3's, so its alter=True and its fallbacks work only with this alias.
    # Where somebody imported it before, it stays as it is: no call of this room relies on those two.
    if "sqlite_utils" not in sys.modules:
        sys.modules.setdefault("pysqlite3", sqlcipher)
        sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher)
    from sqlite_utils import Database

    return Database(raw, execute_plugins=False)
