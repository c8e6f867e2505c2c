"""The PC/SC readers of both roles: which are there, what their names tell, whether something is in them.

`Look.of` folds the events of `drivers.card_reader.monitor`; `look` listens to a monitor just long enough to hear them.
No card is powered for it and nobody is disturbed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from drivers.card_reader.events import ReaderEvent, ReaderGone, ServiceBack, ServiceGone
from drivers.card_reader.reader_status import after
from drivers.operation import Slot
from drivers.status import CardReaderStatus, ChipState, DeviceState, MediaState
from kiosk.diagnostics.findings import Identity

QUIET, LIMIT = 0.6, 4.0
"""Seconds without an event after which everything was told, and the most to wait for the service's first word."""

_NAME = re.compile(
    r"(?P<model>.+?)(?: \[(?P<interface>[^\]]*)\])?(?: \((?P<serial>[^)]*)\))?(?: [0-9A-F]{2} [0-9A-F]{2})?"
)
"""How pcsc-lite composes a name: product, [interface], (serial number), index and slot."""


class Fits(Protocol):
    """Does a reader's name fit a role? (`drivers.links.pcsc.ReaderRoles`)"""

    def fits(self, slot: Slot, name: str) -> bool: ...


class Watcher(Protocol):
    """`drivers.card_reader.monitor.PcscMonitor`."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def identity_of(reader: str) -> Identity:
    """What a reader's name tells about it. PC/SC tells no firmware in a name."""
    told = _NAME.fullmatch(reader)
    if told is None:
        return Identity(model=reader, port=reader)
    return Identity(model=told["model"], serial_number=told["serial"] or None, port=reader)


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader and how it is."""

    name: str
    status: CardReaderStatus


_NOBODY = CardReaderStatus(DeviceState.NO_DEVICE, MediaState.UNKNOWN, ChipState.NO_DEVICE)
_NO_SERVICE = CardReaderStatus(DeviceState.OFFLINE, MediaState.UNKNOWN, ChipState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Look:
    """All readers at one moment. `service_fault`: PC/SC's name of what is wrong with the service, None: it works."""

    service_fault: str | None
    readers: tuple[Reader, ...]

    @classmethod
    def of(cls, events: Iterable[ReaderEvent]) -> Look:
        """From the first events of a monitor. No event at all: the service never said anything."""
        fault: str | None = "no answer"
        found: dict[str, CardReaderStatus] = {}
        for event in events:
            match event:
                case ServiceGone(pcsc=why):
                    fault, found = why, {}
                case ServiceBack():
                    fault = None
                case ReaderGone(reader=name):
                    found.pop(name, None)
                case _:
                    status = found.get(event.reader, CardReaderStatus())
                    found[event.reader] = after(status, event, lambda name, mine=event.reader: name == mine)  # type: ignore[misc]
        return cls(fault, tuple(Reader(name, found[name]) for name in sorted(found)))

    def named(self, slot: Slot, roles: Fits) -> tuple[Reader, ...]:
        """The readers whose names fit a role."""
        return tuple(reader for reader in self.readers if roles.fits(slot, reader.name))

    def status(self, fitting: tuple[Reader, ...]) -> CardReaderStatus:
        """How a role is: of several readers the one that holds something counts."""
        if self.service_fault is not None:
            return _NO_SERVICE
        held = [reader for reader in fitting if reader.status.media is MediaState.PRESENT]
        return next((reader.status for reader in (*held, *fitting)), _NOBODY)


def look(monitor: Callable[[Callable[[ReaderEvent], None]], Watcher]) -> Look:
    """Listen until a quiet of `QUIET` seconds, or a service that is gone. `monitor` makes one from its listener."""
    events: list[ReaderEvent] = []
    heard = threading.Event()

    def listen(event: ReaderEvent) -> None:
        events.append(event)
        heard.set()

    watching = monitor(listen)
    watching.start()
    try:
        if heard.wait(LIMIT):
            while not isinstance(events[-1], ServiceGone):
                heard.clear()
                if not heard.wait(QUIET):
                    break
    finally:
        watching.stop()
    return Look.of(events)
