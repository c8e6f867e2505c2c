"""What the printer answers: single bytes told apart by their fixed bits, and the masks of the four status bytes.

Source: Epson's public ESC/POS reference. ``(b & 93h) == 12h`` real-time status (DLE EOT), ``== 10h`` the first of four
bytes of automatic status, ``(b & 90h) == 00h`` queued status (GS r) when one was asked for, 11h and 13h flow control.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus, TonerState

_GO_ON, _STOP = 0x11, 0x13  # XON, XOFF


class ReplyKind(Enum):
    """What a byte from the printer is."""

    REAL_TIME = "DLE EOT"
    QUEUED = "GS r"


@dataclass
class ReplyReader:
    """Sorts the bytes of one stream.

    ``queued_pending``: how many GS r were asked and not yet answered. ``full``: the printer asked us to stop sending.
    """

    queued_pending: int = 0
    full: bool = False
    _automatic_left: int = field(default=0)

    def feed(self, data: bytes) -> list[tuple[ReplyKind, int]]:
        """The answers in these bytes. Automatic status and noise are passed over."""
        answers = []
        for byte in data:
            if self._automatic_left > 0 and byte & 0x90 == 0:
                self._automatic_left -= 1
                continue
            self._automatic_left = 0
            if byte & 0x93 == 0x12:
                answers.append((ReplyKind.REAL_TIME, byte))
            elif byte in (_GO_ON, _STOP):
                self.full = byte == _STOP
            elif byte & 0x93 == 0x10:
                self._automatic_left = 3
            elif byte & 0x90 == 0 and self.queued_pending > 0:
                self.queued_pending -= 1
                answers.append((ReplyKind.QUEUED, byte))
        return answers


@dataclass(frozen=True)
class Reading:
    """The four real-time status bytes (n = 1 to 4), taken together."""

    printer: int
    offline_cause: int
    error_cause: int
    paper: int

    @property
    def offline(self) -> bool:
        return bool(self.printer & 0x08)

    @property
    def cover_open(self) -> bool:
        return bool(self.offline_cause & 0x04)

    @property
    def paper_out(self) -> bool:
        """The end sensor, or the printer saying that it stopped for it; near end has no say against it."""
        return bool(self.paper & 0x60) or bool(self.offline_cause & 0x20)

    @property
    def paper_low(self) -> bool:
        return bool(self.paper & 0x0C)

    @property
    def jammed(self) -> bool:
        """A recoverable mechanical error: somebody has to open it and take the paper out."""
        return bool(self.error_cause & 0x04)

    @property
    def cutter_error(self) -> bool:
        return bool(self.error_cause & 0x08)

    @property
    def unrecoverable(self) -> bool:
        return bool(self.error_cause & 0x20)

    @property
    def too_hot(self) -> bool:
        """The head is too hot: goes on by itself."""
        return bool(self.error_cause & 0x40)

    @property
    def unexplained_error(self) -> bool:
        """The error bit, and no cause that we know."""
        return bool(self.offline_cause & 0x40) and not self.error_cause & 0x6C

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
            )
            if holds
        )

    def status(self) -> PrinterStatus:
        """In the words of XFS4IoT. Paper that is out leaves the device online: it answers and says so."""
        if self.cutter_error or self.jammed or self.unrecoverable or self.unexplained_error:
            device = DeviceState.HARDWARE_ERROR
        elif self.cover_open:
            device = DeviceState.USER_ERROR
        elif self.too_hot:
            device = DeviceState.DEVICE_BUSY
        elif self.offline and not self.paper_out:
            device = DeviceState.OFFLINE
        else:
            device = DeviceState.ONLINE
        return PrinterStatus(
            device=device,
            media=MediaState.JAMMED if self.cutter_error or self.jammed else MediaState.NOT_SUPPORTED,
            paper=PaperState.OUT if self.paper_out else PaperState.LOW if self.paper_low else PaperState.FULL,
            toner=TonerState.NOT_SUPPORTED,
            cover=CoverState.OPEN if self.cover_open else CoverState.CLOSED,
        )


NO_ANSWER: Final = PrinterStatus(
    device=DeviceState.OFFLINE,
    media=MediaState.NOT_SUPPORTED,
    paper=PaperState.UNKNOWN,
    toner=TonerState.NOT_SUPPORTED,
    cover=CoverState.UNKNOWN,
)
"""Silence: switched off or cut off. Whether there is paper nobody knows."""
