"""Prints over IPP in virtual time, against a scripted printer that can run out, die, forget or refuse."""

import hashlib
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from drivers.document_printer.ipp import Attributes, Group, Message, Tag, Value, decode, encode, one, strings_of
from drivers.document_printer.printer import DocumentPrinter
from drivers.document_printer.state import DocumentPrinterStatus
from drivers.errors import DeviceError, LinkLost, NoDevice, ProtocolError, Timeout
from drivers.lanes import Done, Failed, Outcome, VirtualLane
from drivers.operation import Post, Request
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.scheduler import Scheduled, VirtualScheduler
from drivers.status import PaperState

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
URI = "ipp://printer:631/ipp/print"
PRINT_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
JOB = 42


@dataclass
class Printer:
    """A printer by the minute: ``job_state`` is read from the outside, time passes in ``answer``."""

    printer_state: int = 3
    reasons: tuple[str, ...] = ("none",)
    job_state: int = 5
    job_reasons: tuple[str, ...] = ("none",)
    impressions: int | None = None
    finishes_at: float | None = 3.0
    statuses: dict[int, int] = field(default_factory=dict)
    errors: dict[int, DeviceError] = field(default_factory=dict)
    raw: dict[int, bytes] = field(default_factory=dict)
    cancel_works: bool = True
    queue: bool = False
    asked: list[Message] = field(default_factory=list)

    def answer(self, body: bytes, now: float) -> bytes | DeviceError:
        message = decode(body)
        self.asked.append(message)
        if message.code in self.errors:
            return self.errors[message.code]
        if message.code in self.raw:
            return self.raw[message.code]
        if message.code in self.statuses:
            return self._response(message, self.statuses[message.code])
        if self.finishes_at is not None and now >= self.finishes_at and self.job_state < 7:
            self.job_state, self.job_reasons, self.impressions = 9, ("job-completed-successfully",), 1
        if message.code == CANCEL_JOB and self.cancel_works:
            if self.job_state >= 7:
                return self._response(message, 0x0404)
            self.job_state, self.job_reasons = 7, ("job-canceled-by-user",)
        return self._response(message, 0)

    def _response(self, message: Message, status: int) -> bytes:
        groups: list[tuple[int, Attributes]] = [(Group.OPERATION, {"attributes-charset": one(Tag.CHARSET, "utf-8")})]
        if message.code == GET_PRINTER:
            reasons = tuple(Value(Tag.KEYWORD, reason) for reason in self.reasons)
            told = {"printer-state": one(Tag.ENUM, self.printer_state), "printer-state-reasons": reasons}
            groups.append((Group.PRINTER, {**told, **({"cups-version": one(Tag.TEXT, "2.4")} if self.queue else {})}))
        elif message.code in (PRINT_JOB, GET_JOB):
            reasons = tuple(Value(Tag.KEYWORD, reason) for reason in self.job_reasons)
            job = {
                "job-id": one(Tag.INTEGER, JOB),
                "job-state": one(Tag.ENUM, self.job_state),
                "job-state-reasons": reasons,
            }
            if self.impressions is not None:
                job["job-impressions-completed"] = one(Tag.INTEGER, self.impressions)
            groups.append((Group.JOB, job))
        return encode(Message(status, message.request_id, tuple(groups)))

    def count(self, operation: int) -> int:
        return sum(message.code == operation for message in self.asked)


class Link:
    """Carries a request to the printer in 0.05 s; a DeviceError from it is the wire's."""

    def __init__(self, scheduler: VirtualScheduler, printer: Printer) -> None:
        self._scheduler = scheduler
        self._printer = printer
        self.resources: set[str] = set()

    def begin(self, request: Request, done: Callable[[Any], None]) -> Scheduled:
        assert isinstance(request, Post)
        assert request.content_type == "application/ipp"
        self.resources.add(request.resource)
        answer = self._printer.answer(request.body, self._scheduler.now())
        return self._scheduler.call_later(0.05, lambda: done(answer))

    def close(self) -> None:
        """Nothing is open between two requests."""


@pytest.fixture
def scheduler() -> VirtualScheduler:
    return VirtualScheduler()


@pytest.fixture
def device() -> Printer:
    return Printer()


@pytest.fixture
def link(scheduler: VirtualScheduler, device: Printer) -> Link:
    return Link(scheduler, device)


@pytest.fixture
def lane(scheduler: VirtualScheduler, link: Link) -> VirtualLane:
    return VirtualLane("document_printer", scheduler, link)


@pytest.fixture
def printer(scheduler: VirtualScheduler) -> DocumentPrinter:
    return DocumentPrinter(scheduler.now, URI)


