"""The receipt printer: its status. ESC/POS as documented has no question for a model that all makes answer."""

from __future__ import annotations

from collections.abc import Callable

from drivers.operation import Operation
from drivers.receipt_printer.encode import COLUMNS, DOTS
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus
from kiosk.diagnostics.findings import Examination, Found, Identity


def receipt_printer(printer: ReceiptPrinter, port: str, baud: int, clock: Callable[[], float]) -> Operation[Found]:
    """Nothing is printed."""
    exam = Examination(clock, ("answer", "ready"), Identity(port=port))
    return exam.run(_receipt_printer(exam, printer, baud))


def _receipt_printer(exam: Examination, printer: ReceiptPrinter, baud: int) -> Operation[None]:
    exam.capabilities |= {"columns": str(COLUMNS), "dots": str(DOTS), "cut": "yes", "qr": "yes", "baud": str(baud)}
    status = yield from exam.step("answer", printer.status())
    exam.status |= words_of(status)
    if status.paper is PaperState.UNKNOWN:
        exam.stop("no_answer", "silence")
    causes = printer_causes(status)
    exam.check("ready", well=not causes, cause=causes[0] if causes else "", detail=" ".join(causes))
    if status.paper is PaperState.LOW:
        exam.warnings.append("paper_low")
    if status.device is DeviceState.DEVICE_BUSY:
        exam.warnings.append("too_hot")


def words_of(status: PrinterStatus) -> dict[str, str]:
    """A printer's status in XFS4IoT's words, without what this printer has not."""
    words = {
        "device": status.device.value,
        "media": status.media.value,
        "paper": status.paper.value,
        "toner": status.toner.value,
        "cover": status.cover.value,
    }
    return {name: word for name, word in words.items() if word != "notSupported"}


def printer_causes(status: PrinterStatus) -> tuple[str, ...]:
    """Why nothing can be printed, what a hand can change first."""
    jammed = status.media is MediaState.JAMMED or status.paper is PaperState.JAMMED
    return tuple(
        word
        for word, holds in (
            ("paper_out", status.paper is PaperState.OUT),
            ("cover_open", status.cover is CoverState.OPEN),
            ("jam", jammed),
            ("printer_error", status.device is DeviceState.HARDWARE_ERROR and not jammed),
            ("offline", status.device is DeviceState.OFFLINE),
        )
        if holds
    )
