"""An A4 printer's state in the words of XFS4IoT, from IPP's printer-state and printer-state-reasons (RFC 8011, 5.4)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drivers.document_printer.ipp import Attributes, integer_of, strings_of
from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus, TonerState

WANTED_ATTRIBUTES: Final = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs")

# how much a reason matters is the suffix; makers use it as they like (ippeveprinter always says -report)
_SEVERITIES: Final = ("-error", "-warning", "-report")
_PAPER_OUT: Final = frozenset({"media-empty", "media-needed", "input-tray-missing"})
_PAPER_LOW: Final = frozenset({"media-low"})
_JAM: Final = frozenset({"media-jam"})
_TONER_OUT: Final = frozenset({"toner-empty", "marker-supply-empty"})
_TONER_LOW: Final = frozenset({"toner-low", "marker-supply-low"})
_COVER: Final = frozenset({"cover-open", "door-open", "interlock-open"})
_AWAY: Final = frozenset({"offline", "shutdown", "connecting-to-device", "timed-out", "paused", "moving-to-paused"})


class PrinterState(IntEnum):
    """printer-state."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


@dataclass(frozen=True)
class DocumentPrinterStatus:
    """The status, and the printer's own reasons without their suffix, for the technician."""

    status: PrinterStatus
    reasons: tuple[str, ...]

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
                (
                    "printer-error",
                    status.device is DeviceState.HARDWARE_ERROR and status.media is not MediaState.JAMMED,
                ),
                ("offline", status.device is DeviceState.OFFLINE),
            )
            if holds
        ]
        return tuple(found)


def without_severity(reason: str) -> str:
    """``media-empty-warning`` is ``media-empty``."""
    return next((reason.removesuffix(suffix) for suffix in _SEVERITIES if reason.endswith(suffix)), reason)


def status_from(attributes: Attributes) -> DocumentPrinterStatus:
    """From the printer group of an answer. What the answer does not tell stays unknown."""
    said = strings_of(attributes, "printer-state-reasons")
    reasons = tuple(without_severity(reason) for reason in said if reason != "none")
    told = set(reasons)
    state = integer_of(attributes, "printer-state")
    accepting = attributes.get("printer-is-accepting-jobs")
    refusing = accepting is not None and accepting[0].content is False
    jammed = bool(told & _JAM)
    paper, toner, cover = PaperState.UNKNOWN, TonerState.UNKNOWN, CoverState.UNKNOWN
    if said:
        paper = PaperState.FULL
        paper = PaperState.LOW if told & _PAPER_LOW else paper
        paper = PaperState.OUT if told & _PAPER_OUT else paper
        paper = PaperState.JAMMED if jammed else paper
        toner = TonerState.OUT if told & _TONER_OUT else TonerState.LOW if told & _TONER_LOW else TonerState.FULL
        cover = CoverState.OPEN if told & _COVER else CoverState.CLOSED
    return DocumentPrinterStatus(
        PrinterStatus(
            device=_device(state, told, refusing=refusing),
            media=MediaState.JAMMED if jammed else MediaState.NOT_SUPPORTED,
            paper=paper,
            toner=toner,
            cover=cover,
        ),
        reasons,
    )


def _device(state: int | None, told: set[str], *, refusing: bool) -> DeviceState:
    if told & _JAM:
        return DeviceState.HARDWARE_ERROR
    if told & _COVER:
        return DeviceState.USER_ERROR
    if told & _AWAY or refusing:
        return DeviceState.OFFLINE
    if state == PrinterState.STOPPED:
        explained = told & (_PAPER_OUT | _TONER_OUT)
        return DeviceState.ONLINE if explained else DeviceState.HARDWARE_ERROR
    return DeviceState.ONLINE if state in (PrinterState.IDLE, PrinterState.PROCESSING) else DeviceState.UNKNOWN
