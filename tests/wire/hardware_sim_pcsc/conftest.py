"""Private PC/SC services and clients of their own processes for the wire tests."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.pcsc.bench import PcscBench

CLIENT = Path(__file__).with_name("pyscard_client.py")
USER = "Kiosk User 00 00"
PRESENT, MUTE, EMPTY = 0x20, 0x200, 0x10


class Client:
    """Hands for a client process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(CLIENT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def ask(self, do: str, **values: Any) -> dict[str, Any]:
        self.begin(do, **values)
        return self.answer()

    def begin(self, do: str, **values: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def send(self, apdu: str) -> str:
        """The answer of one APDU that must get one."""
        answer = self.ask("transmit", apdu=apdu)
        assert answer["result"] == "00000000", answer
        data: str = answer["answer"]
        return data

    def wait_for(self, flag: int, reader: str = USER, after: int = -1) -> dict[str, Any]:
        """The reader's state once `flag` is set and more than `after` insertions and removals were counted."""
        deadline = time.monotonic() + 20
        while True:
            state = self.ask("state", reader=reader)
            if state["flags"] & flag and state["events"] > after:
                return state
            assert time.monotonic() < deadline, state
            time.sleep(0.02)

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """Short, because it holds a Unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bench(state_dir: Path) -> Iterator[PcscBench]:
    with PcscBench(state_dir) as running:
        yield running


@pytest.fixture
def clients() -> Iterator[Callable[[PcscBench], Client]]:
    """Makes clients and ends them."""
    made: list[Client] = []

    def make(bench: PcscBench) -> Client:
        made.append(Client(bench.environment))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(bench: PcscBench, clients: Callable[[PcscBench], Client]) -> Client:
    return clients(bench)
