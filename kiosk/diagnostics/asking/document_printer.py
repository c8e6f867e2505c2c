"""The A4 printer over IPP: state with its reasons, and what it says it is."""

from __future__ import annotations

from collections.abc import Callable

from drivers.document_printer.printer import DEVICE, DocumentPrinter
from drivers.operation import Operation
from drivers.status import DeviceState, PaperState, TonerState
from kiosk.diagnostics.asking.ipp_description import description
from kiosk.diagnostics.asking.receipt_printer import words_of
from kiosk.diagnostics.findings import Examination, Found, Identity


def document_printer(printer: DocumentPrinter, uri: str, clock: Callable[[], float]) -> Operation[Found]:
    """Nothing is printed."""
    exam = Examination(clock, ("answer", "identity", "ready"), Identity(port=uri))
    return exam.run(_document_printer(exam, printer, uri))


def _document_printer(exam: Examination, printer: DocumentPrinter, uri: str) -> Operation[None]:
    told = yield from exam.step("answer", printer.printer_status())
    exam.status |= words_of(told.status)
    if told.reasons:
        exam.note(" ".join(told.reasons))
    described = yield from exam.step("identity", description(uri, DEVICE))
    exam.identity = described.identity
    exam.capabilities |= described.capabilities
    causes = [trouble.replace("-", "_") for trouble in told.troubles()]
    if told.status.device is DeviceState.UNKNOWN:
        causes.append("protocol_error")
    exam.check("ready", well=not causes, cause=causes[0] if causes else "", detail=" ".join(causes))
    if told.status.paper is PaperState.LOW:
        exam.warnings.append("paper_low")
    if told.status.toner is TonerState.LOW:
        exam.warnings.append("toner_low")
