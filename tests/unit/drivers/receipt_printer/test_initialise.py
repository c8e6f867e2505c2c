"""The reset of the recovery ladder: never over a receipt that may be half printed."""

from drivers.lanes import Done, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.print_outcome import PrintResult
from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.document import Receipt, Text
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.scheduler import VirtualScheduler
from hardware_sim.receipt_printer.printer import ReceiptPrinter as SimulatedPrinter

INITIALISE = b"\x1b\x40"


class Wire:
    """The simulated printer, and what it was sent."""

    def __init__(self):
        self.machine, self.heard = SimulatedPrinter(), []

    def feed(self, data, now):
        self.heard.append(data)
        return self.machine.feed(data, now)


def bench():
    scheduler, wire = VirtualScheduler(), Wire()
    lane = VirtualLane("receipt-printer", scheduler, SerialMemoryLink(scheduler, wire))
    printer = ReceiptPrinter(scheduler.now, lambda text, height: Bitmap(8, 1, b"\x00"))

    def run(operation):
        outcomes = []
        lane.submit(operation, outcomes.append, deadline=120.0)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        assert isinstance(outcome, Done)
        return outcome.value

    return printer, wire, run


def test_before_the_first_print_that_ended_well_nothing_is_sent():
    printer, wire, run = bench()
    assert run(printer.initialise()) is False
    assert wire.heard == []


def test_after_a_print_that_ended_well_it_is_sent_and_after_one_that_did_not_it_is_not():
    printer, wire, run = bench()
    receipt = Receipt((Text("社会保障"),))
    assert run(printer.print_receipt(receipt)).result is PrintResult.PRINTED
    assert run(printer.initialise()) is True
    assert wire.heard[-1] == INITIALISE
    wire.machine.leave_paper(1.0)
    assert run(printer.print_receipt(receipt)).result is not PrintResult.PRINTED
    sent = len(wire.heard)
    assert run(printer.initialise()) is False
    assert wire.heard[sent:] == []
