"""How this terminal is, as its heartbeat says it, and where what the centre says back is kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, cast

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from sync.carrying_out import Orders
from sync.protocol.heartbeat import DEVICE_WORDS, DeviceReport, DeviceWord, Heartbeat, Order
from sync.protocol.statements import Statement
from sync.protocol.suites import SuiteName
from sync.trusted_time import TrustedTime

_PACKAGE: Final = "citizen-card-terminal"
_MOST_DEVICES: Final = 32


def release() -> str:
    """The release that runs; 0 when it was never installed."""
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True, slots=True)
class Vitals:
    """`sync.client.heartbeat.HeartbeatPort` on a data directory."""

    data_dir: Path
    delivery: Delivery
    orders: Orders
    trusted_time: TrustedTime
    suite: SuiteName
    generation: Callable[[], int]

    def beat(self, nonce: bytes, at: datetime) -> Heartbeat:
        backlog, book = self.delivery.backlog(), self.orders.book
        disk = os.statvfs(self.data_dir)
        return Heartbeat(
            nonce=nonce,
            at=timestamp(at),
            version=release(),
            suite=self.suite,
            devices=tuple(
                DeviceReport(device=row.device, state=_word(row.state), fault=row.fault, since=row.since)
                for row in self.delivery.devices()[:_MOST_DEVICES]
            ),
            pending=backlog.pending,
            oldest_pending=backlog.oldest_at,
            awaiting_result=backlog.awaiting_result,
            clock_offset=self.delivery.clock_offset(),
            free_bytes=disk.f_bavail * disk.f_frsize,
            snapshot=self.generation(),
            locked=book.lock is not None,
            orders=book.reports,
        )

    def heard(self, beat: Heartbeat) -> None:
        self.orders.heard(beat.orders)

    def time_said(self, signed: Statement, time: datetime, offset_ms: int) -> None:
        self.trusted_time.keep(signed, time)
        self.delivery.note_clock(offset_ms, timestamp(time))

    def accept(self, order: Order, *, expired: bool) -> bool:
        return self.orders.accept(order, expired=expired)

    def refuse(self, number: int, reason: str) -> None:
        self.orders.refuse(number, reason)


def _word(state: str) -> DeviceWord:
    return cast("DeviceWord", state) if state in DEVICE_WORDS else "unknown"
