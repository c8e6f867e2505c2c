"""The A4 printer against CUPS's own conformance suites: IPP/1.1 (RFC 8011) and IPP/2.0 (PWG 5100.12)."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from hardware_sim.ipp_printer.machine import Speed
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.wires.http import HttpWire

SUITES = Path("/usr/share/cups/ipptool")

pytestmark = pytest.mark.skipif(
    shutil.which("ipptool") is None, reason="ipptool is not installed (Debian: cups-ipp-utils)"
)


@pytest.fixture
def printer() -> IppPrinter:
    return IppPrinter(speed=Speed(0.05, 0.05))


@pytest.fixture
def wire(printer: IppPrinter) -> Iterator[HttpWire]:
    with_port = HttpWire(printer)
    printer.uri = with_port.uri
    yield with_port
    with_port.close()


@pytest.fixture
def document(folder: Path) -> Path:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    pdf.save(out)
    file = folder / "document-a4.pdf"
    file.write_bytes(out.getvalue())
    return file


def ipptool(wire: HttpWire, version: str, document: Path, suite: Path) -> subprocess.CompletedProcess[str]:
    command = ["ipptool", "-t", "-V", version, "-f", str(document), wire.uri, str(suite)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("version", "least"), [("1.1", 26), ("2.0", 27)])
def test_the_conformance_suite_finds_nothing_wrong(
    wire: HttpWire, folder: Path, document: Path, version: str, least: int
) -> None:
    # the suites print files that stand beside them, and Debian ships the suites without the files
    for name in ("ipp-1.1.test", "ipp-2.0.test"):
        shutil.copy(SUITES / name, folder)
    done = ipptool(wire, version, document, folder / f"ipp-{version}.test")
    assert "[FAIL]" not in done.stdout, done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("[PASS]") >= least


def test_a_printed_document_arrives_byte_for_byte(wire: HttpWire, printer: IppPrinter, document: Path) -> None:
    done = ipptool(wire, "2.0", document, SUITES / "print-job-and-wait.test")
    assert done.returncode == 0, done.stdout + done.stderr
    with wire.lock:
        (job,) = printer.machine.jobs
    assert job.document == document.read_bytes()
