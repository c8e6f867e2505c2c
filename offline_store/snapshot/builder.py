"""Loading a whole generation: typed rows in, an encrypted file beside the present one, then the pointer is switched.

A later delta will apply upserts inside the present generation from the manifest's ``cursor``; whole loads stay the way
back when a delta does not fit.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline_store.connection import Connection, KeyBytes, Value, key_check, open_encrypted, require_encrypted
from offline_store.durable import mapped, sync_folder
from offline_store.errors import CountsDiffer, NoSnapshot, StoreRefused
from offline_store.schema import (
    SNAPSHOT_ROWS,
    SNAPSHOT_SCHEMA_VERSION,
    Manifest,
    SnapshotRow,
    columns,
    require_manifest,
)
from offline_store.snapshot.generations import Pointer, empty_folder, read_pointer, write_pointer
from offline_store.snapshot.tables import CREATE, DATABASE, INDEXES, INSERT

_ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Built:
    """A generation that is now the present one. ``counts``: rows per table."""

    generation: int
    counts: dict[str, int]


def build_generation(root: Path, key: KeyBytes, manifest: Manifest, rows: Iterable[SnapshotRow]) -> Built:
    """Load a generation and switch to it. ``rows``: in any order; grouped by table they load fastest.

    The generation's number must be above the present one, or its own if that is damaged. Nothing is switched unless the
    counts of all tables are those of the manifest and every row belongs to a person of this generation.

    Raises CountsDiffer, RowRefused (the same key twice), RowError (the manifest is malformed), StoreFull, StoreRefused
    (also: not a newer generation), StoreBusy (a session reads that very generation). The present generation then stays,
    and nothing of the new one is left.
    """
    require_manifest(manifest)
    try:
        present = read_pointer(root)
    except NoSnapshot:
        # a damaged pointer says nothing of what is newer; sessions are refused until this load has replaced it
        present = None
    if present is not None and not _comes_after(manifest.generation, present):
        raise StoreRefused(
            "snapshot",
            "it is not newer than the present generation",
            {"offered": manifest.generation, "present": present.generation},
        )
    folder = empty_folder(root, manifest.generation)
    try:
        counts = _made(folder, key, manifest, rows)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    write_pointer(root, Pointer(manifest.generation, key_check(key)))
    return Built(manifest.generation, counts)


def _comes_after(generation: int, present: Pointer) -> bool:
    return generation > present.generation or (present.damaged and generation == present.generation)


def _made(folder: Path, key: KeyBytes, manifest: Manifest, rows: Iterable[SnapshotRow]) -> dict[str, int]:
    path = folder / DATABASE
    connection = open_encrypted(path, key, create=True)
    try:
        counts = _load(connection, manifest, rows)
        connection.truncate_wal()
    finally:
        connection.close()
    require_encrypted(path)
    with mapped(path.name):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(folder)
    return counts


def _load(connection: Connection, manifest: Manifest, rows: Iterable[SnapshotRow]) -> dict[str, int]:
    # a half-made generation is thrown away, so nothing has to be synced before the end
    connection.execute("PRAGMA synchronous = OFF")
    # rows may come before the person they belong to; checked once at the end
    connection.execute("PRAGMA foreign_keys = OFF")
    with connection.writing():
        for statement in CREATE:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SNAPSHOT_SCHEMA_VERSION}")
        for table, group in itertools.groupby(rows, key=lambda row: row.TABLE):
            values = _values(table, group)
            while some := list(itertools.islice(values, _ROWS_AT_ONCE)):
                connection.execute_many(INSERT[table], some)
        for statement in INDEXES:
            connection.execute(statement)
        counts = {table: connection.tables.table(table).count for table in SNAPSHOT_ROWS}
        _compare(manifest, counts)
        if connection.one("PRAGMA foreign_key_check") is not None:
            raise CountsDiffer("snapshot", "rows belong to people who are not in it")
        connection.execute(
            "INSERT INTO manifest(generation, as_of, expires, area, origin, counts, cursor)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                manifest.generation,
                manifest.as_of,
                manifest.expires,
                manifest.area,
                manifest.origin,
                json.dumps(counts, sort_keys=True),
                manifest.cursor,
            ),
        )
    return counts


def _values(table: str, rows: Iterable[SnapshotRow]) -> Iterator[tuple[Value, ...]]:
    names = columns(table)
    for row in rows:
        yield tuple(getattr(row, name) for name in names)


def _compare(manifest: Manifest, counts: dict[str, int]) -> None:
    facts: dict[str, str | int] = {}
    for table, count in counts.items():
        if manifest.counts.get(table, 0) != count:
            facts[f"{table} expected"] = manifest.counts.get(table, 0)
            facts[f"{table} found"] = count
    if facts or not set(manifest.counts) <= set(counts):
        raise CountsDiffer("snapshot", "its rows are not those the manifest counts", facts)
