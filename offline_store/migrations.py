"""The journal's tables and how an older file comes up to the present version.

``PRAGMA user_version`` names the version a file is at. Each step is one transaction together with the new number, so
that a power cut leaves the old version or the new one. A step that was released is never changed again; a new one is
added behind it, and a file of every released version stays in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from offline_store.connection import Connection
from offline_store.errors import SchemaTooNew, StoreBroken
from offline_store.schema import JOURNAL_SCHEMA_VERSION

if TYPE_CHECKING:
    from sqlite_utils import Database


def version_1(tables: Database) -> None:
    """chain (append-only), body, delivery, inbox, runs, meta."""
    # WITHOUT ROWID and CHECK, not a second tree per table and a trigger: an append then writes half the pages
    # (measured on one machine: 9 000 against 5 200 commits a second)
    tables.execute(
        "CREATE TABLE chain (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL,"
        " header BLOB NOT NULL, prev BLOB NOT NULL, body_commitment BLOB, hash BLOB NOT NULL,"
        " PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID"
    )
    # prints are looked up at every start; other entries do not touch this index
    tables.execute("CREATE INDEX chain_prints ON chain(epoch, seq) WHERE kind = 'print'")
    for event in ("UPDATE", "DELETE"):
        tables.execute(
            f"CREATE TRIGGER chain_is_append_only_{event.lower()} BEFORE {event} ON chain"
            " BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END"
        )
    tables.execute(
        "CREATE TABLE body (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL,"
        " PRIMARY KEY (epoch, seq), FOREIGN KEY (epoch, seq) REFERENCES chain(epoch, seq)) STRICT, WITHOUT ROWID"
    )
    tables.execute(
        "CREATE TABLE delivery (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'pending'"
        # written out: this step stays as it was released, whatever states come later; and no IN, for which SQLite
        # builds a temporary tree at every insert (measured: 32 µs of an append's 200)
        " CHECK (state = 'pending' OR state = 'received' OR state = 'processed' OR state = 'refused'),"
        " attempts INTEGER NOT NULL DEFAULT 0, last_attempt_at TEXT, received_at TEXT, processed_at TEXT, result TEXT,"
        " PRIMARY KEY (epoch, seq), FOREIGN KEY (epoch, seq) REFERENCES chain(epoch, seq)) STRICT, WITHOUT ROWID"
    )
    tables.table("delivery").create_index(["state", "epoch", "seq"])
    tables.table("inbox").create(
        {"id": int, "kind": str, "epoch": int, "seq": int, "payload": str, "arrived_at": str},
        pk="id",
        not_null={"kind", "payload", "arrived_at"},
        strict=True,
    )
    tables.table("runs").create(
        {
            "id": int,
            "job": str,
            "started_by": str,
            "started_at": str,
            "ended_at": str,
            "outcome": str,
            "items": int,
            "detail": str,
        },
        pk="id",
        not_null={"job", "started_by", "started_at", "items"},
        defaults={"items": 0},
        strict=True,
    )
    tables.table("meta").create({"key": str, "value": str}, pk="key", not_null={"value"}, strict=True)


def version_2(tables: Database) -> None:
    """question: asked of the centre while a person waits. device_state: how the devices are, for the heartbeat."""
    tables.execute(
        "CREATE TABLE question (id TEXT PRIMARY KEY, kind TEXT NOT NULL, asked_at TEXT NOT NULL,"
        " deadline_seconds INTEGER NOT NULL, content TEXT, state TEXT NOT NULL DEFAULT 'waiting'"
        " CHECK (state = 'waiting' OR state = 'sent' OR state = 'answered' OR state = 'refused' OR state = 'expired'"
        " OR state = 'unknown'), sent_at TEXT, settled_at TEXT, reason TEXT, answer TEXT) STRICT, WITHOUT ROWID"
    )
    tables.execute(
        "CREATE TABLE device_state (device TEXT PRIMARY KEY, state TEXT NOT NULL, fault TEXT, since TEXT NOT NULL)"
        " STRICT, WITHOUT ROWID"
    )


def version_3(tables: Database) -> None:
    """truncation: what left the chain after its retention; nothing else may be deleted from the chain."""
    tables.execute(
        "CREATE TABLE truncation (epoch INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL,"
        " record_seq INTEGER NOT NULL) STRICT"
    )
    tables.execute("DROP TRIGGER chain_is_append_only_delete")
    tables.execute(
        "CREATE TRIGGER chain_is_append_only_delete BEFORE DELETE ON chain WHEN OLD.seq = 1 OR NOT EXISTS"
        " (SELECT 1 FROM truncation AS t JOIN chain AS c ON c.epoch = t.epoch AND c.seq = t.record_seq"
        " WHERE t.epoch = OLD.epoch AND t.seq >= OLD.seq AND c.kind = 'truncated')"
        " BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END"
    )


def version_4(tables: Database) -> None:
    """inbox: its newest rows alone, and found by what they are about."""
    tables.execute("DELETE FROM inbox WHERE id <= (SELECT max(id) FROM inbox) - 20000")
    tables.table("inbox").create_index(["kind", "epoch", "seq"])


STEPS: Final[tuple[Callable[[Database], None], ...]] = (version_1, version_2, version_3, version_4)


def user_version(connection: Connection) -> int:
    """The version a file is at; 0 for an empty one."""
    row = connection.one("PRAGMA user_version")
    return int(row[0]) if row else 0


def migrate(connection: Connection, *, to: int = JOURNAL_SCHEMA_VERSION) -> int:
    """Bring a file up to version ``to``; answers the version it came from. Raises SchemaTooNew."""
    came_from = user_version(connection)
    if came_from > JOURNAL_SCHEMA_VERSION:
        raise SchemaTooNew(
            connection.path.name,
            "it was written by a later release",
            {"version": came_from, "known": JOURNAL_SCHEMA_VERSION},
        )
    tables = connection.tables
    for number, step in enumerate(STEPS[came_from:to], start=came_from + 1):
        with tables.atomic():
            step(tables)
            connection.execute(f"PRAGMA user_version = {number}")
    return came_from


def require_version(connection: Connection, version: int = JOURNAL_SCHEMA_VERSION) -> None:
    """For processes that do not migrate. Raises StoreBroken (never set up), SchemaTooNew (any other version)."""
    found = user_version(connection)
    if found == 0:
        raise StoreBroken(connection.path.name, "it was never set up")
    if found != version:
        raise SchemaTooNew(connection.path.name, "it has another schema", {"version": found, "known": version})
