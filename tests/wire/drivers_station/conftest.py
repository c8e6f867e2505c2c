"""The simulated devices as users start them, on real ttys and a real socket, and lanes to talk to them."""

import json
import queue
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.document_printer.printer import DocumentPrinter
from drivers.id_reader.reader import IdReader
from drivers.lanes import Failed, Outcome, ThreadLane
from drivers.links.ipp import IppLink
from drivers.links.serial import SerialLink, SerialSettings
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.receipt_printer.raster import FontFile, PillowRasteriser

NOTO = FontFile(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2)


class Station:
    """A running `hardware-sim up`, told over its control socket what happens."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.personas = root / "hardware_sim" / "personas"
        command = [sys.executable, "-m", "hardware_sim.cli"]
        self.process = subprocess.Popen(
            [*command, "up", "--no-cards", "--pace", "0", "--state", str(folder)],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
        else:
            pytest.fail(f"hardware-sim ended with {self.process.wait(10)} before it was up")
        said = subprocess.run(
            [*command, "env", "--json", "--state", str(folder)], cwd=root, capture_output=True, check=True, text=True
        )
        self.environment: dict[str, str] = json.loads(said.stdout)

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control.sock"))
            control.sendall(json.dumps(request).encode() + b"\n")
            with control.makefile("r", encoding="utf-8") as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        return answer

    def do(self, *phrases: str) -> None:
        for phrase in phrases:
            answer = self.ask({"do": phrase})
            assert answer["ok"], (phrase, answer)

    def mend(self) -> None:
        """Everything in order; a phrase is refused where there is nothing to do."""
        for phrase in (
            *("id-reader plug", "id-reader ok", "remove id"),
            *("receipt-printer plug", "receipt-printer power-on", "receipt-printer clear", "receipt-printer online"),
            *("receipt-printer paper-ok", "take receipt"),
            *("a4-printer power-on", "a4-printer clear", "a4-printer paper-ok", "a4-printer toner-ok"),
        ):
            self.ask({"do": phrase})

    def status(self, device: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask({"status": True})[device]
        return found

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def the_station(request: pytest.FixtureRequest) -> Iterator[Station]:
    folder = Path(tempfile.mkdtemp(prefix="ds-"))  # short, because it holds Unix sockets
    station = Station(folder, request.config.rootpath)
    yield station
    station.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def station(the_station: Station) -> Iterator[Station]:
    """The station with everything in order before and after."""
    yield the_station
    the_station.mend()


class OnLane:
    """A driver on its lane: operations are run one by one, and an error is raised."""

    def __init__(self, lane: ThreadLane, driver: Any) -> None:
        self.lane = lane
        self.driver = driver

    def begin(self, operation: Generator[Any, Any, Any], deadline: float = 60.0) -> Callable[[], Any]:
        """Start an operation. Answer: a function that waits for its end."""
        outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
        self.lane.submit(operation, outcomes.put, deadline=deadline)

        def wait() -> Any:
            outcome = outcomes.get(timeout=deadline + 30)
            if isinstance(outcome, Failed):
                raise outcome.error
            return outcome.value

        return wait

    def run(self, operation: Generator[Any, Any, Any], deadline: float = 60.0) -> Any:
        return self.begin(operation, deadline)()


@pytest.fixture
def id_reader(station: Station) -> Iterator[OnLane]:
    link = SerialLink("id_reader", SerialSettings(station.environment["HARDWARE_SIM_ID_READER"]))
    lane = ThreadLane("id_reader", link)
    yield OnLane(lane, IdReader(time.monotonic))
    assert lane.stop()


@pytest.fixture
def receipt_printer(station: Station) -> Iterator[OnLane]:
    link = SerialLink("receipt_printer", SerialSettings(station.environment["HARDWARE_SIM_RECEIPT_PRINTER"]))
    lane = ThreadLane("receipt_printer", link)
    yield OnLane(lane, ReceiptPrinter(time.monotonic, PillowRasteriser((NOTO,))))
    assert lane.stop()


@pytest.fixture
def document_printer(station: Station) -> Iterator[OnLane]:
    uri = station.environment["HARDWARE_SIM_A4_PRINTER"]
    lane = ThreadLane("document_printer", IppLink("document_printer", uri, answer_seconds=2.0))
    yield OnLane(lane, DocumentPrinter(time.monotonic, uri, patience=1.0))
    assert lane.stop()
