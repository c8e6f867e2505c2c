"""The lanes of a real terminal: one thread per fitted device, on the links that the settings name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drivers.card_reader.commands import SELECT_PSAM
from drivers.document_printer.printer import DocumentPrinter
from drivers.lanes import ThreadLane
from drivers.links.ipp import IppLink
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.links.serial import SerialLink, SerialSettings
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.receipt_printer.raster import FontFile, PillowRasteriser
from kiosk.settings import Settings

Crash = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class Lanes:
    """What is fitted. A printer comes with its lane."""

    card: ThreadLane
    receipt_printer: tuple[ThreadLane, ReceiptPrinter] | None
    document_printer: tuple[ThreadLane, DocumentPrinter] | None

    def stop(self) -> None:
        """End the threads; cards lose their power."""
        for lane in (self.card, *(pair[0] for pair in (self.receipt_printer, self.document_printer) if pair)):
            lane.stop()


def reader_roles(settings: Settings) -> ReaderRoles:
    """The settings' patterns; a reader that fits both is asked whether it holds the PSAM."""
    return ReaderRoles(re.compile(settings.readers.user), re.compile(settings.readers.sam), SELECT_PSAM.wire())


def open_lanes(settings: Settings, fonts: list[Path], crash: Crash) -> Lanes:
    """Start the lanes. Nothing is opened before the first operation, so an absent device is a fault, not a failure."""
    devices = settings.devices
    receipt_printer = None
    if devices.receipt_printer:
        line = SerialSettings(devices.receipt_printer, devices.receipt_baud)
        rasterise = PillowRasteriser([FontFile(path) for path in fonts])
        lane = ThreadLane("receipt-printer", SerialLink("receipt_printer", line), crash=crash)
        receipt_printer = (lane, ReceiptPrinter(time.monotonic, rasterise, bytes_per_second=devices.receipt_baud / 10))
    document_printer = None
    if devices.document_printer:
        lane = ThreadLane("document-printer", IppLink("document_printer", devices.document_printer), crash=crash)
        document_printer = (lane, DocumentPrinter(time.monotonic, devices.document_printer))
    card = ThreadLane("card-reader", PcscLink(reader_roles(settings)), crash=crash)
    return Lanes(card, receipt_printer, document_printer)
