"""An A4 printer's state in the words of XFS4IoT, from IPP's printer-state and printer-state-reasons (RFC 8011, 5.4)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drivers.document_printer.ipp import Attributes, integer_of, strings_of
from drivers.document_printer.reasons import PRINTER_REASONS, Part, without_severity
from drivers.document_printer.supplies import (
    WANTED_SUPPLIES,
    ReadyMedia,
    Supply,
    Tray,
    ready_media_from,
    supplies_from,
    trays_from,
)
from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus, TonerState

STATE_ATTRIBUTES: Final = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "cups-version")
WANTED_ATTRIBUTES: Final = (*STATE_ATTRIBUTES, *WANTED_SUPPLIES)
_OF_THE_PRINTER_ITSELF: Final = frozenset(Part) - {Part.AWAY}
_EXPLAIN_A_STOP: Final = frozenset({Part.PAPER_OUT, Part.TONER_OUT, Part.OUTPUT})


class PrinterState(IntEnum):
    """printer-state."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


@dataclass(frozen=True)
class DocumentPrinterStatus:
    """The status; the printer's own reasons without their suffix, known or not, for the technician; its supplies."""

    status: PrinterStatus
    reasons: tuple[str, ...]
    hearsay: bool = False
    """A CUPS queue at rest: its reasons are those of its last job, and nobody has looked since (seen with 2.4.2)."""
    media: tuple[ReadyMedia, ...] = ()
    trays: tuple[Tray, ...] = ()
    supplies: tuple[Supply, ...] = ()

    def troubles(self) -> tuple[str, ...]:
        """Why nothing can be printed until somebody does something; empty when it can, or when nobody knows."""
        status = self.status
        found = [
            word
            for word, holds in (
                ("paper-out", status.paper is PaperState.OUT),
                ("jam", status.paper is PaperState.JAMMED),
                ("cover-open", status.cover is CoverState.OPEN),
                ("toner-out", status.toner is TonerState.OUT),
                ("output-full", Part.OUTPUT in _parts(self.reasons) and not self.hearsay),
                (
                    "printer-error",
                    status.device is DeviceState.HARDWARE_ERROR and status.media is not MediaState.JAMMED,
                ),
                ("offline", status.device is DeviceState.OFFLINE),
            )
            if holds
        ]
        return tuple(found)


def status_from(attributes: Attributes) -> DocumentPrinterStatus:
    """From the printer group of an answer. What the answer does not tell stays unknown.

    So does what a queue of CUPS at rest remembers of the printer behind it: only a job would find out whether the
    paper that was missing is there by now, and a terminal that believed it would never send another.
    """
    said = strings_of(attributes, "printer-state-reasons")
    reasons = tuple(without_severity(reason) for reason in said if reason != "none")
    parts = _parts(reasons)
    state = integer_of(attributes, "printer-state")
    hearsay = is_queue(attributes) and state == PrinterState.IDLE
    if hearsay:
        parts -= _OF_THE_PRINTER_ITSELF
    accepting = attributes.get("printer-is-accepting-jobs")
    refusing = accepting is not None and accepting[0].content is False
    supplies = supplies_from(attributes)
    paper, toner, cover = PaperState.UNKNOWN, TonerState.UNKNOWN, CoverState.UNKNOWN
    if said and not hearsay:
        paper = PaperState.FULL
        paper = PaperState.LOW if Part.PAPER_LOW in parts else paper
        paper = PaperState.OUT if Part.PAPER_OUT in parts else paper
        paper = PaperState.JAMMED if Part.JAM in parts else paper
        low = Part.TONER_LOW in parts or any(each.needs_care and not each.is_waste for each in supplies)
        toner = TonerState.OUT if Part.TONER_OUT in parts else TonerState.LOW if low else TonerState.FULL
        cover = CoverState.OPEN if Part.COVER in parts else CoverState.CLOSED
    return DocumentPrinterStatus(
        PrinterStatus(
            device=_device(state, parts, refusing=refusing),
            media=MediaState.JAMMED if Part.JAM in parts else MediaState.NOT_SUPPORTED,
            paper=paper,
            toner=toner,
            cover=cover,
        ),
        reasons,
        hearsay,
        ready_media_from(attributes),
        trays_from(attributes),
        supplies,
    )


def is_queue(attributes: Attributes) -> bool:
    """Whether a CUPS scheduler answers, and not a printer."""
    return "cups-version" in attributes


def _parts(reasons: tuple[str, ...]) -> frozenset[Part]:
    return frozenset(PRINTER_REASONS[reason] for reason in reasons if reason in PRINTER_REASONS)


def _device(state: int | None, parts: frozenset[Part], *, refusing: bool) -> DeviceState:
    if Part.JAM in parts:
        return DeviceState.HARDWARE_ERROR
    if Part.COVER in parts:
        return DeviceState.USER_ERROR
    if Part.AWAY in parts or refusing:
        return DeviceState.OFFLINE
    if state == PrinterState.STOPPED:
        return DeviceState.ONLINE if parts & _EXPLAIN_A_STOP else DeviceState.HARDWARE_ERROR
    if Part.BUSY in parts:
        return DeviceState.DEVICE_BUSY
    return DeviceState.ONLINE if state in (PrinterState.IDLE, PrinterState.PROCESSING) else DeviceState.UNKNOWN
