"""A serial link that finds its own port: for devices whose place in the settings is ``auto``.

One ``PortFinder`` for all such links of a process: they take turns, so that no two ask on one port, and a port that a
device was found on is asked no more. Ports that are in use are busy and stay untouched.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from drivers.discovery.find import find_devices, serial_ports
from drivers.discovery.port import Found, PortAnswer
from drivers.discovery.probes import Kind
from drivers.errors import LinkLost, NoDevice
from drivers.lanes import Link
from drivers.links.serial import SerialLink, SerialSettings
from drivers.operation import Request

SEARCH_AGAIN_SECONDS: Final = 60.0
"""Strange devices are not talked to more often than that."""


class PortFinder:
    """Knows where what was found, and looks again when something is missing."""

    def __init__(
        self,
        ports: Callable[[], Iterable[str]] = serial_ports,
        find: Callable[[Iterable[str]], Iterable[PortAnswer]] = find_devices,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``ports`` are those that may be asked, ``find`` asks them; both block."""
        self._ports = ports
        self._find = find
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[Kind, Found] = {}
        self._looked: tuple[float, frozenset[str]] | None = None

    def place_of(self, kind: Kind) -> Found | None:
        """Where a device of this kind is; asks the ports if nobody knows. From any thread; others wait."""
        with self._lock:
            if kind not in self._known:
                self._look()
            return self._known.get(kind)

    def lost(self, kind: Kind) -> None:
        """It is not where it was: the next question looks again."""
        with self._lock:
            self._known.pop(kind, None)
            self._looked = None

    def _look(self) -> None:
        """Ask what is not taken; again only when ports have changed or some time has passed."""
        taken = {found.port for found in self._known.values()}
        ports = frozenset(self._ports()) - taken
        now = self._clock()
        if self._looked is not None and self._looked[1] == ports and now - self._looked[0] < SEARCH_AGAIN_SECONDS:
            return
        for answer in self._find(sorted(ports)):
            if isinstance(answer, Found):
                self._known.setdefault(answer.kind, answer)
        self._looked = (now, frozenset(self._ports()) - {found.port for found in self._known.values()})


def _serial(device: str, found: Found) -> Link:
    return SerialLink(device, SerialSettings(found.port, found.baud))


class AutoLink:
    """See ``drivers.lanes.Link``. Until its device is found every request is NoDevice (``reason`` not found)."""

    def __init__(
        self, device: str, kind: Kind, finder: PortFinder, connect: Callable[[str, Found], Link] = _serial
    ) -> None:
        """``device`` is the name in errors; ``connect`` makes the link to what was found."""
        self._device = device
        self._kind = kind
        self._finder = finder
        self._connect = connect
        self._link: Link | None = None

    def perform(self, request: Request, deadline: float) -> Any:
        """Execute one request, on the port that was found. The first one may take as long as a search."""
        if self._link is None:
            found = self._finder.place_of(self._kind)
            if found is None:
                raise NoDevice(self._device, reason="not found")
            self._link = self._connect(self._device, found)
        try:
            return self._link.perform(request, deadline)
        except (LinkLost, NoDevice):
            self.close()
            self._finder.lost(self._kind)
            raise

    def interrupt(self) -> None:
        """Let a waiting read come back; a search is not interrupted."""
        if (link := self._link) is not None:
            link.interrupt()

    def close(self) -> None:
        """Let go of the port. Where it was is remembered."""
        link, self._link = self._link, None
        if link is not None:
            link.close()
