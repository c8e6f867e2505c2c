"""Tries of a bench test with their times, and the sums that a technician looks at. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from drivers.errors import Cancelled, DeviceBusy, DeviceError, Timeout
from drivers.operation import Operation, Progress
from kiosk.diagnostics.findings import Part, Result, told
from kiosk.diagnostics.judging import next_step, plain
from kiosk.diagnostics.report import BenchReport, TimesDocument, TryDocument

MOST_IN_A_ROW = 5
"""So many failures one after the other say what there is to say."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try. `cause`: why it did not pass, a word with a next step in the texts."""

    result: Result
    milliseconds: float
    detail: str = ""
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A whole bench test."""

    wanted: int
    tries: tuple[Try, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one try says when the device answered: not every answer is a pass."""

    result: Result = Result.PASS
    detail: str = ""
    cause: str | None = None
    last: bool = False  # no further try makes sense
    began: float | None = None  # when the device's own work began, if waiting for a person came before it


@dataclass(slots=True)
class Bench:
    """Repeats `once` and keeps the tries. A device error is a failed try; a cancel goes through."""

    clock: Callable[[], float]
    wanted: int
    stop_at: tuple[type[DeviceError], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)

    def run(self, once: Callable[[], Operation[Outcome]]) -> Operation[Tried]:
        """At most `wanted` tries; reports `1`, `2` … as progress before each."""
        tries: list[Try] = []
        in_a_row = 0
        for number in range(1, self.wanted + 1):
            yield Progress(str(number))
            began = self.clock()
            last = False
            try:
                outcome = yield from once()
            except Cancelled:
                raise
            except DeviceError as error:
                result = Result.UNCLEAR if isinstance(error, DeviceBusy) else Result.FAIL
                tries.append(Try(result, self._since(began), told(error), error.code))
                last = isinstance(error, (DeviceBusy, *self.stop_at)) or _out_of_time(error)
            else:
                began = outcome.began if outcome.began is not None else began
                tries.append(Try(outcome.result, self._since(began), outcome.detail, outcome.cause))
                last = outcome.last
            in_a_row = 0 if tries[-1].result is Result.PASS else in_a_row + 1
            if last or in_a_row == MOST_IN_A_ROW:
                break
        return Tried(self.wanted, tuple(tries), MappingProxyType(dict(self.facts)))

    def _since(self, began: float) -> float:
        return round((self.clock() - began) * 1000, 1)


def _out_of_time(error: DeviceError) -> bool:
    """The lane's own deadline, and not a silence of the device, whose facts say what was being done."""
    return isinstance(error, Timeout) and not error.facts


def bench_report(part: Part, at: str, tried: Tried) -> BenchReport:
    """Passed only when every wanted try passed."""
    passed = [each.milliseconds for each in tried.tries if each.result is Result.PASS]
    bad = [each for each in tried.tries if each.result is not Result.PASS]
    # a clear no says more than an unclear try, wherever it came
    worst = next((each for each in (*_failed(bad), *bad)), None)
    return BenchReport(
        part=part,
        at=at,
        result=worst.result if worst else Result.PASS if len(passed) == tried.wanted else Result.NOT_RUN,
        wanted=tried.wanted,
        tries=tuple(
            TryDocument(number=number, result=each.result, ms=each.milliseconds, detail=plain(each.detail))
            for number, each in enumerate(tried.tries, 1)
        ),
        failures=len(bad),
        times=times(passed),
        facts={name: plain(word) for name, word in tried.facts.items()},
        cause=worst.cause if worst else None,
        next=next_step(part, (worst.cause,)) if worst and worst.cause else None,
    )


def times(milliseconds: list[float]) -> TimesDocument | None:
    """Of at least one."""
    if not milliseconds:
        return None
    median = round(statistics.median(milliseconds), 1)
    return TimesDocument(min=min(milliseconds), median=median, max=max(milliseconds))


def not_tried(wanted: int, error: DeviceError) -> Tried:
    """The bench itself was ended before its first try: time over, or cancelled."""
    return Tried(wanted, (Try(Result.UNCLEAR, 0.0, told(error), error.code),))


def _failed(tries: list[Try]) -> list[Try]:
    return [each for each in tries if each.result is Result.FAIL]
