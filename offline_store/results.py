"""The centre's later word on items: which entry it is about, whether it was said before, and what was refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from offline_store import rows
from offline_store.connection import Connection

_CURSOR: Final = "results-cursor"
_GENERATION: Final = "results-generation"
_RESULT: Final = "result"
_RESULT_OF_ANOTHER: Final = "result-of-another"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The centre's later word on one item, which is the entry with that ``hash``. ``result``: JSON text."""

    epoch: int
    seq: int
    hash: bytes
    state: Literal["processed", "refused"]
    at: str
    result: str


@dataclass(frozen=True, slots=True)
class Told:
    """The number of the last result that the centre told, 0 for none, and the generation of its store that told it.

    The centre numbers a terminal's results through all epochs.
    """

    cursor: int
    generation: int


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An entry that the centre refused, which waits for a person. ``reason``: the centre's word; ``at``: when."""

    epoch: int
    seq: int
    kind: str
    reason: str | None
    at: str


def refused(connection: Connection, limit: int) -> tuple[RefusedItem, ...]:
    """The newest of them, in order."""
    found = connection.rows(
        "SELECT d.epoch, d.seq, c.kind, d.result, d.processed_at FROM delivery AS d JOIN chain AS c USING (epoch, seq)"
        " WHERE d.state = 'refused' ORDER BY d.epoch DESC, d.seq DESC LIMIT ?",
        (limit,),
    )
    return tuple(
        RefusedItem(epoch, seq, kind, json.loads(result).get("reason"), at)
        for epoch, seq, kind, result, at in reversed(found)
    )


def record(connection: Connection, results: Sequence[ItemResult]) -> None:
    """Store results per item and in the inbox, inside the caller's transaction (`Delivery.record_results`)."""
    for result in results:
        kind = _kind_of(connection, result)
        said = _said_before(connection, kind, result)
        if kind == _RESULT:
            connection.execute(
                "UPDATE delivery SET state = ?, processed_at = ?, result = ? WHERE epoch = ? AND seq = ?",
                (result.state, result.at, result.result, result.epoch, result.seq),
            )
        if not said:
            rows.insert_inbox(connection, kind, result.result, result.at, epoch=result.epoch, seq=result.seq)


def told(connection: Connection) -> Told:
    """How far the centre has told results."""
    return Told(int(rows.meta(connection, _CURSOR) or 0), int(rows.meta(connection, _GENERATION) or 0))


def note_told(connection: Connection, up_to: Told) -> None:
    """Note it, inside the caller's transaction."""
    rows.set_meta(connection, _CURSOR, str(up_to.cursor))
    rows.set_meta(connection, _GENERATION, str(up_to.generation))


def _kind_of(connection: Connection, result: ItemResult) -> str:
    """Whether it is about the entry that stands here at its number; where none stands, nothing says otherwise."""
    ours = rows.hash_at(connection, result.epoch, result.seq)
    return _RESULT if ours in (None, result.hash) else _RESULT_OF_ANOTHER


def _said_before(connection: Connection, kind: str, result: ItemResult) -> bool:
    """Whether that is known already: the last word about an item stands in its row, earlier ones in the inbox."""
    row = rows.delivery_of(connection, result.epoch, result.seq) if kind == _RESULT else None
    if row is not None and row.result in (None, result.result):
        return row.result is not None
    return rows.in_inbox(connection, kind, result.epoch, result.seq, result.result)
