"""Carrying out the centre's orders, as far as the sync process can: it keeps the book, and says what is to run now.

Lock and unlock are done by writing them down: the terminal process reads the book. A refresh is done when the snapshot
job has ended well. Diagnostics are collected by the terminal process, the only one that appends to the journal; they
are done when the journal holds them. A wipe locks at once, drains until the centre has received all that was recorded
and nobody is served any more, says so, and only then wipes. What was recorded after all in between takes it back to
draining (`drain_again`).

A terminal that was revoked drains nothing, and nobody hears what it says: it wipes at once. But nobody signs a refusal,
and what waits for the centre is given up on the authority's own word alone: the signed list of revoked terminals, which
the centre gives to such a terminal too. Until it has that it drains on, asks for the list, and says that it waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from offline_store.chain import timestamp
from sync.client.outcomes import Done, Outcome, Stopped
from sync.client.renewal import REVOKED
from sync.orders import Lock, OpenOrder, OrderBook, read_orders, wipe_is_due, write_orders
from sync.protocol.heartbeat import MAX_ORDERS, Order, OrderReport, OrderState
from sync.trust import changing, own_key_revoked

UPLOAD, SNAPSHOT, HEARTBEAT = "upload", "snapshot", "heartbeat"
TERMINAL_REVOCATIONS: Final = "terminal-revocations"
NUMBER_USED: Final = "number-used"
TOO_MANY: Final = "too-many-orders"
NOT_SIGNED: Final = "revocation-not-signed"
"""Why a wipe drains on although the centre takes nothing more, as it seems: no list of the authority's says so."""
_SOON: Final = (UPLOAD, "salvage", HEARTBEAT)


