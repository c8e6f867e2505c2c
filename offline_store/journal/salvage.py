"""Reading what is readable of a journal that was moved aside, so that it can still be uploaded under its old epoch.

The evidence is not touched: a copy is read. Pages are authenticated by the cipher and each entry is proved by its own
hash, so a row is either what was written or left out. A damaged WAL is tried three ways (with its checksums worked out
anew, the same without the wrong frame, as it is), and the reading with the most entries is taken; of those, the one
that lacks the fewest bodies.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from offline_store.chain import ChainEntry, Position, hash_fits
from offline_store.connection import Connection, KeyBytes, open_encrypted
from offline_store.durable import mapped
from offline_store.errors import NotEncrypted, StoreBroken, WrongKey
from offline_store.journal.aside import asides
from offline_store.journal.aside_keys import old_key_of
from offline_store.journal.files import DATABASE, HEAD
from offline_store.journal.head import HeadRecord, read_head
from offline_store.journal.outcomes import Salvaged
from offline_store.journal.prints import print_jobs, unfinished
from offline_store.journal.wal import is_suspect, rechained
from offline_store.schema import PendingItem
from offline_store.truncation import verify_epoch

_ENTRY: Final = (
    "SELECT epoch, seq, kind, at, header, prev, body_commitment, hash FROM chain"
    " WHERE epoch = ? AND seq >= ? ORDER BY seq LIMIT 1"
)
_COPY: Final = ".salvage-"
_PATIENCE: Final = 64
"""Unreadable rows in a row after which the search begins to skip with doubling steps."""

_DOUBLINGS: Final = 24
"""Skips after which a table whose end is not known is given up: some sixteen million rows."""

Attempt: TypeAlias = Callable[[Path], bool]


@dataclass
class _Reading:
    """What one attempt gave."""

    items: list[tuple[PendingItem, bool]] = field(default_factory=list)
    """Item, and whether it is still undelivered."""
    unread: int = 0
    lost_bodies: int = 0

    @property
    def worth(self) -> tuple[int, int]:
        """For comparing attempts: a frame that a power cut tore may hide which bodies were deleted in their time."""
        return len(self.items), -self.lost_bodies


def salvage(moved_aside: Path, *, key: KeyBytes) -> Salvaged:
    """Read a ``broken-<n>`` folder; ``key``: the stores' present one.

    Raises WrongKey only when the head file, or a change of key since, proves that the key is another one.
    """
    with old_key_of(moved_aside, key) as its_own:
        return _salvaged(moved_aside, its_own.material)


def _salvaged(moved_aside: Path, key: KeyBytes) -> Salvaged:
    for leftover in moved_aside.parent.glob(f"{_COPY}*"):
        # of a salvage that was killed
        shutil.rmtree(leftover)
    note = next((found for found in asides(moved_aside.parent) if found.folder == moved_aside), None)
    head = read_head(moved_aside / HEAD)
    known = head if isinstance(head, HeadRecord) else None
    last_known = _latest(note.last_known if note else None, known.position if known else None)
    terminal = note.terminal if note else known.terminal if known else None
    suspect = _wal_is_suspect(moved_aside)
    best, taken = _Reading(), _as_it_is
    for attempt in (_rechained, _rechained_without_wrong_frame, _as_it_is) if suspect else (_as_it_is,):
        with _copied(moved_aside, attempt) as copy:
            store = _Reopening(copy, key, known.key_check if known else None) if copy else None
            reading = _read(store, terminal, last_known, of_one_moment=not suspect) if store else _Reading()
        if reading.worth > best.worth:
            best, taken = reading, attempt
    entries = [item.entry for item, _ in best.items]
    run = verify_epoch(entries)
    reaches = last_known is None or (run.head is not None and (run.head.epoch, run.head.seq) >= _number(last_known))
    # a damaged WAL gave everything only when no frame of it had to be left out
    whole = run.whole and not best.unread and not best.lost_bodies and (not suspect or taken is _rechained)
    return Salvaged(
        moved_aside=moved_aside,
        epoch=entries[0].epoch if entries else (last_known.epoch if last_known else None),
        undelivered=tuple(item for item, undelivered in best.items if undelivered),
        read=len(entries),
        lost_bodies=best.lost_bodies,
        findings=run.findings,
        complete=bool(entries) and whole and reaches,
        unfinished_prints=unfinished(print_jobs(entries)),
        head=run.head,
        items=tuple(item for item, _ in best.items),
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
    return _rewrite_wal(copy, without_wrong_frame=False)


def _rechained_without_wrong_frame(copy: Path) -> bool:
    return _rewrite_wal(copy, without_wrong_frame=True)


def _rewrite_wal(copy: Path, *, without_wrong_frame: bool) -> bool:
    wal = copy.with_name(f"{copy.name}-wal")
    made = rechained(wal.read_bytes(), without_wrong_frame=without_wrong_frame) if wal.exists() else None
    if made is None:
        return False
    wal.write_bytes(made)
    return True


class _Reopening:
    """A connection that is opened anew after a damaged page, because the cipher refuses everything after the first."""

    def __init__(self, path: Path, key: KeyBytes, check: str | None) -> None:
        self._path = path
        self._key = key
        self._check = check
        self._connection: Connection | None = None

    def try_one(self, sql: str, values: tuple[int | str, ...] = ()) -> tuple[bool, tuple[Any, ...] | None]:
        """(readable, first row). Raises WrongKey when that is proved."""
        try:
            if self._connection is None:
                self._connection = open_encrypted(
                    self._path, self._key, query_only=True, expected_key_check=self._check
                )
            return True, self._connection.one(sql, values)
        except WrongKey:
            if self._check is not None:
                raise
            return False, None
        except (StoreBroken, NotEncrypted):
            self.close()
            return False, None

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _read(store: _Reopening, terminal: str | None, last_known: Position | None, *, of_one_moment: bool) -> _Reading:
    """``terminal``, ``last_known``: what is known from outside, for when the page that says it is damaged.

    ``of_one_moment``: every readable page is as the last commit left it; not so when a WAL was mended or cut short.
    """
    reading = _Reading()
    try:
        terminal = _meta(store, "terminal") or terminal
        epoch = _meta(store, "epoch") or (str(last_known.epoch) if last_known else None)
        if terminal is None or epoch is None:
            return reading
        for entry in _entries(store, terminal, int(epoch), reading):
            readable, row = store.try_one("SELECT sealed FROM body WHERE epoch = ? AND seq = ?", _place(entry))
            sealed = bytes(row[0]) if readable and row else None
            known, state = store.try_one("SELECT state FROM delivery WHERE epoch = ? AND seq = ?", _place(entry))
            # not knowing is taken for undelivered: the centre takes the same entry twice without harm
            undelivered = not known or state is None or state[0] == "pending"
            # only an entry's delivery lets its body be deleted: what is certainly not there had been delivered
            deleted = of_one_moment and readable and not known
            if undelivered and entry.body_commitment is not None and sealed is None and not deleted:
                reading.lost_bodies += 1
            reading.items.append((PendingItem(entry, sealed), undelivered))
    finally:
        store.close()
    return reading


def _meta(store: _Reopening, key: str) -> str | None:
    _, row = store.try_one("SELECT value FROM meta WHERE key = ?", (key,))
    return str(row[0]) if row else None


def _entries(store: _Reopening, terminal: str, epoch: int, reading: _Reading) -> Iterator[ChainEntry]:
    """Readable rows whose own hash proves them, in order."""
    seq, failures, step = 1, 0, 1
    readable, row = store.try_one("SELECT max(seq) FROM chain WHERE epoch = ?", (epoch,))
    # when even the last row's page is unreadable, go on until nothing was readable for a long while
    last = int(row[0]) if readable and row and row[0] else None
    while last is None or seq <= last:
        readable, row = store.try_one(_ENTRY, (epoch, seq))
        if not readable:
            reading.unread += 1
            failures += 1
            step = step * 2 if failures > _PATIENCE else 1
            if last is None and failures > _PATIENCE + _DOUBLINGS:
                return
            seq += step
            continue
        if row is None:
            return
        failures, step = 0, 1
        entry = ChainEntry(terminal, *row)
        seq = entry.seq + 1
        if hash_fits(entry, None):
            yield entry
        else:
            reading.unread += 1


def _place(entry: ChainEntry) -> tuple[int, int]:
    return entry.epoch, entry.seq


def _number(position: Position) -> tuple[int, int]:
    return position.epoch, position.seq


def _latest(*positions: Position | None) -> Position | None:
    return max((position for position in positions if position), key=_number, default=None)
