"""Files that are the old or the new one after a power cut: temporary file, fsync, rename, fsync of the folder.

Who reads a file to write it again does so `alone`: terminal, sync process and a command by hand share the folders.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from offline_store.errors import StoreFull, StoreRefused

_FULL = frozenset({28, 122})
"""ENOSPC and EDQUOT."""


@contextlib.contextmanager
def mapped(store: str) -> Iterator[None]:
    """Turn an OSError of the block into StoreFull or StoreRefused."""
    try:
        yield
    except OSError as error:
        kind = StoreFull if error.errno in _FULL else StoreRefused
        facts: dict[str, str | int] = {"errno": error.errno or 0}
        raise kind(store, os.strerror(error.errno) if error.errno else type(error).__name__, facts) from error


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_writable(path: Path) -> None:
    """A file or folder of ours that lost its owner's rights gets them back; anybody else's stays, and so does a link.

    Whoever removes or overwrites it meets no refusal that its mode alone would make.
    """
    facts = path.lstat()
    wanted = 0o700 if stat.S_ISDIR(facts.st_mode) else 0o600
    if facts.st_uid == os.geteuid() and not stat.S_ISLNK(facts.st_mode) and facts.st_mode & wanted != wanted:
        path.chmod(wanted)


def make_folder(folder: Path) -> None:
    """Make a folder for the owner alone (0700) if it is missing."""
    with mapped(folder.name):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(folder.parent)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process and thread at a time in the block, per folder. Not to be entered twice by one of them.

    Raises StoreRefused when the folder is missing.
    """
    with mapped(folder.name):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with mapped(folder.name):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_file(path: Path, content: bytes | bytearray) -> None:
    """Replace ``path`` by a 0600 file with this content, durably. On StoreFull or StoreRefused the old one stays."""
    with mapped(path.name):
        temporary = _write_temporary(path, content)
        try:
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def create_file(path: Path, content: bytes | bytearray) -> bool:
    """Like `write_file`, but an existing file stays as it is and the answer is False."""
    with mapped(path.name):
        temporary = _write_temporary(path, content)
        try:
            # link, not rename: it fails when the name is taken
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
        return True


def _write_temporary(path: Path, content: bytes | bytearray) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    # the final mode from the first moment on, so that nobody else can open it in between
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
