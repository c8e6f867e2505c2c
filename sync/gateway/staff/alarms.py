"""Alarms as staff work them off: listed, and acknowledged by somebody who has looked at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sync.gateway.alarm_row import AlarmRow


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has looked at an alarm, when it had happened `times`."""

    times: int
    at: str
    actor: str


@dataclass(frozen=True, slots=True)
class ListedAlarm:
    """An alarm, its number, and the last time somebody acknowledged it; one that has happened since is open again."""

    id: int
    raised: AlarmRow
    acknowledged: Acknowledgement | None

    @property
    def since(self) -> int:
        """How often it has happened since somebody looked at it."""
        return self.raised.times - (0 if self.acknowledged is None else self.acknowledged.times)

    @property
    def open(self) -> bool:
        """Whether nobody has acknowledged it as it is now."""
        return self.since > 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alarms to list: of terminals whose number begins so; open ones, or all."""

    terminal: str = ""
    everything: bool = False


class AlarmStore(Protocol):
    """Called inside a transaction of the gateway's store. The newest is what happened last, whenever it was raised."""

    def alarm(self, number: int) -> ListedAlarm | None: ...
    def of(self, terminal: str) -> Sequence[ListedAlarm]:
        """All of one terminal, as they were first raised, the oldest first."""

    def newest(self, wanted: Wanted, limit: int | None = None, *, before: int | None = None) -> Sequence[ListedAlarm]:
        """Newest first, all of them or so many; with `before`, those older than the alarm of this number."""

    def just_after(self, wanted: Wanted, limit: int, number: int) -> Sequence[ListedAlarm]:
        """The next ones newer than the alarm of this number, newest first."""

    def acknowledge(self, alarm: ListedAlarm, at: str, actor: str) -> None:
        """Somebody has looked at it as it is here."""
