"""Reading what is readable of a journal that was moved aside, so that it can still be uploaded under its old epoch.

The evidence is not touched: a copy is read. A damaged WAL is tried three ways: with its checksums worked out anew, the
same without the wrong frames, and as it is. What one of them gives counts (`offline_store.journal.readings`).
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from offline_store.chain import Position
from offline_store.connection import KeyBytes
from offline_store.durable import alone, mapped
from offline_store.journal.aside import asides
from offline_store.journal.aside_keys import old_key_of
from offline_store.journal.files import DATABASE, HEAD
from offline_store.journal.head import HeadRecord, read_head
from offline_store.journal.outcomes import Salvaged
from offline_store.journal.prints import print_jobs, unfinished
from offline_store.journal.readings import Reading, read, together
from offline_store.journal.wal import is_suspect, rechained
from offline_store.schema import PendingItem
from offline_store.truncation import verify_epoch

_COPY: Final = ".salvage-"
Attempt: TypeAlias = Callable[[Path], bool]


def salvage(moved_aside: Path, *, key: KeyBytes) -> Salvaged:
    """Read a ``broken-<n>`` folder; ``key``: the stores' present one.

    Waits while another process or thread is at it in the same data directory. Raises WrongKey only when the head file,
    or a change of key since, proves that the key is another one; StoreBusy when its copy was taken away meanwhile.
    """
    with alone(moved_aside.parent), old_key_of(moved_aside, key) as its_own:
        for leftover in moved_aside.parent.glob(f"{_COPY}*"):
            # of a salvage that was killed: one that is still read has the folder for itself
            shutil.rmtree(leftover)
        return _salvaged(moved_aside, its_own.material)


def _salvaged(moved_aside: Path, key: KeyBytes) -> Salvaged:
    note = next((found for found in asides(moved_aside.parent) if found.folder == moved_aside), None)
    head = read_head(moved_aside / HEAD)
    known = head if isinstance(head, HeadRecord) else None
    last_known = _latest(note.last_known if note else None, known.position if known else None)
    terminal = note.terminal if note else known.terminal if known else None
    suspect = _wal_is_suspect(moved_aside)
    check = known.key_check if known else None
    readings: list[Reading] = []
    for attempt in (_rechained, _rechained_without_wrong_frames, _as_it_is) if suspect else (_as_it_is,):
        with _copied(moved_aside, attempt) as copy:
            readings.append(
                read(copy, key, check, terminal, last_known, of_one_moment=not suspect) if copy else Reading()
            )
    found = together(readings)
    entries = [each.entry for each in found]
    run = verify_epoch(entries)
    reaches = last_known is None or (run.head is not None and (run.head.epoch, run.head.seq) >= _number(last_known))
    lost_bodies = sum(each.lost_body for each in found)
    # a damaged WAL gave everything only when no entry is known from a part of it alone
    at_once = len(readings[0].found) == len(found) and not readings[0].unread
    return Salvaged(
        moved_aside=moved_aside,
        epoch=entries[0].epoch if entries else (last_known.epoch if last_known else None),
        undelivered=tuple(PendingItem(each.entry, each.sealed) for each in found if each.undelivered),
        read=len(entries),
        lost_bodies=lost_bodies,
        findings=run.findings,
        complete=bool(entries) and run.whole and at_once and not lost_bodies and reaches,
        unfinished_prints=unfinished(print_jobs(entries)),
        head=run.head,
        items=tuple(PendingItem(each.entry, each.sealed) for each in found),
    )


@contextlib.contextmanager
def _copied(source: Path, prepare: Attempt) -> Iterator[Path | None]:
    # beside the journal, not in the system's temporary folder: the copy belongs under this disk's protection
    with tempfile.TemporaryDirectory(prefix=_COPY, dir=source.parent) as place:
        copy = Path(place) / DATABASE
        with mapped(source.name):
            if (source / DATABASE).exists():
                shutil.copyfile(source / DATABASE, copy)
            if (source / f"{DATABASE}-wal").exists():
                shutil.copyfile(source / f"{DATABASE}-wal", f"{copy}-wal")
            ready = copy.exists() and prepare(copy)
        yield copy if ready else None


def _wal_is_suspect(source: Path) -> bool:
    wal = source / f"{DATABASE}-wal"
    with mapped(source.name):
        return wal.exists() and is_suspect(wal.read_bytes())


def _as_it_is(copy: Path) -> bool:
    return copy.exists()


def _rechained(copy: Path) -> bool:
    return _rewrite_wal(copy, without_wrong_frames=False)


def _rechained_without_wrong_frames(copy: Path) -> bool:
    return _rewrite_wal(copy, without_wrong_frames=True)


def _rewrite_wal(copy: Path, *, without_wrong_frames: bool) -> bool:
    wal = copy.with_name(f"{copy.name}-wal")
    made = rechained(wal.read_bytes(), without_wrong_frames=without_wrong_frames) if wal.exists() else None
    if made is None:
        return False
    wal.write_bytes(made)
    return True


def _number(position: Position) -> tuple[int, int]:
    return position.epoch, position.seq


def _latest(*positions: Position | None) -> Position | None:
    return max((position for position in positions if position), key=_number, default=None)
