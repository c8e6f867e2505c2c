"""Does what the terminal asks for, and posts what came of it.

The one place where effects meet the world: device operations go to their lanes, journal and snapshot are used on the
terminal's own thread (a commit takes a fraction of a millisecond on a disk and some milliseconds on flash), papers are
asked for through their pipe. The same class serves a real terminal (thread lanes) and a simulated night (virtual
lanes); nothing in it knows which.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

from drivers.card_reader.facts import CardFacts
from drivers.card_reader.pin import PinResult, PinState, pin_tries, verify_pin
from drivers.card_reader.sam import SamIndex
from drivers.card_reader.session import STEPS, end_session, read_card, same_card
from drivers.document_printer.printer import DocumentPrinter
from drivers.errors import Cancelled, CardChanged
from drivers.lanes import Done, Lane, Outcome, Ticket
from drivers.operation import Operation
from drivers.pin_buffer import MAX_DIGITS, PinHandle
from drivers.pin_pad.entry import ClearPin, digits_in, enter_card_pin
from drivers.pin_pad.pad import PinPad
from drivers.receipt_printer.document import Receipt
from drivers.receipt_printer.printer import ReceiptPrinter
from kiosk.effects import (
    Append,
    AskPinTries,
    CheckRoom,
    CloseBooks,
    Effect,
    EnterPin,
    LetGoOfDevices,
    LookAtDelivery,
    MakePaper,
    Poke,
    PollDevice,
    PrintPaper,
    PrintReceipt,
    Query,
    ReadCard,
    RecoverDevice,
    ReleaseCard,
    TellTechnician,
    VerifyPin,
    WarmPapers,
)
from kiosk.equipment import LET_GO_SECONDS, LOOK_SECONDS, RECOVER_SECONDS, Unit, error_report, let_go
from kiosk.events import Completed, Contact, DeliveryReported, Device, DeviceReported, Event, Failed, Progressed
from kiosk.faults import fault_of
from kiosk.records import PersonRecord
from kiosk.settings import Timeouts
from offline_store.chain import Position
from offline_store.errors import StoreError
from offline_store.journal import RoomAnswer

_RELEASE_LIMIT = 5.0
_MARGIN = 10.0
"""A driver ends a print itself, with an outcome, this long before its lane would."""


class Books(Protocol):
    """The journal, as far as the terminal writes it."""

    def append(self, kind: str, header: dict[str, Any], body: bytes | None = None) -> Position:
        """On disk when it returns."""

    def close_session(self) -> object:
        """Head file and WAL truncation."""

    def room_for_session(self) -> RoomAnswer:
        """Room, or NoRoom with the reason."""


class Records(Protocol):
    """The snapshot: one read transaction on one generation per session."""

    def person(self, id_number: str, card_number: str) -> PersonRecord:
        """All rows of one person. Typed errors of offline_store when there is no usable snapshot."""

    def close(self) -> None:
        """End of the session's transaction."""


class Papers(Protocol):
    """The papers process, seen from here."""

    def warm(self) -> None:
        """Load its parts."""

    def make(self, request: Any, done: Callable[[object], None], failed: Callable[[Exception], None]) -> None:
        """Make and sign; exactly one of the two is called, from any thread."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a performer is put together from. A printer that is None is not fitted; `units` holds what is."""

    units: Mapping[Device, Unit]
    card: Lane
    receipt_printer: tuple[Lane, ReceiptPrinter] | None
    document_printer: tuple[Lane, DocumentPrinter] | None
    pin_pad: tuple[Lane, PinPad] | None
    books: Books
    records: Records
    papers: Papers
    look_at_delivery: Callable[[], DeliveryReported]
    poke: Callable[[], None]
    post: Callable[[Event], None]
    wipe_pin: Callable[[], None]
    tell_technician: Callable[[TellTechnician], None]
    pseudonym_key: bytearray
    timeouts: Timeouts


class NotFittedError(Exception):
    """The terminal has no such device."""


