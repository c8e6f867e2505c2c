"""Giving the stores another key, so that a cut at any moment leaves the old key everywhere or the new one everywhere.

Everything is copied beside the old files first: journal, present snapshot, and the old key for journals that were moved
aside (they stay as they are, as evidence; their key lies beside them, encrypted under the new one). Then one durable
note says that the copies are whole. Before it, whatever is there is thrown away; from it on, whatever is missing is
done: by whoever next asks for the store's key. So every process gets the key through `load_store_key`.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offline_store import rows
from offline_store.connection import KEY_BYTES, Connection, KeyBytes, key_check, open_encrypted
from offline_store.durable import mapped, sync_folder, write_file
from offline_store.errors import KeyMissing, NoSnapshot, StoreBroken, StoreBusy, StoreError, WrongKey
from offline_store.journal.aside import OLD_KEY, aside_folders
from offline_store.journal.aside_keys import NEXT_OLD_KEY, NONCE_BYTES, keep_key, old_key_of
from offline_store.journal.files import COMPANIONS, DATABASE, HEAD, OpenMark, opened_by_others, wal_is_suspect
from offline_store.journal.head import HeadRecord, read_head, write_head
from offline_store.journal.reader import JournalReader
from offline_store.keys import KeyBuffer, KeyProvider, hand_over
from offline_store.migrations import migrate
from offline_store.reencrypting import Progress, copy_under
from offline_store.snapshot.generations import Pointer, folder_of, mark_damaged, read_pointer, write_pointer
from offline_store.snapshot.tables import DATABASE as PEOPLE

STORE_KEY: Final = "store"
NEXT_KEY: Final = "store-next"
SNAPSHOTS: Final = "snapshot"
_NOTE: Final = "journal.rekey"
_COPY: Final = ".rekeyed"
_BUSY_SECONDS: Final = 20.0

Step = Callable[[str], None]
"""Told before each effect, by a short word."""
Random = Callable[[int], bytes]


class _Note(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    format: Literal[1]
    key_check: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    snapshot: bool
    """Whether a copy of the snapshot was made; otherwise it is dropped and comes again with the next sync."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """The stores have another key. ``snapshot``: kept, or dropped because it could not be read, or there was none."""

    rows: int
    moved_aside: int
    snapshot: Literal["kept", "dropped", "none"]


def load_store_key(folder: Path, keys: KeyProvider) -> KeyBuffer:
    """The key of the stores; ends a change of it that was interrupted. Raises what `KeyProvider.load` raises."""
    finish_rekeying(folder, keys)
    return keys.load(STORE_KEY, length=KEY_BYTES)


def finish_rekeying(folder: Path, keys: KeyProvider) -> bool:
    """Do what a cut left undone; True when there was something. Raises StoreBusy when another process does not end."""
    until = time.monotonic() + _BUSY_SECONDS
    while (folder / _NOTE).exists():
        try:
            with _alone(folder):
                note = _read_note(folder)
                if note is not None:
                    _forward(folder, keys, note, _quiet)
                return True
        except StoreBusy:
            # somebody else is at it
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    if _begun(folder, keys):
        # cut off before its note; whoever has the journal open may be at it, and what stays is asked for again
        with contextlib.suppress(StoreError), _alone(folder):
            _forget_attempt(folder, keys)
    return False


def rekey(
    folder: Path,
    keys: KeyProvider,
    *,
    random: Random = os.urandom,
    progress: Progress = lambda done, total: None,
    step: Step = lambda word: None,
) -> Rekeyed:
    """Encrypt journal and snapshot under a new random key and destroy the old one. Terminal and sync are stopped.

    ``step`` is told before each effect (for tests). Raises StoreBusy (a process has the journal open), StoreBroken (it
    is not whole: start the terminal first), WrongKey, StoreFull, StoreRefused, KeyMissing; then the old key stays.
    """
    finish_rekeying(folder, keys)
    with _alone(folder), keys.load(STORE_KEY, length=KEY_BYTES) as old:
        if wal_is_suspect(folder):
            raise StoreBroken(DATABASE, "its write-ahead log is damaged; the terminal has to open it first")
        try:
            note, rekeyed = _copied(folder, keys, old.material, random, progress, step)
        except BaseException:
            # the room they take is wanted, and they keep what is deleted from the originals
            with contextlib.suppress(StoreError):
                _forget_attempt(folder, keys)
            raise
        _forward(folder, keys, note, step)
    return rekeyed


def _copied(
    folder: Path, keys: KeyProvider, old: KeyBytes, random: Random, progress: Progress, step: Step
) -> tuple[_Note, Rekeyed]:
    """Everything up to the note."""
    _throw_away_copies(folder)
    step("next key")
    # of an attempt that was cut off before its note
    keys.destroy(NEXT_KEY)
    hand_over(keys, NEXT_KEY, bytearray(random(KEY_BYTES)))
    with keys.load(NEXT_KEY, length=KEY_BYTES) as new:
        step("journal copy")
        copied = _copy_journal(folder, old, new.material, progress)
        step("snapshot copy")
        snapshot = _copy_snapshot(folder / SNAPSHOTS, old, new.material, progress)
        places = [place for place in aside_folders(folder) if (place / DATABASE).exists()]
        for place in places:
            step("old key aside")
            with old_key_of(place, old) as its_own:
                keep_key(place, its_own.material, new.material, random(NONCE_BYTES))
        note = _Note(format=1, key_check=key_check(new.material), snapshot=snapshot == "kept")
    step("note")
    write_file(folder / _NOTE, note.model_dump_json().encode())
    return note, Rekeyed(copied, len(places), snapshot)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No terminal process may begin, and no other process has the journal open."""
    mark = OpenMark.take(folder)
    try:
        if opened_by_others(folder):
            raise StoreBusy(DATABASE, "another process has the journal open: stop the sync process")
        yield
    finally:
        mark.release()


