"""One life of the terminal's process: the production parts on virtual lanes, from start to stop or kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from night.bench import Bench
from night.id_readers import IdReaderPath
from night.printers import URI, DocumentPaperPath, ReceiptPaperPath
from night.serial_devices import PinPadPath, ScannerPath
from night.when import LifeSpan, NightClock

from drivers.barcode_reader.makes import NEWLAND
from drivers.barcode_reader.reader import BarcodeReader
from drivers.document_printer.printer import DocumentPrinter
from drivers.id_reader.reader import IdReader
from drivers.lanes import VirtualLane
from drivers.pin_pad.pad import PinPad
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.receipt_printer.raster import FontFile, PillowRasteriser
from drivers.scheduler import Scheduled, VirtualScheduler
from kiosk.app.directory import DataDirectory
from kiosk.app.rules import rules_for
from kiosk.app.stores import TerminalStores
from kiosk.certificates.client import PapersGoneError, PapersLateError
from kiosk.certificates.facts import EnrolmentCertificate
from kiosk.clock import Moment
from kiosk.effects import Effect, TellTechnician
from kiosk.equipment import (
    barcode_reader_unit,
    card_reader_unit,
    document_printer_unit,
    id_reader_unit,
    pin_pad_unit,
    receipt_printer_unit,
)
from kiosk.events import Device, DeviceReported, Event
from kiosk.fonts import Fonts
from kiosk.identity.pin_pad import ScreenPinPad
from kiosk.performer import Performer, Wiring
from kiosk.screen import Screen
from kiosk.settings import Settings
from kiosk.terminal import State, Terminal, next_deadline
from offline_store.chain import Position
from offline_store.errors import StoreFull
from offline_store.journal import NoRoom, Room, RoomAnswer


@dataclass
class Disk:
    """The disk under the terminal's data: full or not."""

    full: bool = False


class Books:
    """The journal on a disk that may be full. `Room` says always the same, so that two nights can be compared."""

    def __init__(self, journal: Any, disk: Disk) -> None:
        self._journal = journal
        self._disk = disk

    def append(self, kind: str, header: dict[str, Any], body: bytes | None = None) -> Position:
        if self._disk.full:
            raise StoreFull("journal.db", "the disk is full")
        position: Position = self._journal.append(kind, header, body)
        return position

    def close_session(self) -> object:
        if self._disk.full:
            raise StoreFull("journal.head", "the disk is full")
        return self._journal.close_session()

    def room_for_session(self) -> RoomAnswer:
        if self._disk.full:
            return NoRoom("low-disk", 0, 1, "the data directory's disk is nearly full")
        answer: RoomAnswer = self._journal.room_for_session()
        return Room(10**9) if isinstance(answer, Room) else answer


class Maker(Protocol):
    """What makes a certificate: the production's press, or one that makes it look so."""

    def make(self, certificate: EnrolmentCertificate) -> object: ...


HELD = object()
"""What a `spoiled` says to an effect that is to be left undone for now."""


class Papers:
    """The press in this process; it answers later, seldom too late, and sometimes dies over it."""

    def __init__(self, press: Maker, life: LifeSpan, chance: Random, *, sound: bool) -> None:
        self._press = press
        self._life = life
        self._chance = chance
        self._sound = sound

    def warm(self) -> None:
        """The press of the night is warm."""

    def make(self, request: Any, done: Callable[[object], None], failed: Callable[[Exception], None]) -> None:
        draw = 1.0 if self._sound else self._chance.random()
        if draw < 0.04:
            self._life.call_later(0.5, lambda: failed(PapersGoneError("the papers process ended")))
        elif draw < 0.07:
            self._life.call_later(30.0, lambda: failed(PapersLateError("no answer from the papers process")))
        else:
            self._life.call_later(self._chance.uniform(0.2, 3.0), lambda: done(self._press.make(request)))


class VirtualTerminal:
    """The production's actor, its queue and its waiting in virtual time."""

    def __init__(self, terminal: Terminal, rules: Any, life: LifeSpan, after: Callable[[State, Event], None]) -> None:
        self.terminal = terminal
        self._rules = rules
        self._life = life
        self._after = after
        self._alarm: Scheduled | None = None

    def post(self, event: Event) -> None:
        self._life.call_later(0.0, lambda: self._handle(event))

    def start(self) -> None:
        self.terminal.refresh()
        self._arm()

    def _handle(self, event: Event) -> None:
        before = self.terminal.state
        self.terminal.handle(event)
        self._arm()
        self._after(before, event)

    def _arm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        at, _ = next_deadline(self.terminal.state, self._rules)
        self._alarm = self._life.call_at(at, self._due)

    def _due(self) -> None:
        event = self.terminal.due()
        if event is None:
            self._arm()
        else:
            self._handle(event)