@dataclass
class Orders:
    """One data directory's orders. `wanted`: jobs to run now, taken by the loop. Of one thread; other threads and
    processes may have one of their own."""

    data_dir: Path
    now: Callable[[], datetime]
    drained: Callable[[], bool]
    """Nothing that was recorded waits for the centre any more, and nothing more is recorded."""
    collected: Callable[[int], bool]
    """The journal holds the diagnostics of that order."""
    tell_terminal: Callable[[Order], None]
    """Put the order where the terminal process finds it."""
    given_up: Callable[[], str | None] = lambda: None
    """What a wipe that begins takes with it although the centre never got it, in one word; None: nothing."""
    not_signed: Callable[[], None] = lambda: None
    """Told each time that a wipe waits because a refusal that nobody signed does not count."""
    wanted: list[str] = field(default_factory=list)
    _known: frozenset[int] | None = None
    """Those that were open when the job under way began; None: nobody said that it began."""

    @property
    def book(self) -> OrderBook:
        """As it is on the disk."""
        return read_orders(self.data_dir)

    def accept(self, order: Order, *, expired: bool) -> bool:
        """Write it down, then begin; False if its number is not above all before it.

        Such a one is there already, or the centre has forgotten which numbers it gave: that it is told.
        """
        with changing(self.data_dir):
            book = self.book
            if order.number <= book.last:
                if not expired:
                    self._refuse(book, order.number, NUMBER_USED)
                return False
            if expired:
                self._write(_reported(book, order, "expired").model_copy(update={"last": order.number}))
                return True
            room = _with_room(book)
            opened = (*room.open, OpenOrder(order=order))
            self._write(room.model_copy(update={"last": order.number, "open": opened}))
        if order.command == "collect-diagnostics":
            self.tell_terminal(order)
        elif order.command == "refresh":
            self.wanted.append(SNAPSHOT)
        self.go_on(None, None)
        return True

    def refuse(self, number: int, reason: str) -> None:
        """The centre's order of that number cannot be carried out by this release: say so, and use its number up."""
        with changing(self.data_dir):
            self._refuse(self.book, number, reason)

    def _refuse(self, book: OrderBook, number: int, reason: str) -> None:
        known = {report.number for report in book.reports} | {opened.order.number for opened in book.open}
        if number in known or len(book.reports) == MAX_ORDERS:
            # what is to be said about others goes first: the centre sends this one again, until it has heard of it
            return
        report = OrderReport(number=number, state="failed", reason=reason)
        self._write(book.model_copy(update={"last": max(book.last, number), "reports": (*book.reports, report)}))

    def heard(self, reports: tuple[OrderReport, ...]) -> None:
        """The centre has these reports."""
        with changing(self.data_dir):
            book = self.book
            left = tuple(report for report in book.reports if report not in reports)
            if left != book.reports:
                self._write(book.model_copy(update={"reports": left}))

    def take_wanted(self) -> tuple[str, ...]:
        """The jobs to run now; they are not wanted any more."""
        wanted, self.wanted = tuple(dict.fromkeys(self.wanted)), []
        return wanted

    @property
    def wipe_due(self) -> bool:
        """The centre knows that the wipe begins: nothing keeps it any more."""
        return wipe_is_due(self.book)

    @property
    def wipe_ordered(self) -> bool:
        """It was accepted, however far it has come."""
        return any(opened.order.command == "wipe" for opened in self.book.open)

    def wipe_waits_for(self, *, refused: bool) -> str | None:
        """The job that an order to wipe waits for; None when there is no such order, or nothing keeps it any more.

        `refused`: the centre seems to take nothing more from this terminal.
        """
        book = self.book
        if wipe_is_due(book) or not self.wipe_ordered:
            return None
        if refused:
            return TERMINAL_REVOCATIONS
        return HEARTBEAT if any(opened.step == "wiping" for opened in book.open) else UPLOAD

    def begin(self) -> None:
        """A job begins: an order that comes while it is under way is not carried out by it."""
        self._known = frozenset(opened.order.number for opened in self.book.open)

    def go_on(self, job: str | None, outcome: Outcome | None) -> None:
        """Do what can be done now; `job` has just ended with `outcome`."""
        if not self.book.open:
            return
        with changing(self.data_dir):
            for opened in self.book.open:
                self._one(opened, job, outcome)

    def _one(self, opened: OpenOrder, job: str | None, outcome: Outcome | None) -> None:
        order, book = opened.order, self.book
        match order.command:
            case "lock":
                self._over(book.model_copy(update={"lock": self._lock(order)}), order, "done")
            case "unlock":
                self._over(book.model_copy(update={"lock": None}), order, "done")
            case "refresh" if job == SNAPSHOT and isinstance(outcome, Done) and self._was_there(order):
                self._over(book, order, "done")
            case "refresh" if job == SNAPSHOT and isinstance(outcome, Stopped) and self._was_there(order):
                self._over(book, order, "failed", outcome.code)
            case "collect-diagnostics" if self.collected(order.number):
                self._over(book, order, "done")
            case "wipe":
                self._wipe(opened, book)
                if isinstance(outcome, Stopped) and outcome.code == REVOKED:
                    self._wait_for_the_list(order.number, asked=job == TERMINAL_REVOCATIONS)
            case _ if timestamp(self.now()) > order.not_after:
                self._over(book, order, "expired")

    def _was_there(self, order: Order) -> bool:
        return self._known is None or order.number in self._known

    def _wipe(self, opened: OpenOrder, book: OrderBook) -> None:
        """Once accepted it is never void: what was begun to be given up is given up."""
        if own_key_revoked(self.data_dir):
            given_up = OpenOrder(order=opened.order, step="wiping", undelivered=True)
            lock = book.lock or self._lock(opened.order)
            self._write(book.model_copy(update={"lock": lock, "open": (*_others(book, opened.order), given_up)}))
        elif opened.step == "accepted":
            locked = book.model_copy(update={"lock": self._lock(opened.order)})
            self._step(locked, opened, "draining")
            self.wanted.extend(_SOON)
        elif opened.step == "draining" and self.drained():
            self._step(book, opened, "wiping", self.given_up())
            self.wanted.append(HEARTBEAT)

    def _wait_for_the_list(self, number: int, *, asked: bool) -> None:
        """A proxy can say it, too. `asked`: the list was what has just been asked for."""
        book = self.book
        for opened in book.open:
            if opened.order.number != number or opened.undelivered:
                continue
            if opened.step == "draining":
                self._step(book, opened, "draining", NOT_SIGNED)
            self.not_signed()
            if not asked:
                self.wanted.append(TERMINAL_REVOCATIONS)

    def _step(self, book: OrderBook, opened: OpenOrder, step: OrderState, reason: str | None = None) -> None:
        self._write(_stepped(book, opened, step, reason))

    def _over(self, book: OrderBook, order: Order, state: OrderState, reason: str | None = None) -> None:
        self._write(_reported(book, order, state, reason).model_copy(update={"open": _others(book, order)}))
        self.wanted.append(HEARTBEAT)

    def _lock(self, order: Order) -> Lock:
        return Lock(reason=order.reason, since=timestamp(self.now()))

    def _write(self, book: OrderBook) -> None:
        write_orders(self.data_dir, book)


def drain_again(data_dir: Path) -> None:
    """A wipe that was due found that something waits: that is sent first, and the centre hears so. From any process."""
    with changing(data_dir):
        book = read_orders(data_dir)
        for opened in book.open:
            if opened.step == "wiping":
                book = _stepped(book, opened, "draining")
        write_orders(data_dir, book)


def _with_room(book: OrderBook) -> OrderBook:
    """The book with room for one more order: the oldest gives way, and the centre hears so; a wipe gives way last."""
    if len(book.open) < MAX_ORDERS:
        return book
    oldest = min((opened.order for opened in book.open), key=lambda order: (order.command == "wipe", order.number))
    return _reported(book, oldest, "failed", TOO_MANY).model_copy(update={"open": _others(book, oldest)})


def _others(book: OrderBook, order: Order) -> tuple[OpenOrder, ...]:
    return tuple(other for other in book.open if other.order.number != order.number)


def _stepped(book: OrderBook, opened: OpenOrder, step: OrderState, reason: str | None = None) -> OrderBook:
    kept = OpenOrder.model_validate({"order": opened.order, "step": step})
    return _reported(book, opened.order, step, reason).model_copy(update={"open": (*_others(book, opened.order), kept)})


def _reported(book: OrderBook, order: Order, state: OrderState, reason: str | None = None) -> OrderBook:
    report = OrderReport(number=order.number, state=state, reason=reason)
    kept = tuple(other for other in book.reports if other.number != order.number)
    return book.model_copy(update={"reports": (*kept, report)[-MAX_ORDERS:]})
