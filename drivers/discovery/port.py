"""Who is on one line: all questions, in their order, until somebody answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from drivers.discovery.probes import PROBES, Kind, Probe
from drivers.errors import DeviceBusy, DeviceError, NoDevice, ProtocolError, Refused, Timeout
from drivers.operation import Operation, SetBaud


@dataclass(frozen=True, slots=True)
class Found:
    """A device of ours answered, at this speed. ``facts``: short words it told of itself."""

    port: str
    kind: Kind
    make: str
    baud: int
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody answered a question of ours: switched off, another kind of device, or a plain scanner, which only speaks
    when it sees a code."""

    port: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Another program holds the port."""

    port: str


@dataclass(frozen=True, slots=True)
class NotPermitted:
    """This user may not open the port (group ``dialout`` on Debian)."""

    port: str


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such port, or it went away while it was asked. ``reason``: a short word."""

    port: str
    reason: str = ""


PortAnswer: TypeAlias = Found | Silent | Busy | NotPermitted | Gone


def who_is_there(
    port: str, clock: Callable[[], float], *, probes: Sequence[Probe] = PROBES, wanted: frozenset[Kind] | None = None
) -> Operation[Found | Silent]:
    """Ask until somebody answers. Errors: the link's.

    ``wanted``: stop when what is left to ask is not wanted. What comes before a wanted question in the order is asked
    all the same: it is asked first because the rest must not be said to it.
    """
    last = max((place for place, probe in enumerate(probes) if wanted is None or probe.kind in wanted), default=-1)
    for probe in probes[: last + 1]:
        for rate in probe.rates:
            yield SetBaud(rate)
            try:
                identity = yield from probe.ask(clock)
            except (ProtocolError, Refused):
                continue  # something speaks here that is not of this kind
            if identity is not None:
                return Found(port, probe.kind, identity.make, rate, identity.facts)
    return Silent(port)


def why_not(port: str, error: DeviceError) -> PortAnswer:
    """What a fault of the line says about the port."""
    match error:
        case DeviceBusy():
            return Busy(port)
        case NoDevice() if error.facts.get("reason") == "not permitted":
            return NotPermitted(port)
        case Timeout():
            return Silent(port)  # it takes no bytes, or never falls silent
    return Gone(port, str(error.facts.get("reason", error.code)))
