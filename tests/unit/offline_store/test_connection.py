"""Opening an encrypted file: the right key, the right file, the right thread, and the right error otherwise."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from offline_store.connection import Connection, key_check, open_encrypted, require_encrypted
from offline_store.errors import (
    NoCipher,
    NotEncrypted,
    RowRefused,
    StoreBroken,
    StoreBusy,
    StoreRefused,
    WrongKey,
)

KEY = bytes(range(32))
Flip = Callable[[Path, int, int], None]


def filled(path: Path) -> Path:
    connection = open_encrypted(path, KEY, create=True)
    connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB NOT NULL)")
    with connection.writing():
        connection.execute_many("INSERT INTO t VALUES (?, ?)", ((number, bytes(300)) for number in range(100)))
    connection.close()
    return path


def test_what_was_written_reads_back_under_the_same_key(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), bytearray(KEY))
    assert connection.one("SELECT count(*), sum(length(b)) FROM t") == (100, 30000)
    connection.close()


def test_the_file_is_private_and_nothing_in_it_is_plain(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.read_bytes().startswith(b"SQLite format 3")
    assert b"CREATE TABLE" not in path.read_bytes()
    require_encrypted(path)


def test_every_connection_syncs_fully_and_keeps_temporary_data_in_memory(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY)
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "temp_store": 2,
        "cipher_memory_security": "1",
    }
    assert {name: (connection.one(f"PRAGMA {name}") or ("",))[0] for name in wanted} == wanted
    connection.close()


def test_a_wrong_key_is_told_from_a_broken_file(tmp_path: Path, flip: Flip) -> None:
    path = filled(tmp_path / "a.db")
    with pytest.raises(WrongKey):
        open_encrypted(path, bytes(32), expected_key_check=key_check(KEY))
    flip(path, 100, 3)
    with pytest.raises(StoreBroken):
        open_encrypted(path, KEY, expected_key_check=key_check(KEY))


def test_without_a_noted_key_an_unreadable_file_is_never_called_broken(tmp_path: Path) -> None:
    with pytest.raises(WrongKey):
        open_encrypted(filled(tmp_path / "a.db"), bytes(32))


def test_a_plain_file_put_in_place_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE t(a)")
    plain.commit()
    plain.close()
    before = path.read_bytes()
    with pytest.raises(NotEncrypted):
        open_encrypted(path, KEY)
    with pytest.raises(NoCipher):
        require_encrypted(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_broken_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreBroken, match="missing"):
        open_encrypted(tmp_path / "a.db", KEY)
    assert list(tmp_path.iterdir()) == []


def test_creating_refuses_an_existing_file(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused):
        open_encrypted(filled(tmp_path / "a.db"), KEY, create=True)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_a_bug(tmp_path: Path, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        open_encrypted(tmp_path / "a.db", bytes(length), create=True)


def test_any_flipped_bit_of_the_file_is_found_by_reading_it_all(tmp_path: Path, flip: Flip) -> None:
    path = filled(tmp_path / "a.db")
    whole = path.read_bytes()
    chance = random.Random(3)
    for _ in range(60):
        path.write_bytes(whole)
        flip(path, chance.randrange(len(whole)), chance.randrange(8))
        with pytest.raises(StoreBroken):
            read_all(path)


def read_all(path: Path) -> None:
    connection = open_encrypted(path, KEY, expected_key_check=key_check(KEY))
    try:
        connection.rows("SELECT * FROM t")
        connection.rows("PRAGMA quick_check")
    finally:
        connection.close()


def test_an_exception_inside_a_transaction_keeps_nothing(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY)

    def fail_half_way() -> None:
        with connection.writing():
            connection.execute("DELETE FROM t")
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail_half_way()
    assert connection.one("SELECT count(*) FROM t") == (100,)
    connection.close()


def test_a_second_writer_is_told_that_the_store_is_busy(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db")
    first, second = open_encrypted(path, KEY), open_encrypted(path, KEY, busy_seconds=0.01)
    with first.writing(), pytest.raises(StoreBusy), second.writing():
        pass
    first.close()
    second.close()


def test_a_second_row_under_the_same_key_is_refused_without_its_values(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY)
    with pytest.raises(RowRefused) as refused:
        connection.execute("INSERT INTO t VALUES (5, ?)", (b"secret",))
    assert "secret" not in f"{refused.value} {refused.value.__cause__} {refused.value.facts}"
    connection.close()


def test_a_query_only_connection_changes_nothing(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY, query_only=True)
    with pytest.raises(StoreRefused):
        connection.execute("DELETE FROM t")
    connection.close()


def test_a_connection_refuses_the_thread_that_does_not_own_it(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY)
    refused: list[str] = []

    def use() -> None:
        try:
            connection.one("SELECT 1")
        except AssertionError as error:
            refused.append(str(error))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert refused == ["a.db: a connection was used by a thread that does not own it"]
    connection.close()


def test_sqlite_utils_works_on_the_encrypted_connection(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY)
    connection.tables.table("u").insert_all([{"id": 1, "v": "x"}, {"id": 2, "v": "y"}], pk="id")
    assert connection.rows("SELECT id, v FROM u ORDER BY id") == [(1, "x"), (2, "y")]
    connection.close()


def test_looking_at_the_header_takes_no_lock_away_from_a_living_connection(tmp_path: Path) -> None:
    # closing any descriptor of a file drops the process' POSIX locks on it; the second open looks at the header
    path = filled(tmp_path / "a.db")
    first = open_encrypted(path, KEY)
    assert first.one("SELECT count(*) FROM t") == (100,)
    open_encrypted(path, KEY).close()
    inode = f":{path.stat().st_ino} "
    held = [line for line in Path("/proc/locks").read_text().splitlines() if inode in line]
    first.close()
    assert held, "the shared lock on the database file is gone while a connection lives"


def test_no_descriptor_stays_open_behind_closed_connections(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.db")

    def ours() -> list[str]:
        links = (os.path.realpath(f"/proc/self/fd/{handle}") for handle in os.listdir("/proc/self/fd"))
        return [link for link in links if link.startswith(str(tmp_path))]

    connections: list[Connection] = [open_encrypted(path, KEY) for _ in range(3)]
    assert ours()
    for connection in connections:
        connection.close()
        connection.close()
    with pytest.raises(WrongKey):
        open_encrypted(path, bytes(32))
    assert ours() == []


def test_what_is_kept_ready_is_prepared_without_being_run(tmp_path: Path) -> None:
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY, statements=6)
    connection.keep_ready(["DELETE FROM t", "INSERT INTO t VALUES (?, ?)"])
    assert connection.one("SELECT count(*) FROM t") == (100,)
    other = open_encrypted(tmp_path / "a.db", KEY, busy_seconds=0.01)
    with other.writing():
        other.execute("DELETE FROM t")
    other.close()
    connection.close()


def test_what_is_kept_ready_stays_prepared_whatever_else_is_asked(tmp_path: Path) -> None:
    insert = "INSERT INTO t VALUES (?, ?)"
    connection = open_encrypted(filled(tmp_path / "a.db"), KEY, statements=5)
    questions = [f"SELECT count(*), {number} FROM t" for number in range(10)]  # noqa: S608 - no text from outside
    prepared: list[object] = []

    def asked() -> None:
        for question in questions * 5:
            connection.one(question)

    def allowed(*what: object) -> int:
        prepared.append(what)
        return 0

    asked()
    connection.keep_ready([insert])
    # SQLite asks whether a statement is allowed each time it prepares one
    connection.raw.set_authorizer(allowed)
    connection.write([(insert, (1001, "x"))])
    asked()
    assert prepared
    prepared.clear()
    connection.write([(insert, (1002, "x"))])
    assert prepared == []
    connection.close()
