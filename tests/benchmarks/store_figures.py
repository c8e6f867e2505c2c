"""The encrypted stores: a person's page, a commit, and the load of a whole snapshot."""

from __future__ import annotations

import gzip
import json
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2 as sqlcipher

from offline_store.chain import timestamp
from offline_store.journal import open_journal
from offline_store.schema import Manifest, SnapshotRow, columns, from_record, to_record
from offline_store.snapshot import Snapshot, build_generation
from offline_store.snapshot.tables import CREATE, INDEXES, INSERT, SELECT
from sync.protocol import packages
from tests.benchmarks.figures import Figure
from tests.benchmarks.pairs import measure, measure_each, timed
from tests.benchmarks.surroundings import Surroundings

KEY: Final = bytes(range(32))
PAGES = 1500
COMMITS = 1500
LOADS = 3
PEOPLE_IN_A_LOAD = 2000
SEALED_BYTES = 420
"""As a contribution record's query is, sealed."""


# --- a person's page


def page_vs_plain(around: Surroundings) -> Figure:
    """Person, enrolments, contributions and benefits of one of 10 000 people, another each time."""
    folder = around.folder / "page"
    folder.mkdir()
    around.say("loading them, once encrypted and once plain")
    counts: dict[str, int] = {}
    rows = _counted(around.people.rows(), counts)
    _plain(folder / "plain.db", rows)
    root = folder / "snapshot"
    build_generation(root, KEY, _manifest(around, counts), around.people.rows())
    everybody = [person.id_number for person in around.people.people]
    chosen = random.Random(1).choices(everybody, k=PAGES + 50)
    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    plain.execute("BEGIN")
    with Snapshot(root, KEY).open_session(around.now) as session:

        def own(person: str) -> None:
            session.person(person)
            session.enrolments(person)
            session.contributions(person)
            session.benefits(person)

        def bare(person: str) -> None:
            for sql in _PAGE:
                plain.execute(sql, (person,)).fetchall()

        value, limit = measure_each([_both(own, bare, person) for person in chosen], warm=50)
    plain.close()
    return Figure("store.page_vs_plain", value * 1000, limit * 1000)


_PAGE: Final = (
    f"{SELECT['person']} WHERE id_number = ?",
    f"{SELECT['enrolment']} WHERE id_number = ? ORDER BY kind, region, since",
    f"{SELECT['contribution']} WHERE id_number = ? ORDER BY kind, month, employer, state",
    f"{SELECT['benefit']} WHERE id_number = ? ORDER BY kind, since",
)


def _both(own: Callable[[str], None], bare: Callable[[str], None], person: str) -> tuple[Any, Any]:
    return timed(lambda: own(person)), timed(lambda: bare(person))


def _plain(path: Path, rows: Iterator[SnapshotRow]) -> None:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
        for statement in (*CREATE, *INDEXES):
            database.execute(statement)
        for table, group in groupby(rows, key=lambda row: row.TABLE):
            names = columns(table)
            database.executemany(INSERT[table], ([getattr(row, name) for name in names] for row in group))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _counted(rows: Iterator[SnapshotRow], counts: dict[str, int]) -> Iterator[SnapshotRow]:
    for row in rows:
        counts[row.TABLE] = counts.get(row.TABLE, 0) + 1
        yield row


def _manifest(around: Surroundings, counts: dict[str, int], generation: int = 1) -> Manifest:
    return Manifest(
        generation=generation,
        as_of=timestamp(around.now),
        expires=timestamp(around.now + timedelta(days=30)),
        area="990100",
        origin="bench",
        counts=counts,
    )


# --- a commit


def commit_vs_bare(around: Surroundings) -> Figure:
    """An act with its body. Both sides are handed the sealed body ready: sealing is the centre's key, not the store."""
    folder = around.folder / "commit"
    sealed = os.urandom(SEALED_BYTES)
    journal = open_journal(
        folder, terminal="T001", key=KEY, sign=lambda statement: bytes(64), seal=lambda plain, info: sealed,
        now=lambda: around.now,
    ).journal  # fmt: skip
    header = {"session": "20261122-0001", "item": "SI-02", "outcome": "shown", "subject": "0" * 32}
    body = os.urandom(300)
    bare = _BareJournal(folder / "bare.db", json.dumps(header).encode(), timestamp(around.now), sealed)
    value, limit = measure(COMMITS, timed(lambda: journal.append("act", header, body)), timed(bare.append), warm=100)
    journal.close()
    bare.close()
    return Figure("store.commit_vs_bare", value * 1000, limit * 1000)