class ProcessLife:
    """Custody first, then service: as `kiosk.app.core` puts it together, on other lanes."""

    def __init__(
        self,
        number: int,
        *,
        scheduler: VirtualScheduler,
        clock: NightClock,
        chance: Random,
        data: DataDirectory,
        settings: Settings,
        disk: Disk,
        bench: Bench,
        receipts: ReceiptPaperPath,
        documents: DocumentPaperPath,
        id_reader: IdReaderPath,
        pin_pad: PinPadPath,
        scanner: ScannerPath,
        press: Maker,
        sound_papers: bool,
        fonts: Fonts,
        poke: Callable[[], None],
        trace: Callable[[Moment, Event, tuple[Effect, ...]], None],
        show: Callable[[Screen], None],
        after: Callable[[State, Event], None],
        spoiled: Callable[[Effect], Any] | None,
    ) -> None:
        """`spoiled`: for proving that the looking works, a performer that answers some effects without doing them."""
        self._spoiled = spoiled
        self.span = LifeSpan(scheduler)
        self.number = number
        self.told: list[TellTechnician] = []
        self._bench = bench
        self.stores = TerminalStores(data, settings, data.key_files(settings, quiet=True), clock)
        self.rules = rules_for(settings, f"boot{number}")
        self.pin_pad = ScreenPinPad(self.post, closed=bool(settings.devices.pin_pad))
        self.terminal = Terminal(self.rules, clock, self._perform, show, trace)
        self.actor = VirtualTerminal(self.terminal, self.rules, self.span, after)
        rasterise = PillowRasteriser([FontFile(face.path) for face in (fonts.regular, *fonts.rare)])
        self.lanes = (
            VirtualLane("card-reader", self.span, bench.connect(self.span, self.post)),  # type: ignore[arg-type]
            VirtualLane("receipt-printer", self.span, receipts.connect(self.span)),  # type: ignore[arg-type]
            VirtualLane("document-printer", self.span, documents.connect(self.span)),  # type: ignore[arg-type]
            VirtualLane("id-reader", self.span, id_reader.connect(self.span)),  # type: ignore[arg-type]
        )
        card, receipt_lane, document_lane, id_lane = self.lanes
        more = {}
        pad = None
        if settings.devices.pin_pad:
            pad = (VirtualLane("pin-pad", self.span, pin_pad.connect(self.span)), PinPad(scheduler.now))  # type: ignore[arg-type]
            more[Device.PIN_PAD] = pin_pad_unit(*pad)
            self.lanes += (pad[0],)
        if settings.devices.barcode_reader:
            scans = VirtualLane("barcode-reader", self.span, scanner.connect(self.span))  # type: ignore[arg-type]
            more[Device.BARCODE_READER] = barcode_reader_unit(scans, BarcodeReader(scheduler.now, NEWLAND))
            self.lanes += (scans,)
        prints = (receipt_lane, ReceiptPrinter(scheduler.now, rasterise))
        pages = (document_lane, DocumentPrinter(scheduler.now, URI))
        self.performer = Performer(
            Wiring(
                units={
                    Device.CARD_READER: card_reader_unit(card),
                    Device.RECEIPT_PRINTER: receipt_printer_unit(*prints),
                    Device.DOCUMENT_PRINTER: document_printer_unit(*pages),
                    Device.ID_READER: id_reader_unit(id_lane, IdReader(scheduler.now)),
                    **more,
                },
                card=card,
                receipt_printer=prints,
                document_printer=pages,
                pin_pad=pad,
                books=Books(self.stores.books, disk),
                records=self.stores.records,
                papers=Papers(press, self.span, chance, sound=sound_papers),
                look_at_delivery=self.stores.look_at_delivery,
                poke=poke,
                post=self.post,
                wipe_pin=self.pin_pad.wipe,
                tell_technician=self.told.append,
                pseudonym_key=self.stores.pseudonym_key,
                timeouts=settings.timeouts,
            )
        )
        self.post(DeviceReported(Device.STORE, None))
        self.post(DeviceReported(Device.PAPERS, None))
        self.post(self.stores.look_at_delivery())
        self.actor.start()

    @property
    def state(self) -> State:
        return self.terminal.state

    def post(self, event: Event) -> None:
        self.actor.post(event)

    def kill(self) -> None:
        """As SIGKILL: nothing is tidied up; the system lets go of files and devices."""
        self.span.alive = False
        self._bench.disconnect()
        self.stores.records.close()
        self.stores.books.abandon()

    def stop(self) -> None:
        """A clean stop."""
        self.span.alive = False
        self._bench.disconnect()
        self.stores.close()

    def _perform(self, effect: Effect) -> None:
        answer = self._spoiled(effect) if self._spoiled is not None else None
        if answer is None:
            self.performer(effect)
        elif answer is not HELD:
            self.post(answer)
