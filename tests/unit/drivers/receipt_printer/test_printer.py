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
from drivers.receipt_printer.condition import NO_ANSWER
from drivers.receipt_printer.document import Receipt, Text
from drivers.receipt_printer.make import OLDER, Make
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.scheduler import VirtualScheduler
from drivers.status import CoverState, DeviceState, PaperState, PrinterStatus

RECEIPT = Receipt((Text("社会保障" * 300),))
QUEUED = b"\x1d\x72\x01"
CUT = b"\x1d\x56\x42\x00"
PRESENT, EJECT, RETRACT = b"\x1d\x65\x03", b"\x1d\x65\x05", b"\x1d\x65\x02"
AUTOMATIC_ON = b"\x1d\x61\x4e"
START = b"\x1b\x40" + AUTOMATIC_ON + b"\x1c\x26"
JAM = b"\x18\x04\x00\x00"
PAPER_END = b"\x18\x00\x0f\x00"
FINE = b"\x10\x00\x00\x00"
STATUS = 20 * (0x12,) + (0x1A, 0x7E, 0x00, 0xFF, None)


@dataclass
class Printer:
    """Answers DLE EOT from ``bytes_now`` and GS r after ``print_seconds``, or behind the cut after ``cut_seconds``.

    Remembers everything it was sent. It says by itself only what a test lets it say.
    """

    bytes_now: dict[int, int | None] = field(default_factory=lambda: {1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12})
    queued: int | None = 0x00
    print_seconds: float = 2.0
    cut_seconds: float = 0.3
    real_time_seconds: float = 0.01
    question: bytes = QUEUED
    received: bytearray = field(default_factory=bytearray)
    on_data: Callable[[], None] = lambda: None
    on_cut: Callable[[], None] = lambda: None
    on_question: Callable[[], None] = lambda: None
    says: dict[str, list[tuple[float, bytes]]] = field(default_factory=dict)
    """Instead of the answer to the first question behind the "lines", and behind the "cut"."""
    again: list[tuple[float, bytes]] = field(default_factory=list)
    """To every further question at the same place."""
    _asked_at: int = -1

    def feed(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        if data[:2] == b"\x10\x04":
            self.on_question()
            byte = self.bytes_now[data[2]]
            return [] if byte is None else [(self.real_time_seconds, bytes([byte]))]
        if data == self.question:
            return self._word()
        if data == AUTOMATIC_ON:
            return [(0.01, b"\x10\x00\x00\x00")]
        self.received += data
        self.on_data()
        if data.startswith(CUT):
            self.on_cut()
        return []

    def _word(self) -> list[tuple[float, bytes]]:
        cut = self.received.endswith((CUT, CUT + PRESENT))
        asked_again, self._asked_at = self._asked_at == len(self.received), len(self.received)
        said = self.says.get("cut" if cut else "lines") if self.received else None
        if said is not None:
            return self.again if asked_again else said
        printing = self.cut_seconds if cut else self.print_seconds if self.received else 0.01
        return [] if self.queued is None else [(printing, bytes([self.queued]))]

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
    assert device.received.startswith(b"\x1b\x40" + CUT + START)
    assert device.received.endswith(CUT)


def test_near_end_is_told_with_the_print(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.queued = 0x03
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.PRINTED, ("paper-low",))


@pytest.mark.parametrize("end", [0x04, 0x08, 0x0C, 0x0F])
def test_cut_but_at_the_end_of_the_paper_is_unknown(
    printer: ReceiptPrinter, run: Run, device: Printer, end: int
) -> None:
    device.on_cut = lambda: setattr(device, "queued", end)
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("paper-out",))
    assert not outcome.out_of_paper_in_the_middle


def test_lines_at_the_end_of_the_paper_are_not_cut_and_failed(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    device.queued = 0x0F
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert outcome.out_of_paper_in_the_middle


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
    assert outcome.facts["sent"] == outcome.facts["bytes"], (
        "with the cut, so that it does not hang out when it is mended"
    )
    assert outcome.facts["rest"] == "in-printer"
    assert outcome.out_of_paper_in_the_middle


TROUBLES = {
    "cover-open": {1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12},
    "cutter": {1: 0x1A, 2: 0x52, 3: 0x1A, 4: 0x12},
    "jam": {1: 0x1A, 2: 0x52, 3: 0x16, 4: 0x12},
    "printer-error": {1: 0x1A, 2: 0x52, 3: 0x32, 4: 0x12},
    "paper-out": {1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x72},
}


def stop(device: Printer, trouble: str) -> None:
    device.bytes_now = dict(TROUBLES[trouble])
    device.queued = None


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_stops_it_before_the_cut_was_handed_over_is_a_certain_failure(
    printer: ReceiptPrinter, run: Run, device: Printer, trouble: str
) -> None:
    device.on_data = lambda: stop(device, trouble)
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, (trouble,))
    assert outcome.rest_in_printer
    assert outcome.out_of_paper_in_the_middle == (trouble == "paper-out")
    assert device.received.count(CUT) == 2, "what was there before, and this, when it is mended"


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_stops_it_after_the_cut_was_handed_over_is_unknown_except_for_the_paper(
    printer: ReceiptPrinter, run: Run, device: Printer, trouble: str
) -> None:
    device.on_cut = lambda: stop(device, trouble)
    run(printer.status())
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    paper = trouble == "paper-out"
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED if paper else PrintResult.UNKNOWN, (trouble,))
    assert outcome.facts["sent"] == outcome.facts["bytes"]
    assert outcome.out_of_paper_in_the_middle == paper


