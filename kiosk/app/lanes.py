"""The lanes of a real terminal: one thread per fitted device, on the links that the settings name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.barcode_reader.makes import MAKES, MakeName
from drivers.barcode_reader.reader import BarcodeReader
from drivers.card_reader.commands import SELECT_PSAM
from drivers.document_printer.printer import DocumentPrinter
from drivers.id_reader.reader import IdReader
from drivers.lanes import Link, ThreadLane
from drivers.links.ipp import IppLink
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.links.serial import SerialLink, SerialSettings
from drivers.pin_pad.pad import PinPad
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.receipt_printer.raster import FontFile, PillowRasteriser
from kiosk.equipment import (
    Unit,
    barcode_reader_unit,
    card_reader_unit,
    document_printer_unit,
    id_reader_unit,
    pin_pad_unit,
    receipt_printer_unit,
)
from kiosk.events import Device
from kiosk.settings import Settings

Crash = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class Lanes:
    """What is fitted: all devices as they are looked after, and the drivers of those that work for people."""

    card: ThreadLane
    receipt_printer: tuple[ThreadLane, ReceiptPrinter] | None
    document_printer: tuple[ThreadLane, DocumentPrinter] | None
    pin_pad: tuple[ThreadLane, PinPad] | None
    units: Mapping[Device, Unit]
    threads: tuple[ThreadLane, ...]

    def stop(self) -> None:
        """End the threads; cards lose their power."""
        for lane in self.threads:
            lane.stop()


def reader_roles(settings: Settings) -> ReaderRoles:
    """The settings' patterns; a reader that fits both is asked whether it holds the PSAM."""
    return ReaderRoles(re.compile(settings.readers.user), re.compile(settings.readers.sam), SELECT_PSAM.wire())


def open_lanes(settings: Settings, fonts: list[Path], crash: Crash) -> Lanes:
    """Start the lanes. Nothing is opened before the first operation, so an absent device is a fault, not a failure."""
    devices = settings.devices
    threads: list[ThreadLane] = []

    def lane(name: str, link: Link) -> ThreadLane:
        threads.append(ThreadLane(name, link, crash=crash))
        return threads[-1]

    card = lane("card-reader", PcscLink(reader_roles(settings)))
    units = {Device.CARD_READER: card_reader_unit(card)}
    receipt_printer = None
    if devices.receipt_printer:
        line = SerialSettings(devices.receipt_printer, devices.receipt_baud)
        rasterise = PillowRasteriser([FontFile(path) for path in fonts])
        receipts = ReceiptPrinter(time.monotonic, rasterise, bytes_per_second=devices.receipt_baud / 10)
        receipt_printer = (lane("receipt-printer", SerialLink("receipt_printer", line)), receipts)
        units[Device.RECEIPT_PRINTER] = receipt_printer_unit(*receipt_printer)
    document_printer = None
    if devices.document_printer:
        link = IppLink("document_printer", devices.document_printer)
        document_printer = (lane("document-printer", link), DocumentPrinter(time.monotonic, devices.document_printer))
        units[Device.DOCUMENT_PRINTER] = document_printer_unit(*document_printer)
    if devices.id_reader:
        line = SerialSettings(devices.id_reader, devices.id_reader_baud)
        reader = IdReader(time.monotonic)
        units[Device.ID_READER] = id_reader_unit(lane("id-reader", SerialLink("id_reader", line)), reader)
    pin_pad = None
    if devices.pin_pad:
        line = SerialSettings(devices.pin_pad, devices.pin_pad_baud)
        pin_pad = (lane("pin-pad", SerialLink("pin_pad", line)), PinPad(time.monotonic))
        units[Device.PIN_PAD] = pin_pad_unit(*pin_pad)
    if devices.barcode_reader:
        line = SerialSettings(devices.barcode_reader, devices.barcode_baud)
        codes = BarcodeReader(time.monotonic, MAKES[MakeName(devices.barcode_make)])
        units[Device.BARCODE_READER] = barcode_reader_unit(
            lane("barcode-reader", SerialLink("barcode_reader", line)), codes
        )
    return Lanes(card, receipt_printer, document_printer, pin_pad, units, tuple(threads))
