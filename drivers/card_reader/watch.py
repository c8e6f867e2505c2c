"""From what PC/SC reports about readers to events, only on change. Pure: no service, no thread, no clock.

PC/SC counts insertions and removals in the upper half of ``dwEventState``. That counter is what finds a swap: the
reader shows a card before and after, but the count went up by two.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from smartcard import scard

from drivers.card_reader.events import CardInserted, CardMute, CardRemoved, ReaderAppeared, ReaderEvent, ReaderGone

UNAWARE: int = scard.SCARD_STATE_UNAWARE
_COUNT_SHIFT = 16


@dataclass(frozen=True, slots=True)
class Report:
    """One reader, as SCardGetStatusChange tells it: ``state`` is dwEventState."""

    reader: str
    state: int
    atr: bytes


@dataclass(frozen=True, slots=True)
class _Occupant:
    """What is in a reader: the count of PC/SC when it came, and its ATR; None is mute."""

    count: int
    atr: bytes | None


class ReaderWatch:
    """Remembers what was told, so that the next report can be compared."""

    def __init__(self) -> None:
        self._states: dict[str, int] = {}
        self._occupants: dict[str, _Occupant | None] = {}

    def state_of(self, reader: str) -> int:
        """dwCurrentState to wait with; PC/SC returns at once for a reader that is new."""
        return self._states.get(reader, UNAWARE)

    def readers_are(self, readers: Iterable[str]) -> list[ReaderEvent]:
        """The service lists these readers now."""
        gone = sorted(set(self._states) - set(readers))
        for reader in gone:
            del self._states[reader]
        return [ReaderGone(reader) for reader in gone if self._occupants.pop(reader, _NEVER_TOLD) is not _NEVER_TOLD]

    def reported(self, report: Report) -> list[ReaderEvent]:
        """A reader's state, changed or not."""
        if report.state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE | scard.SCARD_STATE_IGNORE):
            # On its way out: the list of readers will tell.
            return []
        self._states[report.reader] = report.state & ~scard.SCARD_STATE_CHANGED
        events: list[ReaderEvent] = []
        if report.reader not in self._occupants:
            self._occupants[report.reader] = None
            events.append(ReaderAppeared(report.reader))
        before = self._occupants[report.reader]
        now = _occupant(report, before)
        if now == before:
            return events
        self._occupants[report.reader] = now
        if before is not None:
            events.append(CardRemoved(report.reader))
        if now is not None:
            events.append(CardMute(report.reader) if now.atr is None else CardInserted(report.reader, now.atr))
        return events


_NEVER_TOLD = _Occupant(-1, None)


def _occupant(report: Report, before: _Occupant | None) -> _Occupant | None:
    count = report.state >> _COUNT_SHIFT
    if not report.state & scard.SCARD_STATE_PRESENT:
        return None
    if report.state & scard.SCARD_STATE_MUTE:
        return _Occupant(count, None)
    if before is not None and before.count == count and (before.atr == report.atr or not report.atr):
        return before
    # Present, not mute, and no ATR yet: the service is still powering it up; a further report follows.
    return _Occupant(count, report.atr) if report.atr else None
