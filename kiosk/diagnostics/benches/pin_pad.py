"""Press keys on the PIN pad: they are counted and never kept. With the keypad on, the pad beeps at each key by itself.

The digits go the way of a card PIN, into a buffer that is overwritten; only how many there were comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from drivers.errors import DeviceError
from drivers.operation import Operation, Progress, Request
from drivers.pin_pad.entry import (
    CardPinEntered,
    CardPinResult,
    ClearPin,
    EntryCancelled,
    EntryTimedOut,
    EntryTooShort,
    digits_in,
    enter_card_pin,
)
from drivers.pin_pad.pad import PinPad
from kiosk.diagnostics.benches.trying import Bench, Outcome, Tried
from kiosk.diagnostics.findings import Result


def pin_pad(pad: PinPad, clock: Callable[[], float], times: int, patience: float) -> Operation[Tried]:
    """`patience`: seconds to press some digits and *enter*."""
    bench = Bench(clock, times)

    def once() -> Operation[Outcome]:
        most = 0

        def counted(step: str) -> None:
            nonlocal most
            most = max(most, digits_in(step) or 0)

        entry = enter_card_pin(pad, ClearPin.SOCIAL_SECURITY_CARD, patience)
        match (yield from _overheard(entry, counted)):
            case CardPinEntered(handle=handle):
                handle.clear()
                return Outcome(detail=f"{most} digits, enter")
            case EntryTooShort():
                return Outcome(detail=f"{most} digits, enter")
            case EntryCancelled():
                return Outcome(detail=f"{most} digits, cancel")
            case EntryTimedOut():
                return Outcome(Result.UNCLEAR, f"{most} digits, no enter", "no_key", last=True)

    return bench.run(once)


def _overheard(entry: Operation[CardPinResult], heard: Callable[[str], None]) -> Generator[Request, Any, CardPinResult]:
    """Run an operation and hear its progress, which goes on to the lane as well."""
    try:
        request = next(entry)
        while True:
            if isinstance(request, Progress):
                heard(request.step)
            try:
                answer = yield request
            except DeviceError as error:
                request = entry.throw(error)
            else:
                request = entry.send(answer)
    except StopIteration as stop:
        result: CardPinResult = stop.value
        return result
    finally:
        entry.close()
