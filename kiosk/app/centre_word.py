"""What terminal and centre tell one another besides acts, as far as the terminal process has a part in it.

The terminal says how its devices are, and writes the support facts that the centre ordered into the journal. It hears
that it is locked or about to be wiped, and the latest time that the centre signed. The sync process carries it all.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from kiosk.devices import Health
from kiosk.events import Device
from offline_store.chain import Header, Position, timestamp
from offline_store.connection import KeyBytes
from offline_store.delivery import Delivery
from offline_store.device_states import DeviceBoard
from offline_store.schema import DeviceStateRow
from sync.orders import Lock, read_orders, wipe_is_due
from sync.protocol.enrolment import Trust
from sync.protocol.heartbeat import DEVICE_WORDS
from sync.trusted_time import TrustedTime
from sync.vitals import release

_ONLINE, _UNKNOWN, _ILL = "online", "unknown", "hardwareError"
_FAULT_CHARACTERS: Final = 16


class Books(Protocol):
    """The journal, as far as it is written here."""

    def append(self, kind: str, header: Header) -> Position:
        """On disk when it returns."""


class CentreWord:
    """One terminal's. On the terminal's thread."""

    def __init__(self, root: Path, key: KeyBytes, trust: Trust) -> None:
        """The board of devices begins empty: nothing is known of any yet."""
        self._root = root
        self._time = TrustedTime(root, trust)
        self._board = DeviceBoard(root, key)
        self._board.clear()
        self._told: dict[Device, DeviceStateRow] = {}

    def tell(self, health: Mapping[Device, Health], now: datetime) -> None:
        """How the devices are; only what changed is written."""
        for device, found in health.items():
            row = _row(device, found, now)
            before = self._told.get(device)
            if before is None or (before.state, before.fault) != (row.state, row.fault):
                self._board.tell(row)
                self._told[device] = row

    def lock(self) -> Lock | None:
        """The centre took this terminal out of service."""
        return read_orders(self._root).lock

    def wipe_begins(self) -> bool:
        """Everything was sent and the centre knows, or takes nothing any more: the stores are to be let go of."""
        return wipe_is_due(read_orders(self._root))

    def bound(self) -> datetime | None:
        """The latest time that the centre signed."""
        return self._time.bound()

    def collect(self, books: Books, delivery: Delivery, how_opened: str) -> None:
        """Write the support facts of every order for them that has none yet. No personal data."""
        for opened in read_orders(self._root).open:
            order = opened.order
            if order.command == "collect-diagnostics" and not delivery.audit_names_order(order.number):
                books.append("audit", _facts(order.number, delivery, how_opened))

    def close(self) -> None:
        """Give the connection back."""
        self._board.close()


def _row(device: Device, health: Health, now: datetime) -> DeviceStateRow:
    if not health.known:
        state = _UNKNOWN
    elif health.fault is None:
        state = _ONLINE
    else:
        # a driver's own word, where it gave one
        state = next((word for word in health.detail.split() if word in DEVICE_WORDS), _ILL)
    since = datetime.fromisoformat(health.since) if health.since else now
    return DeviceStateRow(device.value, state, health.fault, timestamp(since))


def _facts(order: int, delivery: Delivery, how_opened: str) -> Header:
    backlog = delivery.backlog()
    offset = delivery.clock_offset()
    return {
        "event": "diagnostics",
        "order": order,
        "release": release(),
        "python": platform.python_version(),
        "system": platform.release()[:64],
        "machine": platform.machine()[:16],
        "journal": how_opened,
        "pending": backlog.pending,
        "awaiting_result": backlog.awaiting_result,
        "clock_offset": offset,
        "devices": [
            f"{row.device} {row.state} {(row.fault or 'none')[:_FAULT_CHARACTERS]}" for row in delivery.devices()
        ],
        "jobs": [
            f"{job} {run.outcome or 'running'} {run.ended_at or run.started_at} {(run.detail or '')[:60]}".strip()
            for job in ("upload", "results", "heartbeat", "snapshot")
            if (run := delivery.last_run(job)) is not None
        ],
    }
