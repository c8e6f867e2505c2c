"""Status and prints in virtual time, against a scripted printer that can be silent, late, out of paper or stuck."""

import hashlib
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from drivers.errors import Cancelled, DeviceError, LinkLost, Timeout
from drivers.lanes import Done, Failed, Outcome, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.document import Receipt, Text
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.scheduler import VirtualScheduler
from drivers.status import DeviceState, PaperState, PrinterStatus

RECEIPT = Receipt((Text("社会保障" * 300),))
QUEUED = b"\x1d\x72\x01"
CUT = b"\x1d\x56\x42\x00"
STATUS = 20 * (0x12,) + (0x1A, 0x7E, 0x00, 0xFF, None)


@dataclass
class Printer:
    """Answers DLE EOT from ``bytes_now`` and GS r after ``print_seconds``; remembers everything it was sent."""

    bytes_now: dict[int, int | None] = field(default_factory=lambda: {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12})
    queued: int | None = 0x00
    print_seconds: float = 2.0
    real_time_seconds: float = 0.01
    received: bytearray = field(default_factory=bytearray)
    on_data: Callable[[], None] = lambda: None

    def feed(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        if data[:2] == b"\x10\x04":
            byte = self.bytes_now[data[2]]
            return [] if byte is None else [(self.real_time_seconds, bytes([byte]))]
        if data == QUEUED:
            printing = self.print_seconds if self.received else 0.01
            return [] if self.queued is None else [(printing, bytes([self.queued]))]
        self.received += data
        self.on_data()
        return []

    def out_of_paper(self) -> None:
        self.bytes_now = {1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}
        self.queued = None

    def off(self) -> None:
        self.bytes_now = dict.fromkeys((1, 2, 3, 4))
        self.queued = None


@pytest.fixture
def scheduler() -> VirtualScheduler:
    return VirtualScheduler()


@pytest.fixture
def device() -> Printer:
    return Printer()


@pytest.fixture
def link(scheduler: VirtualScheduler, device: Printer) -> SerialMemoryLink:
    return SerialMemoryLink(scheduler, device)


@pytest.fixture
def printer(scheduler: VirtualScheduler) -> ReceiptPrinter:
    def rasterise(text: str, height: int) -> Bitmap:
        raise AssertionError("nothing here needs a picture")

    return ReceiptPrinter(scheduler.now, rasterise)


@pytest.fixture
def lane(scheduler: VirtualScheduler, link: SerialMemoryLink) -> VirtualLane:
    return VirtualLane("receipt_printer", scheduler, link)


Run = Callable[..., Any]


@pytest.fixture
def run(scheduler: VirtualScheduler, lane: VirtualLane) -> Run:
    def run(operation: Generator[Any, Any, Any], deadline: float = 120.0) -> Any:
        outcomes: list[Outcome[Any]] = []
        lane.submit(operation, outcomes.append, deadline=deadline)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.value

    return run


def test_a_ready_printer_is_online_with_paper(printer: ReceiptPrinter, run: Run) -> None:
    status: PrinterStatus = run(printer.status())
    assert (status.device, status.paper) == (DeviceState.ONLINE, PaperState.FULL)


@pytest.mark.parametrize("silent", [1, 2, 3, 4])
def test_silence_on_any_of_the_four_questions_is_offline_and_never_paper_ok(
    printer: ReceiptPrinter, run: Run, device: Printer, silent: int
) -> None:
    device.bytes_now[silent] = None
    status: PrinterStatus = run(printer.status())
    assert (status.device, status.paper) == (DeviceState.OFFLINE, PaperState.UNKNOWN)


@pytest.mark.parametrize("noise", [0x00, 0xFF, 0x80, 0x13, 0x11])
def test_a_byte_without_the_fixed_bits_is_no_answer(
    printer: ReceiptPrinter, run: Run, device: Printer, noise: int
) -> None:
    device.bytes_now[4] = noise
    assert run(printer.status()).paper is PaperState.UNKNOWN


def test_a_late_answer_is_never_taken_for_the_answer_to_another_question(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    run(printer.status())
    device.bytes_now[1] = None
    assert run(printer.status()).device is DeviceState.OFFLINE
    # the answer to that first question comes now, in the middle of the next four: taken as one of them it would
    # push "paper end" out of its place
    device.bytes_now = {1: 0x1A, 2: 0x12, 3: 0x12, 4: 0x7E}
    scheduler.call_later(0.005, lambda: link.arrive(b"\x12"))
    assert run(printer.status()).paper is PaperState.OUT


def test_a_print_is_proved_by_the_queued_answer_behind_it(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert outcome.result is PrintResult.PRINTED
    assert outcome.reasons == ()
    assert outcome.facts == {"bytes": len(device.received), "sent": len(device.received)}
    assert outcome.sha256 == hashlib.sha256(device.received).hexdigest()
    # the first print of a process cuts off whatever a process before it may have left half printed
    assert device.received.startswith(b"\x1b\x40\x1d\x56\x42\x00\x1b\x40\x1c\x26")
    assert device.received.endswith(CUT)


def test_near_end_is_told_with_the_print(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.queued = 0x03
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.PRINTED, ("paper-low",))


def test_processed_but_at_the_end_of_the_paper_is_unknown(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.queued = 0x0F
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("paper-out",))


@pytest.mark.parametrize(
    ("n2", "n3", "n4", "reason"),
    [
        (0x32, 0x12, 0x7E, "paper-out"),
        (0x16, 0x12, 0x12, "cover-open"),
        (0x52, 0x1A, 0x12, "cutter"),
        (0x12, 0x12, 0x12, "offline"),
    ],
)
def test_a_printer_that_cannot_gets_no_data(
    printer: ReceiptPrinter, run: Run, device: Printer, n2: int, n3: int, n4: int, reason: str
) -> None:
    device.bytes_now = {1: 0x1A, 2: n2, 3: n3, 4: n4}
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, (reason,))
    assert outcome.facts["sent"] == 0
    assert device.received == b""


def test_a_printer_that_is_off_gets_no_data_and_that_is_certain(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    device.off()
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("no-answer",))
    assert device.received == b""


def test_a_printer_without_the_queued_answer_gets_no_data(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.queued = None
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("no-answer",))
    assert device.received == b""


def test_paper_out_in_the_middle_is_failed_with_the_reason(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.on_data = device.out_of_paper
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("paper-out",))
    assert outcome.facts["sent"] == outcome.facts["bytes"]
    assert outcome.facts["rest"] == "in-printer"


def test_silence_after_the_data_were_sent_is_unknown(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.on_data = device.off
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("no-answer",))


def test_a_printer_that_answers_but_proves_nothing_is_unknown(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    device.print_seconds = 200.0
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT, seconds=10.0))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("deadline",))


