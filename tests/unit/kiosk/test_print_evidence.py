"""What the chain keeps of a print: the hash of the very bytes sent, and what may still come out of the printer."""

from __future__ import annotations

import hashlib
from types import MappingProxyType

import pytest

from drivers.print_outcome import REST_IN_PRINTER, PrintOutcome, PrintResult
from kiosk import effects
from kiosk.intents import Press

SENT = hashlib.sha256(b"the very bytes").hexdigest()


@pytest.mark.parametrize("result", list(PrintResult))
def test_the_hash_of_the_bytes_sent_reaches_the_chain_however_the_print_ended(hall, result):
    hall.to_result()
    hall.answers[effects.PrintReceipt] = lambda _: PrintOutcome(result, SENT, ("deadline",))
    hall.press(Press.PRINT)
    ended = [dict(append.header) for append in hall.appended if append.kind == "print"][-1]
    assert (ended["state"], ended["sha256"]) == (result.value, SENT)
    assert "rest" not in ended


def test_out_of_paper_in_the_middle_is_on_record_with_what_the_printer_still_holds(hall):
    hall.to_result()
    facts = MappingProxyType({"bytes": 900, "sent": 900, **REST_IN_PRINTER})
    outcome = PrintOutcome(PrintResult.FAILED, SENT, ("paper-out",), facts)
    assert outcome.out_of_paper_in_the_middle
    hall.answers[effects.PrintReceipt] = lambda _: outcome
    hall.press(Press.PRINT)
    ended = [dict(append.header) for append in hall.appended if append.kind == "print"][-1]
    assert (ended["state"], ended["reason"], ended["rest"]) == ("failed", "paper-out", "in-printer")
