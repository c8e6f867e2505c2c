"""The second way to paper: the same driver through a queue of CUPS, to the simulated printer behind it."""

import hashlib
import io
import queue
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from drivers.document_printer.capabilities import DocumentPrinterCapabilities
from drivers.document_printer.printer import DocumentPrinter
from drivers.document_printer.state import DocumentPrinterStatus
from drivers.errors import ProtocolError
from drivers.lanes import Failed, Outcome, ThreadLane
from drivers.links.ipp import IppLink
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.status import DeviceState, PaperState
from hardware_sim.ipp_printer.machine import Speed
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.wires.http import HttpWire

sys.path.insert(0, str(Path(__file__).parent))

from cups import CUPSD, Scheduler

pytestmark = pytest.mark.skipif(CUPSD is None, reason="cupsd is not installed (Debian: cups-daemon)")

PATIENCE = 1.0


class Hall:
    """The printer, the queue before it, and the driver at the queue."""

    def __init__(self, folder: Path) -> None:
        self.printer = IppPrinter(speed=Speed(0.05, 0.05))
        self.wire = HttpWire(self.printer)
        self.printer.uri = self.wire.uri
        self.scheduler = Scheduler(folder, self.wire.uri)
        link = IppLink("document_printer", self.scheduler.uri, answer_seconds=5.0)
        self.lane = ThreadLane("document_printer", link)
        self.driver = DocumentPrinter(time.monotonic, self.scheduler.uri, patience=PATIENCE, believe_queue=True)

    def close(self) -> None:
        assert self.lane.stop()
        self.scheduler.close()
        self.wire.close()

    def begin(self, operation: Generator[Any, Any, Any]) -> tuple[Any, Callable[[], Any]]:
        outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
        ticket = self.lane.submit(operation, outcomes.put, deadline=60.0)

        def wait() -> Any:
            outcome = outcomes.get(timeout=90)
            if isinstance(outcome, Failed):
                raise outcome.error
            return outcome.value

        return ticket, wait

    def run(self, operation: Generator[Any, Any, Any]) -> Any:
        return self.begin(operation)[1]()

    def hand(self, do: Callable[[IppPrinter, float], Any]) -> Any:
        """Do something at the printer."""
        with self.wire.lock:
            return do(self.printer, time.monotonic())

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < ends
            time.sleep(0.02)

    def at_rest(self) -> bool:
        """No job is left at the printer, and the queue has heard of it."""
        status: DocumentPrinterStatus = self.run(self.driver.printer_status())
        return status.hearsay and all(job.state.final for job in self.printer.machine.jobs)


@pytest.fixture
def hall() -> Iterator[Hall]:
    with tempfile.TemporaryDirectory(prefix="cq-") as name:
        hall = Hall(Path(name))
        yield hall
        hall.close()


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    for number in range(pages):
        canvas.drawString(100, 700, f"page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_document_goes_through_the_queue_byte_for_byte_and_is_followed_to_its_end(hall: Hall) -> None:
    document = pdf(2)
    outcome: PrintOutcome = hall.run(hall.driver.print_pdf("证明 01-0001-000042", document))
    assert (outcome.result, outcome.reasons) == (PrintResult.PRINTED, ())
    assert outcome.sha256 == hashlib.sha256(document).hexdigest()
    assert outcome.facts["way"] == "queue"
    assert "impressions" not in outcome.facts
    jobs = hall.hand(lambda printer, now: printer.collect(now))
    assert [(job.name.endswith("证明 01-0001-000042"), job.document == document) for job in jobs] == [(True, True)]


def test_a_queue_at_rest_knows_nothing_of_the_paper_behind_it(hall: Hall) -> None:
    hall.hand(lambda printer, now: printer.paper_out(now))
    status: DocumentPrinterStatus = hall.run(hall.driver.printer_status())
    assert (status.status.device, status.status.paper) == (DeviceState.ONLINE, PaperState.UNKNOWN)
    assert status.hearsay
    assert status.troubles() == ()
    told: DocumentPrinterCapabilities = hall.run(hall.driver.capabilities())
    assert told.lacks("iso_a4_210x297mm", (0x0002, 0x0008, 0x0009, 0x000B)) == ()


def test_paper_that_is_out_is_seen_through_the_queue_and_the_job_is_taken_back_from_the_printer(hall: Hall) -> None:
    hall.hand(lambda printer, now: printer.paper_out(now))
    outcome: PrintOutcome = hall.run(hall.driver.print_pdf("1", pdf()))
    # the queue calls it canceled while the printer still has it: that is not certain
    assert (outcome.result, outcome.reasons[:2]) == (PrintResult.UNKNOWN, ("paper-out", "stuck"))
    hall.until(hall.at_rest)
    hall.hand(lambda printer, now: printer.paper_ok(now))
    assert [job.state.name for job in hall.printer.machine.jobs] == ["CANCELED"], "it comes out for nobody"
    assert hall.run(hall.driver.print_pdf("2", pdf())).result is PrintResult.PRINTED, "the old reasons bar nobody"


def test_paper_put_in_soon_enough_lets_the_job_go_on(hall: Hall) -> None:
    hall.hand(lambda printer, now: printer.set_sheets(1, now))
    _, wait = hall.begin(hall.driver.print_pdf("1", pdf(3)))
    hall.until(lambda: bool(hall.hand(lambda printer, now: printer.machine.errors())))
    hall.hand(lambda printer, now: printer.paper_ok(now))
    assert wait().result is PrintResult.PRINTED


def test_a_cancel_reaches_the_printer_behind_the_queue(hall: Hall) -> None:
    hall.printer.machine.speed = Speed(30.0, 30.0)
    ticket, wait = hall.begin(hall.driver.print_pdf("1", pdf()))
    hall.until(lambda: bool(hall.printer.machine.jobs))
    ticket.cancel()
    outcome: PrintOutcome = wait()
    assert (outcome.result, outcome.reasons[0]) == (PrintResult.UNKNOWN, "cancelled")
    hall.until(hall.at_rest)
    assert [job.state.name for job in hall.printer.machine.jobs] == ["CANCELED"]


def test_a_printer_that_is_off_behind_the_queue_gets_nothing_later(hall: Hall) -> None:
    hall.wire.unplug()
    outcome: PrintOutcome = hall.run(hall.driver.print_pdf("1", pdf(), seconds=3.0))
    assert outcome.result is not PrintResult.PRINTED
    hall.wire.plug()
    hall.until(hall.at_rest)
    assert hall.printer.machine.jobs == []


def test_a_queue_calls_completed_what_the_printer_aborted_so_it_is_no_proof_by_itself(hall: Hall) -> None:
    broken = b"%PDF-1.7\nno document at all"
    doubting = DocumentPrinter(time.monotonic, hall.scheduler.uri)
    outcome: PrintOutcome = hall.run(doubting.print_pdf("1", broken))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("queue-cannot-tell",))
    assert [job.state.name for job in hall.printer.machine.jobs] == ["ABORTED"]
    assert hall.run(doubting.print_pdf("2", pdf())).result is PrintResult.UNKNOWN
    assert [job.state.name for job in hall.printer.machine.jobs] == ["ABORTED", "COMPLETED"]


def test_a_queue_that_is_not_there_refuses_before_anything_was_sent(hall: Hall) -> None:
    uri = hall.scheduler.uri.replace("/printers/kiosk", "/printers/other")
    driver = DocumentPrinter(time.monotonic, uri)
    with pytest.raises(ProtocolError) as error:
        hall.run(driver.print_pdf("1", pdf()))
    assert error.value.facts["status"] == "0406"
