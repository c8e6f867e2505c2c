"""Operations of the A4 printer over IPP: its state, and a print followed to its end (RFC 8011).

The document is sent once, byte for byte. What the printer has taken is followed by its job number until it is
completed, aborted or cancelled; what does not end in time is cancelled, so that no paper comes out for the next person.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from drivers.document_printer.capabilities import (
    WANTED_CAPABILITIES,
    DocumentPrinterCapabilities,
    capabilities_from,
)
from drivers.document_printer.ipp import (
    Attributes,
    Group,
    IppMalformedError,
    Message,
    Tag,
    Value,
    decode,
    encode,
    integer_of,
    one,
    strings_of,
)
from drivers.document_printer.reasons import JOB_REASONS, SAYS_NOTHING, JobMeaning
from drivers.document_printer.state import (
    STATE_ATTRIBUTES,
    WANTED_ATTRIBUTES,
    DocumentPrinterStatus,
    is_queue,
    status_from,
)
from drivers.errors import Cancelled, DeviceError, NoDevice, ProtocolError, Timeout
from drivers.operation import Operation, Post, Sleep
from drivers.print_outcome import PrintOutcome, PrintResult

DEVICE: Final = "document_printer"
A4: Final = "iso_a4_210x297mm"
CONTENT_TYPE: Final = "application/ipp"
_USER: Final = "terminal"
_LONGEST_NAME: Final = 255
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 2.0
_CANCEL_SECONDS: Final = 10.0
_TIDY_SECONDS: Final = 3.0  # less than a lane grants after a cancel
_NOT_FOUND: Final = 0x0406
_INTERNAL_ERROR: Final = 0x0500


class _Operation(IntEnum):
    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_PRINTER_ATTRIBUTES = 0x000B


class JobState(IntEnum):
    """job-state."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


@dataclass(frozen=True)
class _Progress:
    """What the printer says of a job."""

    state: int | None
    reasons: tuple[str, ...]
    impressions: int | None
    begun: bool
    """The printer behind a queue may have it."""

    @property
    def over(self) -> bool:
        return self.state in (JobState.CANCELED, JobState.ABORTED, JobState.COMPLETED)

    def meaning(self, wanted: JobMeaning) -> tuple[str, ...]:
        """The reasons that mean this."""
        return tuple(reason for reason in self.reasons if JOB_REASONS.get(reason) is wanted)


