"""Forked entries and generations on SQLite (`sync.gateway.rewind_store`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from offline_store.chain import ChainEntry
from sync.gateway.alarm_row import ALARM_AGAIN_SECONDS
from sync.gateway.rewind_store import ForkedEntry
from sync.gateway.sqlite_database import Database
from sync.protocol.messages import HeldRun

_GENERATIONS_KEPT: Final = 50
"""Of older ones nothing is known any more: a terminal that last asked then reads its results from the beginning."""


class SqliteRewinds:
    """See the protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # branches

    def keep(self, entry: ChainEntry, sealed: bytes | None, at: str) -> bool:
        columns = "terminal, epoch, seq, kind, at, header, prev, body_commitment, hash, sealed, received_at"
        made = self._database.run(
            f"INSERT OR IGNORE INTO fork_entry ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
            (
                entry.terminal, entry.epoch, entry.seq, entry.kind, entry.at, entry.header, entry.prev,
                entry.body_commitment, entry.hash, sealed, at,
            ),
        )  # fmt: skip
        return made == 1

    def keeps(self, terminal: str, epoch: int, seq: int, hash: bytes) -> bool:
        row = self._database.one(
            "SELECT 1 FROM fork_entry WHERE terminal = ? AND epoch = ? AND seq = ? AND hash = ?",
            terminal, epoch, seq, hash,
        )  # fmt: skip
        return row is not None

    def forked(self, terminal: str) -> Sequence[ForkedEntry]:
        rows = self._database.all(
            "SELECT terminal, epoch, seq, kind, at, header, prev, body_commitment, hash, sealed, received_at, state,"
            " reason FROM fork_entry WHERE terminal = ? ORDER BY epoch, seq, received_at, hash",
            terminal,
        )
        return [ForkedEntry(ChainEntry(*row[:9]), *row[9:]) for row in rows]

    def settle(
        self,
        entry: ChainEntry,
        state: Literal["accepted", "refused"],
        reason: str | None,
        act: tuple[str, bytes] | None,
        at: str,
    ) -> None:
        self._database.run(
            "UPDATE fork_entry SET state = ?, reason = ?, act_type = ?, act = ?, processed_at = ?"
            " WHERE terminal = ? AND epoch = ? AND seq = ? AND hash = ?",
            (state, reason, *(act or (None, None)), at, entry.terminal, entry.epoch, entry.seq, entry.hash),
        )

    # alarms

    def fork(self, terminal: str, epoch: int, seq: int, at: str) -> None:
        place = (terminal, epoch)
        self._database.run(
            "UPDATE alarm SET seq = min(seq, ?3), last_seq = nullif(max(coalesce(last_seq, seq), ?3), min(seq, ?3)),"
            " times = times + 1, last_at = ?4 WHERE terminal = ?1 AND code = 'fork' AND epoch = ?2"
            " AND (?3 NOT BETWEEN seq AND coalesce(last_seq, seq)"
            " OR abs(unixepoch(?4) - unixepoch(coalesce(last_at, at))) >= ?5)",
            (*place, seq, at, ALARM_AGAIN_SECONDS),
        )
        if not self._database.all("SELECT 1 FROM alarm WHERE terminal = ? AND code = 'fork' AND epoch = ?", *place):
            self._database.run(
                "INSERT INTO alarm (at, terminal, code, epoch, seq) VALUES (?, ?, 'fork', ?, ?)",
                (at, terminal, epoch, seq),
            )

    def lost(self, terminal: str, epoch: int, first: int, last: int, at: str) -> None:
        self._database.run(
            "INSERT INTO alarm (at, terminal, code, epoch, seq, last_seq) VALUES (?, ?, 'entries-lost', ?, ?, ?)"
            " ON CONFLICT (terminal, code, epoch, seq)"
            " DO UPDATE SET last_seq = excluded.last_seq, times = times + 1, last_at = excluded.at"
            " WHERE excluded.last_seq > coalesce(last_seq, seq)",
            (at, terminal, epoch, first, last),
        )

    # what is held

    def runs(self, terminal: str, epoch: int, limit: int) -> Sequence[HeldRun]:
        rows = self._database.all(
            "SELECT r.first, r.last, c.hash FROM (SELECT min(seq) AS first, max(seq) AS last FROM"
            " (SELECT seq, seq - row_number() OVER (ORDER BY seq) AS run FROM chain WHERE terminal = ?1 AND epoch = ?2)"
            " GROUP BY run ORDER BY 1 LIMIT ?3) AS r"
            " JOIN chain AS c ON c.terminal = ?1 AND c.epoch = ?2 AND c.seq = r.last ORDER BY r.first",
            terminal, epoch, limit,
        )  # fmt: skip
        return [HeldRun(first=first, last=last, hash=digest) for first, last, digest in rows]

    # generations

    def generation(self) -> int:
        row = self._database.one("SELECT number FROM store_generation ORDER BY id DESC LIMIT 1")
        return int(row[0]) if row else 0

    def begin_generation(self, number: int, at: str) -> None:
        self._database.run("INSERT INTO store_generation (number, began_at) VALUES (?, ?)", (number, at))
        self._database.run(
            "INSERT INTO generation_base SELECT (SELECT max(id) FROM store_generation), terminal, max(n)"
            " FROM result GROUP BY terminal"
        )
        outdated = "(SELECT max(id) FROM store_generation) - ?"
        self._database.run(f"DELETE FROM generation_base WHERE generation <= {outdated}", (_GENERATIONS_KEPT,))  # noqa: S608 - constant
        self._database.run(f"DELETE FROM store_generation WHERE id <= {outdated}", (_GENERATIONS_KEPT,))  # noqa: S608 - constant

    def common_results(self, terminal: str, generation: int) -> int | None:
        known = self._database.one("SELECT id FROM store_generation WHERE number = ?", generation)
        if known is None:
            return 0
        row = self._database.one(
            "SELECT count(*), min(coalesce(b.n, 0)) FROM store_generation g"
            " LEFT JOIN generation_base b ON b.generation = g.id AND b.terminal = ? WHERE g.id > ?",
            terminal,
            known[0],
        )
        return int(row[1]) if row and row[0] else None