@pytest.mark.parametrize("seconds", [0.05, 0.99, 1.0, 1.005, 1.03, 5.5])
def test_the_proof_is_seen_whenever_it_comes(
    printer: ReceiptPrinter, run: Run, device: Printer, seconds: float
) -> None:
    device.print_seconds = seconds
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert outcome.result is PrintResult.PRINTED


def test_data_are_never_sent_twice(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.on_data = device.off
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert len(device.received) == outcome.facts["sent"]


def test_the_late_proof_of_a_lost_print_is_not_taken_for_the_next_print(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    device.print_seconds = 12.0
    assert run(printer.print_receipt(RECEIPT, seconds=10.0)).result is PrintResult.UNKNOWN
    assert scheduler.now() > 12.0  # the late proof lies in the line's buffer
    device.on_data = device.out_of_paper
    scheduler.call_later(0.06, lambda: link.arrive(b"\x00"))  # and another comes while the next print begins
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("paper-out",))


def test_after_a_print_that_ended_badly_the_next_one_is_cut_off_from_its_remains(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    device.on_data = device.out_of_paper
    run(printer.print_receipt(RECEIPT))
    device.bytes_now, device.queued, device.on_data = dict.fromkeys((1, 2, 3, 4), 0x12), 0x00, lambda: None
    device.received.clear()
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED
    assert device.received.startswith(b"\x1b\x40" + CUT + b"\x1b\x40\x1c\x26")
    device.received.clear()
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED
    assert device.received.startswith(b"\x1b\x40\x1c\x26")


def test_unplugged_before_all_was_sent_is_certainly_failed(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink
) -> None:
    device.on_data = link.unplug
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("link-lost",))
    assert 0 < int(outcome.facts["sent"]) < int(outcome.facts["bytes"])


def test_unplugged_while_waiting_for_the_proof_is_unknown(
    printer: ReceiptPrinter, run: Run, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    scheduler.call_later(1.5, link.unplug)
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("link-lost",))


def test_unplugged_before_the_print_is_the_links_own_error(
    printer: ReceiptPrinter, run: Run, link: SerialMemoryLink
) -> None:
    link.unplug()
    with pytest.raises(LinkLost):
        run(printer.print_receipt(RECEIPT))


def ended_early(lane: VirtualLane, scheduler: VirtualScheduler, operation: Any, at: float) -> Outcome[PrintOutcome]:
    outcomes: list[Outcome[PrintOutcome]] = []
    ticket = lane.submit(operation, outcomes.append, deadline=60.0)
    scheduler.call_later(at, ticket.cancel)
    scheduler.run_until_idle()
    (outcome,) = outcomes
    return outcome


def test_cancelled_before_any_data_went_is_cancelled(
    printer: ReceiptPrinter, lane: VirtualLane, scheduler: VirtualScheduler, device: Printer
) -> None:
    outcome = ended_early(lane, scheduler, printer.print_receipt(RECEIPT), 0.015)
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Cancelled)
    assert device.received == b""


