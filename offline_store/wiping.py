"""Making a revoked terminal's stores unreadable for good, also from a copy of the disk taken afterwards.

The keys go first: without them everything else is noise. Then every file of the data directory is overwritten and
removed, but the settings and the mark that says so. A power cut leaves the mark; whoever starts next goes on from there
(`finish_wiping`). The caller has sent what waits, and may look once more when nobody else can write (`last_look`):
sealed bodies that are here when the keys go are lost, and nobody can count them afterwards.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offline_store.durable import make_writable, mapped, sync_folder, write_file
from offline_store.errors import StoreBusy, StoreError, StoreFull, StoreRefused
from offline_store.journal.files import MARK, OpenMark, opened_by_others

WIPED: Final = "wiped.json"
KEY_NAMES: Final = (
    "store",
    "store-next",
    "terminal",
    "terminal-next",
    "terminal-again",
    "terminal-sm",
    "terminal-sm-next",
    "terminal-sm-again",
    "seal",
    "seal-next",
    "pseudonym",
)
"""Every name a terminal's keys go by, asked for even if the provider does not list them any more."""
KEPT: Final = frozenset({"terminal.toml", WIPED, MARK})
"""What says whose machine this was, and that it was wiped. No key, no personal data."""
_BLOCK: Final = 1 << 20

Step = Callable[[str], None]
"""Told before each effect, by a short word."""


class Destroyer(Protocol):
    """What is needed of a key provider."""

    def names(self) -> tuple[str, ...]:
        """Of all keys that are there."""

    def destroy(self, name: str) -> bool:
        """Make a key unreadable for good. False when there is none of that name."""


class _Mark(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    format: Literal[1]
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    ordered_at: str
    done_at: str | None = None


@dataclass(frozen=True, slots=True)
class Wiping:
    """What the mark says. ``done_at``: None while it is still to be ended."""

    reason: str
    ordered_at: str
    done_at: str | None


@dataclass(frozen=True, slots=True)
class Wiped:
    """The stores are gone. ``keys``: how many were destroyed by this run; ``files``: how many were removed by it."""

    keys: int
    files: int


def wiping(folder: Path) -> Wiping | None:
    """Whether this data directory was wiped or is to be; a mark that cannot be read counts as ordered."""
    path = folder / WIPED
    with mapped(WIPED):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        mark = _Mark.model_validate_json(content)
    except ValidationError:
        return Wiping("unreadable-mark", "", None)
    return Wiping(mark.reason, mark.ordered_at, mark.done_at)


def wipe_stores(
    folder: Path,
    keys: Destroyer,
    *,
    reason: str,
    at: str,
    last_look: Callable[[], None] = lambda: None,
    step: Step = lambda word: None,
) -> Wiped:
    """Destroy the keys, then the files. ``reason``: a short word (revoked, technician); ``at``: RFC 3339.

    Terminal and sync have let go of the journal. ``last_look`` is called when no terminal can open it any more and
    nothing is changed yet: what it raises leaves everything as it is. ``step`` is told before each effect (for tests).
    Raises StoreBusy when they have not let go. What disk or provider refuses keeps nothing else from going: the first
    refusal is raised at the end, as StoreFull, StoreRefused or a fault of keys, and the next call goes on with it.
    """
    mark = OpenMark.take(folder)
    try:
        if opened_by_others(folder):
            raise StoreBusy("journal.db", "another process has the journal open: stop the sync process")
        last_look()
        step("mark")
        noted = _Mark(format=1, reason=reason, ordered_at=at)
        # a disk that is full or refuses is no reason to leave a key: what goes makes room for the mark
        marked = _marked(folder, noted)
        refusals = _Refusals()
        destroyed = _destroy_all(keys, step, refusals)
        if not marked:
            _marked(folder, noted)
        removed = _remove_all(folder, KEPT, step, refusals)
        if refusals.first is not None:
            raise refusals.first
        step("done")
        done = noted.model_copy(update={"done_at": at})
        write_file(folder / WIPED, done.model_dump_json().encode())
    finally:
        mark.release()
    return Wiped(destroyed, removed)


def finish_wiping(folder: Path, keys: Destroyer, *, at: str, step: Step = lambda word: None) -> Wiped | None:
    """At every start, before a key is loaded: end a wipe that was cut off. None when none was ordered or it is done."""
    found = wiping(folder)
    if found is None or found.done_at is not None:
        return None
    return wipe_stores(folder, keys, reason=found.reason, at=found.ordered_at or at, step=step)


def _marked(folder: Path, mark: _Mark) -> bool:
    try:
        write_file(folder / WIPED, mark.model_dump_json().encode())
    except (StoreFull, StoreRefused):
        return False
    return True


class _Refusals:
    """What did not go as it should, while all else does."""

    def __init__(self) -> None:
        self.first: StoreError | None = None

    @contextlib.contextmanager
    def noted(self, name: str) -> Iterator[None]:
        """A fault of the block is kept for the end."""
        try:
            with mapped(name):
                yield
        except StoreError as error:
            self.first = self.first or error


def _destroy_all(keys: Destroyer, step: Step, refusals: _Refusals) -> int:
    names = dict.fromkeys(KEY_NAMES)
    with refusals.noted("keys"):
        names.update(dict.fromkeys(keys.names()))
    destroyed = 0
    for name in names:
        step(f"key {name}")
        with refusals.noted(name):
            destroyed += keys.destroy(name)
    return destroyed


def _remove_all(folder: Path, kept: frozenset[str], step: Step, refusals: _Refusals) -> int:
    """Overwrite and remove every file below the folder but those that are kept, deepest first."""
    removed = 0
    found: list[os.DirEntry[str]] = []
    with refusals.noted(folder.name):
        make_writable(folder)
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: (not entry.is_dir(follow_symlinks=False), entry.name))
    for entry in found:
        path = Path(entry.path)
        # a link to a folder is removed itself, never what it leads to
        if entry.is_dir(follow_symlinks=False):
            removed += _remove_all(path, frozenset(), step, refusals)
            with refusals.noted(path.name):
                _remove_folder(path)
        elif path.name not in kept:
            step(f"file {path.name}")
            with refusals.noted(path.name):
                _overwrite(path)
            # one that cannot be overwritten is removed all the same
            with refusals.noted(path.name):
                path.unlink()
                removed += 1
    with refusals.noted(folder.name):
        sync_folder(folder)
    return removed


def _remove_folder(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as error:
        raise StoreRefused(folder.name, "a file is left in it, or appeared while it was wiped") from error


def _overwrite(path: Path) -> None:
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode):
        # a socket or a link holds nothing
        return
    make_writable(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except PermissionError:
        if facts.st_uid == os.geteuid():
            raise
        # somebody else's file, which a terminal that may not write it never wrote: no secret of its own is in it
        return
    try:
        left = os.fstat(handle).st_size
        while left > 0:
            left -= os.write(handle, bytes(min(left, _BLOCK)))
        os.fsync(handle)
    finally:
        os.close(handle)