def test_what_it_says_by_itself_is_heard_before_the_next_piece_goes(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink
) -> None:
    device.on_data = lambda: link.arrive(JAM)
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("jam",))
    assert outcome.facts["sent"] == len(device.received) == 512 + len(CUT)


def test_the_end_of_the_paper_is_known_as_soon_as_the_printer_says_so(
    printer: ReceiptPrinter, run: Run, device: Printer, scheduler: VirtualScheduler
) -> None:
    device.says["lines"] = [(0.3, PAPER_END)]
    asked = 0

    def count() -> None:
        nonlocal asked
        asked += 1

    run(printer.status())
    device.on_question = count
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert outcome.out_of_paper_in_the_middle
    assert asked == 4, "nothing but the look before the print"


def test_a_stop_told_before_the_proof_is_not_made_good_by_it(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    # the roll ended, somebody put a new one in, and the rest came out on that
    device.says["cut"] = [(0.2, PAPER_END + FINE + b"\x00")]
    assert run(printer.print_receipt(RECEIPT)).out_of_paper_in_the_middle


def test_a_stop_told_behind_the_proof_takes_nothing_from_it(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.says["cut"] = [(0.2, b"\x00" + PAPER_END)]
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED


def test_a_stop_behind_the_proof_of_the_lines_and_before_the_cut_is_a_certain_failure(
    printer: ReceiptPrinter, run: Run, device: Printer
) -> None:
    device.says["lines"] = [(0.2, b"\x00" + JAM)]
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("jam",))


@pytest.mark.parametrize("lost", [1, 2])
def test_the_tail_of_a_torn_automatic_status_proves_nothing(
    printer: ReceiptPrinter, run: Run, device: Printer, scheduler: VirtualScheduler, lost: int
) -> None:
    # "fine" lost its first bytes on the line; the zeros that remain look each like the proof, which comes later
    device.says["lines"] = [(0.2, FINE[lost:]), (7.0, b"\x00")]
    device.again = [(6.9, b"\x00")]
    cut_at: list[float] = []
    device.on_cut = lambda: cut_at.append(scheduler.now())
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED
    assert cut_at[-1] > 7.0


def test_nothing_but_torn_answers_is_unknown(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    device.says["lines"] = device.again = [(0.2, b"\x00\x00")]
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("garbled",))


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
    assert device.received.startswith(b"\x1b\x40" + CUT + START)
    device.received.clear()
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED
    assert device.received.startswith(START)


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


STATUS_LATER = [
    ({1: 0x1A, 2: 0x16, 3: 0x12, 4: 0x12}, b"\x38\x00\x00\x00", CoverState.OPEN, PaperState.FULL),
    ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x1E}, b"\x10\x00\x03\x00", CoverState.CLOSED, PaperState.LOW),
    ({1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x72}, b"\x18\x00\x0c\x00", CoverState.CLOSED, PaperState.OUT),
]


@pytest.mark.parametrize(("later", "word", "cover", "paper"), STATUS_LATER)
def test_a_change_is_told_without_asking(
    printer: ReceiptPrinter,
    run: Run,
    device: Printer,
    link: SerialMemoryLink,
    scheduler: VirtualScheduler,
    later: dict[int, int | None],
    word: bytes,
    cover: CoverState,
    paper: PaperState,
) -> None:
    known: PrinterStatus = run(printer.status())
    asked: list[float] = []
    device.on_question = lambda: asked.append(scheduler.now())

    def change() -> None:
        device.bytes_now = later
        link.arrive(word)

    scheduler.call_at(12.0, change)
    status: PrinterStatus = run(printer.watch(known, 30.0))
    assert (status.cover, status.paper) == (cover, paper)
    assert scheduler.now() < 12.5
    assert not [at for at in asked if 1.0 < at < 12.0], "between the two looks nothing was asked"


