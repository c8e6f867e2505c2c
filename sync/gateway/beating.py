"""POST /v1/heartbeat: the latest word about a terminal is kept, and what changed; it is told the time and its orders.

Orders are made at the console (`issue_order`), signed there, and sent until the terminal says what became of them. A
terminal that was revoked is refused as everywhere; but the refusal brings an open order to wipe.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from offline_store.chain import timestamp
from sync.gateway.authority import Authority
from sync.gateway.endpoint import Asked, Endpoint, answered
from sync.gateway.heartbeat_store import DeviceChange, StoredHeartbeat, StoredOrder
from sync.gateway.refusals import Refused
from sync.gateway.store import Store
from sync.protocol.exchange import Response
from sync.protocol.heartbeat import (
    MAX_ORDERS,
    Command,
    DeviceReport,
    Heartbeat,
    HeartbeatAnswer,
    Order,
    RevokedHeartbeat,
    TimeStatement,
)
from sync.protocol.messages import Malformed, Problem, parse
from sync.protocol.statements import Statement, make_statement

LEAST_SECONDS: Final = 30
MOST_SECONDS: Final = 3600
BEATS_PER_SECOND: Final = 30
"""What heartbeats may take of the gateway's capacity, whatever the size of the fleet."""
ORDER_HOURS: Final = 24
"""How long an order may be carried out; a terminal that comes back later has to be asked again."""


_ALWAYS: Final = frozenset({"lock", "wipe"})
"""Commands that wait behind no other, however many are open."""


class TooManyOrders(Exception):  # noqa: N818 - named by the condition
    """As many orders to that terminal are open as a heartbeat brings."""

    remedy: Final = "wait until it has said what became of some, or until they are void"

    def __init__(self, terminal: str) -> None:
        super().__init__(f"{terminal} has not answered {MAX_ORDERS} orders yet")


def issue_order(
    terminal: str, command: Command, reason: str, *, store: Store, authority: Authority, now: datetime
) -> StoredOrder:
    """A new order to an enrolled terminal, signed, with the next number. `reason` is a word, without personal data.

    Raises TooManyOrders, but never for a lock or a wipe.
    """
    open_ = store.heartbeats.count_open(
        terminal, timestamp(now), wipes_since=store.terminal_certificates.enrolled_at(terminal)
    )
    if command not in _ALWAYS and open_ >= MAX_ORDERS:
        raise TooManyOrders(terminal)
    order = Order(
        terminal=terminal,
        # the books may have been restored from a backup: what was given since then is below the time
        number=max(store.heartbeats.next_number(terminal), int(now.timestamp() * 1000)),
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


def read_heartbeat(stored: StoredHeartbeat | None) -> Heartbeat | None:
    """What it said; None if there is none, or it was kept by a release that said more or other things."""
    if stored is None:
        return None
    try:
        return parse(Heartbeat, stored.content)
    except Malformed:
        return None


def _beat(asked: Asked) -> Response:
    beat, at = asked.message(Heartbeat), timestamp(asked.now)
    store = asked.store.heartbeats
    before = read_heartbeat(store.latest(asked.terminal))
    known = () if before is None else before.devices
    store.keep(StoredHeartbeat(asked.terminal, at, beat.to_wire()), _changes(asked.terminal, known, beat.devices, at))
    for report in beat.orders:
        store.reported(asked.terminal, report.number, report.state, report.reason, at)
    return answered(_answer(asked, beat, _for_the_present_machine(asked, at)))


def _for_the_present_machine(asked: Asked, at: str) -> Iterable[StoredOrder]:
    """Open orders, but no wipe from before its enrolment: that was for the machine that had the number then."""
    enrolled_at = asked.store.terminal_certificates.enrolled_at(asked.terminal)
    return asked.store.heartbeats.open_orders(asked.terminal, at, MAX_ORDERS, wipes_since=enrolled_at)


def _to_revoked(asked: Asked, refusal: Response) -> Response:
    """A stolen machine may still be told to wipe itself: nothing else, and nothing it says is kept."""
    try:
        beat = asked.message(Heartbeat)
    except Refused:
        return refusal
    found = asked.store.heartbeats.open_orders(asked.terminal, timestamp(asked.now), MAX_ORDERS)
    answer = _answer(asked, beat, [order for order in found if order.command == "wipe"])
    if not answer.orders:
        return refusal
    said = parse(Problem, refusal.body)
    told = RevokedHeartbeat(status=said.status, code=said.code, title=said.title, answer=answer)
    return replace(refusal, body=told.to_wire())


def _answer(asked: Asked, beat: Heartbeat, orders: Iterable[StoredOrder]) -> HeartbeatAnswer:
    at = timestamp(asked.now)
    time = TimeStatement(terminal=asked.terminal, nonce=beat.nonce, time=at)
    statements = (_statement(order) for order in orders)
    return HeartbeatAnswer(
        time=make_statement("time", time, asked.centre.authority.signing),
        every=interval(asked.store.heartbeats.fleet_size(at)),
        orders=tuple(statement for statement in statements if statement is not None),
    )


def _statement(order: StoredOrder) -> Statement | None:
    """The order as it was signed; None for one of a release that wrote it in another form."""
    try:
        return parse(Statement, order.statement)
    except Malformed:
        return None


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
        HeartbeatAnswer, refuses=RevokedHeartbeat, when_revoked=_to_revoked,
    ),
)  # fmt: skip
