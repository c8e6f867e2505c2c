"""Where generations lie: folders ``snapshot-<n>`` with ``people.db``, and the pointer file ``current``.

A generation is made in its own folder and never renamed over an open database; only the pointer is replaced, durably.
A session holds a shared lock on its generation's folder, so a folder in use is never removed, in any process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from offline_store.durable import alone, make_folder, mapped, write_file
from offline_store.errors import NoSnapshot, StoreBusy

POINTER: Final = "current"
_PREFIX: Final = "snapshot-"


@dataclass(frozen=True, slots=True)
class Pointer:
    """``generation``: the present one. ``key_check``: of the key it was made with.

    ``damaged``: it is not read any more and comes again under its own number; below that number still nothing comes.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")
    generation: Annotated[int, Field(ge=1)]
    key_check: str
    damaged: bool = False


_FILE: Final = TypeAdapter(Pointer)


def folder_of(root: Path, generation: int) -> Path:
    """Folder of a generation."""
    return root / f"{_PREFIX}{generation}"


def read_pointer(root: Path) -> Pointer | None:
    """The present generation; None when nothing was loaded yet. Raises NoSnapshot when the pointer is damaged."""
    path = root / POINTER
    try:
        with mapped(POINTER):
            content = path.read_bytes() if path.exists() else None
        if content is None:
            return None
        return _FILE.validate_json(content)
    except ValidationError as error:
        raise NoSnapshot(POINTER, "the pointer file is damaged") from error


def write_pointer(root: Path, pointer: Pointer) -> None:
    """Switch to another generation, durably."""
    # the terminal may give a generation up at this moment
    with alone(root):
        _write(root, pointer)


def mark_damaged(root: Path, generation: int | None = None) -> None:
    """Give the present generation up, or this one if it still is the present; nothing when there is none.

    A pointer that says nothing is left as it is: it gives nothing to read.
    """
    if not root.is_dir():
        return
    with alone(root), contextlib.suppress(NoSnapshot):
        pointer = read_pointer(root)
        if pointer is not None and not pointer.damaged and generation in (None, pointer.generation):
            _write(root, replace(pointer, damaged=True))


def _write(root: Path, pointer: Pointer) -> None:
    # absent unless it says something: an earlier release reads the file as well
    write_file(root / POINTER, _FILE.dump_json(pointer, exclude_defaults=True))


def empty_folder(root: Path, generation: int) -> Path:
    """A fresh folder for a generation; what an interrupted load left there is removed. Raises StoreBusy when in use."""
    make_folder(root)
    folder = folder_of(root, generation)
    if folder.exists() and not _remove_unused(folder):
        raise StoreBusy(folder.name, "a session still reads this generation")
    make_folder(folder)
    return folder


@contextlib.contextmanager
def used(folder: Path) -> Iterator[bool]:
    """Keep a generation from being removed while the block runs. False: it is gone, read the pointer again."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        # the remover holds the lock alone while it works, so either the folder is still at its name or it is gone
        yield folder.exists() and os.fstat(handle).st_ino == folder.stat().st_ino
    finally:
        os.close(handle)


def remove_old_generations(root: Path) -> tuple[int, ...]:
    """Remove every generation that is neither the present one nor read by a session; answers which."""
    pointer = read_pointer(root)
    removed: list[int] = []
    for folder in sorted(root.glob(f"{_PREFIX}*")):
        number = folder.name.removeprefix(_PREFIX)
        # a higher number than the present one is being loaded at this moment, or its load will begin by emptying it
        if not number.isdecimal() or pointer is None or int(number) >= pointer.generation:
            continue
        if _remove_unused(folder):
            removed.append(int(number))
    return tuple(removed)


def _remove_unused(folder: Path) -> bool:
    with mapped(folder.name):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
    return True
