"""Small files at the edge: made whole or not at all, for their owner alone."""

from __future__ import annotations

import os
from pathlib import Path


def create(path: Path, octets: bytes) -> None:
    """A new file, 0600, wholly on the disk. FileExistsError rather than replacing one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def replace(path: Path, octets: bytes) -> None:
    """Like `create`, but an old file gives way; after a power cut it is the old or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    create(fresh, octets)
    fresh.replace(path)
