"""A printer without waits."""

import pytest

from hardware_sim.receipt_printer.printer import ReceiptPrinter


@pytest.fixture
def printer() -> ReceiptPrinter:
    return ReceiptPrinter(pace=0)
