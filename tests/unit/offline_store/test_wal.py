"""Telling a damaged write-ahead log from the leavings of a crash, on logs that the cipher's own SQLite wrote."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from offline_store.connection import open_encrypted
from offline_store.errors import StoreBroken
from offline_store.journal.wal import is_suspect, rechained

KEY = bytes(range(32))
HEADER, FRAME = 32, 24 + 4096


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database and the WAL of nine transactions, as a killed process leaves them."""
    folder = tmp_path_factory.mktemp("wal")
    connection = open_encrypted(folder / "live.db", KEY, create=True)
    connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)")
    connection.truncate_wal()
    for number in range(9):
        with connection.writing():
            connection.execute("INSERT INTO t VALUES (?, ?)", (number, bytes(3000)))
    for end in ("", "-wal"):
        shutil.copyfile(folder / f"live.db{end}", folder / f"kept.db{end}")
    connection.close()
    return folder / "kept.db"


def wal_of(written: Path) -> bytes:
    return written.with_name("kept.db-wal").read_bytes()


def rows_with(written: Path, folder: Path, wal: bytes) -> int:
    """How many rows SQLite reads with that WAL; -1 when it refuses a page."""
    shutil.copyfile(written, folder / "a.db")
    for leftover in ("a.db-shm", "a.db-wal"):
        (folder / leftover).unlink(missing_ok=True)
    (folder / "a.db-wal").write_bytes(wal)
    try:
        connection = open_encrypted(folder / "a.db", KEY)
    except StoreBroken:
        return -1
    try:
        return len(connection.rows("SELECT a, b FROM t"))
    except StoreBroken:
        return -1
    finally:
        connection.close()


def test_a_whole_wal_is_not_suspect(written: Path) -> None:
    assert len(wal_of(written)) >= HEADER + 9 * FRAME
    assert not is_suspect(wal_of(written))


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, HEADER + 23, HEADER + 24, HEADER + FRAME - 1])
def test_a_wal_without_one_full_frame_is_not_suspect(written: Path, size: int) -> None:
    assert not is_suspect(wal_of(written)[:size])


def test_a_wal_cut_off_anywhere_is_a_crash_and_not_damage(written: Path) -> None:
    chance = random.Random(1)
    wal = wal_of(written)
    assert not any(is_suspect(wal[: chance.randrange(len(wal))]) for _ in range(50))


def test_what_sqlite_would_drop_in_silence_is_always_suspect(written: Path, tmp_path: Path) -> None:
    chance = random.Random(2)
    wal = wal_of(written)
    assert rows_with(written, tmp_path, wal) == 9
    dropped = 0
    for _ in range(120):
        damaged = bytearray(wal)
        # headers are few bytes and matter most, so half of the flips go there
        frame = chance.randrange(len(wal) // FRAME)
        place = HEADER + frame * FRAME + chance.randrange(24) if chance.random() < 0.5 else chance.randrange(len(wal))
        damaged[place] ^= 1 << chance.randrange(8)
        if rows_with(written, tmp_path, bytes(damaged)) != 9:
            dropped += 1
            assert is_suspect(bytes(damaged)), place
    assert dropped > 100


def test_frames_left_from_before_the_last_reset_are_no_damage(written: Path) -> None:
    # after a checkpoint SQLite writes from the start again with new salts; the old frames stay behind
    wal = bytearray(wal_of(written))
    for frame in range(4, len(wal) // FRAME):
        start = HEADER + frame * FRAME + 8
        wal[start : start + 8] = bytes(byte ^ 0x5A for byte in wal[start : start + 8])
    assert not is_suspect(bytes(wal))


def test_a_commit_whose_only_bit_was_flipped_away_is_still_suspect(written: Path) -> None:
    wal = wal_of(written)
    last = HEADER + (len(wal) // FRAME - 1) * FRAME
    for start in range(last, HEADER, -FRAME):
        commit = int.from_bytes(wal[start + 4 : start + 8], "big")
        if commit and commit & (commit - 1) == 0:
            damaged = bytearray(wal[: start + FRAME])
            damaged[start + 4 : start + 8] = bytes(4)
            assert is_suspect(bytes(damaged))
            return
    pytest.fail("no frame's commit field has one bit only")


def test_checksums_worked_out_anew_give_back_every_row_behind_a_damaged_frame_header(
    written: Path, tmp_path: Path
) -> None:
    wal = wal_of(written)
    for frame in range(len(wal) // FRAME):
        damaged = bytearray(wal)
        damaged[HEADER + frame * FRAME + 16] ^= 1
        mended = rechained(bytes(damaged), without_wrong_frames=False)
        assert mended is not None
        assert rows_with(written, tmp_path, mended) == 9


def test_a_bit_flipped_in_a_page_number_or_a_size_is_turned_back(written: Path) -> None:
    wal = wal_of(written)
    chance = random.Random(3)
    for frame in range(len(wal) // FRAME):
        damaged = bytearray(wal)
        damaged[HEADER + frame * FRAME + chance.randrange(8)] ^= 1 << chance.randrange(8)
        assert rechained(bytes(damaged), without_wrong_frames=False) == rechained(wal, without_wrong_frames=False)


def test_every_wrong_frame_is_left_out_and_no_other(written: Path) -> None:
    wal = wal_of(written)
    count = len(wal) // FRAME
    wrong = {2, 3, count - 4}
    damaged = bytearray(wal)
    for frame in wrong:
        damaged[HEADER + frame * FRAME + 1000] ^= 0xFF
    kept = rechained(bytes(damaged), without_wrong_frames=True)
    contents = [wal[HEADER + n * FRAME + 24 : HEADER + (n + 1) * FRAME] for n in range(count) if n not in wrong]
    assert [kept[at + 24 : at + FRAME] for at in range(HEADER, len(kept), FRAME)] == contents
    assert not is_suspect(kept)


def test_a_damaged_wal_header_gives_back_every_row(written: Path, tmp_path: Path) -> None:
    for place in range(32):
        damaged = bytearray(wal_of(written))
        damaged[place] ^= 0x10
        mended = rechained(bytes(damaged), without_wrong_frames=False)
        assert mended is not None
        assert rows_with(written, tmp_path, mended) == 9


def test_seeded_rubbish_is_answered_and_never_raises() -> None:
    chance = random.Random(4)
    for _ in range(200):
        rubbish = chance.randbytes(chance.randrange(3 * FRAME))
        is_suspect(rubbish)
        made = rechained(rubbish, without_wrong_frames=chance.random() < 0.5)
        assert made is None or len(made) <= len(rubbish) + HEADER