Run = Callable[..., Any]


@pytest.fixture
def run(scheduler: VirtualScheduler, lane: VirtualLane) -> Run:
    def run(operation: Generator[Any, Any, Any], deadline: float = 600.0) -> Any:
        outcomes: list[Outcome[Any]] = []
        lane.submit(operation, outcomes.append, deadline=deadline)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.value

    return run


def test_a_document_goes_once_byte_for_byte_with_its_media(
    printer: DocumentPrinter, run: Run, device: Printer, link: Link
) -> None:
    outcome: PrintOutcome = run(printer.print_pdf("证明 1", PDF))
    assert outcome.result is PrintResult.PRINTED
    assert outcome.reasons == ()
    assert outcome.sha256 == hashlib.sha256(PDF).hexdigest()
    assert outcome.facts == {"bytes": len(PDF), "sent": len(PDF), "job": JOB, "impressions": 1}
    (sent,) = [message for message in device.asked if message.code == PRINT_JOB]
    assert sent.data == PDF
    assert sent.version == (2, 0)
    assert strings_of(sent.group(Group.JOB), "media") == ("iso_a4_210x297mm",)
    operation = sent.group(Group.OPERATION)
    assert list(operation)[:3] == ["attributes-charset", "attributes-natural-language", "printer-uri"]
    assert strings_of(operation, "printer-uri") == (URI,)
    assert strings_of(operation, "job-name") == ("证明 1",)
    assert strings_of(operation, "document-format") == ("application/pdf",)
    assert operation["ipp-attribute-fidelity"] == one(Tag.BOOLEAN, True)
    assert link.resources == {"/ipp/print"}


def test_a_long_name_is_cut_between_characters(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    run(printer.print_pdf("证" * 100, PDF))
    sent = next(message for message in device.asked if message.code == PRINT_JOB)
    assert strings_of(sent.group(Group.OPERATION), "job-name") == ("证" * 85,)


def test_the_status_tells_state_and_reasons(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.printer_state, device.reasons = 5, ("media-empty-error", "toner-low-warning")
    status: DocumentPrinterStatus = run(printer.printer_status())
    assert status.status.paper is PaperState.OUT
    assert status.reasons == ("media-empty", "toner-low")


def test_a_status_that_is_refused_is_a_protocol_error(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.statuses[GET_PRINTER] = 0x0401
    with pytest.raises(ProtocolError) as error:
        run(printer.printer_status())
    assert error.value.facts["status"] == "0401"


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("media-empty-report", "paper-out"),
        ("media-jam-error", "jam"),
        ("cover-open", "cover-open"),
        ("toner-empty", "toner-out"),
    ],
)
def test_a_printer_that_cannot_gets_no_document(
    printer: DocumentPrinter, run: Run, device: Printer, reason: str, word: str
) -> None:
    device.reasons = (reason,)
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, (word,))
    assert outcome.facts["sent"] == 0
    assert device.count(PRINT_JOB) == 0


def test_a_printer_that_is_not_there_is_failed_for_certain(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.errors[GET_PRINTER] = NoDevice("ipp")
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("no-device",))


def test_refused_before_the_document_was_sent_is_failed_for_certain(
    printer: DocumentPrinter, run: Run, device: Printer
) -> None:
    device.errors[PRINT_JOB] = NoDevice("ipp")
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("no-device",))
    assert outcome.facts["sent"] == 0


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (LinkLost("ipp"), "link-lost"),
        (Timeout("ipp", doing="post"), "timeout"),
        (ProtocolError("ipp", http=500), "protocol-error"),
    ],
)
def test_lost_after_the_document_was_sent_is_unknown_and_it_is_not_sent_again(
    printer: DocumentPrinter, run: Run, device: Printer, error: DeviceError, word: str
) -> None:
    device.errors[PRINT_JOB] = error
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, (word,))
    assert device.count(PRINT_JOB) == 1


def test_an_http_refusal_is_failed(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.errors[PRINT_JOB] = ProtocolError("ipp", http=404)
    assert run(printer.print_pdf("1", PDF)).result is PrintResult.FAILED


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (0x040A, PrintResult.FAILED),
        (0x040B, PrintResult.FAILED),
        (0x0506, PrintResult.FAILED),
        (0x0500, PrintResult.UNKNOWN),
    ],
)
def test_a_status_of_refusal_is_told(
    printer: DocumentPrinter, run: Run, device: Printer, status: int, result: PrintResult
) -> None:
    device.statuses[PRINT_JOB] = status
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (result, ("refused",))
    assert outcome.facts["status"] == f"{status:04x}"


