"""Operations of the receipt printer: its status, and a print that ends printed, failed or unknown.

The only proof of a print is the answer to GS r, which is queued behind the data. Data are sent once.
"""

import hashlib
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from drivers.errors import Cancelled, DeviceError, LinkLost, Timeout
from drivers.operation import Operation, ReadUntil, Write
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.receipt_printer.document import Receipt
from drivers.receipt_printer.encode import CUT, INITIALISE, Rasterise, encode
from drivers.receipt_printer.replies import NO_ANSWER, Reading, ReplyKind, ReplyReader
from drivers.status import PrinterStatus

DEVICE: Final = "receipt_printer"
_REAL_TIME: Final = b"\x10\x04"
_PAPER_QUEUED: Final = b"\x1d\x72\x01"
_QUEUED_PAPER_OUT: Final = 0x0C
_QUEUED_PAPER_LOW: Final = 0x03
_ANSWER_SECONDS: Final = 0.8  # a real-time answer comes at once; this is for a slow USB bridge
_SURPLUS_SECONDS: Final = 0.1
_LOOK_SECONDS: Final = 1.0  # between two looks at the status while a print is under way
_SETTLE_SECONDS: Final = 5.0
_QUIET_SECONDS: Final = 0.5
_ANY_NUMBER: Final = 1 << 30
_PIECE: Final = 512
_DRAIN_READS: Final = 64
_TRIES: Final = 3


