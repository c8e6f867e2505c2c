"""Journals of every released schema version come up to the present one with all they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import GENESIS, make_entry
from offline_store.connection import open_encrypted
from offline_store.errors import SchemaTooNew, StoreBroken
from offline_store.journal import Opened
from offline_store.migrations import STEPS, migrate, require_version, user_version
from offline_store.schema import JOURNAL_SCHEMA_VERSION

Place = Any

VERSION_1 = """
CREATE TABLE chain (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL,
  header BLOB NOT NULL, prev BLOB NOT NULL, body_commitment BLOB, hash BLOB NOT NULL,
  PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX chain_prints ON chain(epoch, seq) WHERE kind = 'print';
CREATE TRIGGER chain_is_append_only_update BEFORE UPDATE ON chain
  BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER chain_is_append_only_delete BEFORE DELETE ON chain
  BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TABLE body (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, sealed BLOB NOT NULL,
  PRIMARY KEY (epoch, seq), FOREIGN KEY (epoch, seq) REFERENCES chain(epoch, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE delivery (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'pending'
  CHECK (state IN ('pending', 'received', 'processed', 'refused')), attempts INTEGER NOT NULL DEFAULT 0,
  last_attempt_at TEXT, received_at TEXT, processed_at TEXT, result TEXT,
  PRIMARY KEY (epoch, seq), FOREIGN KEY (epoch, seq) REFERENCES chain(epoch, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX idx_delivery_state_epoch_seq ON delivery (state, epoch, seq);
CREATE TABLE "inbox" ("id" INTEGER PRIMARY KEY, "kind" TEXT NOT NULL, "epoch" INTEGER, "seq" INTEGER,
  "payload" TEXT NOT NULL, "arrived_at" TEXT NOT NULL) STRICT;
CREATE TABLE "runs" ("id" INTEGER PRIMARY KEY, "job" TEXT NOT NULL, "started_by" TEXT NOT NULL,
  "started_at" TEXT NOT NULL, "ended_at" TEXT, "outcome" TEXT, "items" INTEGER NOT NULL DEFAULT 0,
  "detail" TEXT) STRICT;
CREATE TABLE "meta" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL) STRICT;
PRAGMA user_version = 1;
"""
"""Schema version 1 as it was released; never edited."""

KEY = bytes(range(32))


def version_1_file(path: Path, key: bytes) -> None:
    """A journal of schema version 1 with two entries, a body, an answer and a run."""
    connection = open_encrypted(path, key, create=True)
    connection.raw.executescript(VERSION_1)
    prev = GENESIS
    for seq, kind, commitment in ((1, "epoch-opened", None), (2, "act", bytes(32))):
        entry = make_entry(
            prev=prev, terminal="T-0001", epoch=1, seq=seq, kind=kind, at="2026-11-01T00:00:00.000Z", header=b"{}",
            body_commitment=commitment,
        )  # fmt: skip
        connection.execute(
            "INSERT INTO chain VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
            (seq, kind, entry.at, entry.header, entry.prev, commitment, entry.hash),
        )
        prev = entry.hash
    connection.execute("INSERT INTO body VALUES (1, 2, ?)", (b"sealed",))
    connection.execute("INSERT INTO delivery(epoch, seq, state, attempts) VALUES (1, 1, 'received', 1)")
    connection.execute("INSERT INTO delivery(epoch, seq) VALUES (1, 2)")
    connection.execute("INSERT INTO inbox(kind, payload, arrived_at) VALUES ('notice', '{}', 'then')")
    connection.execute("INSERT INTO runs(job, started_by, started_at) VALUES ('upload', 'timer', 'then')")
    connection.execute("INSERT INTO meta VALUES ('terminal', 'T-0001'), ('epoch', '1')")
    connection.close()


def shape(connection: Any) -> dict[str, list[str]]:
    """Tables with their columns, and every index and trigger, without regard to spacing."""
    found: dict[str, list[str]] = {}
    for kind, name in connection.rows("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"):
        if kind == "table":
            found[name] = [str(row[1:]) for row in connection.rows(f"PRAGMA table_info({name})")]
            found[name] += sorted(str(row[2:5]) for row in connection.rows(f"PRAGMA foreign_key_list({name})"))
        else:
            found[name] = [kind]
    return found


def test_a_journal_of_version_1_opens_today_with_all_it_holds(place: Place) -> None:
    place.folder.mkdir(mode=0o700)
    version_1_file(place.folder / "journal.db", bytes(place.key))
    outcome = place.open()
    assert isinstance(outcome, Opened)
    journal = outcome.journal
    assert journal.verify().count == 2
    assert [row.kind for row in journal.inbox_after(0)] == ["notice"]
    delivery = place.delivery()
    assert [(item.entry.seq, item.sealed) for item in delivery.pending(limit=9, max_bytes=999)] == [(2, b"sealed")]
    assert delivery.last_run("upload") is not None
    assert journal.append("audit", {}).seq == 3


def test_an_old_file_and_a_new_one_end_in_the_same_shape(tmp_path: Path) -> None:
    version_1_file(tmp_path / "old.db", KEY)
    old, new = open_encrypted(tmp_path / "old.db", KEY), open_encrypted(tmp_path / "new.db", KEY, create=True)
    assert (migrate(old), migrate(new)) == (1, 0)
    assert shape(old) == shape(new)
    assert user_version(old) == user_version(new) == JOURNAL_SCHEMA_VERSION == len(STEPS)
    old.close()
    new.close()


def test_the_first_step_makes_version_1_as_it_was_released(tmp_path: Path) -> None:
    version_1_file(tmp_path / "old.db", KEY)
    old, new = open_encrypted(tmp_path / "old.db", KEY), open_encrypted(tmp_path / "new.db", KEY, create=True)
    migrate(new, to=1)
    assert shape(old) == shape(new)
    old.close()
    new.close()


def test_an_inbox_that_grew_for_years_comes_up_with_its_newest_rows(tmp_path: Path) -> None:
    connection = open_encrypted(tmp_path / "a.db", KEY, create=True)
    migrate(connection, to=3)
    with connection.writing():
        connection.execute_many(
            "INSERT INTO inbox(kind, epoch, seq, payload, arrived_at) VALUES ('result', 1, ?, '{}', 'then')",
            ((number,) for number in range(20_010)),
        )
    assert migrate(connection) == 3
    assert connection.rows("SELECT min(seq), max(seq), count(*) FROM inbox") == [(10, 20_009, 20_000)]
    connection.close()


def test_migrating_again_does_nothing(tmp_path: Path) -> None:
    connection = open_encrypted(tmp_path / "a.db", KEY, create=True)
    migrate(connection)
    assert migrate(connection) == JOURNAL_SCHEMA_VERSION
    connection.close()


def test_other_processes_refuse_a_version_they_do_not_know(tmp_path: Path) -> None:
    connection = open_encrypted(tmp_path / "a.db", KEY, create=True)
    with pytest.raises(StoreBroken, match="never set up"):
        require_version(connection)
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(SchemaTooNew) as newer:
        require_version(connection)
    assert newer.value.facts == {"version": 99, "known": JOURNAL_SCHEMA_VERSION}
    connection.close()