@pytest.mark.parametrize("raw", [b"", b"garbage", encode(Message(0, 99999, ())), encode(Message(0, 2, ()))])
def test_an_answer_that_proves_nothing_is_unknown(
    printer: DocumentPrinter, run: Run, device: Printer, raw: bytes
) -> None:
    device.raw[PRINT_JOB] = raw  # 2 is the right number, but there is no job in it
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("protocol-error",))


@pytest.mark.parametrize(
    ("state", "reasons", "result"),
    [
        (8, ("aborted-by-system", "document-format-error"), PrintResult.FAILED),
        (7, ("job-canceled-at-device",), PrintResult.FAILED),
        (9, ("job-completed-with-errors",), PrintResult.UNKNOWN),
        (9, ("job-completed-with-warnings",), PrintResult.PRINTED),
    ],
)
def test_the_end_of_the_job_is_told_with_its_reasons(
    printer: DocumentPrinter, run: Run, device: Printer, state: int, reasons: tuple[str, ...], result: PrintResult
) -> None:
    device.job_state, device.job_reasons = state, reasons
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (result, reasons)


def test_paper_that_runs_out_is_waited_for_and_then_the_job_is_taken_back(
    printer: DocumentPrinter, run: Run, device: Printer, scheduler: VirtualScheduler
) -> None:
    device.finishes_at = None
    scheduler.call_at(1.0, lambda: _set(device, printer_state=5, reasons=("media-empty-error",), job_state=6))
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert outcome.result is PrintResult.FAILED
    assert outcome.reasons == ("paper-out", "stuck", "job-canceled-by-user")
    assert 10.0 < scheduler.now() < 20.0
    assert device.count(CANCEL_JOB) == 1


def _set(device: Printer, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(device, name, value)


def test_a_job_that_waits_for_a_printer_that_says_nothing_is_stuck_too(
    printer: DocumentPrinter, run: Run, device: Printer
) -> None:
    device.finishes_at, device.job_state, device.job_reasons = None, 6, ("printer-stopped",)
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (
        PrintResult.FAILED,
        ("printer-stopped", "stuck", "job-canceled-by-user"),
    )


@pytest.mark.parametrize("believe", [True, False])
def test_what_a_queue_calls_completed_is_a_print_only_for_those_who_believe_it(
    scheduler: VirtualScheduler, run: Run, device: Printer, believe: bool
) -> None:
    device.queue = True
    printer = DocumentPrinter(scheduler.now, URI, believe_queue=believe)
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert outcome.result is (PrintResult.PRINTED if believe else PrintResult.UNKNOWN)
    assert outcome.reasons == (() if believe else ("queue-cannot-tell",))
    assert outcome.facts["way"] == "queue"


@pytest.mark.parametrize(("begun", "result"), [(True, PrintResult.UNKNOWN), (False, PrintResult.FAILED)])
def test_a_job_lost_in_a_queue_is_certain_only_while_the_printer_had_nothing_of_it(
    printer: DocumentPrinter, run: Run, device: Printer, begun: bool, result: PrintResult
) -> None:
    device.queue, device.finishes_at, device.job_state = True, None, 5 if begun else 3
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF, seconds=5.0))
    assert (outcome.result, outcome.reasons) == (result, ("deadline", "job-canceled-by-user"))


def test_paper_put_in_soon_enough_lets_the_job_go_on(
    printer: DocumentPrinter, run: Run, device: Printer, scheduler: VirtualScheduler
) -> None:
    device.finishes_at = 12.0
    scheduler.call_at(1.0, lambda: _set(device, printer_state=5, reasons=("media-empty-error",), job_state=6))
    scheduler.call_at(8.0, lambda: _set(device, printer_state=4, reasons=("none",), job_state=5))
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.PRINTED, ())


def test_the_deadline_takes_the_job_back(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.finishes_at = None
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF, seconds=30.0))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("deadline", "job-canceled-by-user"))


def test_a_job_finished_while_it_was_being_taken_back_is_printed(
    printer: DocumentPrinter, run: Run, device: Printer
) -> None:
    device.finishes_at = 30.06
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF, seconds=30.0))
    assert outcome.result is PrintResult.PRINTED


def test_a_job_that_cannot_be_taken_back_is_unknown(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.finishes_at, device.cancel_works = None, False
    device.statuses[CANCEL_JOB] = 0x0404
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF, seconds=30.0))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("deadline",))
    assert outcome.facts["cancel"] == "refused"


