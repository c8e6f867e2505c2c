"""Heartbeats and orders on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sync.gateway.heartbeat_store import DeviceChange, StoredHeartbeat, StoredOrder, StoredOrderState
from sync.gateway.sqlite_database import Database

_ORDER: Final = (
    "terminal, number, command, reason, issued_at, not_after, statement, state, detail, reported_at FROM terminal_order"
)
_OPEN: Final = "terminal = ? AND state = 'issued' AND not_after >= ? AND (command <> 'wipe' OR issued_at >= ?)"
_CHANGES_KEPT: Final = 1000


class SqliteHeartbeats:
    """`HeartbeatStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: tuple[str, int] = ("", 0)

    def latest(self, terminal: str) -> StoredHeartbeat | None:
        row = self._database.one("SELECT terminal, at, content FROM heartbeat WHERE terminal = ?", terminal)
        return StoredHeartbeat(*row) if row else None

    def keep(self, beat: StoredHeartbeat, changes: Sequence[DeviceChange]) -> None:
        self._database.run(
            "INSERT INTO heartbeat VALUES (?, ?, ?) ON CONFLICT(terminal)"
            " DO UPDATE SET at = excluded.at, content = excluded.content",
            (beat.terminal, beat.at, beat.content),
        )
        for change in changes:
            self._database.run(
                "INSERT INTO device_change (terminal, device, state, fault, at) VALUES (?, ?, ?, ?, ?)",
                (change.terminal, change.device, change.state, change.fault, change.at),
            )
        if changes:
            self._database.run(
                "DELETE FROM device_change WHERE terminal = ? AND id <= (SELECT id FROM device_change"
                " WHERE terminal = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (beat.terminal, beat.terminal, _CHANGES_KEPT),
            )

    def changes(self, terminal: str, limit: int) -> Sequence[DeviceChange]:
        rows = self._database.all(
            "SELECT terminal, device, state, fault, at FROM device_change WHERE terminal = ? ORDER BY id DESC LIMIT ?",
            terminal,
            limit,
        )
        return [DeviceChange(*row) for row in reversed(rows)]

    def fleet_size(self, at: str) -> int:
        if self._counted[0] != (minute := at[:16]):
            row = self._database.one("SELECT count(*) FROM terminal")
            self._counted = (minute, int(row[0]) if row else 0)
        return self._counted[1]

    def next_number(self, terminal: str) -> int:
        row = self._database.one("SELECT coalesce(max(number), 0) + 1 FROM terminal_order WHERE terminal = ?", terminal)
        return int(row[0]) if row else 1

    def count_open(self, terminal: str, now: str, *, wipes_since: str = "") -> int:
        counted = f"SELECT count(*) FROM terminal_order WHERE {_OPEN}"  # noqa: S608 - constant
        row = self._database.one(counted, terminal, now, wipes_since)
        return int(row[0]) if row else 0

    def issue(self, order: StoredOrder) -> None:
        o = order
        self._database.run(
            "INSERT INTO terminal_order VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                o.terminal, o.number, o.command, o.reason, o.issued_at, o.not_after, o.statement, o.state, o.detail,
                o.reported_at,
            ),
        )  # fmt: skip

    def open_orders(self, terminal: str, now: str, limit: int, *, wipes_since: str = "") -> Sequence[StoredOrder]:
        rows = self._database.all(
            f"SELECT {_ORDER} WHERE {_OPEN}"
            " ORDER BY CASE command WHEN 'wipe' THEN 0 WHEN 'lock' THEN 1 ELSE 2 END, number LIMIT ?",
            terminal,
            now,
            wipes_since,
            limit,
        )
        return sorted((StoredOrder(*row) for row in rows), key=lambda order: order.number)

    def orders(self, terminal: str, limit: int) -> Sequence[StoredOrder]:
        rows = self._database.all(f"SELECT {_ORDER} WHERE terminal = ? ORDER BY number DESC LIMIT ?", terminal, limit)
        return [StoredOrder(*row) for row in reversed(rows)]

    def reported(self, terminal: str, number: int, state: StoredOrderState, detail: str | None, at: str) -> None:
        self._database.run(
            "UPDATE terminal_order SET state = ?, detail = ?, reported_at = ? WHERE terminal = ? AND number = ?"
            " AND state IN ('issued', 'draining', 'wiping')",
            (state, detail, at, terminal, number),
        )
