"""Alarms and their acknowledgements on the gateway's SQLite file (`sync.gateway.staff.alarms.AlarmStore`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sync.gateway.alarm_row import AlarmRow
from sync.gateway.sqlite_database import Database
from sync.gateway.staff.alarms import Acknowledgement, ListedAlarm, Wanted

_LISTED: Final = (
    "SELECT a.id, a.at, a.terminal, a.code, a.epoch, a.seq, a.last_seq, a.times, coalesce(a.last_at, a.at),"
    " k.times, k.at, k.actor FROM alarm a LEFT JOIN alarm_acknowledgement k"
    " ON k.alarm = a.id AND k.times = (SELECT max(l.times) FROM alarm_acknowledgement l WHERE l.alarm = a.id)"
)
_WANTED: Final = " WHERE substr(a.terminal, 1, length(?1)) = ?1 AND (?2 OR a.times > coalesce(k.times, 0))"
_THIS: Final = "(coalesce(a.last_at, a.at), a.id)"
_THAT: Final = "(SELECT coalesce(b.last_at, b.at), b.id FROM alarm b WHERE b.id = ?3)"
_ALL: Final = -1


class SqliteAlarms:
    """Alarms in `gateway.db`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def alarm(self, number: int) -> ListedAlarm | None:
        row = self._database.one(_LISTED + " WHERE a.id = ?", number)
        return _listed(row) if row else None

    def of(self, terminal: str) -> Sequence[ListedAlarm]:
        return [_listed(row) for row in self._database.all(_LISTED + " WHERE a.terminal = ? ORDER BY a.id", terminal)]

    def newest(self, wanted: Wanted, limit: int | None = None, *, before: int | None = None) -> Sequence[ListedAlarm]:
        rows = self._database.all(
            f"{_LISTED}{_WANTED} AND (?3 IS NULL OR {_THIS} < {_THAT})"
            " ORDER BY coalesce(a.last_at, a.at) DESC, a.id DESC LIMIT ?4",
            wanted.terminal, wanted.everything, before, _ALL if limit is None else limit,
        )  # fmt: skip
        return [_listed(row) for row in rows]

    def just_after(self, wanted: Wanted, limit: int, number: int) -> Sequence[ListedAlarm]:
        rows = self._database.all(
            f"{_LISTED}{_WANTED} AND {_THIS} > {_THAT} ORDER BY coalesce(a.last_at, a.at), a.id LIMIT ?4",
            wanted.terminal, wanted.everything, number, limit,
        )  # fmt: skip
        return [_listed(row) for row in reversed(rows)]

    def acknowledge(self, alarm: ListedAlarm, at: str, actor: str) -> None:
        self._database.run(
            "INSERT OR IGNORE INTO alarm_acknowledgement VALUES (?, ?, ?, ?)", (alarm.id, alarm.raised.times, at, actor)
        )


def _listed(row: tuple[Any, ...]) -> ListedAlarm:
    return ListedAlarm(row[0], AlarmRow(*row[1:9]), None if row[9] is None else Acknowledgement(*row[9:]))
