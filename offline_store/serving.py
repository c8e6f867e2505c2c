"""Whether the terminal serves somebody at this moment, as another process sees it: from its lock and its journal.

What a session that is open still records, nobody has sent yet.
"""

from __future__ import annotations

import json
from pathlib import Path

from offline_store.beside import Beside
from offline_store.connection import Connection, KeyBytes
from offline_store.journal.files import MARK


def in_session(folder: Path, key: KeyBytes) -> bool:
    """The terminal process runs, and the last session in its journal has not ended.

    Without that process a session that was cut off stays open in the journal, and nobody is served. Raises what
    `offline_store.beside` raises.
    """
    if not terminal_runs(folder):
        return False
    beside = Beside(folder, key)
    try:
        return _open_session(beside.connection)
    finally:
        beside.close()


def terminal_runs(folder: Path) -> bool:
    """Whether some process holds the journal's mark, as a terminal does while it has its journal open.

    Read from /proc/locks ("1: FLOCK  ADVISORY  WRITE 4711 fe:00:123456 0 EOF"): to try the lock would keep a terminal
    out that starts at this moment.
    """
    try:
        inode = str((folder / MARK).stat().st_ino)
        locks = Path("/proc/locks").read_text()
    except OSError:
        return False
    lines = (line.split() for line in locks.splitlines())
    return any(len(words) == 8 and words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode for words in lines)


def _open_session(connection: Connection) -> bool:
    """A session was opened, and neither it nor the run of the terminal that opened it has ended since."""
    latest = connection.each(
        "SELECT kind, header FROM chain WHERE kind IN ('session-opened', 'session-closed', 'audit')"
        " ORDER BY epoch DESC, seq DESC",
        at_once=20,
    )
    for kind, header in latest:
        if kind != "audit":
            return bool(kind == "session-opened")
        if json.loads(header).get("event") == "restarted":
            return False
    return False
