"""A small file of one line with its checksum: what was written, or damage that is seen.

Beside the journal stand facts that have to outlive it; no page cipher and no chain watches over them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from offline_store.durable import mapped, write_file


class LineDamagedError(ValueError):
    """The file's content is not what was written."""


def write_line(path: Path, line: str) -> None:
    """Replace the file durably. Raises StoreFull, StoreRefused; then the old one stays."""
    write_file(path, f"{line}\n{_sum(line)}\n".encode())


def read_line(path: Path) -> str | None:
    """The line; None when there is no file. Raises LineDamagedError; StoreRefused when the disk lets nobody read it."""
    with mapped(path.name):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        line, check, rest = content.decode().split("\n")
    except ValueError:
        raise LineDamagedError(path.name) from None
    if rest or check != _sum(line):
        raise LineDamagedError(path.name)
    return line


def _sum(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
