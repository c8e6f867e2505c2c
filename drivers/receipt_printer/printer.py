"""Operations of the receipt printer: its status, its changes, and a print that is printed, failed or unknown.

The only proof of a print is the answer to GS r, which is queued behind the data. Data are sent once.
"""

from collections.abc import Callable
from typing import Final

from drivers.errors import Cancelled, DeviceError, LinkLost, Timeout
from drivers.operation import Operation, Write
from drivers.print_outcome import PAPER_OUT, PrintOutcome, PrintResult
from drivers.receipt_printer.condition import NO_ANSWER, QUEUED_PAPER_LOW, Condition
from drivers.receipt_printer.conversation import Conversation, Owed
from drivers.receipt_printer.document import Receipt
from drivers.receipt_printer.encode import (
    AUTOMATIC_ON,
    CUT,
    EJECT,
    INITIALISE,
    PRESENT,
    RETRACT,
    Rasterise,
    encode,
)
from drivers.receipt_printer.job import Job
from drivers.receipt_printer.make import STANDARD, Make
from drivers.receipt_printer.replies import ReplyKind
from drivers.status import PrinterStatus

DEVICE: Final = "receipt_printer"
_LOOK_SECONDS: Final = 1.0  # between two looks at the status while a print is under way
_PRESENTER_SECONDS: Final = 5.0
_GARBLED_TRIES: Final = 3


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
        make: Make = STANDARD,
    ) -> None:
        """``rasterise(text, height in dots)`` draws what the printer has no glyph for.

        ``bytes_per_second`` is the line's speed. Data are sent no faster, and XOFF is obeyed here and not by the
        system: the system would hold back the real-time questions too, and a full printer could never say why.
        """
        self._clock = clock
        self._bytes_per_second = bytes_per_second
        self._rasterise = rasterise
        self._device = device
        self._make = make
        self._owed = Owed()
        # a print that did not end well may have left a half receipt in the printer, a process before us too
        self._remains = True

    def status(self) -> Operation[PrinterStatus]:
        """Ask for everything it tells. Silence is offline with paper unknown, never "paper is fine"."""
        return _words((yield from self._talk().ask()))

    def watch(self, known: PrinterStatus, seconds: float) -> Operation[PrinterStatus]:
        """Wait at most ``seconds`` for the status to be another than ``known``. Answer: the status at the end.

        A printer in order is told to speak up by itself (GS a), and then nothing is sent to it. One that is stopped,
        or cannot do that, is asked every second: what is sent to it would only fill its buffer. Cancel at will.
        """
        talk = self._talk()
        end = self._clock() + seconds
        speaks = self._make.automatic_status
        condition = yield from talk.ask()
        while (left := end - self._clock()) > 0 and _words(condition) == known:
            if speaks and condition is not None and not condition.offline and not condition.troubles():
                yield Write(AUTOMATIC_ON)
                yield from self._until_it_speaks(talk, condition, end)
                speaks = False  # it spoke: if asking shows nothing new, its word cannot be relied on
            else:
                yield from talk.listen(min(left, _LOOK_SECONDS))
            condition = yield from talk.ask()
        return _words(condition)

    def print_receipt(self, receipt: Receipt, *, seconds: float = 30.0) -> Operation[PrintOutcome]:
        """Print, cut, and wait at most ``seconds`` for the proof.

        The cut is handed over when the printer has proved that all lines are on paper: what it says stopped it before
        that is a certain failure. After it only the end of the paper is (it never cuts then);
        every other stop, and silence, is UNKNOWN with its reason. FAILED with facts ``sent`` 0: nothing was sent.
        What a stopped printer already holds cannot be called back (fact ``rest`` in-printer): it comes out when
        somebody mends the printer, so that person has to take it away. A cancel or the lane's deadline before the
        first byte is raised, after it is an outcome.
        Raises ReceiptUnprintableError for a receipt that cannot stand on the paper.
        """
        make = self._make
        data = encode(receipt, self._rasterise, AUTOMATIC_ON if make.automatic_status else b"")
        if self._remains:
            data = INITIALISE + CUT + data  # so that no half receipt of another person hangs on this one
        job = Job(data, CUT + PRESENT if make.presenter else CUT)
        talk = self._talk()
        condition = yield from talk.ask()
        if condition is None:
            return job.ended(PrintResult.FAILED, "no-answer")
        if troubles := condition.troubles():
            return job.ended(PrintResult.FAILED, *troubles)
        if condition.offline and not condition.busy:
            return job.ended(PrintResult.FAILED, "offline")
        if not (yield from talk.settle()):
            return job.ended(PrintResult.FAILED, "no-answer")
        talk.heard.clear()
        self._remains = True
        outcome = yield from self._send_and_wait(job, talk, seconds)
        self._remains = outcome.result is not PrintResult.PRINTED
        return outcome

    def initialise(self) -> Operation[bool]:
        """ESC @, for a printer that has stopped answering. Answer: was it sent?

        Only when every print so far ended well: it empties the buffer, and what a stopped printer still holds of a
        person's receipt is cut off by the next print instead, where it can be seen.
        """
        if self._remains:
            return False
        yield Write(INITIALISE)
        return True

    def eject(self) -> Operation[bool]:
        """Let go of the receipt in the presenter. Answer: whether the printer says that it did. No presenter: False."""
        return (yield from self._presenter(EJECT))

    def retract(self) -> Operation[bool]:
        """Pull a receipt that nobody took back in. Answer as of ``eject``."""
        return (yield from self._presenter(RETRACT))

    def _talk(self) -> Conversation:
        return Conversation(self._clock, self._make, self._owed)

    def _until_it_speaks(self, talk: Conversation, known: Condition, end: float) -> Operation[None]:
        """Until an automatic status differs from what is known; switching it on brings the first one."""
        while (left := end - self._clock()) > 0:
            yield from talk.listen(left)
            heard = [Condition.from_automatic(r.data) for r in talk.heard if r.kind is ReplyKind.AUTOMATIC]
            talk.heard.clear()
            if any(condition.status() != known.status() for condition in heard):
                return

    def _presenter(self, action: bytes) -> Operation[bool]:
        talk = self._talk()
        if not self._make.presenter or not (yield from talk.settle()):
            return False
        yield Write(action)
        yield from talk.ask_queued()
        end = self._clock() + _PRESENTER_SECONDS
        while (left := end - self._clock()) > 0:
            yield from talk.listen(left)
            if any(reply.kind is ReplyKind.QUEUED for reply in talk.heard):
                talk.heard.clear()
                return (yield from talk.stands_alone())
        return False

    def _send_and_wait(self, job: Job, talk: Conversation, seconds: float) -> Operation[PrintOutcome]:
        end = self._clock() + seconds
        try:
            outcome = yield from self._course(job, talk, end)
        except LinkLost:
            return job.cut_short("link-lost")
        except Cancelled:
            outcome = job.cut_short("cancelled")
        except Timeout as timeout:
            if "doing" in timeout.facts:
                return (yield from self._not_taken(job, talk))
            outcome = job.cut_short("deadline")  # the lane's: our time is over
        if job.uncut and not talk.full:
            # whatever hangs in the printer is cut as soon as it can be, and not in front of the next person
            yield from _cut_off(job)
            return job.ended(outcome.result, *outcome.reasons)
        return outcome

    def _course(self, job: Job, talk: Conversation, end: float) -> Operation[PrintOutcome]:
        """All lines, their proof, the cut, its proof."""
        for piece in job.pieces():
            refused = yield from self._hand_over(job, talk, piece, end)
            if refused is not None:
                return refused
        lines = yield from self._processed(job, talk, end)
        if isinstance(lines, PrintOutcome):
            return lines
        if Condition.from_queued(lines).paper_out:
            return job.stopped(Condition(paper_out=True))
        refused = yield from self._hand_over(job, talk, job.cut, end)
        if refused is not None:
            return refused
        proof = yield from self._processed(job, talk, end)
        return proof if isinstance(proof, PrintOutcome) else _proved(job, proof)

    def _hand_over(self, job: Job, talk: Conversation, piece: bytes, end: float) -> Operation[PrintOutcome | None]:
        """Write a piece, and wait as long as the line takes for it and while the printer is full.

        Answer: the outcome if the printer stopped or stays full.
        """
        if (stop := _stop_heard(talk)) is not None:
            return job.stopped(stop)
        if piece is job.cut:
            job.begin_cut()
        yield Write(piece)
        job.sent += len(piece)
        through = self._clock() + len(piece) / self._bytes_per_second
        while (left := through - self._clock()) > 0:
            yield from talk.listen(left)
            if (stop := _stop_heard(talk)) is not None:
                return job.stopped(stop)
        while talk.full:
            if (yield from talk.listen(_LOOK_SECONDS)):
                continue
            if self._make.real_time:
                condition = yield from talk.ask()
                if condition is None:
                    return job.cut_short("no-answer")
                if condition.troubles():
                    return job.stopped(condition)
            if self._clock() >= end:
                return job.cut_short("deadline")
        return None

    def _processed(self, job: Job, talk: Conversation, end: float) -> Operation[PrintOutcome | int]:
        """Wait for the word that everything handed over was processed; every second look whether something stopped it.

        Answer: the byte of that word, or the outcome if it does not come.
        """
        yield from talk.ask_queued()
        garbled = 0
        answered = True
        while (left := end - self._clock()) > 0:
            received = yield from talk.listen(min(left, _LOOK_SECONDS))
            stop: Condition | None = None
            if not received and self._make.real_time:
                stop = yield from talk.ask()
                answered = stop is not None
            while talk.heard:
                reply = talk.heard.popleft()
                if reply.kind is ReplyKind.QUEUED:
                    if (yield from talk.stands_alone()):
                        return reply.data[0]
                    garbled += 1
                    if garbled == _GARBLED_TRIES:
                        return job.cut_short("garbled")
                    yield from talk.ask_queued()
                    continue
                condition = Condition.from_automatic(reply.data)
                if condition.troubles():
                    return job.stopped(condition)
            if stop is not None and stop.troubles():
                return job.stopped(stop)
        return job.cut_short("deadline" if answered and self._make.real_time else "no-answer")

    def _not_taken(self, job: Job, talk: Conversation) -> Operation[PrintOutcome]:
        """The printer takes no more bytes; it still answers in real time, and may say why."""
        try:
            condition = yield from talk.ask()
        except DeviceError:
            return job.cut_short("no-answer")
        if condition is None:
            return job.cut_short("no-answer")
        return job.stopped(condition, "not-taken") if condition.troubles() else job.cut_short("not-taken")


def _words(condition: Condition | None) -> PrinterStatus:
    return NO_ANSWER if condition is None else condition.status()


def _stop_heard(talk: Conversation) -> Condition | None:
    """The first automatic status that tells of a stop."""
    while talk.heard:
        reply = talk.heard.popleft()
        if reply.kind is ReplyKind.AUTOMATIC and (condition := Condition.from_automatic(reply.data)).troubles():
            return condition
    return None


def _proved(job: Job, byte: int) -> PrintOutcome:
    if Condition.from_queued(byte).paper_out:
        # everything was processed, but on how much paper?
        return job.ended(PrintResult.UNKNOWN, PAPER_OUT)
    return job.ended(PrintResult.PRINTED, *(["paper-low"] if byte & QUEUED_PAPER_LOW else []))


def _cut_off(job: Job) -> Operation[None]:
    """The cut behind lines that were not proved; it changes nothing in what may be claimed of them."""
    job.begin_cut()
    try:
        yield Write(job.cut)
    except DeviceError:
        return
    job.sent += len(job.cut)
