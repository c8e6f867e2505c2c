"""What the journal remembers of each device: when it fell ill, when it was well again, how often, and how prints ended.

From the chain's headers alone (`kiosk.devices`, `kiosk.recovery` and `kiosk.jobs` write them); they hold nothing
personal. Order is the chain's, never the clock's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kiosk.diagnostics.findings import Part
from offline_store.chain import ChainEntry, HeaderValue

LAST = 20
"""So many events are kept for each device (technician's device page of the UX guide)."""

_PART_OF = {part.value: part for part in Part} | {"store": Part.JOURNAL}
_PRINTER_OF = {"receipt": Part.RECEIPT_PRINTER, "paper": Part.DOCUMENT_PRINTER}
_EVENTS = ("device", "recovery")
_ENDS = ("printed", "failed", "unknown")


@dataclass(frozen=True, slots=True)
class Event:
    """One change: `fault` is the code of the fault catalogue, None when the device was well again."""

    at: str
    fault: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class History:
    """One device's.

    attempts     rungs of the recovery ladder that are recorded (`kiosk.recovery`), by rung
    technicians  how often the ladder ended with asking for one
    longest      seconds of the longest illness that the ladder or a hand ended
    prints       how its prints ended, by word
    """

    faults: int = 0
    recoveries: int = 0
    attempts: Mapping[str, int] = field(default_factory=dict)
    technicians: int = 0
    longest: float = 0.0
    by_code: Mapping[str, int] = field(default_factory=dict)
    last: tuple[Event, ...] = ()
    prints: Mapping[str, int] = field(default_factory=dict)

    @property
    def last_fault(self) -> Event | None:
        """The newest change for the worse among the events kept."""
        return next((event for event in reversed(self.last) if event.fault is not None), None)


class _Gathering:
    def __init__(self) -> None:
        self.ill = False
        self.recoveries = 0
        self.codes: Counter[str] = Counter()
        self.attempts: Counter[str] = Counter()
        self.technicians = 0
        self.longest = 0.0
        self.prints: Counter[str] = Counter()
        self.events: list[Event] = []

    def happened(self, event: Event) -> None:
        if event.fault is not None:
            self.codes[event.fault] += 1
        elif self.ill:
            self.recoveries += 1
        self.ill = event.fault is not None
        self.events = [*self.events[1 - LAST :], event]

    def climbed(self, step: str, seconds: str) -> None:
        """An entry of the recovery ladder."""
        match step:
            case "technician":
                self.technicians += 1
            case "recovered":
                self.longest = max(self.longest, _number(seconds))
            case _:
                self.attempts[step] += 1

    def history(self) -> History:
        return History(
            faults=self.codes.total(),
            recoveries=self.recoveries,
            attempts=dict(self.attempts),
            technicians=self.technicians,
            longest=self.longest,
            by_code=dict(self.codes),
            last=tuple(self.events),
            prints=dict(self.prints),
        )


def histories(entries: Iterable[ChainEntry]) -> dict[Part, History]:
    """Of every device that the chain tells about."""
    found: dict[Part, _Gathering] = {}
    for entry in entries:
        if entry.kind not in ("audit", "print"):
            continue
        header = entry.header_values()
        part = _part(entry.kind, header)
        if part is None:
            continue
        gathering = found.setdefault(part, _Gathering())
        if entry.kind == "print":
            gathering.prints[_text(header, "state")] += 1
        elif header.get("event") == "recovery":
            gathering.climbed(_text(header, "step"), _text(header, "seconds"))
        else:
            fault = _text(header, "fault")
            gathering.happened(Event(entry.at, None if fault == "none" else fault, _text(header, "detail")))
    return {part: gathering.history() for part, gathering in found.items()}


def devices_lent(entries: Iterable[ChainEntry]) -> bool:
    """Whether the last word on vendor mode (`kiosk.vendor_mode`) is that a technician's command has the devices.

    A start or a session after it means that service goes on: the terminal was ended in the middle of vendor mode.
    """
    lent = False
    for entry in entries:
        header = entry.header_values()
        if entry.kind == "audit" and header.get("event") == "vendor-mode":
            lent = header.get("state") == "entered"
        elif entry.kind in ("session-opened", "epoch-opened") or header.get("event") == "restarted":
            lent = False
    return lent


def _part(kind: str, header: Mapping[str, HeaderValue]) -> Part | None:
    if kind == "print":
        return _PRINTER_OF.get(_text(header, "medium")) if _text(header, "state") in _ENDS else None
    return _PART_OF.get(_text(header, "device")) if header.get("event") in _EVENTS else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _text(header: Mapping[str, HeaderValue], name: str) -> str:
    value = header.get(name)
    return value if isinstance(value, str) else ""
