"""All ports of the machine, asked side by side: one lane each, so that a silent one holds up no other."""

import os
import queue
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from serial.tools import list_ports

from drivers.discovery.port import PortAnswer, who_is_there, why_not
from drivers.discovery.probes import PROBES, Kind, Probe
from drivers.lanes import Done, Link, ThreadLane
from drivers.links.serial import SerialLink, SerialSettings

SECONDS: Final = 30.0
"""A port on which nobody answers takes about half of it."""

_STABLE_NAMES: Final = Path("/dev/serial/by-id")


def serial_ports() -> tuple[str, ...]:
    """The machine's serial ports. A stable name where udev gives one: numbers change when a device is plugged again."""
    found = {os.path.realpath(port.device): port.device for port in list_ports.comports()}
    if _STABLE_NAMES.is_dir():
        found |= {os.path.realpath(name): str(name) for name in sorted(_STABLE_NAMES.iterdir())}
    return tuple(sorted(found.values()))


def serial_link(port: str) -> Link:
    """Opened when it is first asked, for us alone."""
    return SerialLink("discovery", SerialSettings(port, write_seconds=1.0))


def find_devices(
    ports: Iterable[str],
    *,
    wanted: frozenset[Kind] | None = None,
    connect: Callable[[str], Link] = serial_link,
    clock: Callable[[], float] = time.monotonic,
    probes: Sequence[Probe] = PROBES,
    seconds: float = SECONDS,
) -> tuple[PortAnswer, ...]:
    """Who is on each port, in the order of ``ports``. Blocks for at most about ``seconds``; never raises for a port.

    ``wanted``: as ``who_is_there``; None asks for everything.
    """
    order = list(dict.fromkeys(ports))
    answers: queue.SimpleQueue[tuple[str, PortAnswer]] = queue.SimpleQueue()
    lanes = []
    for port in order:
        lane = ThreadLane(f"discovery {port}", connect(port), clock=clock)
        lanes.append(lane)
        lane.submit(
            who_is_there(port, clock, probes=probes, wanted=wanted),
            lambda outcome, port=port: answers.put(  # type: ignore[misc]
                (port, outcome.value if isinstance(outcome, Done) else why_not(port, outcome.error))
            ),
            deadline=seconds,
        )
    told = dict(answers.get() for _ in order)
    for lane in lanes:
        lane.stop()
    return tuple(told[port] for port in order)
