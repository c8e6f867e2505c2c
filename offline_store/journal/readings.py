"""Reading one file of a damaged journal: entry by entry past what cannot be read, and what several readings give.

Pages are authenticated by the cipher and each entry is proved by its own hash, so a row is either what was written or
left out. Which of the attempts are made is `offline_store.journal.salvage`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from offline_store.chain import ChainEntry, Position, hash_fits
from offline_store.connection import Connection, KeyBytes, open_encrypted
from offline_store.errors import NotEncrypted, StoreBroken, StoreBusy, WrongKey
from offline_store.rows import ACKNOWLEDGED, position_in

_ENTRY: Final = (
    "SELECT epoch, seq, kind, at, header, prev, body_commitment, hash FROM chain"
    " WHERE epoch = ? AND seq >= ? ORDER BY seq LIMIT 1"
)
_META: Final = "SELECT value FROM meta WHERE key = ?"
_LAST: Final = "SELECT max(seq) FROM chain WHERE epoch = ?"
_LAST_ELSEWHERE: Final = (
    "SELECT max(seq) FROM delivery WHERE epoch = ?",
    "SELECT max(seq) FROM delivery WHERE state = 'pending' AND epoch = ?",
    "SELECT max(seq) FROM body WHERE epoch = ?",
)
"""Trees of their own that every append writes too; one of them may be readable where the chain's end is not."""
_BEYOND: Final = 256
"""Unreadable numbers in a row, past all that is known of, after which nothing more is looked for."""
_LEAST_ROW: Final = 100
"""No entry takes fewer octets: two hashes, a time, a kind, a header."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry and what stands beside it."""

    entry: ChainEntry
    sealed: bytes | None
    state: str | None
    """Of its delivery; None: it has no row, or its page is unreadable."""
    received: bool | None = None
    """Whether the acknowledged head stands at this entry or behind it; None: nobody can say."""
    body_deleted: bool = False
    """There is certainly no body although the state is unreadable: only a delivered entry's body is ever deleted."""

    @property
    def undelivered(self) -> bool:
        """Not knowing is taken for undelivered: the centre takes the same entry twice without harm.

        So is an entry that no acknowledgement of the centre covers: a state beyond its head may be another disk's.
        """
        return self.state in (None, "pending") or self.received is False

    @property
    def lost_body(self) -> bool:
        """It had a body that the centre may still need, and nobody can read it."""
        wanted = self.state in (None, "pending") and self.entry.body_commitment is not None
        return wanted and self.sealed is None and not self.body_deleted


@dataclass
class Reading:
    """What one attempt gave."""

    found: list[Found] = field(default_factory=list)
    unread: int = 0


def read(
    path: Path,
    key: KeyBytes,
    check: str | None,
    terminal: str | None,
    last_known: Position | None,
    *,
    of_one_moment: bool,
) -> Reading:
    """Everything readable of the journal's database at ``path``, in order.

    ``check``: the key's known check value; ``terminal``, ``last_known``: what is known from outside, for when the page
    that says it is damaged. ``of_one_moment``: every readable page is as the last commit left it; not so when a WAL was
    mended or cut short. Raises WrongKey when ``check`` proves it; StoreBusy when the file is gone.
    """
    reading, store = Reading(), _Reopening(path, key, check)
    try:
        terminal = _meta(store, "terminal") or terminal
        epoch = _meta(store, "epoch") or (str(last_known.epoch) if last_known else None)
        if terminal is None or epoch is None:
            return reading
        acknowledged = _acknowledged(store, int(epoch))
        for entry in _entries(store, terminal, int(epoch), reading, last_known):
            place = (entry.epoch, entry.seq)
            readable, body = store.try_one("SELECT sealed FROM body WHERE epoch = ? AND seq = ?", place)
            known, state = store.try_one("SELECT state FROM delivery WHERE epoch = ? AND seq = ?", place)
            reading.found.append(
                Found(
                    entry,
                    bytes(body[0]) if body else None,
                    str(state[0]) if state else None,
                    received=None if acknowledged is None else entry.seq <= acknowledged,
                    body_deleted=of_one_moment and readable and body is None and not known,
                )
            )
    finally:
        store.close()
    return reading


