"""The gateway's empty file for tests, made once in a process and copied: its schema commits step by step."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sync.gateway.sqlite_store import SqliteStore


@cache
def _made() -> TemporaryDirectory[str]:
    """Ends with the process."""
    folder = TemporaryDirectory(prefix="gateway-")
    SqliteStore(Path(folder.name), create=True).close()
    return folder


def new_store(folder: Path) -> SqliteStore:
    """What `SqliteStore(folder, create=True)` gives; how that one is made has tests of its own."""
    shutil.copytree(_made().name, folder, dirs_exist_ok=True)
    return SqliteStore(folder)
