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
    tables.table("chain").create(
        {
            "epoch": int,
            "seq": int,
            "kind": str,
            "at": str,
            "header": bytes,
            "prev": bytes,
            "body_commitment": bytes,
            "hash": bytes,
        },
        pk=("epoch", "seq"),
        not_null={"epoch", "seq", "kind", "at", "header", "prev", "hash"},
        strict=True,
    )
    # prints are looked up by kind at every start
    tables.table("chain").create_index(["kind", "epoch", "seq"])
    for event in ("UPDATE", "DELETE"):
        tables.execute(
            f"CREATE TRIGGER chain_is_append_only_{event.lower()} BEFORE {event} ON chain"
            " BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END"
        )
    tables.table("body").create(
        {"epoch": int, "seq": int, "sealed": bytes},
        pk=("epoch", "seq"),
        not_null={"epoch", "seq", "sealed"},
        foreign_keys=[(("epoch", "seq"), "chain", ("epoch", "seq"))],
        strict=True,
    )
    tables.table("delivery").create(
        {
            "epoch": int,
            "seq": int,
            "state": str,
            "attempts": int,
            "last_attempt_at": str,
            "received_at": str,
            "processed_at": str,
            "result": str,
        },
        pk=("epoch", "seq"),
        not_null={"epoch", "seq", "state", "attempts"},
        defaults={"state": "pending", "attempts": 0},
        foreign_keys=[(("epoch", "seq"), "chain", ("epoch", "seq"))],
        strict=True,
    )
    tables.table("delivery").create_index(["state", "epoch", "seq"])
    # written out: this step stays as it was released, whatever states come later
    states = "'pending', 'received', 'processed', 'refused'"
    for event in ("INSERT", "UPDATE"):
        tables.execute(
            f"CREATE TRIGGER delivery_state_is_known_{event.lower()} BEFORE {event} ON delivery"
            f" WHEN NEW.state NOT IN ({states})"
            " BEGIN SELECT RAISE(ABORT, 'no such delivery state'); END"
        )
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


STEPS: Final[tuple[Callable[[Database], None], ...]] = (version_1,)


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
