"""The operations: one IPP request in, one answer out, and the hands that open covers and take paper away."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import pikepdf

from hardware_sim.ipp_printer import description, reports
from hardware_sim.ipp_printer.codec import (
    Attribute,
    Group,
    GroupTag,
    IppFormatError,
    Message,
    Range,
    Tag,
    Value,
    attribute,
    decode,
    encode,
)
from hardware_sim.ipp_printer.description import LOW_TONER
from hardware_sim.ipp_printer.description import TRAY_SHEETS as TRAY
from hardware_sim.ipp_printer.machine import FULL_TONER, LOW_SHEETS, Job, Machine, Speed

OK, OK_SUBSTITUTED = 0x0000, 0x0001
BAD_REQUEST, NOT_POSSIBLE, NOT_FOUND = 0x0400, 0x0404, 0x0406
FORMAT_NOT_SUPPORTED, VALUES_NOT_SUPPORTED = 0x040A, 0x040B
CHARSET_NOT_SUPPORTED, COMPRESSION_NOT_SUPPORTED = 0x040D, 0x040F
OPERATION_NOT_SUPPORTED, VERSION_NOT_SUPPORTED = 0x0501, 0x0503

ANSWER_SECONDS = 0.02


class PrinterOffError(ConnectionError):
    """There is nobody at the other end: the printer has no power."""


class _RefusedError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str, unsupported: Iterable[Attribute] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.unsupported = tuple(unsupported)


class IppPrinter:
    """One printer. `handle` is its wire; every other method is a hand from outside, told the time."""

    def __init__(self, *, uri: str = "ipp://localhost/ipp/print", speed: Speed | None = None) -> None:
        self.uri = uri
        self._machine = Machine(speed if speed is not None else Speed())
        self._powered = True
        self._extra_seconds = 0.0
        self._switched_on: float | None = None
        self._operations: dict[int, Callable[[Message, Group, float], Message]] = {
            0x0002: self._print_job,
            0x0004: self._validate_job,
            0x0008: self._cancel_job,
            0x0009: self._get_job_attributes,
            0x000A: self._get_jobs,
            0x000B: self._get_printer_attributes,
        }

    # the wire

    def handle(self, body: bytes, now: float) -> tuple[bytes, float]:
        """The answer to a request body, and the seconds it takes. Raises PrinterOffError without power."""
        if not self._powered:
            raise PrinterOffError("the printer is switched off")
        if self._switched_on is None:
            self._switched_on = now
        self._machine.advance(now)
        try:
            request = decode(body)
        except IppFormatError as error:
            # the request id cannot be trusted either; 0 is no id a client uses
            answer = _answer(Message((2, 0), 0, 0, ()), BAD_REQUEST, message=str(error))
        else:
            answer = self._obey(request, now)
        return encode(answer), ANSWER_SECONDS + self._extra_seconds

    # hands

    def set_sheets(self, sheets: int, now: float) -> None:
        """Paper in the tray: 0 is empty, up to 20 is low."""
        self._machine.advance(now)
        self._machine.sheets = max(0, sheets)
        self._machine.advance(now)

    def paper_out(self, now: float) -> None:
        self.set_sheets(0, now)

    def paper_low(self, now: float) -> None:
        self.set_sheets(LOW_SHEETS // 2, now)

    def paper_ok(self, now: float) -> None:
        self.set_sheets(TRAY, now)

    def set_toner(self, percent: int, now: float) -> None:
        """0 is empty, up to 5 is low."""
        self._machine.advance(now)
        self._machine.toner = min(100, max(0, percent))
        self._machine.advance(now)

    def toner_out(self, now: float) -> None:
        self.set_toner(0, now)

    def toner_low(self, now: float) -> None:
        self.set_toner(LOW_TONER, now)

    def toner_ok(self, now: float) -> None:
        self.set_toner(FULL_TONER, now)

    def open_cover(self, now: float) -> None:
        self._machine.advance(now)
        self._machine.faults.cover_open = True
        self._machine.advance(now)

    def close_cover(self, now: float) -> None:
        self._machine.advance(now)
        self._machine.faults.cover_open = False
        self._machine.advance(now)

    def jam(self, now: float, *, after_pages: int = 0) -> None:
        """At once, or when `after_pages` more sides have come out."""
        self._machine.advance(now)
        if after_pages:
            self._machine.faults.jam_after_pages = after_pages
        else:
            self._machine.faults.jam = True
        self._machine.advance(now)

    def clear(self, now: float) -> None:
        """A technician puts everything right: jam, cover, paper, toner, speed. Jobs go on with the next page."""
        self._machine.advance(now)
        faults = self._machine.faults
        faults.jam, faults.cover_open, faults.jam_after_pages = False, False, None
        self._machine.sheets, self._machine.toner = TRAY, FULL_TONER
        self._extra_seconds = 0.0
        self._machine.advance(now)

    def slow_down(self, seconds: float) -> None:
        """Take `seconds` longer for every answer."""
        self._extra_seconds = seconds

    def power_off(self, now: float) -> None:
        """Nobody answers; jobs in memory are lost."""
        self._machine.advance(now)
        self._machine.forget_jobs()
        self._powered = False

    def power_on(self, now: float) -> None:
        if not self._powered:
            self._powered, self._switched_on = True, now

    def collect(self, now: float) -> list[Job]:
        """Jobs that came out whole since the last call."""
        self._machine.advance(now)
        return self._machine.finished()

    @property
    def powered(self) -> bool:
        return self._powered

    @property
    def extra_seconds(self) -> float:
        return self._extra_seconds

    @property
    def machine(self) -> Machine:
        """To look at; use the hands to change it."""
        return self._machine

    # operations

    def _obey(self, request: Message, now: float) -> Message:
        try:
            operation = self._checked(request)
            return self._operations[request.code](request, operation, now)
        except _RefusedError as refused:
            groups = (Group(GroupTag.UNSUPPORTED, refused.unsupported),) if refused.unsupported else ()
            return _answer(request, refused.status, *groups, message=refused.message)

    def _checked(self, request: Message) -> Group:
        """The operation attributes, after the checks every operation shares (RFC 8011, 4.1)."""
        if request.version[0] not in (1, 2):
            raise _RefusedError(VERSION_NOT_SUPPORTED, "IPP 1.1 and 2.0 are spoken here")
        if request.request_id < 1 or request.request_id > 0x7FFFFFFF:
            raise _RefusedError(BAD_REQUEST, "the request id is out of range")
        if request.code not in self._operations:
            raise _RefusedError(OPERATION_NOT_SUPPORTED, f"no operation {request.code:04X}")
        if not request.groups or request.groups[0].tag != GroupTag.OPERATION:
            raise _RefusedError(BAD_REQUEST, "the operation attributes are missing")
        operation = request.groups[0]
        names = [each.name for each in operation.attributes]
        if names[:2] != ["attributes-charset", "attributes-natural-language"]:
            raise _RefusedError(BAD_REQUEST, "charset and natural language come first, in this order")
        # RFC 8010, 3.1.4 lets a printer take one of them; CUPS 2.4 sends this one twice to a queue without filters
        strict = [name for name in names if name != "document-format"]
        if len(set(strict)) != len(strict):
            raise _RefusedError(BAD_REQUEST, "an operation attribute is given twice")
        charset = operation.attributes[0].first
        if not isinstance(charset, str) or charset.lower() != "utf-8":
            raise _RefusedError(CHARSET_NOT_SUPPORTED, "only utf-8")
        if operation.find("printer-uri") is None and operation.find("job-uri") is None:
            raise _RefusedError(BAD_REQUEST, "the target is missing")
        return operation

    def _get_printer_attributes(self, request: Message, operation: Group, now: float) -> Message:
        dynamic = reports.printer_attributes(self._machine, self.uri, self._up_seconds(now))
        fixed = description.PRINTER_DESCRIPTION
        chosen = reports.requested(
            operation, {"printer-description": (*fixed, *dynamic), "job-template": description.JOB_TEMPLATE}
        )
        return _answer(request, OK, Group(GroupTag.PRINTER, chosen))

    def _print_job(self, request: Message, operation: Group, now: float) -> Message:
        unsupported = self._check_job(request, operation)
        document = request.data
        if not document:
            raise _RefusedError(BAD_REQUEST, "no document")
        if _format(operation) == "application/octet-stream" and not document.startswith(b"%PDF-"):
            raise _RefusedError(FORMAT_NOT_SUPPORTED, "not a PDF document")
        template = request.group(GroupTag.JOB) or Group(GroupTag.JOB, ())
        refused = {each.name for each in unsupported}
        copies, sides = _plain(template, "copies", refused), _plain(template, "sides", refused)
        job = self._machine.add(
            now,
            name=_text(operation, "job-name") or "untitled",
            user=_text(operation, "requesting-user-name") or "anonymous",
            document=document,
            pages=count_pages(document),
            copies=copies if isinstance(copies, int) else 1,
            two_sided=isinstance(sides, str) and sides != description.SIDES[0],
        )
        wanted = ("job-id", "job-uri", "job-state", "job-state-reasons", "job-state-message")
        made = tuple(each for each in self._job_attributes(job, now) if each.name in wanted)
        groups = [Group(GroupTag.UNSUPPORTED, tuple(unsupported))] if unsupported else []
        return _answer(request, OK_SUBSTITUTED if unsupported else OK, *groups, Group(GroupTag.JOB, made))

    def _validate_job(self, request: Message, operation: Group, now: float) -> Message:
        unsupported = self._check_job(request, operation)
        groups = [Group(GroupTag.UNSUPPORTED, tuple(unsupported))] if unsupported else []
        return _answer(request, OK_SUBSTITUTED if unsupported else OK, *groups)

    def _get_job_attributes(self, request: Message, operation: Group, now: float) -> Message:
        job = self._job(operation)
        attributes = reports.requested(
            operation, {"job-description": self._job_attributes(job, now), "job-template": ()}
        )
        return _answer(request, OK, Group(GroupTag.JOB, attributes))

    def _get_jobs(self, request: Message, operation: Group, now: float) -> Message:
        which = _text(operation, "which-jobs") or "not-completed"
        if which not in ("completed", "not-completed"):
            wrong = attribute("which-jobs", Tag.KEYWORD, which)
            raise _RefusedError(VALUES_NOT_SUPPORTED, "completed or not-completed", (wrong,))
        jobs = [job for job in self._machine.jobs if job.state.final == (which == "completed")]
        mine = operation.find("my-jobs")
        if mine is not None and mine.first is True:
            user = _text(operation, "requesting-user-name")
            jobs = [job for job in jobs if job.user == user]
        if which == "completed":
            jobs.reverse()
        limit = operation.find("limit")
        if limit is not None and isinstance(limit.first, int):
            jobs = jobs[: limit.first]
        if operation.find("requested-attributes") is None:
            asked = attribute("requested-attributes", Tag.KEYWORD, "job-id", "job-uri")
            operation = Group(operation.tag, (*operation.attributes, asked))
        return _answer(
            request,
            OK,
            *(
                Group(
                    GroupTag.JOB,
                    reports.requested(
                        operation, {"job-description": self._job_attributes(job, now), "job-template": ()}
                    ),
                )
                for job in jobs
            ),
        )

    def _cancel_job(self, request: Message, operation: Group, now: float) -> Message:
        if not self._machine.cancel(self._job(operation), now):
            raise _RefusedError(NOT_POSSIBLE, "the job has already ended")
        return _answer(request, OK)

    # inside

    def _job(self, operation: Group) -> Job:
        number: object
        job_uri = _text(operation, "job-uri")
        if job_uri is not None:
            tail = urlsplit(job_uri).path.rpartition("/")[2]
            number = int(tail) if tail.isascii() and tail.isdigit() else None
        else:
            asked = operation.find("job-id")
            if asked is None:
                raise _RefusedError(BAD_REQUEST, "which job?")
            number = asked.first
        job = self._machine.job(number) if isinstance(number, int) else None
        if job is None:
            raise _RefusedError(NOT_FOUND, "no such job")
        return job

    def _check_job(self, request: Message, operation: Group) -> list[Attribute]:
        """Attributes this printer cannot obey; refuses when the client insists, or when it cannot print at all."""
        if _format(operation) not in description.FORMATS:
            wrong = attribute("document-format", Tag.MIME_TYPE, _format(operation))
            raise _RefusedError(FORMAT_NOT_SUPPORTED, "PDF only", (wrong,))
        compression = _text(operation, "compression") or "none"
        if compression != "none":
            wrong = attribute("compression", Tag.KEYWORD, compression)
            raise _RefusedError(COMPRESSION_NOT_SUPPORTED, "no compression", (wrong,))
        template = request.group(GroupTag.JOB)
        unsupported = [] if template is None else [each for each in template.attributes if not _can_do(each)]
        fidelity = operation.find("ipp-attribute-fidelity")
        if unsupported and fidelity is not None and fidelity.first is True:
            raise _RefusedError(VALUES_NOT_SUPPORTED, "cannot be printed exactly so", unsupported)
        return unsupported

    def _up_seconds(self, at: float) -> int:
        return max(1, int(at - (self._switched_on or 0.0)) + 1)

    def _job_attributes(self, job: Job, now: float) -> tuple[Attribute, ...]:
        return reports.job_attributes(
            job, self.uri, self._up_seconds, now, printer_stopped=bool(self._machine.errors())
        )


def count_pages(document: bytes) -> int | None:
    """Pages of a PDF; None when it is damaged, locked or empty."""
    try:
        with pikepdf.open(io.BytesIO(document)) as pdf:
            return len(pdf.pages) or None
    except pikepdf.PdfError:
        return None


def _answer(request: Message, status: int, *groups: Group, message: str = "") -> Message:
    head = [
        attribute("attributes-charset", Tag.CHARSET, "utf-8"),
        attribute("attributes-natural-language", Tag.LANGUAGE, "en"),
    ]
    if message:
        head.append(attribute("status-message", Tag.TEXT, message))
    version = request.version if request.version[0] in (1, 2) else (2, 0)
    return Message(version, status, request.request_id, (Group(GroupTag.OPERATION, tuple(head)), *groups))


def _text(group: Group, name: str) -> str | None:
    found = group.find(name)
    return found.first if found is not None and isinstance(found.first, str) else None


def _plain(template: Group, name: str, refused: set[str]) -> object:
    found = template.find(name)
    return None if found is None or name in refused else found.first


def _format(operation: Group) -> str:
    return (_text(operation, "document-format") or description.FORMATS[0]).partition(";")[0].strip().lower()


def _can_do(wanted: Attribute) -> bool:
    supported = description.supported(wanted.name)
    if supported is None:
        return False
    return all(any(_fits(value, offer) for offer in supported.values) for value in wanted.values)


def _fits(value: Value, offer: Value) -> bool:
    if isinstance(offer.content, Range):
        return isinstance(value.content, int) and offer.content.lower <= value.content <= offer.content.upper
    return value == offer