def test_a_watch_that_sees_no_change_ends_with_a_look(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    known = run(printer.status())
    assert run(printer.watch(known, 10.0)) == known
    assert scheduler.now() >= 10.0
    scheduler.call_later(3.0, device.off)  # the power goes, which no printer says by itself
    assert run(printer.watch(known, 10.0)).device is DeviceState.OFFLINE


def test_a_word_that_asking_does_not_confirm_is_not_asked_about_for_ever(
    printer: ReceiptPrinter, run: Run, device: Printer, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    known = run(printer.status())
    asked: list[float] = []
    device.on_question = lambda: asked.append(scheduler.now())
    for at in range(1, 2000):
        scheduler.call_later(at * 0.01, lambda: link.arrive(JAM))
    assert run(printer.watch(known, 20.0)) == known
    assert len(asked) < 5000


def test_a_printer_that_is_stopped_is_asked_and_gets_nothing_into_its_buffer(
    printer: ReceiptPrinter, run: Run, device: Printer, scheduler: VirtualScheduler
) -> None:
    device.bytes_now = {1: 0x1A, 2: 0x32, 3: 0x12, 4: 0x7E}
    known = run(printer.status())
    scheduler.call_later(5.0, lambda: device.bytes_now.update({1: 0x12, 2: 0x12, 4: 0x12}))
    assert run(printer.watch(known, 20.0)).paper is PaperState.FULL
    assert scheduler.now() < 7.0
    assert device.received == b""


def test_an_older_make_is_asked_in_the_queue_alone_and_its_silence_is_no_proof(
    scheduler: VirtualScheduler, run: Run, device: Printer
) -> None:
    printer = ReceiptPrinter(scheduler.now, lambda text, height: Bitmap(1, 1, b"\x00"), make=OLDER)
    device.bytes_now = dict.fromkeys((1, 2, 3, 4))
    device.question = b"\x1b\x76"
    status: PrinterStatus = run(printer.status())
    assert (status.device, status.paper, status.cover) == (DeviceState.ONLINE, PaperState.FULL, CoverState.UNKNOWN)
    assert run(printer.print_receipt(RECEIPT)).result is PrintResult.PRINTED
    assert AUTOMATIC_ON not in device.received
    device.on_cut = lambda: setattr(device, "queued", None)
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("no-answer",))
    assert run(printer.status()).device is DeviceState.OFFLINE
    device.queued = 0x0C
    device.on_cut = lambda: None
    outcome = run(printer.print_receipt(RECEIPT))
    assert (outcome.result, outcome.reasons, outcome.facts["sent"]) == (PrintResult.FAILED, ("paper-out",), 0)


def test_a_presenter_presents_behind_the_cut_and_can_let_go_or_pull_in(
    scheduler: VirtualScheduler, run: Run, device: Printer
) -> None:
    printer = ReceiptPrinter(scheduler.now, lambda text, height: Bitmap(1, 1, b"\x00"), make=Make(presenter=True))
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT))
    assert outcome.result is PrintResult.PRINTED
    assert device.received.endswith(CUT + PRESENT)
    assert outcome.facts["sent"] == outcome.facts["bytes"]
    device.print_seconds = 0.5
    assert run(printer.retract()) is True
    assert device.received.endswith(RETRACT)
    assert run(printer.eject()) is True
    assert device.received.endswith(EJECT)
    device.off()
    assert run(printer.retract()) is False


def test_without_a_presenter_nothing_is_sent_to_it(printer: ReceiptPrinter, run: Run, device: Printer) -> None:
    assert run(printer.retract()) is False
    assert device.received == b""


@pytest.mark.parametrize("deadline", [3.0, 3.5])
def test_lines_that_nobody_waits_for_any_longer_are_cut_all_the_same(
    printer: ReceiptPrinter, run: Run, device: Printer, deadline: float
) -> None:
    device.print_seconds = 60.0
    outcome: PrintOutcome = run(printer.print_receipt(RECEIPT, seconds=50.0), deadline=deadline)
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("deadline",))
    assert device.received.endswith(CUT)
    assert outcome.facts["sent"] == outcome.facts["bytes"] == len(device.received)


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


def test_five_thousand_questions_among_noise_end_in_time_with_a_status(
    scheduler: VirtualScheduler, link: SerialMemoryLink, device: Printer, printer: ReceiptPrinter, lane: VirtualLane
) -> None:
    chance = random.Random(4711)
    known = NO_ANSWER
    seen = set()
    for _ in range(5000):
        begun = scheduler.now()
        device.bytes_now = {n: chance.choice(STATUS) for n in range(1, 5)}
        for _burst in range(chance.randint(0, 3)):
            noise = chance.choice((FINE, JAM, PAPER_END, b"\x13", chance.randbytes(chance.randint(1, 12))))
            scheduler.call_later(chance.uniform(0.0, 1.0), lambda noise=noise: link.arrive(noise))  # type: ignore[misc]
        outcomes: list[Outcome[PrinterStatus]] = []
        watches = chance.random() < 0.3
        lane.submit(printer.watch(known, 3.0) if watches else printer.status(), outcomes.append, deadline=60.0)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        assert isinstance(outcome, Done)
        known = outcome.value
        seen.add(known.device)
        assert scheduler.now() - begun < 15.0
    assert {DeviceState.ONLINE, DeviceState.OFFLINE, DeviceState.HARDWARE_ERROR} <= seen
