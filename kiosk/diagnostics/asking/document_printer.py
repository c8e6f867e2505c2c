"""The A4 printer over IPP: state with its reasons, paper and toner, and what it says it is."""

from __future__ import annotations

from collections.abc import Callable

from drivers.document_printer.capabilities import DocumentPrinterCapabilities
from drivers.document_printer.printer import A4, DocumentPrinter
from drivers.document_printer.state import DocumentPrinterStatus
from drivers.operation import Operation
from drivers.status import DeviceState, PaperState, TonerState
from kiosk.diagnostics.asking.receipt_printer import words_of
from kiosk.diagnostics.findings import Examination, Found, Identity

_NEEDED = (0x0002, 0x0008, 0x0009, 0x000B)
"""Print-Job, Cancel-Job, Get-Job-Attributes, Get-Printer-Attributes: what the driver asks for (RFC 8011, 4)."""


def document_printer(printer: DocumentPrinter, uri: str, clock: Callable[[], float]) -> Operation[Found]:
    """Nothing is printed."""
    exam = Examination(clock, ("answer", "identity", "fit", "ready"), Identity(port=uri))
    return exam.run(_document_printer(exam, printer, uri))


def _document_printer(exam: Examination, printer: DocumentPrinter, uri: str) -> Operation[None]:
    told = yield from exam.step("answer", printer.printer_status())
    exam.status |= words_of(told.status) | _supplies(told)
    if told.reasons:
        exam.note(" ".join(told.reasons))
    can = yield from exam.step("identity", printer.capabilities())
    exam.identity = Identity(can.model or can.name or None, " ".join(can.firmware) or None, can.serial or None, uri)
    exam.capabilities |= _capabilities(can)
    lacks = can.lacks(A4, _NEEDED)
    exam.check("fit", well=not lacks, cause="unfit", detail=" ".join(lacks))
    causes = [trouble.replace("-", "_") for trouble in told.troubles()]
    if told.status.device is DeviceState.UNKNOWN:
        causes.append("protocol_error")
    exam.check("ready", well=not causes, cause=causes[0] if causes else "", detail=" ".join(causes))
    if told.status.paper is PaperState.LOW:
        exam.warnings.append("paper_low")
    if told.status.toner is TonerState.LOW:
        exam.warnings.append("toner_low")


def _supplies(told: DocumentPrinterStatus) -> dict[str, str]:
    """Trays and toner as far as the printer counts them."""
    trays = [f"{tray.name or 'tray'} {_of(tray.level, tray.capacity)}" for tray in told.trays]
    supplies = [f"{each.name or each.kind} {each.level}%" for each in told.supplies if each.level is not None]
    named = {"trays": ", ".join(trays), "supplies": ", ".join(supplies)}
    return {name: words for name, words in named.items() if words}


def _of(level: int | None, capacity: int | None) -> str:
    return f"{'?' if level is None else level}/{'?' if capacity is None else capacity}"


def _capabilities(can: DocumentPrinterCapabilities) -> dict[str, str]:
    told = {
        "formats": ", ".join(can.formats),
        "media": ", ".join(can.media),
        "sources": ", ".join(can.sources),
        "sides": ", ".join(can.sides),
        "ipp": ", ".join(can.versions),
        "colour": "" if can.colour is None else "yes" if can.colour else "no",
        "pages_per_minute": "" if can.pages_per_minute is None else str(can.pages_per_minute),
    }
    return {name: words for name, words in told.items() if words}
