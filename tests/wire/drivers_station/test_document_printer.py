"""The A4 printer's driver against the simulated printer over HTTP: byte for byte, once, and followed to the end."""

import io
import time
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from drivers.document_printer.state import DocumentPrinterStatus
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.status import CoverState, DeviceState, PaperState, TonerState


def pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=True)
    for number in range(pages):
        canvas.drawString(100, 700, f"page {number + 1}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def begin(document_printer: Any, document: bytes, seconds: float = 20.0) -> Any:
    return document_printer.begin(document_printer.driver.print_pdf("证明 01-0001-000042", document, seconds=seconds))


def status(document_printer: Any) -> DocumentPrinterStatus:
    found: DocumentPrinterStatus = document_printer.run(document_printer.driver.printer_status())
    return found


def test_a_document_comes_out_byte_for_byte(station: Any, document_printer: Any) -> None:
    before = station.status("a4_printer")["printed"]
    document = pdf(2)
    outcome: PrintOutcome = begin(document_printer, document)()
    assert outcome.result is PrintResult.PRINTED
    assert outcome.facts["impressions"] == 2
    said = station.status("a4_printer")
    assert said["printed"] == before + 1
    assert [Path(path).read_bytes() for path in said["newest"] if path.endswith(".pdf")] == [document]


@pytest.mark.parametrize(
    ("phrase", "part", "value", "troubles"),
    [
        ("paper-ok", "paper", PaperState.FULL, ()),
        ("paper-low", "paper", PaperState.LOW, ()),
        ("paper-out", "paper", PaperState.OUT, ("paper-out",)),
        ("toner-low", "toner", TonerState.LOW, ()),
        ("toner-out", "toner", TonerState.OUT, ("toner-out",)),
        ("cover-open", "cover", CoverState.OPEN, ("cover-open",)),
        ("jam", "paper", PaperState.JAMMED, ("jam",)),
    ],
)
def test_the_status_says_what_happened_to_the_printer(
    station: Any, document_printer: Any, phrase: str, part: str, value: object, troubles: tuple[str, ...]
) -> None:
    station.do(f"a4-printer {phrase}")
    found = status(document_printer)
    assert getattr(found.status, part) is value
    assert found.troubles() == troubles


def test_a_printer_in_order_is_online(document_printer: Any) -> None:
    assert status(document_printer).status.device is DeviceState.ONLINE


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("paper-out", "paper-out"),
        ("cover-open", "cover-open"),
        ("jam", "jam"),
        ("toner-out", "toner-out"),
        ("power-off", "no-device"),
    ],
)
def test_a_printer_that_cannot_gets_no_document(station: Any, document_printer: Any, phrase: str, reason: str) -> None:
    before = station.status("a4_printer")["printed"]
    station.do(f"a4-printer {phrase}")
    outcome: PrintOutcome = begin(document_printer, pdf())()
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, (reason,))
    assert outcome.facts["sent"] == 0
    station.do("a4-printer power-on", "a4-printer clear", "a4-printer paper-ok", "a4-printer toner-ok")
    assert begin(document_printer, pdf())().result is PrintResult.PRINTED
    assert station.status("a4_printer")["printed"] == before + 1


@pytest.mark.parametrize(("trap", "reason"), [("sheets 1", "paper-out"), ("jam after 1", "jam")])
def test_a_stop_in_the_middle_takes_the_job_back(station: Any, document_printer: Any, trap: str, reason: str) -> None:
    station.do(f"a4-printer {trap}")
    outcome: PrintOutcome = begin(document_printer, pdf(3))()
    assert (outcome.result, outcome.reasons[0]) == (PrintResult.FAILED, reason)
    assert outcome.facts["impressions"] == 1
    assert [job["state"] for job in station.status("a4_printer")["jobs"]][-1:] in (["canceled"], [])


def until_stopped(station: Any) -> None:
    ends = time.monotonic() + 20
    while station.status("a4_printer")["state"] != "stopped":
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_paper_put_in_while_it_waits_lets_it_finish(station: Any, document_printer: Any) -> None:
    station.do("a4-printer sheets 1")
    waiting = begin(document_printer, pdf(3))
    until_stopped(station)
    station.do("a4-printer paper-ok")
    outcome = waiting()
    assert outcome.result is PrintResult.PRINTED
    assert outcome.facts["impressions"] == 3


def test_switched_off_in_the_middle_is_unknown(station: Any, document_printer: Any) -> None:
    station.do("a4-printer sheets 1")
    waiting = begin(document_printer, pdf(3), seconds=3.0)
    until_stopped(station)
    station.do("a4-printer power-off")
    assert waiting().result is PrintResult.UNKNOWN


def test_switched_off_and_on_again_has_forgotten_the_job(station: Any, document_printer: Any) -> None:
    station.do("a4-printer sheets 1")
    waiting = begin(document_printer, pdf(3), seconds=5.0)
    until_stopped(station)
    station.do("a4-printer power-off", "a4-printer power-on")
    outcome = waiting()
    assert outcome.result in (PrintResult.UNKNOWN, PrintResult.FAILED)
    assert outcome.result is PrintResult.UNKNOWN or "aborted-by-system" in outcome.reasons


def test_a_document_that_is_no_pdf_is_refused_or_aborted(document_printer: Any) -> None:
    outcome: PrintOutcome = begin(document_printer, b"no document at all")()
    assert outcome.result is PrintResult.FAILED