def test_a_printer_switched_off_in_the_middle_is_unknown(
    printer: DocumentPrinter, run: Run, device: Printer, scheduler: VirtualScheduler
) -> None:
    gone = dict.fromkeys((GET_JOB, GET_PRINTER, CANCEL_JOB), NoDevice("ipp"))
    scheduler.call_at(1.0, lambda: _set(device, errors=gone))
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF, seconds=20.0))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("deadline",))


def test_a_printer_that_is_back_in_time_tells_how_it_ended(
    printer: DocumentPrinter, run: Run, device: Printer, scheduler: VirtualScheduler
) -> None:
    gone: dict[int, DeviceError] = dict.fromkeys((GET_JOB, GET_PRINTER), LinkLost("ipp"))
    scheduler.call_at(1.0, lambda: _set(device, errors=gone))
    scheduler.call_at(15.0, lambda: _set(device, errors={}))
    assert run(printer.print_pdf("1", PDF)).result is PrintResult.PRINTED


def test_a_job_the_printer_has_forgotten_is_unknown(printer: DocumentPrinter, run: Run, device: Printer) -> None:
    device.statuses[GET_JOB] = 0x0406
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("job-forgotten",))


@pytest.mark.parametrize("at", [1.0, 1.02, 1.5])
def test_a_cancel_takes_the_job_back_and_tells_how_it_ended(
    printer: DocumentPrinter, lane: VirtualLane, scheduler: VirtualScheduler, device: Printer, at: float
) -> None:
    device.finishes_at = None
    outcomes: list[Outcome[PrintOutcome]] = []
    ticket = lane.submit(printer.print_pdf("1", PDF), outcomes.append, deadline=600.0)
    scheduler.call_at(at, ticket.cancel)
    scheduler.run_until_idle()
    (outcome,) = outcomes
    assert isinstance(outcome, Done)
    assert (outcome.value.result, outcome.value.reasons) == (PrintResult.FAILED, ("cancelled", "job-canceled-by-user"))
    assert scheduler.now() < at + 5


@pytest.mark.parametrize("deadline", [5.0, 5.03, 5.5, 6.0])
def test_the_lanes_deadline_takes_the_job_back_too(
    printer: DocumentPrinter, run: Run, device: Printer, deadline: float
) -> None:
    device.finishes_at = None
    outcome: PrintOutcome = run(printer.print_pdf("1", PDF), deadline=deadline)
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("deadline", "job-canceled-by-user"))


def test_cancelled_while_the_document_is_on_its_way_is_unknown(
    printer: DocumentPrinter, lane: VirtualLane, scheduler: VirtualScheduler, device: Printer
) -> None:
    outcomes: list[Outcome[PrintOutcome]] = []
    ticket = lane.submit(printer.print_pdf("1", PDF), outcomes.append, deadline=600.0)
    scheduler.call_at(0.07, ticket.cancel)
    scheduler.run_until_idle()
    (outcome,) = outcomes
    assert isinstance(outcome, Done)
    assert (outcome.value.result, outcome.value.reasons) == (PrintResult.UNKNOWN, ("cancelled",))


def test_two_thousand_broken_conversations_never_claim_a_print_that_was_not(
    scheduler: VirtualScheduler, lane: VirtualLane, device: Printer, printer: DocumentPrinter
) -> None:
    chance = random.Random(631)
    results: list[PrintResult] = []
    for _ in range(2000):
        now = scheduler.now()
        device.job_state, device.job_reasons, device.impressions = 5, ("none",), None
        device.finishes_at = chance.choice((None, now + chance.uniform(0, 30)))
        device.errors = {
            code: chance.choice((LinkLost("ipp"), NoDevice("ipp"), Timeout("ipp", doing="post")))
            for code in (PRINT_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER)
            if chance.random() < 0.1
        }
        device.raw = {code: chance.randbytes(30) for code in (PRINT_JOB, GET_JOB) if chance.random() < 0.1}
        device.statuses = {code: 0x0507 for code in (PRINT_JOB, CANCEL_JOB, GET_JOB) if chance.random() < 0.1}
        device.asked.clear()
        outcomes: list[Outcome[PrintOutcome]] = []
        lane.submit(printer.print_pdf("1", PDF, seconds=20.0), outcomes.append, deadline=600.0)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        assert device.count(PRINT_JOB) <= 1
        if isinstance(outcome, Done):
            results.append(outcome.value.result)
            if outcome.value.result is PrintResult.PRINTED:
                assert device.job_state == 9
            if outcome.value.result is PrintResult.FAILED and device.count(PRINT_JOB):
                assert device.job_state != 9
    assert set(results) == set(PrintResult)
