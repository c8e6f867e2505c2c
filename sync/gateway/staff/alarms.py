"""Alarms as staff work them off: listed, and acknowledged by somebody who has looked at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sync.gateway.alarm_row import AlarmRow


@dataclass(frozen=True, slots=True)
class ListedAlarm:
    """An alarm with its number, and who acknowledged it as it is now; one that has grown since is open again."""

    id: int
    raised: AlarmRow
    acknowledged_at: str | None
    acknowledged_by: str | None

    @property
    def open(self) -> bool:
        """Whether nobody has acknowledged it."""
        return self.acknowledged_at is None

    @property
    def extent(self) -> tuple[int, int]:
        """The first and the last entry it is about."""
        row = self.raised
        return row.seq, row.seq if row.last_seq is None else row.last_seq


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alarms to list: of terminals whose number begins so; open ones, or all."""

    terminal: str = ""
    everything: bool = False


class AlarmStore(Protocol):
    """Called inside a transaction of the gateway's store."""

    def alarm(self, number: int) -> ListedAlarm | None: ...
    def newest(self, wanted: Wanted, limit: int | None = None, *, before: int | None = None) -> Sequence[ListedAlarm]:
        """Newest first, all of them or so many; with `before`, those with smaller numbers."""

    def just_after(self, wanted: Wanted, limit: int, number: int) -> Sequence[ListedAlarm]:
        """Those with the next larger numbers, newest first."""

    def acknowledge(self, alarm: ListedAlarm, at: str, actor: str) -> None:
        """Somebody has looked at it as it is here."""
