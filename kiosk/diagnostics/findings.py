"""What was found out about one device: identity, status in XFS4IoT's words, steps of its self-test with times.

`Examination` collects it inside an operation: each step is timed by the clock that is handed in, and a fault of the
device ends the examination with what is known so far, never with an exception. Only a cancel goes through.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NoReturn, TypeVar

from drivers.errors import (
    Cancelled,
    DeviceBusy,
    DeviceError,
    LinkLost,
    NoDevice,
    ProtocolError,
    Refused,
    SamFault,
    ServiceGone,
    Timeout,
)
from drivers.operation import Operation, Progress
from drivers.status import DeviceState

T = TypeVar("T")


class Part(StrEnum):
    """What is looked at. First the devices, then what the machine itself consists of."""

    CARD_READER = "card-reader"
    PSAM = "psam"
    ID_READER = "id-reader"
    RECEIPT_PRINTER = "receipt-printer"
    DOCUMENT_PRINTER = "document-printer"
    PIN_PAD = "pin-pad"
    BARCODE_READER = "barcode-reader"
    KEYS = "keys"
    JOURNAL = "journal"
    SNAPSHOT = "snapshot"
    PACKAGES = "packages"
    CLOCK = "clock"
    DISK = "disk"
    SYNC = "sync"


DEVICES = (
    Part.CARD_READER,
    Part.PSAM,
    Part.ID_READER,
    Part.RECEIPT_PRINTER,
    Part.DOCUMENT_PRINTER,
    Part.PIN_PAD,
    Part.BARCODE_READER,
)
"""The parts that hang on a wire, in the order of the report."""


class Result(StrEnum):
    """How a step ended. Unclear is a result of its own: asked, and the answer says neither yes nor no."""

    PASS = "pass"  # noqa: S105 a result, no password
    FAIL = "fail"
    UNCLEAR = "unclear"
    NOT_RUN = "not-run"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device is, as far as it tells; None: it does not tell. `port`: where it was asked."""

    model: str | None = None
    firmware: str | None = None
    serial_number: str | None = None
    port: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a self-test. `detail` is a short fact in driver's words, never personal."""

    name: str
    result: Result
    milliseconds: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What an examination found.

    causes: short words, worst first, each with a next step in the texts (`diagnose.next.<cause>`); empty: nothing is
    wrong. warnings: words of the same kind that do not make the device ill (paper low).
    """

    identity: Identity = Identity()
    status: Mapping[str, str] = field(default_factory=dict)
    capabilities: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    causes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotFitted:
    """The settings name no such device."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nothing could be found out; `cause` is the short word why (`terminal-runs`, `device_busy`, `timeout` …)."""

    cause: str
    identity: Identity = Identity()


Answer = Found | NotFitted | NotAsked


class _EndedError(Exception):
    """Inner signal: a step found the device too ill for the next one."""


@dataclass(slots=True)
class Examination:
    """Fills a `Found` step by step. `names` are the steps that will be done, so that those not reached are told."""

    clock: Callable[[], float]
    names: tuple[str, ...]
    identity: Identity = Identity()
    status: dict[str, str] = field(default_factory=dict)
    capabilities: dict[str, str] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _steps: list[Step] = field(default_factory=list)

    def step(self, name: str, work: Operation[T]) -> Operation[T]:
        """Do one step and time it; passed unless `fail` or `unclear` is said afterwards."""
        yield Progress(name)
        began = self.clock()
        try:
            value = yield from work
        except Cancelled:
            raise
        except DeviceError as error:
            # somebody else has it: nothing is known about how it is
            result = Result.UNCLEAR if isinstance(error, DeviceBusy) else Result.FAIL
            self._steps.append(Step(name, result, self._since(began), told(error)))
            self.causes.append(error.code)
            self.status["device"] = state_of(error).value
            raise _EndedError from None
        self._steps.append(Step(name, Result.PASS, self._since(began)))
        return value

    def note(self, detail: str) -> None:
        """Say more about the last step."""
        self._last(self._steps[-1].result, detail)

    def fail(self, *causes: str, detail: str = "") -> None:
        """The last step did end, but its answer is bad."""
        self._last(Result.FAIL, detail)
        self.causes.extend(causes)

    def stop(self, cause: str, detail: str = "") -> NoReturn:
        """The last step's answer is bad, and no further one makes sense."""
        self.fail(cause, detail=detail)
        raise _EndedError

    def unclear(self, cause: str, detail: str = "") -> None:
        """The last step's answer says neither yes nor no."""
        self._last(Result.UNCLEAR, detail)
        self.causes.append(cause)

    def not_run(self, detail: str) -> None:
        """The last step turned out to make no sense now."""
        self._steps[-1] = Step(self._steps[-1].name, Result.NOT_RUN, None, detail)

    def check(self, name: str, *, well: bool, cause: str, detail: str = "") -> None:
        """A step that was answered before: nothing to wait for, and no time to tell. A bad one is the last."""
        self._steps.append(Step(name, Result.PASS if well else Result.FAIL, None, detail))
        if not well:
            self.causes.append(cause)
            raise _EndedError

    def run(self, work: Operation[None]) -> Operation[Found]:
        """Do the work; what was found by its end, whatever end that was."""
        try:
            with contextlib.suppress(_EndedError):  # the step that ended it has said why
                yield from work
        except Cancelled:
            raise
        except DeviceError as error:  # between two steps: it belongs to the one before
            self.fail(error.code, detail=told(error))
        done = {step.name for step in self._steps}
        rest = tuple(Step(name, Result.NOT_RUN) for name in self.names if name not in done)
        return Found(
            self.identity,
            MappingProxyType(dict(self.status)),
            MappingProxyType(dict(self.capabilities)),
            (*self._steps, *rest),
            tuple(dict.fromkeys(self.causes)),
            tuple(dict.fromkeys(self.warnings)),
        )

    def _last(self, result: Result, detail: str) -> None:
        last = self._steps[-1]
        self._steps[-1] = Step(last.name, result, last.milliseconds, detail or last.detail)

    def _since(self, began: float) -> float:
        return round((self.clock() - began) * 1000, 1)


def state_of(error: DeviceError) -> DeviceState:
    """What an error says about the device, in XFS4IoT's words."""
    match error:
        case NoDevice():
            return DeviceState.NO_DEVICE
        case DeviceBusy():
            return DeviceState.DEVICE_BUSY
        case Timeout() | LinkLost() | ServiceGone():
            return DeviceState.OFFLINE
        case ProtocolError() | Refused():
            return DeviceState.HARDWARE_ERROR
        case SamFault():
            return DeviceState.ONLINE
    return DeviceState.UNKNOWN


def told(error: DeviceError) -> str:
    """An error as a technician reads it: its code and facts, which hold no personal data."""
    facts = " ".join(f"{name}={value}" for name, value in error.facts.items())
    return f"{error.code} {facts}".strip()
