"""The journal's rows as typed values: the SQL that both sides of the journal read with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from offline_store.chain import ChainEntry, Position
from offline_store.connection import Connection, Value
from offline_store.schema import DeliveryRow, InboxRow

ACKNOWLEDGED: Final = "acknowledged"
"""Key of the meta table: the last head the centre acknowledged."""
INBOX_KEPT: Final = 20_000
"""Ten days of a busy terminal's answers: for whoever looks at what the centre said lately. What it said last about an
entry stands beside the entry, as long as that is there."""
_CHAIN: Final = "epoch, seq, kind, at, header, prev, body_commitment, hash"


def entries(connection: Connection, terminal: str, where: str, values: Sequence[Value]) -> Iterator[ChainEntry]:
    """Chain entries in order; ``where`` is this room's own SQL, never text from outside."""
    sql = f"SELECT {_CHAIN} FROM chain WHERE {where} ORDER BY epoch, seq"  # noqa: S608 - see the docstring
    for row in connection.each(sql, values):
        yield ChainEntry(terminal, *row)


def last_position(connection: Connection, epoch: int) -> Position | None:
    """The last entry of an epoch."""
    row = connection.one("SELECT epoch, seq, hash FROM chain WHERE epoch = ? ORDER BY seq DESC LIMIT 1", (epoch,))
    return None if row is None else Position(*row)


def hash_at(connection: Connection, epoch: int, seq: int) -> bytes | None:
    """The hash at a number, also of the last one that left by truncation; None when that number is not known."""
    row = connection.one(
        "SELECT hash FROM chain WHERE epoch = ? AND seq = ?"
        " UNION ALL SELECT hash FROM truncation WHERE epoch = ? AND seq = ?",
        (epoch, seq, epoch, seq),
    )
    return None if row is None else bytes(row[0])


def truncated_up_to(connection: Connection, epoch: int) -> Position | None:
    """The last entry that left by truncation."""
    row = connection.one("SELECT epoch, seq, hash FROM truncation WHERE epoch = ?", (epoch,))
    return None if row is None else Position(*row)


def chain_count(connection: Connection) -> int:
    """Entries that the chain ever had: rows there and those that left by truncation (all but the opening)."""
    row = connection.one("SELECT (SELECT count(*) FROM chain) + (SELECT coalesce(sum(seq - 1), 0) FROM truncation)")
    return int(row[0]) if row else 0


def meta(connection: Connection, key: str) -> str | None:
    """A value of the meta table."""
    row = connection.one("SELECT value FROM meta WHERE key = ?", (key,))
    return None if row is None else str(row[0])


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Write a value of the meta table, inside the caller's transaction."""
    connection.execute(
        "INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value)
    )


def acknowledged_head(connection: Connection) -> Position | None:
    """The last head the centre acknowledged."""
    text = meta(connection, ACKNOWLEDGED)
    return None if text is None else position_in(text)


def position_in(text: str) -> Position:
    """What `set_acknowledged_head` wrote."""
    epoch, seq, digest = text.split(" ")
    return Position(int(epoch), int(seq), bytes.fromhex(digest))


def set_acknowledged_head(connection: Connection, head: Position) -> None:
    """Note it, inside the caller's transaction."""
    set_meta(connection, ACKNOWLEDGED, f"{head.epoch} {head.seq} {head.hash.hex()}")


def delivery_of(connection: Connection, epoch: int, seq: int) -> DeliveryRow | None:
    """The delivery row of an entry."""
    row = connection.one(
        "SELECT epoch, seq, state, attempts, last_attempt_at, received_at, processed_at, result"
        " FROM delivery WHERE epoch = ? AND seq = ?",
        (epoch, seq),
    )
    return None if row is None else DeliveryRow(*row)


def inbox_after(connection: Connection, last_id: int, limit: int) -> tuple[InboxRow, ...]:
    """Answers from the centre with an id above ``last_id``, in order of arrival."""
    sql = "SELECT id, kind, epoch, seq, payload, arrived_at FROM inbox WHERE id > ? ORDER BY id LIMIT ?"
    return tuple(InboxRow(*row) for row in connection.rows(sql, (last_id, limit)))


def insert_inbox(
    connection: Connection, kind: str, payload: str, at: str, *, epoch: int | None, seq: int | None
) -> int:
    """Store an answer of the centre, inside the caller's transaction; answers its id. The newest alone are kept."""
    row = connection.insert(
        "INSERT INTO inbox(kind, epoch, seq, payload, arrived_at) VALUES (?, ?, ?, ?, ?)",
        (kind, epoch, seq, payload, at),
    )
    connection.execute("DELETE FROM inbox WHERE id <= ?", (row - INBOX_KEPT,))
    return row


def in_inbox(connection: Connection, kind: str, epoch: int, seq: int, payload: str) -> bool:
    """Whether that very answer is kept."""
    found = connection.one(
        "SELECT 1 FROM inbox WHERE kind = ? AND epoch = ? AND seq = ? AND payload = ?", (kind, epoch, seq, payload)
    )
    return found is not None


def clear_acknowledged_head(connection: Connection) -> None:
    """The centre has nothing of this epoch any more, inside the caller's transaction."""
    connection.execute("DELETE FROM meta WHERE key = ?", (ACKNOWLEDGED,))
