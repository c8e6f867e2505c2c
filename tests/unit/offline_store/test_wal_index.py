"""What SQLite's own wal-index says was committed, read from files that the cipher's SQLite wrote."""

from __future__ import annotations

import random

import pytest

from offline_store.connection import open_encrypted
from offline_store.journal.wal import Committed, is_suspect
from offline_store.journal.wal_index import last_committed

KEY = bytes(range(32))
HEADER, FRAME = 32, 24 + 4096


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[bytes, bytes]]:
    """WAL and wal-index as they stood after each of nine transactions."""
    folder = tmp_path_factory.mktemp("wal-index")
    connection = open_encrypted(folder / "live.db", KEY, create=True)
    connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)")
    connection.truncate_wal()
    taken = []
    for number in range(9):
        with connection.writing():
            connection.execute("INSERT INTO t VALUES (?, ?)", (number, bytes(3000)))
        taken.append(((folder / "live.db-wal").read_bytes(), (folder / "live.db-shm").read_bytes()))
    connection.close()
    return taken


def believed(shm: bytes) -> Committed:
    committed = last_committed(shm)
    assert committed is not None
    return committed


def test_it_counts_every_frame_that_a_commit_closed(steps: list[tuple[bytes, bytes]]) -> None:
    for wal, shm in steps:
        assert believed(shm).frames == (len(wal) - HEADER) // FRAME
        assert not is_suspect(wal, believed(shm))


def test_what_comes_behind_the_last_commit_is_nobodys(steps: list[tuple[bytes, bytes]]) -> None:
    (wal, _), (_, shm) = steps[8], steps[4]
    torn = bytearray(wal)
    torn[HEADER + believed(shm).frames * FRAME + 100] ^= 1
    assert is_suspect(bytes(torn))
    assert not is_suspect(bytes(torn), believed(shm))


def test_what_a_commit_closed_is_missed_when_it_is_wrong_or_gone(steps: list[tuple[bytes, bytes]]) -> None:
    chance = random.Random(3)
    wal, shm = steps[4]
    for _ in range(60):
        place = chance.randrange(HEADER, len(wal))
        damaged = bytearray(wal)
        damaged[place] ^= 1 << chance.randrange(8)
        assert is_suspect(bytes(damaged), believed(shm)), place
        assert is_suspect(wal[:place], believed(shm)), place
    assert is_suspect(b"", believed(shm))


def test_an_index_of_another_generation_explains_nothing(steps: list[tuple[bytes, bytes]]) -> None:
    wal, shm = steps[4]
    committed = believed(shm)
    torn = bytearray(wal)
    torn[HEADER + 2 * FRAME + 100] ^= 1
    assert is_suspect(bytes(torn), Committed(1, (committed.salts[0] + 1, 7), committed.checksum))


def test_an_index_whose_copies_differ_or_that_was_damaged_is_not_believed(steps: list[tuple[bytes, bytes]]) -> None:
    shm = steps[8][1]
    for place in range(96):
        damaged = bytearray(shm)
        damaged[place] ^= 0x04
        assert last_committed(bytes(damaged)) is None
    for place in range(48):
        damaged = bytearray(shm)
        damaged[place] ^= 0x04
        damaged[48 + place] ^= 0x04
        assert last_committed(bytes(damaged)) is None, place
    assert [last_committed(rubbish) for rubbish in (b"", shm[:95], bytes(96))] == [None, None, None]
