"""How this terminal stands with the centre: whether it may serve anybody.

The sync process puts the mark when the centre answers that this disk is not the terminal's any more (a fork, a key that
was taken back or replaced); the terminal looks at it and lets no session start. The mark lies in the journal it is
about. A word about the key ends with that journal: the centre says it again. So does the word that nothing proves the
journal's opening, which goes before a word about the key and ends when the centre has taken the journal.

A fork ends by an operator's new code alone. A journal that breaks or is gone does not take it along: it is noted beside
the journal, too, and goes on in every epoch that follows, until the terminal was enrolled later than it was found.
Either of the two is enough.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offline_store import rows
from offline_store.checked_line import read_line, write_line
from offline_store.connection import Connection
from offline_store.durable import mapped, sync_folder
from offline_store.errors import StoreFull, StoreRefused

_MARK: Final = "out-of-service"
FORK: Final = "fork"
NOT_OPENED: Final = "epoch-not-opened"
_ABOUT_THE_JOURNAL: Final = (FORK, NOT_OPENED)
FORK_FILE: Final = "journal.fork"
_NOBODY_KNOWS: Final = "1970-01-01T00:00:00.000Z"

_Ordinal = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class OutOfService:
    """Why: the centre's word ("fork" | "certificate-revoked" | "certificate-superseded" | ...), the entry it was about,
    since when."""

    code: str
    epoch: int | None
    seq: int | None
    since: str


@dataclass(frozen=True, slots=True)
class Forked:
    """A fork. ``journal``: the epoch of the journal in which it was found; None: its note is damaged."""

    why: OutOfService
    journal: int | None


class _Note(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    format: Literal[1]
    terminal: str
    journal: _Ordinal
    epoch: _Ordinal | None
    seq: _Ordinal | None
    since: str


def out_of_service(connection: Connection) -> OutOfService | None:
    """Why nobody is served, if nobody is. A fork goes before anything else."""
    marked = _marked(connection)
    if marked is not None and marked.why.code == FORK:
        return marked.why
    beside = fork_beside(connection.path.parent, rows.meta(connection, "terminal"))
    if beside is not None:
        return beside.why
    return marked.why if marked else None


def take_out_of_service(connection: Connection, why: OutOfService) -> bool:
    """Put the mark, inside the caller's transaction; False if one stands.

    A fork takes the place of any other, a journal that is not taken that of a word about the key.
    """
    before = out_of_service(connection)
    stands = before is not None and not _goes_before(why.code, before.code)
    if not stands:
        _mark(connection, Forked(why, _epoch(connection)))
    if why.code == FORK:
        _keep_beside(connection, Forked(why, _epoch(connection)))
    return not stands


def _goes_before(code: str, other: str) -> bool:
    return code in _ABOUT_THE_JOURNAL and code != other and other != FORK


def put_back_in_service(connection: Connection, *, journal_taken: bool = False) -> bool:
    """The centre takes this terminal's word again, inside the caller's transaction. A fork stays: False.

    ``journal_taken``: what it has taken is this journal, all that waited; otherwise it has answered the key.
    """
    before = out_of_service(connection)
    if before is None or before.code == FORK or (before.code == NOT_OPENED) != journal_taken:
        return False
    connection.execute("DELETE FROM meta WHERE key = ?", (_MARK,))
    return True


# --- a fork, from one epoch to the next -----------------------------------------------------------------------------


def fork_in(connection: Connection) -> Forked | None:
    """The fork that this journal itself says."""
    marked = _marked(connection)
    return marked if marked is not None and marked.why.code == FORK else None


def fork_beside(folder: Path, terminal: str | None) -> Forked | None:
    """The fork of this terminal that is noted beside its journal; a note that cannot be read is one.

    Raises StoreRefused when the disk does not let it be read.
    """
    try:
        line = read_line(folder / FORK_FILE)
        if line is None:
            return None
        note = _Note.model_validate_json(line)
    except (ValueError, ValidationError):
        return Forked(OutOfService(FORK, None, None, _NOBODY_KNOWS), None)
    if note.terminal != terminal:
        return None
    return Forked(OutOfService(FORK, note.epoch, note.seq, note.since), note.journal)


def keep_fork(connection: Connection) -> None:
    """Note beside the journal what it says: a damaged note, or an earlier release, left nothing there."""
    terminal = rows.meta(connection, "terminal")
    fork = fork_in(connection) or fork_beside(connection.path.parent, terminal)
    if fork is not None:
        _keep_beside(connection, fork)


def carry_fork(connection: Connection, fork: Forked) -> None:
    """Mark a new epoch's journal, inside the caller's transaction."""
    _mark(connection, fork)


def lift_fork(folder: Path) -> None:
    """An operator has looked. Raises StoreRefused."""
    with mapped(FORK_FILE):
        (folder / FORK_FILE).unlink(missing_ok=True)
        sync_folder(folder)


def _marked(connection: Connection) -> Forked | None:
    text = rows.meta(connection, _MARK)
    if text is None:
        return None
    found = json.loads(text)
    why = OutOfService(found["code"], found["epoch"], found["seq"], found["since"])
    # an earlier release marked the journal it was found in, and no other
    return Forked(why, found.get("journal", _epoch(connection)))


def _mark(connection: Connection, fork: Forked) -> None:
    why = fork.why
    mark = {"code": why.code, "epoch": why.epoch, "seq": why.seq, "since": why.since, "journal": fork.journal}
    rows.set_meta(connection, _MARK, json.dumps(mark, sort_keys=True))


def _keep_beside(connection: Connection, fork: Forked) -> None:
    folder, terminal = connection.path.parent, rows.meta(connection, "terminal") or ""
    journal = fork.journal or _epoch(connection)
    known = fork_beside(folder, terminal)
    if known is not None and known.journal is not None and known.journal >= journal:
        return
    why = fork.why
    note = _Note(format=1, terminal=terminal, journal=journal, epoch=why.epoch, seq=why.seq, since=why.since)
    # a disk without room keeps the mark in the journal; the next word of the centre, or the next start, notes it
    with contextlib.suppress(StoreFull, StoreRefused):
        write_line(folder / FORK_FILE, note.model_dump_json())


def _epoch(connection: Connection) -> int:
    return int(rows.meta(connection, "epoch") or 1)
