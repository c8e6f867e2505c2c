"""From the settings to lanes and examinations: which devices are fitted, on which wires, and how long each may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from drivers.barcode_reader.makes import MAKES, MakeName
from drivers.barcode_reader.reader import BarcodeReader
from drivers.discovery.auto import PortFinder
from drivers.discovery.probes import Kind
from drivers.document_printer.printer import DocumentPrinter
from drivers.id_reader.reader import IdReader
from drivers.lanes import ThreadLane
from drivers.lanes.thread import Link
from drivers.links.ipp import IppLink
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.links.serial import SerialLink, SerialSettings
from drivers.operation import Operation
from drivers.pin_pad.pad import PinPad
from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.encode import Rasterise
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.status import DeviceState
from kiosk.diagnostics.asking import cards
from kiosk.diagnostics.asking.barcode_reader import barcode_reader
from kiosk.diagnostics.asking.document_printer import document_printer
from kiosk.diagnostics.asking.id_reader import id_reader
from kiosk.diagnostics.asking.pin_pad import pin_pad
from kiosk.diagnostics.asking.receipt_printer import receipt_printer
from kiosk.diagnostics.findings import DEVICES, Answer, Found, Identity, NotAsked, NotFitted, Part, Result, Step
from kiosk.diagnostics.readers import Look
from kiosk.diagnostics.running import Examiner
from kiosk.settings import AUTO, Settings, SettingsError

Crash = Callable[[BaseException], None]
SECONDS = {
    Part.CARD_READER: 15.0,
    Part.PSAM: 10.0,
    Part.ID_READER: 12.0,
    Part.RECEIPT_PRINTER: 10.0,
    Part.DOCUMENT_PRINTER: 20.0,
    Part.PIN_PAD: 10.0,
    Part.BARCODE_READER: 15.0,
}


class NotFoundError(Exception):
    """A device that is to be looked for is on none of the ports."""

    def __init__(self, part: Part) -> None:
        super().__init__(f"{part} is on none of the ports")
        self.part = part


@dataclass
class Wires:
    """Lanes of a terminal's devices, opened one by one when they are wanted; `close` ends them all."""

    settings: Settings
    roles: ReaderRoles
    crash: Crash
    finder: PortFinder
    _lanes: list[ThreadLane] = field(default_factory=list)

    def card(self) -> ThreadLane:
        """Both readers."""
        return self._lane("card-reader", PcscLink(self.roles))

    def id_reader(self) -> tuple[ThreadLane, IdReader]:
        """The lane with its driver."""
        link = self._serial("id_reader", Part.ID_READER)
        return self._lane("id-reader", link), IdReader(time.monotonic)

    def receipt_printer(self, rasterise: Rasterise) -> tuple[ThreadLane, ReceiptPrinter]:
        """The lane with its driver."""
        link = self._serial("receipt_printer", Part.RECEIPT_PRINTER)
        baud = self.place(Part.RECEIPT_PRINTER)[1]
        printer = ReceiptPrinter(time.monotonic, rasterise, bytes_per_second=baud / 10)
        return self._lane("receipt-printer", link), printer

    def document_printer(self) -> tuple[ThreadLane, DocumentPrinter]:
        """The lane with its driver. SettingsError: the address is none."""
        uri = self.settings.devices.document_printer
        try:
            link = IppLink("document_printer", uri)
        except ValueError as error:
            raise SettingsError(f"devices.document_printer: {error}") from error
        return self._lane("document-printer", link), DocumentPrinter(time.monotonic, uri)

    def pin_pad(self) -> tuple[ThreadLane, PinPad]:
        """The lane with its driver."""
        link = self._serial("pin_pad", Part.PIN_PAD)
        return self._lane("pin-pad", link), PinPad(time.monotonic)

    def barcode_reader(self) -> tuple[ThreadLane, BarcodeReader]:
        """The lane with its driver."""
        link = self._serial("barcode_reader", Part.BARCODE_READER)
        return self._lane("barcode-reader", link), BarcodeReader(time.monotonic, MAKES[self.barcode_make])

    @property
    def barcode_make(self) -> MakeName:
        """As the settings say."""
        return MakeName(self.settings.devices.barcode_make)

    def place(self, part: Part) -> tuple[str, int]:
        """Port and speed of a serial device. One that is to be looked for is looked for now; NotFoundError: nobody."""
        devices = self.settings.devices
        named = {
            Part.ID_READER: (devices.id_reader, devices.id_reader_baud),
            Part.RECEIPT_PRINTER: (devices.receipt_printer, devices.receipt_baud),
            Part.PIN_PAD: (devices.pin_pad, devices.pin_pad_baud),
            Part.BARCODE_READER: (devices.barcode_reader, devices.barcode_baud),
        }
        port, baud = named[part]
        if port != AUTO:
            return port, baud
        found = self.finder.place_of(Kind(part.value))
        if found is None:
            raise NotFoundError(part)
        return found.port, found.baud

    def _serial(self, device: str, part: Part) -> SerialLink:
        return SerialLink(device, SerialSettings(*self.place(part)))

    def close(self) -> None:
        """End the threads; cards lose their power."""
        for lane in self._lanes:
            lane.stop()

    def _lane(self, name: str, link: Link) -> ThreadLane:
        lane = ThreadLane(name, link, crash=self.crash)
        self._lanes.append(lane)
        return lane


