"""The orders this terminal has from the centre, on its disk: `trust/orders.json`.

Written by the sync process and by a pass that somebody starts by hand, read by the terminal as well: whoever changes
the book does so alone (`sync.trust.changing`), from reading it to writing it. It stands beside the journal, not in it:
a journal that is moved aside must neither unlock a terminal nor let an old order be carried out again. An order is
written down before it is carried out; each of them may be done twice without harm, so after a crash it is done again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from offline_store.durable import write_file
from sync.protocol.heartbeat import MAX_ORDERS, Order, OrderReport
from sync.protocol.messages import Malformed, Message, Number, Time, Word, parse
from sync.trust import FOLDER

FILE: Final = "orders.json"
DAMAGED: Final = "orders-damaged"
_MAX_BYTES: Final = 1 << 16


class Lock(Message):
    """The terminal is out of service by an order. `reason`: the centre's word; `since`: when it was carried out."""

    reason: Word
    since: Time


class OpenOrder(Message):
    """An order that was accepted and is not over. Draining and wiping are the two steps of a wipe.

    `undelivered`: the centre takes nothing more from this terminal, so that a wipe waits for none of it.
    """

    order: Order
    step: Literal["accepted", "draining", "wiping"] = "accepted"
    undelivered: Literal[True] | None = None


class OrderBook(Message):
    """`last`: the highest number ever accepted. `reports`: what the centre has not heard yet."""

    last: Number = 0
    lock: Lock | None = None
    open: tuple[OpenOrder, ...] = Field(default=(), max_length=MAX_ORDERS)
    reports: tuple[OrderReport, ...] = Field(default=(), max_length=MAX_ORDERS)


def read_orders(data_dir: Path) -> OrderBook:
    """What is ordered. A file that cannot be read locks the terminal, until the centre orders otherwise."""
    path = data_dir / FOLDER / FILE
    try:
        return parse(OrderBook, path.read_bytes()[:_MAX_BYTES])
    except FileNotFoundError:
        return OrderBook()
    except (OSError, Malformed):
        return OrderBook(lock=Lock(reason=DAMAGED, since="1970-01-01T00:00:00Z"))


def write_orders(data_dir: Path, book: OrderBook) -> None:
    """Replace the file, durably."""
    write_file(data_dir / FOLDER / FILE, book.to_wire())


def wipe_is_due(book: OrderBook) -> bool:
    """The centre knows that the wipe begins, or hears nothing any more: nothing keeps it any more."""
    unheard = {report.number for report in book.reports}
    return wipes_undelivered(book) or any(
        opened.step == "wiping" and opened.order.number not in unheard for opened in book.open
    )


def wipes_undelivered(book: OrderBook) -> bool:
    """What waits for the centre goes with the wipe, for nobody would take it."""
    return any(opened.undelivered for opened in book.open)
