"""What the status bytes mean: their masks, why nothing can be printed, and the words of XFS4IoT.

Source: Epson's public ESC/POS reference. The drawer's bit is passed over: no terminal has a drawer.
"""

from dataclasses import dataclass
from typing import Final

from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus, TonerState

QUEUED_PAPER_OUT: Final = 0x0C
QUEUED_PAPER_LOW: Final = 0x03


@dataclass(frozen=True)
class Condition:
    """What is the matter with the printer; nothing, by default.

    paper_out          the end sensor, or the printer saying that it stopped for it; near end has no say against it
    feeding            somebody feeds paper by the button
    waiting            an error is over, and the printer waits for somebody to press the button
    jammed             a recoverable mechanical error: somebody has to open it and take the paper out
    too_hot            the head is too hot: goes on by itself
    unexplained_error  the error bit, and no cause that we know
    paper_alone        the printer was asked for its paper, and cannot be asked for more
    """

    offline: bool = False
    cover_open: bool = False
    paper_out: bool = False
    paper_low: bool = False
    feeding: bool = False
    waiting: bool = False
    jammed: bool = False
    cutter_error: bool = False
    unrecoverable: bool = False
    too_hot: bool = False
    unexplained_error: bool = False
    paper_alone: bool = False

    @classmethod
    def from_real_time(cls, printer: int, offline_cause: int, error_cause: int, paper: int) -> "Condition":
        """From the four answers to DLE EOT (n = 1 to 4), taken together."""
        return cls(
            offline=bool(printer & 0x08),
            cover_open=bool(offline_cause & 0x04),
            paper_out=bool(paper & 0x60) or bool(offline_cause & 0x20),
            paper_low=bool(paper & 0x0C),
            feeding=bool(printer & 0x40) or bool(offline_cause & 0x08),
            waiting=bool(printer & 0x20),
            jammed=bool(error_cause & 0x04),
            cutter_error=bool(error_cause & 0x08),
            unrecoverable=bool(error_cause & 0x20),
            too_hot=bool(error_cause & 0x40),
            unexplained_error=bool(offline_cause & 0x40) and not error_cause & 0x6C,
        )

    @classmethod
    def from_automatic(cls, status: bytes) -> "Condition":
        """From the four bytes of an automatic status. Raises ValueError for another number."""
        first, second, third, _ = status
        return cls(
            offline=bool(first & 0x08),
            cover_open=bool(first & 0x20),
            paper_out=bool(third & 0x0C),
            paper_low=bool(third & 0x03),
            feeding=bool(first & 0x40) or bool(second & 0x02),
            waiting=bool(second & 0x01),
            jammed=bool(second & 0x04),
            cutter_error=bool(second & 0x08),
            unrecoverable=bool(second & 0x20),
            too_hot=bool(second & 0x40),
        )

    @classmethod
    def from_queued(cls, byte: int) -> "Condition":
        """From the answer to GS r or ESC v: paper, and nothing else. A bit that nobody knows is not "fine"."""
        out = bool(byte & QUEUED_PAPER_OUT) or bool(byte & ~(QUEUED_PAPER_OUT | QUEUED_PAPER_LOW))
        return cls(paper_out=out, paper_low=bool(byte & QUEUED_PAPER_LOW), paper_alone=True)

    @property
    def busy(self) -> bool:
        """Not ready, and ready again by itself."""
        return self.too_hot or self.feeding

    def troubles(self) -> tuple[str, ...]:
        """Why nothing can be printed until somebody does something; empty when it can."""
        return tuple(
            word
            for word, holds in (
                ("paper-out", self.paper_out),
                ("cover-open", self.cover_open),
                ("cutter", self.cutter_error),
                ("jam", self.jammed),
                ("printer-error", self.unrecoverable or self.unexplained_error),
                ("waiting-for-button", self.waiting and self.offline),
            )
            if holds
        )

    def status(self) -> PrinterStatus:
        """In the words of XFS4IoT. Paper that is out leaves the device online: it answers and says so."""
        if self.cutter_error or self.jammed or self.unrecoverable or self.unexplained_error:
            device = DeviceState.HARDWARE_ERROR
        elif self.cover_open or (self.waiting and self.offline):
            device = DeviceState.USER_ERROR
        elif self.busy:
            device = DeviceState.DEVICE_BUSY
        elif self.offline and not self.paper_out:
            device = DeviceState.OFFLINE
        else:
            device = DeviceState.ONLINE
        cover = CoverState.UNKNOWN if self.paper_alone else CoverState.CLOSED
        return PrinterStatus(
            device=device,
            media=MediaState.JAMMED if self.cutter_error or self.jammed else MediaState.NOT_SUPPORTED,
            paper=PaperState.OUT if self.paper_out else PaperState.LOW if self.paper_low else PaperState.FULL,
            toner=TonerState.NOT_SUPPORTED,
            cover=CoverState.OPEN if self.cover_open else cover,
        )


NO_ANSWER: Final = PrinterStatus(
    device=DeviceState.OFFLINE,
    media=MediaState.NOT_SUPPORTED,
    paper=PaperState.UNKNOWN,
    toner=TonerState.NOT_SUPPORTED,
    cover=CoverState.UNKNOWN,
)
"""Silence: switched off or cut off. Whether there is paper nobody knows."""
