"""A second copy of an encrypted database under another key, row by row.

Not ``PRAGMA rekey``: it rewrites the database in place, and a cut in the middle leaves pages under two keys; nor
``sqlcipher_export``, whose key would stand in a statement's text that nobody can overwrite.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from offline_store.connection import Connection, KeyBytes, Value, open_encrypted, require_encrypted
from offline_store.durable import mapped, sync_folder
from offline_store.errors import StoreBroken

Progress = Callable[[int, int], None]
"""(rows copied, rows in all)."""
_ROWS_AT_ONCE: Final = 2000


def copy_under(source: Connection, target: Path, key: KeyBytes, progress: Progress) -> int:
    """Copy all tables, indexes, triggers and the version into a new file, durably; answers how many rows.

    The caller keeps writers out. Raises StoreBroken when a page cannot be read or counts differ, StoreFull.
    """
    for name in (target.name, f"{target.name}-wal", f"{target.name}-shm"):
        target.with_name(name).unlink(missing_ok=True)
    made = open_encrypted(target, key, create=True)
    try:
        copied = _copied(source, made, progress)
        if not made.truncate_wal():
            raise StoreBroken(target.name, "its write-ahead log could not be emptied")
    finally:
        made.close()
    require_encrypted(target)
    with mapped(target.name):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(target.parent)
    return copied


def _copied(source: Connection, made: Connection, progress: Progress) -> int:
    things = source.rows("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    version = source.one("PRAGMA user_version")
    tables = [(_quoted(name), sql) for kind, name, sql in things if kind == "table"]
    counts = {name: int((source.one(f"SELECT count(*) FROM {name}") or (0,))[0]) for name, _ in tables}  # noqa: S608
    total, done = sum(counts.values()), 0
    # the copy counts for nothing until it is whole, so nothing has to be synced before its end
    made.execute("PRAGMA synchronous = OFF")
    made.execute("PRAGMA foreign_keys = OFF")
    with made.writing():
        for name, sql in tables:
            made.execute(sql)
            width = len(source.rows(f"PRAGMA table_info({name})"))
            insert = f"INSERT INTO {name} VALUES ({', '.join('?' * width)})"  # noqa: S608 - a table of our own
            rows = source.each(f"SELECT * FROM {name}", at_once=_ROWS_AT_ONCE)  # noqa: S608
            some: list[tuple[Value, ...]] = []
            for row in rows:
                some.append(row)
                if len(some) == _ROWS_AT_ONCE:
                    made.execute_many(insert, some)
                    done += len(some)
                    progress(done, total)
                    some.clear()
            made.execute_many(insert, some)
            done += len(some)
        for kind, _, sql in things:
            if kind != "table":
                made.execute(sql)
        made.execute(f"PRAGMA user_version = {int(version[0]) if version else 0}")
    progress(done, total)
    found = {name: int((made.one(f"SELECT count(*) FROM {name}") or (0,))[0]) for name, _ in tables}  # noqa: S608
    if found != counts or made.one("PRAGMA foreign_key_check") is not None:
        raise StoreBroken(made.path.name, "the copy has not the rows of the original")
    made.execute("PRAGMA synchronous = FULL")
    return done


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
