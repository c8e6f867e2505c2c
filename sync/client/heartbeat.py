"""The heartbeat: says how the terminal is, learns the time, takes orders. Pure: what is kept is the port's business.

Each order is read alone: one that this release does not know, or that nobody signed, keeps neither the time nor another
order from being heard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from sync.client.outcomes import Done, Job, NoAnswer, Stopped, message_of, refusal_of
from sync.protocol.exchange import JSON, Request
from sync.protocol.heartbeat import (
    NONCE_BYTES,
    Heartbeat,
    HeartbeatAnswer,
    NumberedOrder,
    Order,
    RevokedHeartbeat,
    TimeStatement,
)
from sync.protocol.statements import Statement, StatementRefused, read_statement

PATH: Final = "/v1/heartbeat"
UNKNOWN_COMMAND: Final = "unknown-command"

_FOR_ANOTHER: Final = "statement-for-another"

Now: TypeAlias = Callable[[], datetime]


class HeartbeatPort(Protocol):
    """What knows how the terminal is, and keeps what the centre says."""

    def beat(self, nonce: bytes, at: datetime) -> Heartbeat:
        """How the terminal is now."""

    def heard(self, beat: Heartbeat) -> None:
        """The centre has this one: its reports need not be said again."""

    def time_said(self, signed: Statement, time: datetime, offset_ms: int) -> None:
        """A genuine time, and by how much the terminal's clock is behind it."""

    def accept(self, order: Order, *, expired: bool) -> bool:
        """A genuine order, to be written down before anything is done about it. False if its number is not above all
        before it: then nothing is done."""

    def refuse(self, number: int, reason: str) -> None:
        """A genuine order that cannot be carried out: the centre is to be told why."""


def heartbeat(
    port: HeartbeatPort, terminal: str, authority_key: bytes, now: Now, random: Callable[[int], bytes]
) -> Job:
    """One beat. An order counts by the centre's own time, and only under the authority's signature.

    A terminal that was revoked is refused. Its orders to wipe come with the refusal and count in the same way; but what
    it said of itself the centre has not kept.
    """
    sent = now()
    beat = port.beat(random(NONCE_BYTES), sent)
    answer = yield Request("POST", PATH, {"content-type": JSON}, beat.to_wire())
    arrived = now()
    refusal = None if isinstance(answer, NoAnswer) else refusal_of(answer, RevokedHeartbeat)
    brought = None if refusal is None else refusal.answer
    said = brought or message_of(answer, JSON, HeartbeatAnswer, arrived)
    if not isinstance(said, HeartbeatAnswer):
        return said
    try:
        time = read_statement("time", TimeStatement, said.time, authority_key)
    except StatementRefused as refused:
        return Stopped(f"statement-{refused.reason}")
    if (time.terminal, time.nonce) != (terminal, beat.nonce):
        return Stopped(_FOR_ANOTHER)
    if refusal is None:
        # a wipe begins once the centre knows of it: that is believed of the authority alone, which signed for this beat
        port.heard(beat)
    centre = datetime.fromisoformat(time.time)
    offset = round((centre - (sent + (arrived - sent) / 2)).total_seconds() * 1000)
    port.time_said(said.time, centre, offset)
    read = [_read(signed, terminal, authority_key) for signed in said.orders]
    accepted = 0
    for order in sorted((each for each in read if not isinstance(each, Stopped)), key=lambda order: order.number):
        if isinstance(order, NumberedOrder):
            port.refuse(order.number, UNKNOWN_COMMAND)
        else:
            accepted += port.accept(order, expired=datetime.fromisoformat(order.not_after) < centre)
    for each in read:
        if isinstance(each, Stopped):
            return replace(each, items=accepted)
    if refusal is not None:
        return Stopped(refusal.code, items=accepted)
    return Done(accepted, note=f"clock-offset {offset} ms", every=float(said.every))


def _read(signed: Statement, terminal: str, authority_key: bytes) -> Order | NumberedOrder | Stopped:
    """One order, or as much as can be read of it; Stopped when the authority did not give it to this terminal."""
    order: Order | NumberedOrder
    try:
        order = read_statement("order", Order, signed, authority_key)
    except StatementRefused:
        try:
            order = read_statement("order", NumberedOrder, signed, authority_key)
        except StatementRefused as refused:
            return Stopped(f"statement-{refused.reason}")
    return order if order.terminal == terminal else Stopped(_FOR_ANOTHER)
