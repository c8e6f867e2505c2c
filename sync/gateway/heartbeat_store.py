"""What heartbeats and orders ask of the gateway's store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

StoredOrderState: TypeAlias = Literal["issued", "done", "failed", "expired", "draining", "wiping"]


@dataclass(frozen=True, slots=True)
class StoredHeartbeat:
    """The latest heartbeat of a terminal, as it came, and when."""

    terminal: str
    at: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """A device was found to be another way than before."""

    terminal: str
    device: str
    state: str
    fault: str | None
    at: str


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order, the signed statement it is sent as, and what the terminal said of it."""

    terminal: str
    number: int
    command: str
    reason: str
    issued_at: str
    not_after: str
    statement: bytes = field(repr=False)
    state: StoredOrderState
    detail: str | None
    reported_at: str | None


class HeartbeatStore(Protocol):
    """Called inside the store's `transaction()`."""

    def latest(self, terminal: str) -> StoredHeartbeat | None: ...
    def keep(self, beat: StoredHeartbeat, changes: Sequence[DeviceChange]) -> None:
        """The latest replaces the one before; of changes the last thousand of a terminal are kept."""

    def changes(self, terminal: str, limit: int) -> Sequence[DeviceChange]:
        """The latest changes, newest last."""

    def fleet_size(self, at: str) -> int:
        """How many terminals there are; a minute old at most."""

    def next_number(self, terminal: str) -> int:
        """The least that is above all numbers in these books."""

    def count_open(self, terminal: str, now: str, *, wipes_since: str = "") -> int:
        """How many orders the terminal has not answered and that are not void; no wipe that was issued before."""

    def issue(self, order: StoredOrder) -> None: ...
    def open_orders(self, terminal: str, now: str, limit: int, *, wipes_since: str = "") -> Sequence[StoredOrder]:
        """Orders the terminal has not answered and that are not void, lowest number first; no wipe issued before.

        When there are more than the limit: wipes, then locks, then the lowest numbers.
        """

    def orders(self, terminal: str, limit: int) -> Sequence[StoredOrder]:
        """The latest orders, newest last."""

    def reported(self, terminal: str, number: int, state: StoredOrderState, detail: str | None, at: str) -> None: ...
