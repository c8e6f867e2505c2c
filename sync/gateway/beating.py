"""POST /v1/heartbeat: the latest word about a terminal is kept, and what changed; it is told the time and its orders.

Orders are made at the console (`issue_order`), signed there, and sent until the terminal says what became of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from offline_store.chain import timestamp
from sync.gateway.authority import Authority
from sync.gateway.endpoint import Asked, Endpoint, answered
from sync.gateway.heartbeat_store import DeviceChange, StoredHeartbeat, StoredOrder
from sync.gateway.store import Store
from sync.protocol.exchange import Response
from sync.protocol.heartbeat import (
    MAX_ORDERS,
    Command,
    DeviceReport,
    Heartbeat,
    HeartbeatAnswer,
    Order,
    TimeStatement,
)
from sync.protocol.messages import parse
from sync.protocol.statements import Statement, make_statement

LEAST_SECONDS: Final = 30
MOST_SECONDS: Final = 3600
BEATS_PER_SECOND: Final = 30
"""What heartbeats may take of the gateway's capacity, whatever the size of the fleet."""
ORDER_HOURS: Final = 24
"""How long an order may be carried out; a terminal that comes back later has to be asked again."""


def issue_order(
    terminal: str, command: Command, reason: str, *, store: Store, authority: Authority, now: datetime
) -> StoredOrder:
    """A new order to an enrolled terminal, signed, with the next number. `reason` is a word, without personal data."""
    order = Order(
        terminal=terminal,
        number=store.heartbeats.next_number(terminal),
        command=command,
        reason=reason,
        issued_at=timestamp(now),
        not_after=timestamp(now + timedelta(hours=ORDER_HOURS)),
    )
    stored = StoredOrder(
        terminal=terminal,
        number=order.number,
        command=command,
        reason=reason,
        issued_at=order.issued_at,
        not_after=order.not_after,
        statement=make_statement("order", order, authority.signing).to_wire(),
        state="issued",
        detail=None,
        reported_at=None,
    )
    store.heartbeats.issue(stored)
    return stored


def _beat(asked: Asked) -> Response:
    beat, at = asked.message(Heartbeat), timestamp(asked.now)
    store = asked.store.heartbeats
    before = store.latest(asked.terminal)
    known = () if before is None else parse(Heartbeat, before.content).devices
    store.keep(StoredHeartbeat(asked.terminal, at, beat.to_wire()), _changes(asked.terminal, known, beat.devices, at))
    for report in beat.orders:
        store.reported(asked.terminal, report.number, report.state, report.reason, at)
    time = TimeStatement(terminal=asked.terminal, nonce=beat.nonce, time=at)
    return answered(
        HeartbeatAnswer(
            time=make_statement("time", time, asked.centre.authority.signing),
            every=interval(store.fleet_size(at)),
            orders=tuple(
                parse(Statement, order.statement) for order in store.open_orders(asked.terminal, at, MAX_ORDERS)
            ),
        )
    )


def interval(terminals: int) -> int:
    """Seconds between heartbeats for a fleet of that size."""
    return min(max(LEAST_SECONDS, terminals // BEATS_PER_SECOND), MOST_SECONDS)


def _changes(
    terminal: str, before: tuple[DeviceReport, ...], now: tuple[DeviceReport, ...], at: str
) -> list[DeviceChange]:
    known = {device.device: (device.state, device.fault) for device in before}
    changed = [device for device in now if known.get(device.device) != (device.state, device.fault)]
    return [DeviceChange(terminal, device.device, device.state, device.fault, at) for device in changed]


ENDPOINTS: Final = (
    Endpoint(
        "/v1/heartbeat", "POST", "Say how the terminal is; learn the time and its orders", _beat, Heartbeat,
        HeartbeatAnswer,
    ),
)  # fmt: skip
