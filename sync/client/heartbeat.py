"""The heartbeat: says how the terminal is, learns the time, takes orders. Pure: what is kept is the port's business."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from sync.client.outcomes import Done, Job, Stopped, message_of
from sync.protocol.exchange import JSON, Request
from sync.protocol.heartbeat import NONCE_BYTES, Heartbeat, HeartbeatAnswer, Order, TimeStatement
from sync.protocol.statements import Statement, StatementRefused, read_statement

PATH: Final = "/v1/heartbeat"

Now: TypeAlias = Callable[[], datetime]


class HeartbeatPort(Protocol):
    """What knows how the terminal is, and keeps what the centre says."""

    def beat(self, nonce: bytes, at: datetime) -> Heartbeat:
        """How the terminal is now."""

    def heard(self, beat: Heartbeat) -> None:
        """The centre has this one: its reports need not be said again."""

    def time_said(self, signed: Statement, time: datetime, offset_ms: int) -> None:
        """A genuine time, and by how much the terminal's clock is behind it."""

    def last_order(self) -> int:
        """The highest number ever accepted."""

    def accept(self, order: Order, *, expired: bool) -> None:
        """A genuine order with a number above all before it, to be written down before anything is done about it."""


def heartbeat(
    port: HeartbeatPort, terminal: str, authority_key: bytes, now: Now, random: Callable[[int], bytes]
) -> Job:
    """One beat. An order counts by the centre's own time, and only under the authority's signature."""
    sent = now()
    beat = port.beat(random(NONCE_BYTES), sent)
    answer = yield Request("POST", PATH, {"content-type": JSON}, beat.to_wire())
    arrived = now()
    said = message_of(answer, JSON, HeartbeatAnswer, arrived)
    if not isinstance(said, HeartbeatAnswer):
        return said
    try:
        time = read_statement("time", TimeStatement, said.time, authority_key)
        orders = [read_statement("order", Order, signed, authority_key) for signed in said.orders]
    except StatementRefused as refused:
        return Stopped(f"statement-{refused.reason}")
    if (time.terminal, time.nonce) != (terminal, beat.nonce) or any(order.terminal != terminal for order in orders):
        return Stopped("statement-for-another")
    # a wipe begins once the centre knows of it: that is believed of the authority alone, which signed for this beat
    port.heard(beat)
    centre = datetime.fromisoformat(time.time)
    offset = round((centre - (sent + (arrived - sent) / 2)).total_seconds() * 1000)
    port.time_said(said.time, centre, offset)
    accepted = 0
    for order in sorted(orders, key=lambda order: order.number):
        if order.number > port.last_order():
            port.accept(order, expired=datetime.fromisoformat(order.not_after) < centre)
            accepted += 1
    return Done(accepted, note=f"clock-offset {offset} ms", every=float(said.every))
