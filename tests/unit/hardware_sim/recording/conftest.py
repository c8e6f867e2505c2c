"""A conversation in memory that is recorded as a station would record it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hardware_sim.meaning import Direction
from hardware_sim.recording.decoders import DECODERS
from hardware_sim.recording.file import Header
from hardware_sim.recording.memory import MemoryHall
from hardware_sim.recording.recorder import Recorder
from hardware_sim.recording.wire_log import WireLog
from hardware_sim.station.understanding import understand, without_secrets

URI = "ipp://127.0.0.1:1/ipp/print"


class Session:
    """Devices in memory, their taps, and a recording."""

    def __init__(self, file: Path, seed: int = 5, pace: float = 0.0) -> None:
        self.hall = MemoryHall(seed=seed, pace=pace, a4_uri=URI)
        self.file = file
        self.log = WireLog(lambda: self.hall.clock.now)
        self.taps = {device: self.log.tap(device, make()) for device, make in DECODERS.items()}
        self.recorder = Recorder(file, Header(seed=seed, pace=pace, a4_uri=URI))
        self.log.listen(self.recorder.take)
        self._seen = dict.fromkeys(DECODERS, 0)

    def wait(self, seconds: float) -> None:
        self.hall.advance(self.hall.clock.now + seconds)
        for device, wire in self.hall.wires.items():
            for _, data in wire.sent[self._seen[device] :]:
                self.taps[device](Direction.FROM_DEVICE, data)
            self._seen[device] = len(wire.sent)

    def ask(self, device: str, data: bytes, wait: float = 0.2) -> None:
        self.taps[device](Direction.TO_DEVICE, data)
        self.hall.wires[device].hear(data)
        self.wait(wait)

    def do(self, phrase: str, wait: float = 0.2) -> None:
        self.log.did(without_secrets(phrase))
        understand(phrase)(self.hall)
        self.wait(wait)

    def end(self) -> None:
        self.wait(1.0)
        self.log.listen(None)
        self.recorder.end(self.log.now)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "a.ndjson")


MakeSession = Callable[..., Session]


@pytest.fixture
def make_session(tmp_path: Path) -> MakeSession:
    def make(name: str, **more: float) -> Session:
        return Session(tmp_path / name, **more)  # type: ignore[arg-type]

    return make