def ports(settings: Settings) -> dict[Part, str]:
    """Where each device is, as the settings say; an empty port: not fitted."""
    devices = settings.devices
    return {
        Part.CARD_READER: settings.readers.user,
        Part.PSAM: settings.readers.sam,
        Part.ID_READER: devices.id_reader,
        Part.RECEIPT_PRINTER: devices.receipt_printer,
        Part.DOCUMENT_PRINTER: devices.document_printer,
        Part.PIN_PAD: devices.pin_pad,
        Part.BARCODE_READER: devices.barcode_reader,
    }


def held(settings: Settings, wanted: frozenset[Part]) -> dict[Part, Answer]:
    """The answers while the terminal runs: no device is touched, for a person may stand there."""
    found = ports(settings)
    return {
        part: NotAsked("terminal_runs", Identity(port=found[part])) if found[part] else NotFitted()
        for part in DEVICES
        if part in wanted
    }


def examiners(
    wires: Wires, wanted: frozenset[Part], look: Look, today: date
) -> tuple[list[Examiner], dict[Part, Answer]]:
    """Examinations of the fitted devices among the wanted parts, and the answers of those that are not fitted."""
    found = {part: port for part, port in ports(wires.settings).items() if part in wanted}
    absent: dict[Part, Answer] = {part: NotFitted() for part, port in found.items() if not port}
    clock = time.monotonic
    ready: list[Examiner] = []

    def examine(part: Part, lane: ThreadLane, operation: Operation[Found]) -> None:
        ready.append(Examiner(part, lane, operation, SECONDS[part]))

    asked = [part for part in found if part not in absent]
    if Part.CARD_READER in asked or Part.PSAM in asked:
        lane = wires.card()
        if Part.CARD_READER in asked:
            examine(Part.CARD_READER, lane, cards.card_reader(look, wires.roles, today, clock))
        if Part.PSAM in asked:
            region = bytes.fromhex(wires.settings.place.region[:2])
            examine(Part.PSAM, lane, cards.psam(look, wires.roles, region, clock))
    if Part.DOCUMENT_PRINTER in asked:
        lane, pages = wires.document_printer()
        examine(Part.DOCUMENT_PRINTER, lane, document_printer(pages, found[Part.DOCUMENT_PRINTER], clock))
    for part in (part for part in asked if part in _ON_A_LINE):
        try:
            lane, operation = _ON_A_LINE[part](wires, clock)
        except NotFoundError:
            absent[part] = _NOWHERE
        else:
            examine(part, lane, operation)
    return ready, absent


_NOWHERE = Found(
    Identity(port=AUTO),
    {"device": DeviceState.NO_DEVICE.value},
    steps=(Step("answer", Result.FAIL, None, "on none of the ports"),),
    causes=("not_found",),
)
OnALine = Callable[[Wires, Callable[[], float]], tuple[ThreadLane, Operation[Found]]]


def _id_reader(wires: Wires, clock: Callable[[], float]) -> tuple[ThreadLane, Operation[Found]]:
    lane, reader = wires.id_reader()
    return lane, id_reader(reader, wires.place(Part.ID_READER)[0], clock)


def _receipt_printer(wires: Wires, clock: Callable[[], float]) -> tuple[ThreadLane, Operation[Found]]:
    lane, printer = wires.receipt_printer(nothing_is_drawn)
    return lane, receipt_printer(printer, *wires.place(Part.RECEIPT_PRINTER), clock)


def _pin_pad(wires: Wires, clock: Callable[[], float]) -> tuple[ThreadLane, Operation[Found]]:
    lane, pad = wires.pin_pad()
    return lane, pin_pad(pad, wires.place(Part.PIN_PAD)[0], clock)


def _barcode_reader(wires: Wires, clock: Callable[[], float]) -> tuple[ThreadLane, Operation[Found]]:
    lane, scanner = wires.barcode_reader()
    return lane, barcode_reader(scanner.line, *wires.place(Part.BARCODE_READER), wires.barcode_make, clock)


_ON_A_LINE: dict[Part, OnALine] = {
    Part.ID_READER: _id_reader,
    Part.RECEIPT_PRINTER: _receipt_printer,
    Part.PIN_PAD: _pin_pad,
    Part.BARCODE_READER: _barcode_reader,
}


def nothing_is_drawn(text: str, height: int) -> Bitmap:
    """For a printer that is only asked how it is."""
    raise RuntimeError("an examination prints nothing")
