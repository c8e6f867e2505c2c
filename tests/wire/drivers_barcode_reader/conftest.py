"""Our barcode driver and the simulated reader, which share no code, on a real tty, in each of the three makes."""

import queue
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.barcode_reader.makes import MAKES, PLAIN, MakeName
from drivers.barcode_reader.reader import BarcodeReader
from drivers.lanes import Failed, Outcome, ThreadLane
from drivers.links.serial import SerialLink, SerialSettings
from hardware_sim.barcode_reader import reader as simulated
from hardware_sim.meaning import Direction
from hardware_sim.wires.pty import PtyWire


class Bench:
    """The reader on its tty, the driver on its lane, and hands that hold codes before it."""

    def __init__(self, folder: Path, make: str, *, plain: bool = False) -> None:
        self.heard_by_reader = bytearray()
        self.sent_by_reader = bytearray()
        self.wire: PtyWire[simulated.BarcodeReader] = PtyWire(
            simulated.BarcodeReader(make, pace=0),
            folder / "barcode.tty",
            rate=lambda reader: reader.rate,
            tap=self._overhear,
        )
        self.make = PLAIN if plain else MAKES[MakeName(make)]
        self.lane = ThreadLane("barcode_reader", SerialLink("barcode_reader", SerialSettings(str(self.wire.path))))
        self.driver = BarcodeReader(time.monotonic, self.make)

    def _overhear(self, direction: Direction, data: bytes) -> None:
        (self.heard_by_reader if direction is Direction.TO_DEVICE else self.sent_by_reader).extend(data)

    def begin(self, operation: Generator[Any, Any, Any], deadline: float = 60.0) -> tuple[Any, Callable[[], Any]]:
        """Start an operation. Answer: its ticket, and a function that waits for its end."""
        outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
        ticket = self.lane.submit(operation, outcomes.put, deadline=deadline)

        def wait() -> Any:
            outcome = outcomes.get(timeout=deadline + 30)
            if isinstance(outcome, Failed):
                raise outcome.error
            return outcome.value

        return ticket, wait

    def run(self, operation: Generator[Any, Any, Any], deadline: float = 60.0) -> Any:
        return self.begin(operation, deadline)[1]()

    def hand(self, act: Callable[[simulated.BarcodeReader], Any]) -> None:
        """Do something to the reader."""
        self.wire.tell(lambda reader, _: act(reader) and None)

    def show(self, code: bytes) -> None:
        """Hold a code before the reader."""
        self.wire.tell(lambda reader, now: reader.scan(code, now))

    def say(self, data: bytes) -> None:
        """Bytes on the line that the reader never meant."""
        self.wire.tell(lambda _reader, _now: [(0.0, data)])

    def triggered(self) -> bool:
        return self.wire.look(lambda reader: reader.lamp(time.monotonic()))

    def lit(self) -> bool:
        return self.wire.look(lambda reader: reader.lit(time.monotonic()))

    def wait_for_trigger(self, since: int = 0) -> None:
        """Until the driver has asked the reader to look."""
        trigger = self.make.trigger
        assert trigger is not None
        end = time.monotonic() + 30
        while trigger not in self.heard_by_reader[since:]:
            assert time.monotonic() < end, "never triggered"
            time.sleep(0.002)

    def scanning(self, *shown: bytes | Callable[[], None], seconds: float = 20.0) -> Any:
        """Begin a scan, hold these before the reader once it looks, and answer the scan's result."""
        since = len(self.heard_by_reader)
        _, wait = self.begin(self.driver.scan(seconds))
        self.wait_for_trigger(since)
        for code in shown:
            self.show(code) if isinstance(code, bytes) else code()
        return wait()

    def close(self) -> None:
        ended = self.lane.stop()
        self.wire.close()
        assert ended


@pytest.fixture
def new_bench() -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []
    with tempfile.TemporaryDirectory(prefix="bc-") as name:

        def make(make: str = "newland", **how: Any) -> Bench:
            folder = Path(name) / str(len(benches))
            folder.mkdir()
            benches.append(Bench(folder, make, **how))
            return benches[-1]

        yield make
        for bench in benches:
            bench.close()


@pytest.fixture(params=["newland", "honeywell", "gm65"])
def bench(request: pytest.FixtureRequest, new_bench: Callable[..., Bench]) -> Bench:
    """One of each make."""
    return new_bench(request.param)
