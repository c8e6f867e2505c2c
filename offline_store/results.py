"""The centre's later word on items: which entry it is about, whether it was said before, and what was refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from offline_store import rows
from offline_store.connection import Connection

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
    told = [(_kind_of(connection, result), result) for result in results]
    said = _said_before(connection, told)
    for kind, result in told:
        if kind == _RESULT:
            connection.execute(
                "UPDATE delivery SET state = ?, processed_at = ?, result = ? WHERE epoch = ? AND seq = ?",
                (result.state, result.at, result.result, result.epoch, result.seq),
            )
        if (kind, result.epoch, result.seq, result.result) not in said:
            rows.insert_inbox(connection, kind, result.result, result.at, epoch=result.epoch, seq=result.seq)


def _kind_of(connection: Connection, result: ItemResult) -> str:
    """Whether it is about the entry that stands here at its number; where none stands, nothing says otherwise."""
    ours = rows.hash_at(connection, result.epoch, result.seq)
    return _RESULT if ours in (None, result.hash) else _RESULT_OF_ANOTHER


def _said_before(connection: Connection, told: Sequence[tuple[str, ItemResult]]) -> set[tuple[str, int, int, str]]:
    """(kind, epoch, seq, result) of what is known already: the last word about an item stands in its row."""
    said: set[tuple[str, int, int, str]] = set()
    for kind, result in told:
        row = rows.delivery_of(connection, result.epoch, result.seq)
        if kind != _RESULT or row is None or row.result not in (None, result.result):
            # an entry that is not here, or one of several words: the inbox has all, but no index
            words = connection.rows(
                "SELECT kind, epoch, seq, payload FROM inbox WHERE kind IN (?, ?)", (_RESULT, _RESULT_OF_ANOTHER)
            )
            return {(str(kind), int(epoch), int(seq), str(word)) for kind, epoch, seq, word in words}
        if row.result is not None:
            said.add((_RESULT, row.epoch, row.seq, row.result))
    return said