class _StatusError(Exception):
    """The printer answered with an IPP status that is no success."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:#06x}")
        self.status = status


class DocumentPrinter:
    """One printer by its URI (``ipp://host:port/path``). ``clock`` gives monotonic seconds."""

    def __init__(
        self,
        clock: Callable[[], float],
        uri: str,
        device: str = DEVICE,
        *,
        patience: float = 10.0,
        believe_queue: bool = False,
    ) -> None:
        """``device`` is the name in errors. ``patience``: seconds a job may wait for paper that somebody puts in.

        ``believe_queue``: take a CUPS queue's "completed" for the proof of a print. CUPS 2.4.2 says it of a job that
        the printer behind it aborted, so it proves no more than that the printer is done with it; without this
        setting such a print is UNKNOWN (reason ``queue-cannot-tell``).
        """
        self._believe_queue = believe_queue
        self._clock = clock
        self._patience = patience
        self._uri = uri
        self._resource = urlsplit(uri).path or "/"
        self._device = device
        self._request_ids = itertools.count(1)

    def printer_status(self) -> Operation[DocumentPrinterStatus]:
        """Ask for state, reasons, paper and toner. Raises ProtocolError and the link's errors."""
        return status_from((yield from self._attributes(WANTED_ATTRIBUTES)))

    def capabilities(self) -> Operation[DocumentPrinterCapabilities]:
        """Ask what it is and what it can do. Errors as of ``printer_status``."""
        return capabilities_from((yield from self._attributes(WANTED_CAPABILITIES)))

    def print_pdf(
        self, job_name: str, pdf: bytes, *, media: str = A4, seconds: float = 120.0
    ) -> Operation[PrintOutcome]:
        """Print a PDF and follow it for at most ``seconds``; then it is cancelled.

        ``job_name`` shows on the printer's panel: no personal data in it. FAILED before anything was sent (facts
        ``sent`` 0), refused, aborted or cancelled; UNKNOWN when the printer could not be asked any more, and when the
        job was lost in a CUPS queue after the printer behind it had begun. A cancel or
        the lane's deadline before the document was sent is raised, after it is an outcome.
        """
        job = _Job(pdf)
        try:
            before = yield from self._attributes(STATE_ATTRIBUTES)
        except NoDevice:
            return job.ended(PrintResult.FAILED, "no-device")
        job.through_queue = is_queue(before)
        job.believed = self._believe_queue or not job.through_queue
        if troubles := status_from(before).troubles():
            return job.ended(PrintResult.FAILED, *troubles)
        end = self._clock() + seconds
        job.sent = len(pdf)
        try:
            number = yield from self._submit(job_name, pdf, media)
        except NoDevice:
            job.sent = 0
            return job.ended(PrintResult.FAILED, "no-device")
        except _StatusError as error:
            # an internal error may have struck after the job was taken; every other status says that it was not
            result = PrintResult.UNKNOWN if error.status == _INTERNAL_ERROR else PrintResult.FAILED
            return job.ended(result, "refused", status=f"{error.status:04x}")
        except DeviceError as error:
            refused = isinstance(error, ProtocolError) and 400 <= int(error.facts.get("http", 0)) < 500
            return job.ended(PrintResult.FAILED if refused else PrintResult.UNKNOWN, _word(error))
        job.number = number
        try:
            return (yield from self._follow(job, end))
        except DeviceError as error:
            if not _is_end_of_time(error):
                raise
            return (yield from self._cancel(job, _TIDY_SECONDS, _word(error)))

    def _attributes(self, names: tuple[str, ...]) -> Operation[Attributes]:
        """Get-Printer-Attributes."""
        wanted = tuple(Value(Tag.KEYWORD, name) for name in names)
        try:
            answer = yield from self._call(_Operation.GET_PRINTER_ATTRIBUTES, {"requested-attributes": wanted})
        except _StatusError as error:
            raise ProtocolError(self._device, shape="ipp status", status=f"{error.status:04x}") from None
        return answer.group(Group.PRINTER)

    def _submit(self, job_name: str, pdf: bytes, media: str) -> Operation[int]:
        """Print-Job. Answer: the job's number."""
        answer = yield from self._call(
            _Operation.PRINT_JOB,
            {
                "job-name": one(Tag.NAME, _cut(job_name)),
                "document-format": one(Tag.MIME_MEDIA_TYPE, "application/pdf"),
                # rather no paper than a certificate on Letter
                "ipp-attribute-fidelity": one(Tag.BOOLEAN, True),
            },
            {"media": one(Tag.KEYWORD, media)},
            pdf,
        )
        number = integer_of(answer.group(Group.JOB), "job-id")
        if number is None:
            raise ProtocolError(self._device, shape="job without a number")
        return number

    def _follow(self, job: "_Job", end: float) -> Operation[PrintOutcome]:
        """Ask until the job is over. A printer that is in trouble for too long, or out of time, loses the job."""
        troubled_since: float | None = None
        for pause in _pauses():
            left = end - self._clock()
            if left <= 0:
                return (yield from self._cancel(job, _CANCEL_SECONDS, "deadline"))
            yield Sleep(min(pause, left))
            outcome = yield from self._look(job)
            if outcome is not None:
                return outcome
            job.troubles = (yield from self._troubles()) or job.waits
            if not job.troubles:
                troubled_since = None
            elif troubled_since is None:
                troubled_since = self._clock()
            elif self._clock() - troubled_since >= self._patience:
                return (yield from self._cancel(job, _CANCEL_SECONDS, "stuck"))
        raise AssertionError("the pauses never end")

    def _cancel(self, job: "_Job", seconds: float, reason: str) -> Operation[PrintOutcome]:
        """Take the job back, and see how it ended: it may have been printed meanwhile."""
        end = self._clock() + seconds
        job.reason = reason
        try:
            yield from self._call(_Operation.CANCEL_JOB, {"job-id": one(Tag.INTEGER, job.number)})
        except _StatusError:
            job.cancel_refused = True  # over already, or not to be cancelled: the job itself will tell
        except DeviceError as error:
            if _is_end_of_time(error):
                raise
            job.cancel_refused = True
        for pause in _pauses():
            outcome = yield from self._look(job)
            if outcome is not None:
                return outcome
            left = end - self._clock()
            if left <= 0:
                break
            yield Sleep(min(pause, left))
        return job.ended(PrintResult.UNKNOWN, reason)

    def _look(self, job: "_Job") -> Operation[PrintOutcome | None]:
        """One look at the job. None: not over, or not to be found out now."""
        wanted = ("job-state", "job-state-reasons", "job-impressions-completed", "time-at-processing")
        try:
            answer = yield from self._call(
                _Operation.GET_JOB_ATTRIBUTES,
                {
                    "job-id": one(Tag.INTEGER, job.number),
                    "requested-attributes": tuple(Value(Tag.KEYWORD, name) for name in wanted),
                },
            )
        except _StatusError as error:
            # forgotten: some printers drop a job as soon as it is over, however it ended
            return job.ended(PrintResult.UNKNOWN, "job-forgotten") if error.status == _NOT_FOUND else None
        except DeviceError as error:
            if _is_end_of_time(error):
                raise
            return None
        return job.over(_progress(answer.group(Group.JOB)))

    def _troubles(self) -> Operation[tuple[str, ...]]:
        try:
            attributes = yield from self._attributes(STATE_ATTRIBUTES)
        except DeviceError as error:
            if _is_end_of_time(error):
                raise
            return ()
        return status_from(attributes).troubles()

    def _call(
        self, operation: _Operation, asked: Attributes, job: Attributes | None = None, data: bytes = b""
    ) -> Operation[Message]:
        """One request and its response."""
        request_id = next(self._request_ids)
        # RFC 8011, 4.1.4 and 4.1.5: charset and language first, then the target
        target: Mapping[str, tuple[Value, ...]] = {
            "attributes-charset": one(Tag.CHARSET, "utf-8"),
            "attributes-natural-language": one(Tag.NATURAL_LANGUAGE, "en"),
            "printer-uri": one(Tag.URI, self._uri),
        }
        asked = dict(asked)
        number = {"job-id": asked.pop("job-id")} if "job-id" in asked else {}
        who = {"requesting-user-name": one(Tag.NAME, _USER)}
        groups: list[tuple[int, Attributes]] = [(Group.OPERATION, {**target, **number, **who, **asked})]
        if job:
            groups.append((Group.JOB, job))
        body = encode(Message(operation, request_id, tuple(groups), data))
        received: bytes = yield Post(self._resource, body, CONTENT_TYPE)
        try:
            answer = decode(received)
        except IppMalformedError as error:
            raise ProtocolError(self._device, shape=f"ipp: {error}") from None
        if answer.request_id != request_id:
            raise ProtocolError(self._device, shape="answer to another request")
        if answer.code >= 0x0100:
            raise _StatusError(answer.code)
        return answer


class _Job:
    """One document on its way, and all that is known of it."""

    def __init__(self, pdf: bytes) -> None:
        self._sha256 = hashlib.sha256(pdf).hexdigest()
        self._size = len(pdf)
        self.sent = 0
        self.number = 0
        self.reason = ""
        self.troubles: tuple[str, ...] = ()
        self.waits: tuple[str, ...] = ()
        self.cancel_refused = False
        self.through_queue = False
        self.believed = True
        self._begun = False
        self._impressions: int | None = None

    def over(self, progress: _Progress) -> PrintOutcome | None:
        """The outcome if the job is over."""
        if progress.impressions is not None:
            self._impressions = progress.impressions
        self._begun = self._begun or progress.begun
        self.waits = progress.meaning(JobMeaning.WAITS)
        if not progress.over:
            return None
        told = tuple(reason for reason in progress.reasons if JOB_REASONS.get(reason) not in SAYS_NOTHING)
        if progress.state == JobState.COMPLETED:
            if not self.believed:
                return self.ended(PrintResult.UNKNOWN, "queue-cannot-tell", *told)
            doubtful = progress.meaning(JobMeaning.DOUBTFUL)
            return self.ended(PrintResult.UNKNOWN if doubtful else PrintResult.PRINTED, *told)
        # a queue calls a job canceled at once, while the printer behind it still has it, and never hears how that ended
        certain = not (self.through_queue and self._begun)
        result = PrintResult.FAILED if certain else PrintResult.UNKNOWN
        return self.ended(result, *([self.reason] if self.reason else []), *told)

    def ended(self, result: PrintResult, *reasons: str, **facts: str | int) -> PrintOutcome:
        facts |= {"bytes": self._size, "sent": self.sent}
        if self.number:
            facts["job"] = self.number
        if self.through_queue:
            facts["way"] = "queue"
        if self._impressions is not None and not self.through_queue:  # CUPS counts pages it has only sent
            facts["impressions"] = self._impressions
        if self.cancel_refused:
            facts["cancel"] = "refused"
        why = self.troubles + reasons if result is not PrintResult.PRINTED else reasons
        return PrintOutcome(result, self._sha256, tuple(dict.fromkeys(why)), MappingProxyType(facts))


def _progress(attributes: Attributes) -> _Progress:
    state = integer_of(attributes, "job-state")
    return _Progress(
        state,
        strings_of(attributes, "job-state-reasons"),
        integer_of(attributes, "job-impressions-completed"),
        state in (JobState.PROCESSING, JobState.STOPPED) or integer_of(attributes, "time-at-processing") is not None,
    )


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _is_end_of_time(error: DeviceError) -> bool:
    """Thrown in by the lane, and not by the link (whose time-outs say what it was doing)."""
    return isinstance(error, Cancelled) or (isinstance(error, Timeout) and "doing" not in error.facts)


def _word(error: DeviceError) -> str:
    if isinstance(error, Timeout) and "doing" not in error.facts:
        return "deadline"
    return error.code.replace("_", "-")


def _cut(name: str) -> str:
    """At most 255 bytes of UTF-8, never half a character."""
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore")
