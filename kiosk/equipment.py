"""The fitted devices as the terminal looks after them: the lane of each, how it is asked how it is, its ladder's rungs.

Work for people (reading, printing) is in `kiosk.performer`; here is only what happens while nobody is served by the
device. What must not come in: decisions. When a device is asked and which rung is tried is said by `kiosk.devices`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.barcode_reader.reader import BarcodeReader
from drivers.document_printer.printer import DocumentPrinter
from drivers.errors import Cancelled, DeviceError, NoDevice
from drivers.id_reader.commands import ModuleState
from drivers.id_reader.reader import IdReader
from drivers.id_reader.reset import reset_unasked as reset_id_reader
from drivers.lanes import Lane
from drivers.operation import FindReaders, FoundReaders, LetGo, Operation
from drivers.pin_pad.pad import PinPad
from drivers.pin_pad.reset import reset_unasked as reset_pin_pad
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.status import DeviceState
from drivers.supervisor import Rung
from kiosk.contact import contact_after
from kiosk.events import Contact, Device, DeviceReported
from kiosk.faults import fault_of
from kiosk.printers import document_printer_report, receipt_printer_report

LOOK_SECONDS = 10.0
"""A look ends by itself before this; longer only when the wire hangs."""

RECOVER_SECONDS = 1.8 * LOOK_SECONDS
"""A rung and the look after it; below the ladder's own patience."""

LET_GO_SECONDS = 3 * LOOK_SECONDS
"""What a lane does already, a look or a rung, is done first."""

Step = Callable[[], Operation[None]]


@dataclass(frozen=True, slots=True)
class Unit:
    """One fitted device. `look` never raises but Cancelled; a rung that is not in `rungs` is a look and no more."""

    lane: Lane
    look: Callable[[], Operation[DeviceReported]]
    rungs: Mapping[Rung, Step] = field(default_factory=dict)

    def recover(self, rung: Rung) -> Operation[DeviceReported]:
        """Try a rung, then look. A rung that fails says nothing: the look after it does."""
        step = self.rungs.get(rung)
        if step is not None:
            try:
                yield from step()
            except Cancelled:
                raise
            except DeviceError:
                pass
        return (yield from self.look())


def let_go() -> Operation[None]:
    """Close the wire; the next request opens it anew."""
    yield LetGo()


_NEW_CONTEXT: Mapping[Rung, Step] = {Rung.NEW_CONTEXT: let_go}


def error_report(device: Device, error: DeviceError) -> DeviceReported:
    """A device that could not say how it is."""
    return DeviceReported(device, fault_of(error, device), error.code, contact_after(error))


def card_reader_unit(lane: Lane) -> Unit:
    """The reader is well when there is one that a person's card may be put into; no card is asked for."""

    def look() -> Operation[DeviceReported]:
        try:
            found: FoundReaders = yield FindReaders()
        except Cancelled:
            raise
        except DeviceError as error:
            return error_report(Device.CARD_READER, error)
        if not found.user:
            return error_report(Device.CARD_READER, NoDevice("card_reader", slot="user"))
        return DeviceReported(Device.CARD_READER, None)

    return Unit(lane, look, _NEW_CONTEXT)


def receipt_printer_unit(lane: Lane, printer: ReceiptPrinter) -> Unit:
    """Silence of the printer is a status of its own. It is reset only when no receipt may be half printed."""

    def look() -> Operation[DeviceReported]:
        try:
            return receipt_printer_report((yield from printer.status()))
        except Cancelled:
            raise
        except DeviceError as error:
            return receipt_printer_report(error)

    def reset() -> Operation[None]:
        yield from printer.initialise()

    return Unit(lane, look, {**_NEW_CONTEXT, Rung.RESET: reset})


def document_printer_unit(lane: Lane, printer: DocumentPrinter) -> Unit:
    """Each question has a connection of its own."""

    def look() -> Operation[DeviceReported]:
        try:
            return document_printer_report((yield from printer.printer_status()))
        except Cancelled:
            raise
        except DeviceError as error:
            return document_printer_report(error)

    return Unit(lane, look)


def id_reader_unit(lane: Lane, reader: IdReader) -> Unit:
    """The module says of itself whether it may work. 10 FF starts it anew."""

    def look() -> Operation[DeviceReported]:
        try:
            state = yield from reader.module_state()
        except Cancelled:
            raise
        except DeviceError as error:
            return error_report(Device.ID_READER, error)
        fault = None if state is ModuleState.READY else "ID-02"
        return DeviceReported(Device.ID_READER, fault, "" if fault is None else state.name.lower().replace("_", "-"))

    return Unit(lane, look, {**_NEW_CONTEXT, Rung.RESET: reset_id_reader})


def pin_pad_unit(lane: Lane, pad: PinPad) -> Unit:
    """A pad whose keys vanished while we knew it was opened by somebody (PP-02): no PIN is typed on it."""

    def look() -> Operation[DeviceReported]:
        try:
            status = yield from pad.status()
        except Cancelled:
            raise
        except DeviceError as error:
            return error_report(Device.PIN_PAD, error)
        words = f"device={status.device.value} keys={status.encryption.value} battery={status.battery.value}"
        match status.device:
            case DeviceState.OFFLINE:
                return DeviceReported(Device.PIN_PAD, "PP-01", words, Contact.SILENT)
            case DeviceState.FRAUD_ATTEMPT | DeviceState.POTENTIAL_FRAUD:
                return DeviceReported(Device.PIN_PAD, "PP-02", words)
            case DeviceState.ONLINE:
                return DeviceReported(Device.PIN_PAD, None, words)
        return DeviceReported(Device.PIN_PAD, "PP-01", words)

    return Unit(lane, look, {**_NEW_CONTEXT, Rung.RESET: reset_pin_pad})


def barcode_reader_unit(lane: Lane, reader: BarcodeReader) -> Unit:
    """A plain reader cannot be asked: that its line is there is all that can be known of it."""

    def look() -> Operation[DeviceReported]:
        try:
            yield from reader.line.quiet()
            status = yield from reader.status()
        except Cancelled:
            raise
        except DeviceError as error:
            return error_report(Device.BARCODE_READER, error)
        if status.device is DeviceState.OFFLINE:
            return DeviceReported(Device.BARCODE_READER, "QR-02", "device=offline", Contact.SILENT)
        return DeviceReported(Device.BARCODE_READER, None, f"device={status.device.value}")

    return Unit(lane, look, _NEW_CONTEXT)
