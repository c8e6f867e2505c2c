"""Whether the terminal serves somebody at this moment, as another process sees it: from its lock and its journal.

What a session that is open still records, nobody has sent yet.
"""

from __future__ import annotations

import json
from pathlib import Path

from offline_store.beside import Beside
from offline_store.connection import Connection, KeyBytes
from offline_store.file_locks import locks_on
from offline_store.journal.files import MARK


def in_session(folder: Path, key: KeyBytes) -> bool:
    """The terminal process runs, and the last session in its journal has not ended.

    Without that process a session that was cut off stays open in the journal, and nobody is served. Raises what
    `offline_store.beside` raises, and StoreRefused.
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

    Raises StoreRefused when that cannot be found out.
    """
    return any(lock.kind == "FLOCK" for lock in locks_on(folder / MARK))


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
