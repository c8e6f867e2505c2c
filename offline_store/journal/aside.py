"""Moving a journal that cannot go on out of the way, whole and with a note that says what it was.

``broken-<n>/`` holds journal.db, its -wal and -shm, a copy of the head file, and ``moved.json``. Nothing in it is
changed until it was uploaded and its time is over; `offline_store.journal.salvage` reads it on a copy.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offline_store.chain import Position
from offline_store.durable import make_folder, mapped, sync_folder, write_file
from offline_store.journal.files import ASIDE, COMPANIONS, DATABASE, HEAD

_NOTE: Final = "moved.json"
_DONE: Final = "uploaded"
OLD_KEY: Final = "store-key"
"""The key it is under, encrypted under the stores' present key: there when that one was changed since."""
_FILES: Final = (DATABASE, *(DATABASE + end for end in COMPANIONS))
_CONTENT: Final = (*_FILES, OLD_KEY)
_MOVING: Final = f"{ASIDE}next"
"""What a ``broken-<n>`` is called until everything is in it."""


class _Note(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    terminal: str
    reason: str
    at: str
    epoch: Annotated[int, Field(ge=1)] | None
    last_seq: Annotated[int, Field(ge=1)] | None
    last_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None
    next_epoch: Annotated[int, Field(ge=1)]


class _Uploaded(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    at: str
    complete: bool
    generation: int = 0
    epoch: Annotated[int, Field(ge=1)] | None = None
    last_seq: Annotated[int, Field(ge=1)] | None = None
    last_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """What the note in a ``broken-<n>`` folder says. ``next_epoch``: the one that was to follow."""

    folder: Path
    terminal: str
    reason: str
    at: str
    last_known: Position | None
    next_epoch: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A moved journal that the centre was given, as far as it could be read.

    ``at``: since when (None: the note of it cannot be read). ``generation``: of the centre's store when it was last
    compared with this, 0 when nobody knows. ``head``: the last entry that was read of it; ``last_known``: what was
    known before anything was read. ``there``: its database is still here.
    """

    moved_aside: Path
    at: str | None
    complete: bool
    generation: int
    head: Position | None
    last_known: Position | None
    there: bool


def move_aside(
    folder: Path, *, terminal: str, reason: str, at: str, last_known: Position | None, next_epoch: int
) -> Path:
    """Move the journal's files into a new ``broken-<n>``; the head file stays until the new epoch writes its own."""
    finish_interrupted_move(folder)
    place = folder / _MOVING
    make_folder(place)
    note = _Note(
        terminal=terminal,
        reason=reason,
        at=at,
        epoch=last_known.epoch if last_known else None,
        last_seq=last_known.seq if last_known else None,
        last_hash=last_known.hash.hex() if last_known else None,
        next_epoch=next_epoch,
    )
    # the note first: where the database is, it says what it was
    write_file(place / _NOTE, note.model_dump_json().encode())
    with mapped(place.name):
        if (folder / HEAD).is_file():
            write_file(place / HEAD, (folder / HEAD).read_bytes())
    _move_files(folder, place)
    return _numbered(folder, place)


def finish_interrupted_move(folder: Path) -> None:
    """A power cut came while a journal was moved: end the move, or forget it when nothing was moved yet.

    To be called at each start: until then no ``broken-<n>`` speaks of the journal that still stands. What is left of a
    journal without its database is put out of the way too: a WAL would be taken for the next database's own.
    """
    place = folder / _MOVING
    gone = not (folder / DATABASE).exists()
    if place.is_dir() and not any((place / name).exists() for name in _FILES):
        with mapped(place.name):
            shutil.rmtree(place)
            sync_folder(folder)
    left = gone and any((folder / name).exists() for name in _FILES)
    if left and not place.is_dir():
        make_folder(place)
    if place.is_dir():
        if left:
            _move_files(folder, place)
        _numbered(folder, place)


def _move_files(folder: Path, place: Path) -> None:
    with mapped(place.name):
        # the database first: a start that finds it missing ends this move, while one that found it without its WAL
        # would take it for a whole one
        for name in _FILES:
            if (folder / name).exists():
                (folder / name).rename(place / name)
        sync_folder(place)
        sync_folder(folder)


def _numbered(folder: Path, place: Path) -> Path:
    """From here on it is a journal that was moved aside."""
    numbers = [int(found.name.removeprefix(ASIDE)) for found in aside_folders(folder)]
    target = folder / f"{ASIDE}{max(numbers, default=0) + 1}"
    with mapped(place.name):
        place.rename(target)
        sync_folder(folder)
    return target


def asides(folder: Path) -> tuple[Aside, ...]:
    """All folders that were moved aside, oldest first; one whose note cannot be read is left out."""
    found: list[Aside] = []
    for place in aside_folders(folder):
        try:
            note = _Note.model_validate_json((place / _NOTE).read_bytes())
        except (FileNotFoundError, ValidationError):
            continue
        found.append(Aside(place, note.terminal, note.reason, note.at, _position(note), note.next_epoch))
    return tuple(found)


def waiting_salvage(folder: Path) -> tuple[Path, ...]:
    """Folders of moved journals whose entries were not yet all uploaded, oldest first."""
    return tuple(place for place in aside_folders(folder) if not (place / _DONE).exists())


def salvage_done(
    moved_aside: Path, at: str, *, complete: bool, generation: int = 0, head: Position | None = None
) -> None:
    """Note that the centre has what could be read of this one, since when (RFC 3339), and whether that was all.

    ``generation``: of the centre's store that has it, as far as was known; ``head``: the last entry that was read.
    """
    note = _Uploaded(
        at=at,
        complete=complete,
        generation=generation,
        epoch=head.epoch if head else None,
        last_seq=head.seq if head else None,
        last_hash=head.hash.hex() if head else None,
    )
    write_file(moved_aside / _DONE, note.model_dump_json().encode())


def uploaded(folder: Path) -> tuple[Uploaded, ...]:
    """Folders of moved journals that were uploaded, oldest first, also when only their notes are left."""
    known = {note.folder: note.last_known for note in asides(folder)}
    found: list[Uploaded] = []
    for place in aside_folders(folder):
        if not (place / _DONE).exists():
            continue
        note = _uploaded(place)
        found.append(
            Uploaded(
                moved_aside=place,
                at=note.at if note else None,
                complete=note is not None and note.complete,
                generation=note.generation if note else 0,
                head=_position(note) if note else None,
                last_known=known.get(place),
                there=(place / DATABASE).exists(),
            )
        )
    return tuple(found)


def delete_uploaded(folder: Path, before: str) -> tuple[Path, ...]:
    """Delete the database of every moved journal that was uploaded whole before that moment (now - 7 days).

    The note and the head file stay: they name the epoch and its last head. One that could not be read to its end stays
    too, for better tools than ours. Answers the folders it emptied.
    """
    emptied: list[Path] = []
    for place in aside_folders(folder):
        with mapped(place.name):
            kept = [path for path in (place / name for name in _CONTENT) if path.exists()]
            uploaded = _uploaded(place)
            if not kept or uploaded is None or not uploaded.complete or uploaded.at >= before:
                continue
            for path in kept:
                path.unlink()
            sync_folder(place)
        emptied.append(place)
    return tuple(emptied)


def _position(note: _Note | _Uploaded) -> Position | None:
    if note.epoch is None or note.last_seq is None or note.last_hash is None:
        return None
    return Position(note.epoch, note.last_seq, bytes.fromhex(note.last_hash))


def _uploaded(place: Path) -> _Uploaded | None:
    """What is noted of its upload; a note that cannot be read says nothing, and nothing is deleted on its word."""
    try:
        return _Uploaded.model_validate_json((place / _DONE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def aside_folders(folder: Path) -> list[Path]:
    """All ``broken-<n>``, oldest first."""
    places = [place for place in folder.glob(f"{ASIDE}*") if place.name.removeprefix(ASIDE).isdecimal()]
    return sorted(places, key=lambda place: int(place.name.removeprefix(ASIDE)))