class _LettingGo:
    """Every lane lets go of its device; `done` gets the names of those that did not, on the last lane's thread."""

    def __init__(self, units: Mapping[Device, Unit], done: Callable[[tuple[str, ...]], None]) -> None:
        self._units = dict(units)
        self._done = done
        self._lock = threading.Lock()
        self._waiting = set(units)
        self._kept: list[str] = []

    def begin(self) -> None:
        """Ask all of them at once."""
        if not self._units:
            self._done(())
        for device, unit in self._units.items():
            unit.lane.submit(let_go(), partial(self._ended, device), deadline=LET_GO_SECONDS)

    def _ended(self, device: Device, outcome: Outcome[None]) -> None:
        with self._lock:
            self._waiting.discard(device)
            if not isinstance(outcome, Done):
                self._kept.append(device.value)
            over = not self._waiting
        if over:
            self._done(tuple(sorted(self._kept)))


class Performer:
    """Carries out effects. Called on the terminal's thread."""

    def __init__(self, wiring: Wiring) -> None:
        """All parts are handed in."""
        self._w = wiring
        self._at_the_card: list[Ticket] = []
        self._facts: CardFacts | None = None
        self._sam = SamIndex()

    def __call__(self, effect: Effect) -> None:
        """Start one effect; its end is posted as Completed or Failed with the effect's id."""
        w = self._w
        match effect.action:
            case ReadCard(today=today):
                self._card(effect, self._read(today), w.timeouts.card_read, len(STEPS))
            case AskPinTries():
                self._card(effect, self._tries(), w.timeouts.card_read)
            case VerifyPin(handle=handle):
                self._card(effect, self._verify(handle), w.timeouts.card_read)
            case EnterPin(seconds=seconds):
                self._enter_pin(effect, seconds)
            case ReleaseCard():
                for ticket in self._at_the_card:
                    ticket.cancel()
                self._at_the_card.clear()
                self._facts = None
                w.wipe_pin()
                w.card.submit(end_session(), partial(self._ended, effect), deadline=_RELEASE_LIMIT)
            case PrintReceipt(document=document):
                if not isinstance(document, Receipt):
                    raise TypeError(f"a receipt is a Receipt, not a {type(document).__name__}")
                if w.receipt_printer is None:
                    self._failed(effect, NotFittedError("receipt printer"))
                    return
                lane, receipts = w.receipt_printer
                self._print(effect, lane, receipts.print_receipt(document, seconds=w.timeouts.print_limit - _MARGIN))
            case PrintPaper(name=name, pdf=pdf):
                if w.document_printer is None:
                    self._failed(effect, NotFittedError("A4 printer"))
                    return
                lane, pages = w.document_printer
                self._print(effect, lane, pages.print_pdf(name, pdf, seconds=w.timeouts.print_limit - 2 * _MARGIN))
            case PollDevice(device=device):
                self._look(effect, device, lambda unit: unit.look(), LOOK_SECONDS)
            case RecoverDevice(device=device, rung=rung):
                self._look(effect, device, lambda unit: unit.recover(rung), RECOVER_SECONDS)
            case LetGoOfDevices():
                _LettingGo(w.units, lambda kept: self._completed(effect, kept)).begin()
            case TellTechnician():
                w.tell_technician(effect.action)
                self._completed(effect, None)
            case WarmPapers():
                w.papers.warm()
                self._completed(effect, None)
            case MakePaper(request=request):
                w.papers.make(request, partial(self._completed, effect), partial(self._failed, effect))
            case CheckRoom():
                self._store(effect, w.books.room_for_session)
            case Query(id_number=id_number, card_number=card_number):
                self._store(effect, lambda: w.records.person(id_number, card_number))
            case Append():
                self._store(effect, partial(self._append, effect.action))
            case CloseBooks():
                w.records.close()
                self._store(effect, w.books.close_session)
            case LookAtDelivery():
                self._store(effect, w.look_at_delivery)
            case Poke():
                w.poke()
                self._completed(effect, None)

    def _append(self, action: Append) -> Position:
        header: dict[str, Any] = dict(action.header)
        if action.subject is not None:
            header["subject"] = self.pseudonym(action.subject)
        body = json.dumps(action.body, ensure_ascii=False).encode() if action.body is not None else None
        return self._w.books.append(action.kind, header, body)

    def pseudonym(self, subject: str) -> str:
        """Keyed hash of a 社会保障号码: one word for one person on this terminal, and no way back."""
        return hmac.new(self._w.pseudonym_key, subject.encode(), hashlib.sha256).hexdigest()[:24]

    def _card(self, effect: Effect, operation: Operation[Any], limit: float, steps: int = 0) -> None:
        def progressed(step: str) -> None:
            at = STEPS.index(step) if step in STEPS else 0
            self._w.post(Progressed(effect.id, effect.session, at + 1, steps + 1))

        ticket = self._w.card.submit(
            operation, partial(self._ended, effect), deadline=limit, on_progress=progressed if steps else None
        )
        self._at_the_card.append(ticket)

    def _read(self, today: date) -> Operation[CardFacts]:
        """Runs on the lane's thread; what it leaves is looked at only by the operations queued behind it."""
        self._facts = None
        facts = yield from read_card(today, index=self._sam)
        self._facts = facts
        return facts

    def _tries(self) -> Operation[PinState]:
        """The PIN page comes next: a digit that was pressed before it, by whomever, is no digit of this PIN."""
        try:
            return (yield from pin_tries())
        finally:
            self._w.wipe_pin()

    def _verify(self, handle: PinHandle) -> Operation[PinResult]:
        """While a person typed, the card may have been swapped without an event (seen under pcscd, 14 of 117 swaps
        right after insertion): a PIN never proves another card than the one that was read."""
        try:
            if self._facts is None:
                raise CardChanged("card_reader", why="no card was read")
            yield from same_card(self._facts)
            return (yield from verify_pin(handle))
        finally:
            handle.clear()
            self._w.wipe_pin()

    def _enter_pin(self, effect: Effect, seconds: float) -> None:
        """Digits go from the lane into the driver's buffer; here only their count passes by."""
        if self._w.pin_pad is None:
            self._failed(effect, NotFittedError("PIN pad"))
            return
        lane, pad = self._w.pin_pad

        def progressed(step: str) -> None:
            if (count := digits_in(step)) is not None:
                self._w.post(Progressed(effect.id, effect.session, count, MAX_DIGITS))

        def ended(outcome: Outcome[Any]) -> None:
            if not isinstance(outcome, Done) and not isinstance(outcome.error, Cancelled):
                self._w.post(error_report(Device.PIN_PAD, outcome.error))
            self._ended(effect, outcome)

        entry = enter_card_pin(pad, ClearPin.SOCIAL_SECURITY_CARD, seconds)
        ticket = lane.submit(entry, ended, deadline=seconds + _MARGIN, on_progress=progressed)
        self._at_the_card.append(ticket)

    def _print(self, effect: Effect, lane: Lane, operation: Operation[Any]) -> None:
        lane.submit(operation, partial(self._ended, effect), deadline=self._w.timeouts.print_limit)

    def _look(
        self, effect: Effect, device: Device, work: Callable[[Unit], Operation[DeviceReported]], limit: float
    ) -> None:
        unit = self._w.units.get(device)
        if unit is None:
            missing = NotFittedError(device.value)
            self._completed(effect, DeviceReported(device, fault_of(missing, device), "not-fitted", Contact.UNCLEAR))
            return

        def ended(outcome: Outcome[DeviceReported]) -> None:
            self._completed(effect, outcome.value if isinstance(outcome, Done) else error_report(device, outcome.error))

        unit.lane.submit(work(unit), ended, deadline=limit)

    def _store(self, effect: Effect, work: Callable[[], object]) -> None:
        try:
            result = work()
        except StoreError as error:
            self._failed(effect, error)
        else:
            self._completed(effect, result)

    def _ended(self, effect: Effect, outcome: Outcome[Any]) -> None:
        if isinstance(outcome, Done):
            self._completed(effect, outcome.value)
        else:
            self._failed(effect, outcome.error)

    def _completed(self, effect: Effect, result: object) -> None:
        self._w.post(Completed(effect.id, effect.session, result))

    def _failed(self, effect: Effect, error: Exception) -> None:
        self._w.post(Failed(effect.id, effect.session, error))