def together(readings: Sequence[Reading]) -> list[Found]:
    """Every entry that one of them gave, in order, with the body and the state that one of them gave.

    The first that knows counts. A later reading of a WAL that was cut short may say "pending" of what has been
    delivered since, never the other way round but for a rewind, which the centre notices.
    """
    known: dict[tuple[int, int], Found] = {}
    for reading in readings:
        for found in reading.found:
            place = (found.entry.epoch, found.entry.seq)
            first = known.setdefault(place, found)
            if first.entry.hash == found.entry.hash:
                known[place] = replace(
                    first,
                    sealed=first.sealed or found.sealed,
                    state=first.state or found.state,
                    received=found.received if first.received is None else first.received,
                )
    return [known[place] for place in sorted(known)]


class _Reopening:
    """A connection that is opened anew after a damaged page, because the cipher refuses everything after the first."""

    def __init__(self, path: Path, key: KeyBytes, check: str | None) -> None:
        self._path = path
        self._key = key
        self._check = check
        self._connection: Connection | None = None

    def try_one(self, sql: str, values: tuple[int | str, ...] = ()) -> tuple[bool, tuple[Any, ...] | None]:
        """(readable, first row). Raises WrongKey when that is proved, StoreBusy when the file is gone."""
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
        except (StoreBroken, NotEncrypted) as error:
            self.close()
            if not self._path.exists():
                # not damage: nobody knows what stands in it
                raise StoreBusy(self._path.name, "the copy it is read from was taken away") from error
            return False, None

    @property
    def size(self) -> int:
        """Octets of the database and its WAL."""
        files = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        return sum(path.stat().st_size for path in files if path.exists())

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _meta(store: _Reopening, key: str) -> str | None:
    _, row = store.try_one(_META, (key,))
    return str(row[0]) if row else None


def _acknowledged(store: _Reopening, epoch: int) -> int | None:
    """The last number of that epoch that the centre has acknowledged, 0 for none; None when nobody can say."""
    readable, row = store.try_one(_META, (ACKNOWLEDGED,))
    if not readable:
        return None
    head = position_in(str(row[0])) if row else None
    return head.seq if head is not None and head.epoch == epoch else 0


def _entries(
    store: _Reopening, terminal: str, epoch: int, reading: Reading, known: Position | None
) -> Iterator[ChainEntry]:
    """Readable rows whose own hash proves them, in order. ``known``: the last entry that is known from outside.

    Every number is asked for by itself: between two unreadable pages a single row may be readable, which no skip would
    find. A number that cannot be read takes some 1.6 ms, as the file is opened anew for it.
    """
    end, certain = _end(store, epoch, known)
    gone = _gone(store, epoch)
    seq, last_read = 1, 0
    while seq <= (end if certain else max(end, last_read + _BEYOND)):
        readable, row = store.try_one(_ENTRY, (epoch, seq))
        if not readable:
            if not 1 < seq <= gone:
                reading.unread += 1
            seq = max(seq, gone) + 1
            continue
        if row is None:
            return
        entry = ChainEntry(terminal, *row)
        last_read, seq = entry.seq, entry.seq + 1
        if hash_fits(entry, None):
            yield entry
        else:
            reading.unread += 1


def _end(store: _Reopening, epoch: int, known: Position | None) -> tuple[int, bool]:
    """(the last number to ask for, whether there is certainly none behind it)."""
    if not store.try_one("SELECT count(*) FROM sqlite_master")[0]:
        # without the page that says where the tables are there is no row
        return 0, True
    readable, row = store.try_one(_LAST, (epoch,))
    if readable:
        return int(row[0] or 0) if row else 0, True
    told = [row[0] or 0 for _, row in (store.try_one(sql, (epoch,)) for sql in _LAST_ELSEWHERE) if row]
    told += [_acknowledged(store, epoch) or 0, known.seq if known and known.epoch == epoch else 0]
    # where nobody knows, no more rows than the file has room for
    return max(told) + _BEYOND if any(told) else _gone(store, epoch) + store.size // _LEAST_ROW, False


def _gone(store: _Reopening, epoch: int) -> int:
    """The last number that left by truncation: from 2 to it nothing is looked for. 0: none left, or nobody can say."""
    _, table = store.try_one("SELECT 1 FROM sqlite_master WHERE name = 'truncation'")
    _, row = store.try_one("SELECT seq FROM truncation WHERE epoch = ?", (epoch,)) if table else (False, None)
    return int(row[0]) if row else 0
