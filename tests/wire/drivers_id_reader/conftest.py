"""Our ID reader driver and the simulated reader, which share no code, on a real tty."""

import queue
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from drivers.id_reader.reader import IdReader
from drivers.lanes import Failed, Outcome, ThreadLane
from drivers.links.serial import SerialLink, SerialSettings
from hardware_sim.id_reader import reader as simulated
from hardware_sim.id_reader.card import IdCard
from hardware_sim.meaning import Direction
from hardware_sim.wires.pty import PtyWire

TODAY = date(2026, 11, 22)


class Bench:
    """The reader on its tty, the driver on its lane, and hands that lay cards down."""

    def __init__(self, folder: Path) -> None:
        self.passed: list[tuple[Direction, bytes]] = []
        self.wire: PtyWire[simulated.IdReader] = PtyWire(
            simulated.IdReader(simulated.Timing().paced(0)),
            folder / "id.tty",
            rate=lambda reader: reader.baud,
            tap=lambda *passed: self.passed.append(passed),
        )
        self.lane = ThreadLane("id_reader", SerialLink("id_reader", SerialSettings(str(self.wire.path))))
        self.driver = IdReader(time.monotonic)

    def run(self, operation: Generator[Any, Any, Any], deadline: float = 60.0) -> Any:
        outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
        self.lane.submit(operation, outcomes.put, deadline=deadline)
        outcome = outcomes.get(timeout=deadline + 30)
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.value

    def said(self, direction: Direction) -> str:
        """All that went over the wire one way since the list was cleared, in hex."""
        return b"".join(data for way, data in self.passed if way is direction).hex().upper()

    def hand(self, act: Callable[[simulated.IdReader], Any]) -> None:
        """Do something to the reader."""
        self.wire.tell(lambda reader, _: act(reader) and None)

    def lay(self, card: IdCard) -> None:
        self.hand(lambda reader: reader.place(card))

    def poll(self, seconds: float = 8.0, **how: Any) -> Any:
        return self.run(self.driver.poll_and_read(seconds, business_date=TODAY, **how))

    def close(self) -> None:
        ended = self.lane.stop()
        self.wire.close()
        assert ended


@pytest.fixture
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="id-") as name:
        bench = Bench(Path(name))
        yield bench
        bench.close()