class _BareJournal:
    """The same columns in the same number of tables under the same cipher, and nothing that proves anything."""

    def __init__(self, path: Path, header: bytes, at: str, sealed: bytes) -> None:
        self._database = _bare_database(path, synchronous="FULL")
        self._seq = 0
        self._rest = ("act", at, header, os.urandom(32), os.urandom(32), os.urandom(32))
        self._sealed = sealed
        for statement in (
            "CREATE TABLE chain (epoch INTEGER, seq INTEGER, kind TEXT, at TEXT, header BLOB, prev BLOB,"
            " body_commitment BLOB, hash BLOB, PRIMARY KEY (epoch, seq)) WITHOUT ROWID",
            "CREATE TABLE body (epoch INTEGER, seq INTEGER, sealed BLOB, PRIMARY KEY (epoch, seq)) WITHOUT ROWID",
            "CREATE TABLE delivery (epoch INTEGER, seq INTEGER, state TEXT, attempts INTEGER, last_attempt_at TEXT,"
            " received_at TEXT, processed_at TEXT, result TEXT, PRIMARY KEY (epoch, seq)) WITHOUT ROWID",
            "CREATE INDEX delivery_by_state ON delivery (state, epoch, seq)",
        ):
            self._database.execute(statement)

    def append(self) -> None:
        """One transaction of three rows."""
        self._seq += 1
        place = (1, self._seq)
        execute = self._database.execute
        execute("BEGIN IMMEDIATE")
        execute("INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*place, *self._rest))
        execute("INSERT INTO body VALUES (?, ?, ?)", (*place, self._sealed))
        execute("INSERT INTO delivery VALUES (?, ?, 'pending', 0, NULL, NULL, NULL, NULL)", place)
        execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        self._database.close()


def _bare_database(path: Path, *, synchronous: str) -> Any:
    database = sqlcipher.connect(str(path), isolation_level=None)
    database.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {synchronous}")
    return database


# --- a whole snapshot


def load_vs_parts(around: Surroundings) -> Figure:
    """From a package's octets to a generation that can be read: every field checked, every row somebody's."""
    folder = around.folder / "load"
    folder.mkdir()
    people = type(around.people)(around.people.people[:PEOPLE_IN_A_LOAD])
    writer = packages.PackageWriter()
    package = b"".join(writer.pack(to_record(row) for row in people.rows()))
    says = writer.manifest(
        generation=1, area="990100", origin="bench", as_of=timestamp(around.now), made_at=timestamp(around.now),
        expires_at=timestamp(around.now + timedelta(days=30)),
    )  # fmt: skip
    around.say(f"{sum(count for _, count in says.rows)} rows, {len(package) / 1e6:.1f} MB packed")
    generations = iter(range(1, 1000))

    def own() -> None:
        number = next(generations)
        assert packages.hash_matches(says, [package])
        rows = (from_record(record) for record in packages.read_rows(says, _chunks(package)))
        build_generation(folder / "snapshot", KEY, _manifest(around, dict(says.rows), number), rows)

    def bare() -> None:
        _load_bare(folder / f"bare-{next(generations)}.db", package)

    value, limit = measure(LOADS, timed(own), timed(bare), warm=1)
    return Figure("snapshot.load_vs_parts", value, limit)


def _chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 1 << 18):
        yield data[start : start + (1 << 18)]


def _load_bare(path: Path, package: bytes) -> None:
    database = _bare_database(path, synchronous="OFF")
    database.execute("BEGIN")
    for statement in CREATE:
        database.execute(statement)
    records = (json.loads(line) for line in gzip.decompress(package).splitlines())
    for table, group in groupby(records, key=lambda record: record["table"]):
        names = columns(table)
        values = (tuple(record[name] for name in names) for record in group)
        while some := list(islice(values, 2000)):
            database.executemany(INSERT[table], some)
    for statement in INDEXES:
        database.execute(statement)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