class ReceiptPrinter:
    """One printer on one line. ``clock`` gives monotonic seconds.

    Operations end with the link's errors only where nothing was printed yet.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        rasterise: Rasterise,
        device: str = DEVICE,
        *,
        bytes_per_second: float = 11520.0,
    ) -> None:
        """``rasterise(text, height in dots)`` draws what the printer has no glyph for.

        ``bytes_per_second`` is the line's speed. Data are sent no faster, and XOFF is obeyed here and not by the
        system: the system would hold back the real-time questions too, and a full printer could never say why.
        """
        self._clock = clock
        self._bytes_per_second = bytes_per_second
        self._rasterise = rasterise
        self._device = device
        # a process before us may have asked and died
        self._real_time_owed = True
        self._queued_owed = True
        # a print that did not end well may have left a half receipt in the printer, a process before us too
        self._remains = True

    def status(self) -> Operation[PrinterStatus]:
        """Ask for all four status bytes. Silence is offline with paper unknown, never "paper is fine"."""
        reading = yield from self._reading(ReplyReader())
        return NO_ANSWER if reading is None else reading.status()

    def print_receipt(self, receipt: Receipt, *, seconds: float = 30.0) -> Operation[PrintOutcome]:
        """Print, cut, and wait at most ``seconds`` for the proof.

        FAILED before anything was sent (facts ``sent`` 0) or when the printer says what stopped it; UNKNOWN when it
        says nothing. What a stopped printer already holds cannot be called back (fact ``rest`` in-printer): it comes
        out when somebody mends the printer, so that person has to take it away. A cancel or the lane's deadline
        before the first byte is raised, after it is an outcome.
        Raises ReceiptUnprintableError for a receipt that cannot stand on the paper.
        """
        data = encode(receipt, self._rasterise)
        if self._remains:
            data = INITIALISE + CUT + data  # so that no half receipt of another person hangs on this one
        job = _Job(data)
        replies = ReplyReader()
        reading = yield from self._reading(replies)
        if reading is None:
            return job.ended(PrintResult.FAILED, "no-answer")
        if troubles := reading.troubles():
            return job.ended(PrintResult.FAILED, *troubles)
        if reading.offline and not reading.too_hot:
            return job.ended(PrintResult.FAILED, "offline")
        if self._queued_owed and not (yield from self._settle_queue(replies)):
            return job.ended(PrintResult.FAILED, "no-answer")
        self._remains = True
        outcome = yield from self._send_and_wait(job, replies, seconds)
        self._remains = outcome.result is not PrintResult.PRINTED
        return outcome

    def _send_and_wait(self, job: "_Job", replies: ReplyReader, seconds: float) -> Operation[PrintOutcome]:
        end = self._clock() + seconds
        try:
            for piece in job.pieces():
                yield Write(piece)
                job.sent += len(piece)
                refused = yield from self._let_it_through(job, replies, len(piece), end)
                if refused is not None:
                    return refused
            self._queued_owed = True
            replies.queued_pending += 1
            yield Write(_PAPER_QUEUED)
            outcome = yield from self._proof(job, replies, end)
        except LinkLost:
            return job.cut_short("link-lost")
        except Cancelled:
            return job.cut_short("cancelled")
        except Timeout as timeout:
            if "doing" not in timeout.facts:  # the lane's: our time is over
                return job.cut_short("deadline")
        else:
            return outcome
        # the printer takes no more bytes; it still answers in real time, and may say why
        try:
            reading = yield from self._reading(replies)
        except DeviceError:
            return job.cut_short("no-answer")
        return job.cut_short("no-answer") if reading is None else job.cut_short(*reading.troubles(), "not-taken")

    def _let_it_through(
        self, job: "_Job", replies: ReplyReader, size: int, end: float
    ) -> Operation[PrintOutcome | None]:
        """Wait as long as the line takes for a piece, and while the printer is full; an outcome if it stays full."""
        through = self._clock() + size / self._bytes_per_second
        while (left := through - self._clock()) > 0:
            replies.feed((yield ReadUntil(left)))  # nothing was asked; only XOFF matters now
        while replies.full:
            received: bytes = yield ReadUntil(_LOOK_SECONDS)
            replies.feed(received)
            if received:
                continue
            reading = yield from self._reading(replies)
            if reading is None or reading.troubles():
                return job.cut_short(*(reading.troubles() if reading else ("no-answer",)))
            if self._clock() >= end:
                return job.cut_short("deadline")
        return None

    def _proof(self, job: "_Job", replies: ReplyReader, end: float) -> Operation[PrintOutcome]:
        """Wait for the queued answer; every second look whether something stopped the printer."""
        answered = True
        while (left := end - self._clock()) > 0:
            received: bytes = yield ReadUntil(min(left, _LOOK_SECONDS))
            for kind, byte in replies.feed(received):
                if kind is ReplyKind.QUEUED:
                    return self._proved(job, byte)
            if received:
                continue
            queued: list[int] = []
            reading = yield from self._reading(replies, queued)
            if queued:
                return self._proved(job, queued[0])
            answered = reading is not None
            if reading is not None and (troubles := reading.troubles()):
                return job.ended(PrintResult.FAILED, *troubles)
        return job.ended(PrintResult.UNKNOWN, "deadline" if answered else "no-answer")

    def _proved(self, job: "_Job", byte: int) -> PrintOutcome:
        self._queued_owed = False
        if byte & _QUEUED_PAPER_OUT:
            # everything was processed, but on how much paper?
            return job.ended(PrintResult.UNKNOWN, "paper-out")
        return job.ended(PrintResult.PRINTED, *(["paper-low"] if byte & _QUEUED_PAPER_LOW else []))

    def _settle_queue(self, replies: ReplyReader) -> Operation[bool]:
        """Make sure that no queued answer of an earlier print is still to come: it would prove a print that never was.

        An idle printer answers the GS r sent here at once, and after it, or after a late one before it, falls silent.
        """
        replies.queued_pending = _ANY_NUMBER
        yield Write(_PAPER_QUEUED)
        end = self._clock() + _SETTLE_SECONDS
        answered = False
        while (left := end - self._clock()) > 0:
            received: bytes = yield ReadUntil(min(left, _QUIET_SECONDS) if answered else left)
            if not received:
                break
            answered = any(kind is ReplyKind.QUEUED for kind, _ in replies.feed(received)) or answered
        replies.queued_pending = 0
        self._queued_owed = not answered
        return answered

    def _reading(self, replies: ReplyReader, queued: list[int] | None = None) -> Operation[Reading | None]:
        """All four status bytes, or None when the printer stays silent.

        The answers look all alike, so one that came late would be taken for the next. While an answer is owed, a byte
        too many makes the whole reading worthless, and it is taken anew.
        """
        for _ in range(_TRIES):
            owed = self._real_time_owed
            yield from self._drain(replies, queued)
            self._real_time_owed = True
            found: list[int] = []
            for n in (1, 2, 3, 4):
                yield Write(_REAL_TIME + bytes([n]))
                if not (yield from self._collect(replies, found, n, _ANSWER_SECONDS, queued)):
                    return None
            surplus = len(found) > 4 or (
                owed and (yield from self._collect(replies, found, 5, _SURPLUS_SECONDS, queued))
            )
            if not surplus:
                self._real_time_owed = False
                return Reading(*found)
        return None

    def _collect(
        self, replies: ReplyReader, found: list[int], wanted: int, seconds: float, queued: list[int] | None
    ) -> Operation[bool]:
        """Read until ``wanted`` real-time bytes were found, for at most ``seconds``."""
        end = self._clock() + seconds
        while len(found) < wanted:
            if (left := end - self._clock()) <= 0:
                return False
            received: bytes = yield ReadUntil(left)
            for kind, byte in replies.feed(received):
                if kind is ReplyKind.REAL_TIME:
                    found.append(byte)
                elif queued is not None:
                    queued.append(byte)
        return True

    def _drain(self, replies: ReplyReader, queued: list[int] | None) -> Operation[None]:
        """Let old bytes go by; only the answer to a GS r is kept."""
        for _ in range(_DRAIN_READS):
            received: bytes = yield ReadUntil(0.0)
            if not received:
                return
            for kind, byte in replies.feed(received):
                if kind is ReplyKind.QUEUED and queued is not None:
                    queued.append(byte)


class _Job:
    """The bytes of one print, and how many of them were handed to the line."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._whole = body + CUT
        self.sent = 0

    def pieces(self) -> Iterator[bytes]:
        """The body in pieces, then the cut alone: as long as that was not sent, no whole receipt can have come out."""
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]
        yield CUT

    def cut_short(self, *reasons: str) -> PrintOutcome:
        """The end of a job that was interrupted: certain as long as the cut was not handed over."""
        whole = self.sent >= len(self._body)
        return self.ended(PrintResult.UNKNOWN if whole else PrintResult.FAILED, *reasons)

    def ended(self, result: PrintResult, *reasons: str) -> PrintOutcome:
        facts: dict[str, str | int] = {"bytes": len(self._whole), "sent": self.sent}
        if result is PrintResult.FAILED and self.sent:
            facts["rest"] = "in-printer"
        return PrintOutcome(
            result,
            hashlib.sha256(self._whole).hexdigest(),
            reasons,
            MappingProxyType(facts),
        )
