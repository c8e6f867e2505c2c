"""What a printer's status means for the terminal: usable, or which fault of the catalogue. Unknown is never "fine"."""

from __future__ import annotations

from drivers.document_printer.state import DocumentPrinterStatus
from drivers.errors import DeviceError
from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus
from kiosk.contact import contact_after
from kiosk.events import Contact, Device, DeviceReported

Answer = PrinterStatus | DeviceError | None
"""A status, why there is none, or None: no such printer is fitted."""


def receipt_printer_report(answer: Answer) -> DeviceReported:
    """PR-02 paper, PR-03 something to clear, PR-05 no answer."""
    device = Device.RECEIPT_PRINTER
    if not isinstance(answer, PrinterStatus):
        return DeviceReported(device, "PR-05", _why(answer), contact_after(answer))
    if answer.paper is PaperState.OUT:
        return DeviceReported(device, "PR-02", "paper-out")
    if _needs_clearing(answer):
        return DeviceReported(device, "PR-03", _words(answer))
    ready = answer.device in (DeviceState.ONLINE, DeviceState.DEVICE_BUSY)  # too hot, being fed: over by itself
    if not ready or answer.paper is PaperState.UNKNOWN:
        silent = answer.device is DeviceState.OFFLINE and answer.paper is PaperState.UNKNOWN
        return DeviceReported(device, "PR-05", _words(answer), Contact.SILENT if silent else Contact.ANSWERED)
    return DeviceReported(device, None, "paper-low" if answer.paper is PaperState.LOW else "")


def document_printer_report(answer: DocumentPrinterStatus | DeviceError | None) -> DeviceReported:
    """DP-01 for everything that keeps a certificate from being printed."""
    device = Device.DOCUMENT_PRINTER
    if not isinstance(answer, DocumentPrinterStatus):
        return DeviceReported(device, "DP-01", _why(answer), contact_after(answer))
    ill = bool(answer.troubles()) or answer.status.device not in (DeviceState.ONLINE, DeviceState.DEVICE_BUSY)
    return DeviceReported(device, "DP-01" if ill else None, _words(answer.status) if ill else "")


def _needs_clearing(status: PrinterStatus) -> bool:
    return (
        PaperState.JAMMED is status.paper
        or status.media is MediaState.JAMMED
        or status.cover is CoverState.OPEN
        or status.device in (DeviceState.HARDWARE_ERROR, DeviceState.USER_ERROR)
    )


def _why(answer: DeviceError | None) -> str:
    return "not-fitted" if answer is None else answer.code


def _words(status: PrinterStatus) -> str:
    return " ".join(
        f"{name}={state.value}"
        for name, state in (
            ("device", status.device),
            ("paper", status.paper),
            ("toner", status.toner),
            ("cover", status.cover),
        )
    )
