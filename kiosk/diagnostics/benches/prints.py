"""Print a test receipt or a test page, and hear from the printer that it came out."""

from __future__ import annotations

from collections.abc import Callable

from drivers.operation import Operation
from drivers.print_outcome import PrintOutcome, PrintResult
from kiosk.diagnostics.benches.trying import Bench, Outcome, Tried
from kiosk.diagnostics.findings import Result

_RESULTS = {
    PrintResult.PRINTED: Result.PASS,
    PrintResult.FAILED: Result.FAIL,
    PrintResult.UNKNOWN: Result.UNCLEAR,
}


def printer(
    print_once: Callable[[], Operation[PrintOutcome]], clock: Callable[[], float], times: int
) -> Operation[Tried]:
    """A print that failed or is unknown is the last: what the printer still holds comes out later, and once is enough.

    `print_once` makes the driver's operation for one print.
    """
    bench = Bench(clock, times)

    def once() -> Operation[Outcome]:
        outcome = yield from print_once()
        bench.facts |= {name: str(value) for name, value in outcome.facts.items()}
        bench.facts["sha256"] = outcome.sha256
        result = _RESULTS[outcome.result]
        if result is Result.PASS:
            return Outcome(detail=" ".join(outcome.reasons))
        cause = outcome.reasons[0].replace("-", "_") if outcome.reasons else "print_unknown"
        return Outcome(result, f"{outcome.result.value}: {' '.join(outcome.reasons)}", cause, last=True)

    return bench.run(once)
