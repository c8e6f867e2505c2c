"""A scripted pad that obeys the sheet and can be told to misbehave, on a virtual line."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from drivers.lanes import Done, Failed, Outcome, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.pin_pad.pad import PinPad
from drivers.scheduler import VirtualScheduler

Reply = list[tuple[float, bytes]]


def framed(status: int, data: bytes = b"") -> bytes:
    body = bytes((len(data) + 1, status)) + data
    check = 0
    for byte in body:
        check ^= byte
    return b"\x02" + (body + bytes([check])).hex().upper().encode() + b"\x03"


@dataclass
class Pad:
    """Answers each command from a queue of replies, then as usual. ``keys`` come after the answer that lets them."""

    usual: dict[int, Reply]
    next: dict[int, list[Reply]] = field(default_factory=dict)
    seen: list[tuple[int, bytes]] = field(default_factory=list)
    keys: Reply = field(default_factory=list)

    def feed(self, data: bytes, now: float) -> Reply:
        assert data[:1] == b"\x02"
        assert data[-1:] == b"\x03"
        body = bytes.fromhex(data[1:-1].decode())
        assert data[1:-1] == data[1:-1].upper()
        assert body[0] == len(body) - 2
        code, rest = body[1], body[2:-1]
        self.seen.append((code, rest))
        queue = self.next.get(code)
        reply = queue.pop(0) if queue else self.usual[code]
        if code == 0x35 or (code == 0x45 and rest == b"\x02"):
            keys, self.keys = self.keys, []
            return reply + keys
        return reply

    def commands(self) -> list[tuple[int, bytes]]:
        """What was asked, without the two questions that settle the line."""
        return [asked for asked in self.seen if asked[0] != 0x30]

    def type(self, keys: bytes, every: float = 0.3) -> None:
        """A person presses keys one after the other once the pad lets them."""
        self.keys = [(0.2 + every * n, bytes([key])) for n, key in enumerate(keys)]


@pytest.fixture
def scheduler() -> VirtualScheduler:
    return VirtualScheduler()


@pytest.fixture
def pad() -> Pad:
    done: Reply = [(0.02, framed(0x04))]
    return Pad(
        dict.fromkeys((0x31, 0x32, 0x33, 0x34, 0x35, 0x43, 0x45, 0x46), done)
        | {
            0x30: [(0.02, framed(0x04, b"KMY3501 V2.10   \x20\x26\x11\x22\x00\x00\x00\x00\x00\x01"))],
            0x36: [(0.02, framed(0x04, b"\xc1" * 8))],
            0x37: [(0.02, framed(0x04, b"\xd1" * 8))],
            0x38: [(0.02, framed(0x04, bytes.fromhex("2026112200000001")))],
            0x41: [(0.02, framed(0x04, b"\xa1" * 8))],
            0x42: [(0.02, framed(0x04, b"\xb1" * 8))],
        }
    )


@pytest.fixture
def link(scheduler: VirtualScheduler, pad: Pad) -> SerialMemoryLink:
    return SerialMemoryLink(scheduler, pad)


@pytest.fixture
def driver(scheduler: VirtualScheduler) -> PinPad:
    return PinPad(scheduler.now)


@dataclass
class Runner:
    """Runs one operation after the other; ``steps`` is what the last one reported."""

    scheduler: VirtualScheduler
    lane: VirtualLane
    steps: list[str] = field(default_factory=list)

    def __call__(self, operation: Generator[Any, Any, Any], deadline: float = 120.0) -> Any:
        outcomes: list[Outcome[Any]] = []
        self.steps = []
        self.lane.submit(operation, outcomes.append, deadline=deadline, on_progress=self.steps.append)
        self.scheduler.run_until_idle()
        (outcome,) = outcomes
        if isinstance(outcome, Failed):
            raise outcome.error
        assert isinstance(outcome, Done)
        return outcome.value


@pytest.fixture
def run(scheduler: VirtualScheduler, link: SerialMemoryLink) -> Runner:
    return Runner(scheduler, VirtualLane("pin_pad", scheduler, link))


@pytest.fixture
def frame() -> Callable[..., bytes]:
    """An answer's bytes, from its status byte and data."""
    return framed
