"""The lanes of a real terminal: one thread per fitted device, on the links that the settings name."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.barcode_reader.makes import MAKES, MakeName
from drivers.barcode_reader.reader import BarcodeReader
from drivers.card_reader.commands import SELECT_PSAM
from drivers.discovery.auto import AutoLink, PortFinder
from drivers.discovery.find import serial_ports
from drivers.discovery.probes import Kind
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
from kiosk.settings import AUTO, Settings

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


def unnamed(settings: Settings, ports: Iterable[str]) -> tuple[str, ...]:
    """Ports that the settings give to no device: only these are asked who is there."""
    devices = settings.devices
    named = (devices.id_reader, devices.receipt_printer, devices.pin_pad, devices.barcode_reader)
    taken = {os.path.realpath(port) for port in named if port and port != AUTO}
    return tuple(port for port in ports if os.path.realpath(port) not in taken)


def open_lanes(settings: Settings, fonts: list[Path], crash: Crash) -> Lanes:
    """Start the lanes. Nothing is opened before the first operation, so an absent device is a fault, not a failure."""
    devices = settings.devices
    threads: list[ThreadLane] = []

    def lane(name: str, link: Link) -> ThreadLane:
        threads.append(ThreadLane(name, link, crash=crash))
        return threads[-1]

    finder = PortFinder(lambda: unnamed(settings, serial_ports()))

    def line(device: str, kind: Kind, port: str, baud: int) -> Link:
        if port == AUTO:
            return AutoLink(device, kind, finder)
        return SerialLink(device, SerialSettings(port, baud))

    card = lane("card-reader", PcscLink(reader_roles(settings)))
    units = {Device.CARD_READER: card_reader_unit(card)}
    receipt_printer = None
    if devices.receipt_printer:
        wire = line("receipt_printer", Kind.RECEIPT_PRINTER, devices.receipt_printer, devices.receipt_baud)
        rasterise = PillowRasteriser([FontFile(path) for path in fonts])
        receipts = ReceiptPrinter(time.monotonic, rasterise, bytes_per_second=devices.receipt_baud / 10)
        receipt_printer = (lane("receipt-printer", wire), receipts)
        units[Device.RECEIPT_PRINTER] = receipt_printer_unit(*receipt_printer)
    document_printer = None
    if devices.document_printer:
        link = IppLink("document_printer", devices.document_printer)
        document_printer = (lane("document-printer", link), DocumentPrinter(time.monotonic, devices.document_printer))
        units[Device.DOCUMENT_PRINTER] = document_printer_unit(*document_printer)
    if devices.id_reader:
        wire = line("id_reader", Kind.ID_READER, devices.id_reader, devices.id_reader_baud)
        units[Device.ID_READER] = id_reader_unit(lane("id-reader", wire), IdReader(time.monotonic))
    pin_pad = None
    if devices.pin_pad:
        wire = line("pin_pad", Kind.PIN_PAD, devices.pin_pad, devices.pin_pad_baud)
        pin_pad = (lane("pin-pad", wire), PinPad(time.monotonic))
        units[Device.PIN_PAD] = pin_pad_unit(*pin_pad)
    if devices.barcode_reader:
        wire = line("barcode_reader", Kind.BARCODE_READER, devices.barcode_reader, devices.barcode_baud)
        codes = BarcodeReader(time.monotonic, MAKES[MakeName(devices.barcode_make)])
        units[Device.BARCODE_READER] = barcode_reader_unit(lane("barcode-reader", wire), codes)
    return Lanes(card, receipt_printer, document_printer, pin_pad, units, tuple(threads))