def test_cancelled_after_the_data_went_is_an_unknown_print(
    printer: ReceiptPrinter, lane: VirtualLane, scheduler: VirtualScheduler
) -> None:
    outcome = ended_early(lane, scheduler, printer.print_receipt(RECEIPT), 1.5)
    assert isinstance(outcome, Done)
    assert (outcome.value.result, outcome.value.reasons) == (PrintResult.UNKNOWN, ("cancelled",))


def test_the_lanes_deadline_after_the_data_went_is_an_unknown_print(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    device.print_seconds = 60.0
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT), deadline=5.0)
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("deadline",))


def test_a_full_printer_gets_nothing_more_until_it_asks_for_it(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    sizes: list[tuple[float, int]] = []

    def full_once() -> None:
        sizes.append((scheduler.now(), len(device.received)))
        if len(sizes) == 2:
            link.arrive(b"\x13")
            scheduler.call_later(5.0, lambda: link.arrive(b"\x11"))

    device.on_data = full_once
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert outcome.result is PrintResult.PRINTED
    assert sizes[2][0] - sizes[1][0] >= 5.0
    assert sizes[-1][1] == outcome.facts["sent"]


def test_a_full_printer_that_is_out_of_paper_says_so_and_gets_nothing_more(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink
) -> None:
    def full() -> None:
        device.out_of_paper()
        link.arrive(b"\x13")

    device.on_data = full
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("paper-out",))
    assert outcome.facts["sent"] == len(device.received) == 512


@pytest.mark.parametrize(("then", "reason"), [("off", "no-answer"), ("on", "deadline")])
def test_a_printer_that_stays_full_ends_the_print(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink, then: str, reason: str
) -> None:
    def full() -> None:
        link.arrive(b"\x13")
        if then == "off":
            device.off()

    device.on_data = full
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, (reason,))


def test_data_go_no_faster_than_the_line(scheduler: VirtualScheduler, run: Run, device: Printer) -> None:
    printer = ReceiptPrinter(scheduler.now, lambda text, height: Bitmap(1, 1, b"\x00"), bytes_per_second=960.0)
    times: list[float] = []
    device.on_data = lambda: times.append(scheduler.now())
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED
    assert times[1] - times[0] >= 512 / 960


def stepped(operation: Generator[Any, Any, PrintOutcome], stuck_at: int, reading: list[int]) -> PrintOutcome:
    """Run by hand, with the link's own time-out at the n-th write of data."""
    writes = 0
    answers: list[bytes] = []
    try:
        request = next(operation)
        while True:
            name = type(request).__name__
            if name == "Write" and request.data[:2] == b"\x10\x04":
                answers.append(bytes([reading[request.data[2] - 1]]))
                request = operation.send(None)
            elif name == "Write" and request.data == QUEUED:
                answers.append(b"\x00")
                request = operation.send(None)
            elif name == "Write":
                writes += 1
                stuck = writes == stuck_at
                reading[:] = [0x1A, 0x32, 0x12, 0x7E] if stuck else reading
                request = operation.throw(Timeout("line", doing="write")) if stuck else operation.send(None)
            else:
                request = operation.send(answers.pop(0) if answers and request.deadline > 0 else b"")
    except StopIteration as stop:
        result: PrintOutcome = stop.value
        return result


def test_a_printer_that_takes_no_more_bytes_is_asked_why() -> None:
    times = iter(range(100_000))
    printer = ReceiptPrinter(lambda: next(times) * 0.01, lambda text, height: Bitmap(1, 1, b"\x00"))
    outcome = stepped(printer.print_receipt(RECEIPT), 2, [0x12, 0x12, 0x12, 0x12])
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("paper-out", "not-taken"))
    assert outcome.facts["sent"] == 512


def test_a_thousand_prints_with_random_bytes_and_times_never_claim_more_than_the_printer_said(
    scheduler: VirtualScheduler, link: SerialMemoryLink, device: Printer, printer: ReceiptPrinter, lane: VirtualLane
) -> None:
    chance = random.Random(99)
    results = []
    for _ in range(1000):
        device.bytes_now = {n: chance.choice(STATUS) for n in range(1, 5)}
        device.queued = chance.choice((None, 0x00, 0x03, 0x00, 0x0C, 0x93, 0x12))
        device.print_seconds = chance.uniform(0.0, 12.0)
        outcomes: list[Outcome[PrintOutcome]] = []
        lane.submit(printer.print_receipt(RECEIPT, seconds=10.0), outcomes.append, deadline=60.0)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        assert isinstance(outcome, Done) or isinstance(outcome.error, DeviceError)
        if isinstance(outcome, Done):
            results.append(outcome.value.result)
            if outcome.value.result is PrintResult.PRINTED:
                assert device.queued in (0x00, 0x03)
    assert results.count(PrintResult.PRINTED) > 20
    assert results.count(PrintResult.FAILED) > 20
