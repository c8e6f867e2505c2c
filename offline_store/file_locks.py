"""Who holds locks on a file, as /proc/locks tells it.

Asked there, and not by trying: a lock that is tried keeps others out meanwhile, and closing any descriptor of a file
drops all POSIX locks that this process holds on it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline_store.durable import mapped

_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class FileLock:
    """One lock that is held. ``kind``: POSIX, FLOCK, OFDLCK. ``process``: its id. ``last``: None, to the file's end.

    The kernel makes one lock of a process' adjacent ones of the same kind: what is asked for is whether it `covers`.
    """

    kind: str
    process: int
    first: int
    last: int | None

    def covers(self, byte: int) -> bool:
        """Whether that byte is under it."""
        return self.first <= byte and (self.last is None or byte <= self.last)


def locks_on(path: Path) -> tuple[FileLock, ...]:
    """All locks that are held on a file; none when there is no such file.

    Raises StoreRefused when that cannot be found out: not to know is not the same as nobody.
    """
    with mapped(path.name):
        try:
            inode = path.stat().st_ino
        except FileNotFoundError:
            return ()
        return locks_in(Path("/proc/locks").read_text(), _device(path.parent), inode)


def locks_in(table: str, device: tuple[int, int], inode: int) -> tuple[FileLock, ...]:
    """What the text of /proc/locks says of one file. ``device``: major and minor number of its file system."""
    file = f"{device[0]:02x}:{device[1]:02x}:{inode}"
    # "1: POSIX  ADVISORY  READ 4711 fe:00:123456 128 128"; a waiting lock has "->" as its second word
    lines = (line.split() for line in table.splitlines())
    found = (words for words in lines if len(words) == _WORDS and words[5] == file)
    return tuple(
        FileLock(words[1], int(words[4]), int(words[6]), None if words[7] == "EOF" else int(words[7]))
        for words in found
    )


def _device(folder: Path) -> tuple[int, int]:
    """The file system's own device, which /proc/locks names; what `stat` says is another one on btrfs and the like."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        facts = Path(f"/proc/self/fdinfo/{handle}").read_text()
    finally:
        os.close(handle)
    mount = next(line.split()[1] for line in facts.splitlines() if line.startswith("mnt_id:"))
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        # "36 35 98:0 /mnt1 /mnt2 rw,noatime ..." (proc(5))
        words = line.split()
        if words[0] == mount:
            major, _, minor = words[2].partition(":")
            return int(major), int(minor)
    raise FileNotFoundError(f"mount {mount} is not listed")
