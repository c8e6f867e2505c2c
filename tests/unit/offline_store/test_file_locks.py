"""Who has a journal open: two threads of one process do not lose its locks, and not to know is not nobody."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from offline_store.delivery import Delivery
from offline_store.file_locks import FileLock, locks_in, locks_on
from offline_store.journal import read_journal
from offline_store.journal.files import opened_by_others

Place = Any
SHM = "journal.db-shm"
TABLE = """\
1: POSIX  ADVISORY  READ 4711 fe:00:1234 128 128
2: POSIX  ADVISORY  WRITE 4712 fe:00:1234 120 120
2: -> POSIX  ADVISORY  WRITE 4713 fe:00:1234 120 120
3: POSIX  ADVISORY  READ 4714 08:11:1234 124 128
4: FLOCK  ADVISORY  WRITE 4715 fe:00:12345 0 EOF
5: OFDLCK ADVISORY  READ -1 fe:00:12345 0 EOF
"""


def test_a_lock_counts_for_the_file_of_its_device_and_number_alone() -> None:
    assert locks_in(TABLE, (0xFE, 0), 1234) == (
        FileLock("POSIX", 4711, 128, 128),
        FileLock("POSIX", 4712, 120, 120),
    )
    assert locks_in(TABLE, (8, 0x11), 1234) == (FileLock("POSIX", 4714, 124, 128),)
    assert locks_in(TABLE, (0xFE, 0), 12345) == (FileLock("FLOCK", 4715, 0, None), FileLock("OFDLCK", -1, 0, None))
    assert locks_in(TABLE, (0xFE, 0), 123) == ()


def test_a_file_that_is_not_there_is_locked_by_nobody(tmp_path: Path) -> None:
    assert locks_on(tmp_path / SHM) == ()


def test_a_process_that_reads_a_journal_through_several_connections_has_it_open(place: Place) -> None:
    place.fill(1).close()
    (place.folder / SHM).write_bytes(b"")
    # what so many readers hold there: the kernel makes one lock of adjacent ones
    lines = [
        "import fcntl, sys",
        "shm = open(sys.argv[1])",
        "for byte in (128, 124, 125, 126, 127):",
        "    fcntl.lockf(shm, fcntl.LOCK_SH, 1, byte)",
        "print('held', flush=True)",
        "sys.stdin.read()",
    ]
    command = [sys.executable, "-c", "\n".join(lines), str(place.folder / SHM)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "held\n"
        assert locks_on(place.folder / SHM) == (FileLock("POSIX", reader.pid, 124, 128),)
        assert opened_by_others(place.folder)
        reader.communicate()
    assert not opened_by_others(place.folder)


def ours(folder: Path) -> list[FileLock]:
    return [lock for lock in locks_on(folder / SHM) if lock.process == os.getpid() and lock.covers(128)]


@pytest.mark.parametrize("openers", [(Delivery, Delivery), (Delivery, read_journal)], ids=["sync and sync", "reader"])
def test_threads_that_open_a_journal_at_once_keep_the_process_locks_on_it(
    place: Place, tmp_path: Path, openers: Any
) -> None:
    # as after a kill: the -shm is there, and nobody has it open
    left = tmp_path / "left"
    journal = place.fill(1)
    for number in range(5):
        journal.append("act", {"item": "SI-01", "number": number}, b"x" * 2000)
    shutil.copytree(place.folder, left)
    place.opened[-1].close()
    for turn in range(20):
        folder = tmp_path / f"turn-{turn}"
        shutil.copytree(left, folder)
        start, opened, end = threading.Barrier(2), threading.Barrier(3), threading.Event()

        def live(opener: Any, folder: Path = folder, start: Any = start, opened: Any = opened, end: Any = end) -> None:
            start.wait()
            connection = opener(folder, place.key)
            opened.wait()
            end.wait()
            connection.close()

        threads = [threading.Thread(target=live, args=(opener,)) for opener in openers]
        for thread in threads:
            thread.start()
        opened.wait()
        held = ours(folder)
        end.set()
        for thread in threads:
            thread.join()
        assert held
        assert ours(folder) == []
