"""Simulated devices on virtual lanes, to be examined and tested without a thread, a tty or a second of waiting."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from drivers.card_reader.events import CardInserted, CardMute, ReaderAppeared, ServiceBack
from drivers.document_printer.printer import DocumentPrinter
from drivers.errors import CardGone, NoDevice
from drivers.id_reader.reader import IdReader
from drivers.lanes import Done, VirtualLane
from drivers.links.memory import CardMemoryLink, IppMemoryLink, SerialMemoryLink
from drivers.links.pcsc import ReaderRoles
from drivers.operation import FoundReaders, Slot, Write
from drivers.pin_pad.pad import PinPad
from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.scheduler import VirtualScheduler
from hardware_sim import people
from hardware_sim.barcode_reader import reader as sim_scanner
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.id_reader import reader as sim_id
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.pin_pad import pad as sim_pad
from hardware_sim.receipt_printer import printer as sim_receipt
from kiosk.diagnostics.readers import Look

TODAY = date(2026, 11, 22)
URI = "ipp://printer.example/ipp/print"
USER, SAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"
ROLES = ReaderRoles(re.compile("User"), re.compile("PSAM"), b"")


class Contacts:
    """A simulated card behind the memory link; a silence of its contacts is a card that is gone."""

    def __init__(self, card: Any, *, mute: bool = False) -> None:
        self.card = card
        self.mute = mute
        self.fail_next: Exception | None = None
        self.seen: list[bytes] = []

    def power_on(self) -> bytes | None:
        return None if self.mute else self.card.power_on()

    def power_off(self) -> None:
        self.card.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        self.seen.append(apdu)
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        try:
            return self.card.transmit(apdu)
        except NoAnswerError:
            raise CardGone("card_reader", slot="user") from None

    def seconds(self, apdu: bytes) -> float:
        return 0.002


class _LineWithSpeed(SerialMemoryLink):
    """A serial line whose device hears only its own speed."""

    def begin(self, request: Any, done: Callable[[Any], None]) -> Any:
        if isinstance(request, Write) and self.baud not in (None, 9600):
            return self._scheduler.call_later(0.0, lambda: done(None))
        return super().begin(request, done)


@dataclass
class Bench:
    """All devices at one virtual clock."""

    scheduler: VirtualScheduler = field(default_factory=VirtualScheduler)

    def __post_init__(self) -> None:
        self.cards = CardMemoryLink(self.scheduler, sam=Contacts(Psam("SM4")))
        self.cards.readers = FoundReaders((USER,), SAM)
        self.id_machine = sim_id.IdReader()
        self.receipt_machine = sim_receipt.ReceiptPrinter()
        self.page_machine = IppPrinter(uri=URI)
        self.pad_machine = sim_pad.PinPad(master_key=DEMO_ROOT_KEY)
        self.id_line = SerialMemoryLink(self.scheduler, self.id_machine)
        self.receipt_line = SerialMemoryLink(self.scheduler, self.receipt_machine)
        self.pages = IppMemoryLink(self.scheduler, self.page_machine)
        self.pad_line = SerialMemoryLink(self.scheduler, self.pad_machine)
        self.id_reader = IdReader(self.clock)
        self.receipt_printer = ReceiptPrinter(self.clock, lambda text, height: Bitmap(8, 24, bytes(24)))
        self.document_printer = DocumentPrinter(self.clock, URI)
        self.pin_pad = PinPad(self.clock)
        self.progress: list[str] = []

    def clock(self) -> float:
        return self.scheduler.now()

    def run(self, link: Any, operation: Generator[Any, Any, Any], seconds: float = 60.0) -> Any:
        """What the operation returned; an examination and a bench never fail."""
        outcomes: list[Any] = []
        lane = VirtualLane("bench", self.scheduler, link)
        lane.submit(operation, outcomes.append, deadline=seconds, on_progress=self.progress.append)
        self.scheduler.run_until(self.scheduler.now() + seconds + 30)
        (outcome,) = outcomes
        assert isinstance(outcome, Done), outcome
        return outcome.value

    def insert(self, card: Any, *, mute: bool = False) -> Contacts:
        contacts = Contacts(card, mute=mute)
        self.cards.insert(Slot.USER, contacts)
        return contacts

    def press(self, *keys: sim_pad.Key, after: float = 0.5) -> None:
        """Fingers on the PIN pad, one key every tenth of a second."""
        for place, key in enumerate(keys):
            self.scheduler.call_later(after + place / 10, lambda key=key: self._pressed(key))

    def scanner(self, make: str) -> SerialMemoryLink:
        """A barcode reader of this make on a line of its own."""
        self.scanner_machine = sim_scanner.BarcodeReader(make)
        self.scanner_line = _LineWithSpeed(self.scheduler, self.scanner_machine)
        return self.scanner_line

    def show(self, code: bytes) -> None:
        """Hold a code before it."""
        for delay, data in self.scanner_machine.scan(code, self.clock()) or ():
            self.scheduler.call_later(delay, lambda data=data: self.scanner_line.arrive(data))

    def _pressed(self, key: sim_pad.Key) -> None:
        for delay, data in self.pad_machine.press(key, self.clock()):
            self.scheduler.call_later(delay, lambda data=data: self.pad_line.arrive(data))


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def person() -> Callable[[str], SocialSecurityCard]:
    """person(key) -> the card of that persona."""
    return lambda key: SocialSecurityCard(people.persona(key))


@pytest.fixture
def unplugged() -> Any:
    """A link to nothing: every request says that there is no such device."""

    class Nothing:
        def begin(self, request: Any, done: Callable[[Any], None]) -> Any:
            return self.scheduler.call_later(0.0, lambda: done(NoDevice("device", reason="no such tty")))

        def close(self) -> None:
            return None

    def make(bench: Bench) -> Any:
        nothing = Nothing()
        nothing.scheduler = bench.scheduler
        return nothing

    return make


@pytest.fixture
def seen() -> Callable[..., Look]:
    """seen(card=None | "in" | "mute") -> what the monitor would have told."""

    def seen(card: str | None = None) -> Look:
        inside = {None: [], "in": [CardInserted(USER, b";")], "mute": [CardMute(USER)]}[card]
        return Look.of([ServiceBack(), ReaderAppeared(SAM), CardInserted(SAM, b";"), ReaderAppeared(USER), *inside])

    return seen


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def roles() -> ReaderRoles:
    return ROLES


@pytest.fixture
def uri() -> str:
    return URI
