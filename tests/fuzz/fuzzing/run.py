"""Feeds damaged inputs to one codec and holds it to its promise.

Nothing but the codec's own refusals may come out. How much work and memory an input may cost is counted, not timed: the
calls and the bytes of every hundredth input (counting all would cost more than the codecs). An alarm that is far beyond
any of this ends an input that hangs, and names it.
"""

import signal
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from fuzzing.mutator import Mutator

SAMPLED = 100
HANG_SECONDS = 60
CALLS_AT_LEAST, CALLS_A_BYTE = 20_000, 600
BYTES_AT_LEAST, BYTES_A_BYTE = 2 << 20, 256


@dataclass(frozen=True)
class Codec:
    """`read` takes one input, and refuses it with one of `refusals` or in its own answer (it then returns False).

    `repair` makes length and checksum of a damaged frame right again: every second input goes through it, since what
    lies behind a checksum would hardly ever be reached.
    `elsewhere`: a unit test gives it its own 20 000 inputs; here it takes part in the soak alone.
    """

    name: str
    samples: tuple[bytes, ...]
    read: Callable[[bytes], Any]
    refusals: tuple[type[Exception], ...] = ()
    elsewhere: bool = False
    repair: Callable[[bytes], bytes] = lambda data: data


@dataclass
class Figures:
    """What became of the inputs."""

    codec: str
    seed: int
    inputs: int = 0
    refused: int = 0
    most_calls: int = 0
    most_bytes: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


class HungError(Exception):
    """An input that did not come to an end."""


def fuzz(codec: Codec, seed: int, inputs: int) -> Figures:
    """Feed that many inputs. Failures are told with the input in hex, at most ten of them."""
    figures = Figures(codec.name, seed)
    mutator = Mutator(f"{codec.name} {seed}", codec.samples)
    begun = time.monotonic()
    previous = signal.signal(signal.SIGALRM, _hung)
    try:
        for number in range(inputs):
            data = mutator.next()
            if number % 2:
                data = codec.repair(data)
            if number % 1000 == 0:
                signal.alarm(HANG_SECONDS)
            try:
                _feed(codec, data, figures, sampled=number % SAMPLED == SAMPLED - 1)
            except Exception as failure:  # noqa: BLE001  whatever it is, it is what this test looks for
                figures.failures.append(f"{type(failure).__name__}: {failure} for {data[:400].hex()}")
                if len(figures.failures) == 10:
                    break
            figures.inputs += 1
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    figures.seconds = round(time.monotonic() - begun, 2)
    return figures


def _feed(codec: Codec, data: bytes, figures: Figures, *, sampled: bool) -> None:
    try:
        taken = _counted(codec, data, figures) if sampled else codec.read(data)
    except codec.refusals:
        taken = False
    figures.refused += taken is False


def _counted(codec: Codec, data: bytes, figures: Figures) -> Any:
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    tracemalloc.start()
    sys.setprofile(count)
    try:
        return codec.read(data)
    finally:
        sys.setprofile(None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        figures.most_calls, figures.most_bytes = max(figures.most_calls, calls), max(figures.most_bytes, peak)
        assert calls <= CALLS_AT_LEAST + CALLS_A_BYTE * len(data), f"{calls} calls for {len(data)} bytes"
        assert peak <= BYTES_AT_LEAST + BYTES_A_BYTE * len(data), f"{peak} bytes for {len(data)} bytes"


def _hung(_signal: int, _frame: FrameType | None) -> None:
    raise HungError(f"a thousand inputs took more than {HANG_SECONDS} s")
