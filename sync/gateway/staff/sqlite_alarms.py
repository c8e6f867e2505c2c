"""Alarms and their acknowledgements on the gateway's SQLite file (`sync.gateway.staff.alarms.AlarmStore`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sync.gateway.alarm_row import AlarmRow
from sync.gateway.sqlite_database import Database
from sync.gateway.staff.alarms import ListedAlarm, Wanted

_LISTED: Final = (
    "SELECT a.id, a.at, a.terminal, a.code, a.epoch, a.seq, a.last_seq, k.at, k.actor FROM alarm a"
    " LEFT JOIN alarm_acknowledgement k"
    " ON (k.alarm, k.first, k.last) = (a.id, a.seq, coalesce(a.last_seq, a.seq))"
)
_WANTED: Final = " WHERE substr(a.terminal, 1, length(?1)) = ?1 AND (?2 OR k.at IS NULL)"
_ALL: Final = -1


class SqliteAlarms:
    """Alarms in `gateway.db`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def alarm(self, number: int) -> ListedAlarm | None:
        row = self._database.one(_LISTED + " WHERE a.id = ?", number)
        return _listed(row) if row else None

    def newest(self, wanted: Wanted, limit: int | None = None, *, before: int | None = None) -> Sequence[ListedAlarm]:
        rows = self._database.all(
            _LISTED + _WANTED + " AND (?3 IS NULL OR a.id < ?3) ORDER BY a.id DESC LIMIT ?4",
            wanted.terminal, wanted.everything, before, _ALL if limit is None else limit,
        )  # fmt: skip
        return [_listed(row) for row in rows]

    def just_after(self, wanted: Wanted, limit: int, number: int) -> Sequence[ListedAlarm]:
        rows = self._database.all(
            _LISTED + _WANTED + " AND a.id > ?3 ORDER BY a.id LIMIT ?4",
            wanted.terminal, wanted.everything, number, limit,
        )  # fmt: skip
        return [_listed(row) for row in reversed(rows)]

    def acknowledge(self, alarm: ListedAlarm, at: str, actor: str) -> None:
        self._database.run(
            "INSERT OR IGNORE INTO alarm_acknowledgement VALUES (?, ?, ?, ?, ?)",
            (alarm.id, *alarm.extent, at, actor),
        )


def _listed(row: tuple[Any, ...]) -> ListedAlarm:
    return ListedAlarm(row[0], AlarmRow(*row[1:7]), row[7], row[8])