def _copy_journal(folder: Path, old: KeyBytes, new: KeyBytes, progress: Progress) -> int:
    head = read_head(folder / HEAD)
    check = head.key_check if isinstance(head, HeadRecord) else None
    source = open_encrypted(folder / DATABASE, old, expected_key_check=check)
    target = folder / (DATABASE + _COPY)
    try:
        migrate(source)
        # a writer that comes meanwhile has to wait: what it wrote would be missing in the copy
        with source.writing():
            before = _whole(source)
            copied = copy_under(source, target, new, progress)
            made = open_encrypted(target, new, query_only=True)
            try:
                if _whole(made) != before:
                    raise StoreBroken(target.name, "the copy is not the original")
            finally:
                made.close()
            if opened_by_others(folder):
                raise StoreBusy(DATABASE, "another process has the journal open: stop the sync process")
    finally:
        source.close()
    return copied


def _whole(connection: Connection) -> tuple[object, ...]:
    """What is in a journal, in short; StoreBroken when it is not whole."""
    reader = JournalReader(connection)
    verified = reader.verify()
    if not verified.whole:
        raise StoreBroken(connection.path.name, "it is not whole; the terminal has to open it first")
    return reader.terminal, verified.epoch, verified.count, verified.head, rows.chain_count(connection)


def _copy_snapshot(root: Path, old: KeyBytes, new: KeyBytes, progress: Progress) -> Literal["kept", "dropped", "none"]:
    try:
        pointer = read_pointer(root)
    except NoSnapshot:
        return "dropped"
    if pointer is None:
        return "none"
    if pointer.damaged:
        return "dropped"
    path = folder_of(root, pointer.generation) / PEOPLE
    try:
        source = open_encrypted(path, old, query_only=True, expected_key_check=pointer.key_check)
        try:
            copy_under(source, path.with_name(PEOPLE + _COPY), new, progress)
        finally:
            source.close()
    except (StoreBroken, WrongKey):
        # it is replaceable: the next sync loads it anew
        return "dropped"
    return "kept"


def _forward(folder: Path, keys: KeyProvider, note: _Note, step: Step) -> None:
    """Every effect behind the note; each may have been done already."""
    _put_in_place(folder / DATABASE, step)
    step("head")
    head = read_head(folder / HEAD)
    if isinstance(head, HeadRecord):
        write_head(folder / HEAD, replace(head, key_check=note.key_check))
    _forward_snapshot(folder / SNAPSHOTS, note, step)
    for place in aside_folders(folder):
        step("key aside")
        with mapped(place.name):
            if (place / (NEXT_OLD_KEY)).exists():
                (place / (NEXT_OLD_KEY)).rename(place / OLD_KEY)
                sync_folder(place)
    if _has(keys, NEXT_KEY):
        step("destroy old key")
        keys.destroy(STORE_KEY)
        step("new key")
        keys.replace(STORE_KEY, by=NEXT_KEY)
    step("forget")
    with mapped(_NOTE):
        (folder / _NOTE).unlink(missing_ok=True)
        sync_folder(folder)


def _forward_snapshot(root: Path, note: _Note, step: Step) -> None:
    step("snapshot")
    if not note.snapshot:
        mark_damaged(root)
        return
    pointer = read_pointer(root)
    if pointer is None:
        return
    _put_in_place(folder_of(root, pointer.generation) / PEOPLE, step)
    step("pointer")
    write_pointer(root, Pointer(pointer.generation, note.key_check))


def _put_in_place(path: Path, step: Step) -> None:
    copy = path.with_name(path.name + _COPY)
    if not copy.exists():
        return
    with mapped(path.name):
        step(f"log of {path.name}")
        # first: a log left here would be taken for the new file's own
        for end in COMPANIONS:
            path.with_name(path.name + end).unlink(missing_ok=True)
            copy.with_name(copy.name + end).unlink(missing_ok=True)
        sync_folder(path.parent)
        step(f"put {path.name} in place")
        copy.rename(path)
        sync_folder(path.parent)


def _begun(folder: Path, keys: KeyProvider) -> bool:
    return bool(_copies(folder)) or NEXT_KEY in keys.names()


def _forget_attempt(folder: Path, keys: KeyProvider) -> None:
    """Throw away what a change of key made before its note; nothing when there is a note."""
    if not (folder / _NOTE).exists():
        _throw_away_copies(folder)
        keys.destroy(NEXT_KEY)


def _throw_away_copies(folder: Path) -> None:
    with mapped(folder.name):
        for leftover in _copies(folder):
            leftover.unlink()


def _copies(folder: Path) -> list[Path]:
    patterns = (f"*{_COPY}*", f"{SNAPSHOTS}/*/*{_COPY}*", f"*/{NEXT_OLD_KEY}")
    return [found for pattern in patterns for found in folder.glob(pattern)]


def _has(keys: KeyProvider, name: str) -> bool:
    try:
        keys.load(name).close()
    except KeyMissing:
        return False
    return True


def _read_note(folder: Path) -> _Note | None:
    """The note; None when somebody else has ended it meanwhile."""
    try:
        with mapped(_NOTE):
            content = (folder / _NOTE).read_bytes()
    except StoreError:
        if not (folder / _NOTE).exists():
            return None
        raise
    try:
        return _Note.model_validate_json(content)
    except ValidationError as error:
        raise StoreBroken(_NOTE, "the note of a change of key is damaged") from error


def _quiet(word: str) -> None:
    """Nobody watches the steps."""
