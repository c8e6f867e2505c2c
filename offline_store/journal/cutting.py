"""Which of the oldest entries may leave the chain, and the one transaction in which they do.

An entry may leave when the centre has processed it, its retention is over, and no print it speaks of is open. Only an
unbroken run from the beginning leaves: the first entry that has to stay keeps all behind it. A refused one stays until
a person has dealt with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from offline_store import rows
from offline_store.chain import ChainEntry, Position
from offline_store.connection import Connection, Value
from offline_store.journal.outcomes import NothingToTruncate
from offline_store.truncation import Truncation

KEPT: Final = timedelta(days=731)
"""24 months on the terminal; the centre holds every entry that leaves, for as long as its own rules say."""
LEAST_KEPT: Final = timedelta(days=184)
"""Logs are kept six months at least (网络安全法); no setting goes below."""
AT_ONCE: Final = 5000
"""Entries in one transaction, so that the sync process is not kept waiting."""
WORTH_A_RECORD: Final = 200
"""Fewer do not leave: each truncation adds an entry of its own."""

_TABLES: Final = ("body", "delivery", "chain")
_NOTE: Final = (
    "INSERT INTO truncation(epoch, seq, hash, record_seq) VALUES (?, ?, ?, ?) ON CONFLICT(epoch) DO UPDATE"
    " SET seq = excluded.seq, hash = excluded.hash, record_seq = excluded.record_seq"
)

_Because: TypeAlias = Literal["not-processed", "refused", "too-young", "unfinished-print", "newest"]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What may leave: numbers ``first`` to ``up_to``. ``opening``: hash of the epoch's first entry."""

    first: int
    up_to: Position
    opening: bytes

    @property
    def count(self) -> int:
        """How many entries."""
        return self.up_to.seq - self.first + 1


def leaving(
    connection: Connection, head: Position, *, before: str, first_open_print: int | None, at_once: int, worth: int
) -> Leaving | NothingToTruncate:
    """Look from the oldest entry on. ``before``: RFC 3339, entries from then on stay."""
    opening = connection.one("SELECT hash FROM chain WHERE epoch = ? AND seq = 1", (head.epoch,))
    cut = connection.one("SELECT seq FROM truncation WHERE epoch = ?", (head.epoch,))
    first = 2 if cut is None else int(cut[0]) + 1
    last: Position | None = None
    because: _Because = "newest"
    following = first
    for seq, digest, at, state, processed_at in connection.rows(
        "SELECT c.seq, c.hash, c.at, d.state, d.processed_at FROM chain AS c LEFT JOIN delivery AS d USING (epoch, seq)"
        " WHERE c.epoch = ? AND c.seq BETWEEN ? AND ? ORDER BY c.seq",
        # the newest entry stays whatever happens: the next one links to it
        (head.epoch, first, min(first + at_once, head.seq) - 1),
    ):
        held = _held(at, state, processed_at, before)
        if seq == first_open_print:
            held = "unfinished-print"
        if held is not None:
            because = held
            break
        last, following = Position(head.epoch, seq, bytes(digest)), seq + 1
    if opening is None or last is None or last.seq - first + 1 < worth:
        return NothingToTruncate(following, because)
    return Leaving(first, last, bytes(opening[0]))


def cutting_off(entries: Leaving, record: ChainEntry) -> list[tuple[str, tuple[Value, ...]]]:
    """The statements that delete them, in the transaction that has just inserted the record."""
    place = (entries.up_to.epoch, entries.first, entries.up_to.seq)
    noted = (record.epoch, entries.up_to.seq, entries.up_to.hash, record.seq)
    return [
        (_NOTE, noted),
        *((f"DELETE FROM {table} WHERE epoch = ? AND seq BETWEEN ? AND ?", place) for table in _TABLES),  # noqa: S608
    ]


def cut_is_recorded(connection: Connection, terminal: str, epoch: int) -> bool:
    """Whether what is noted as having left is what the chain's own record says; True when nothing left.

    Quick, for every start; a walk over the chain says more.
    """
    noted = connection.one("SELECT seq, hash, record_seq FROM truncation WHERE epoch = ?", (epoch,))
    if noted is None:
        return True
    seq, digest, record_seq = noted
    found = {
        entry.seq: entry
        for entry in rows.entries(
            connection, terminal, "epoch = ? AND seq IN (1, 2, ?, ?)", (epoch, seq + 1, record_seq)
        )
    }
    if not {1, seq + 1, record_seq} <= found.keys() or 2 in found or found[seq + 1].prev != digest:
        return False
    try:
        record = Truncation.read(found[record_seq])
    except ValueError:
        return False
    return (record.up_to, record.opening) == (Position(epoch, seq, digest), found[1].hash)


def _held(at: str, state: str | None, processed_at: str | None, before: str) -> _Because | None:
    if state == "refused":
        return "refused"
    if state != "processed" or processed_at is None:
        return "not-processed"
    return "too-young" if max(at, processed_at) >= before else None
