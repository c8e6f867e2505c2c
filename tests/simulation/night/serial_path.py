"""A serial device of the hall on its line: bytes go both ways as long as its cable is in."""

from __future__ import annotations

from night.when import LifeSpan

from drivers.links.memory import SerialDevice, SerialMemoryLink
from drivers.scheduler import VirtualScheduler

Said = list[tuple[float, bytes]]
"""(seconds from now, bytes)"""


class SerialPath:
    """The cable, and what is at its end. It goes on when the terminal's process does not."""

    def __init__(self, scheduler: VirtualScheduler, machine: SerialDevice) -> None:
        self.machine = machine
        self._scheduler = scheduler
        self._link: SerialMemoryLink | None = None
        self._plugged = True

    def connect(self, life: LifeSpan) -> SerialMemoryLink:
        """A process opens the line."""
        self._link = SerialMemoryLink(life, self if self._plugged else None)  # type: ignore[arg-type]
        return self._link

    def feed(self, data: bytes, now: float) -> Said:
        return self.machine.feed(data, now)

    def unplug(self) -> None:
        self._plugged = False
        if self._link is not None:
            self._link.unplug()

    def plug(self) -> None:
        if not self._plugged:
            self._plugged = True
            if self._link is not None:
                self._link.plug(self)

    def _say(self, said: Said) -> None:
        """What the machine sends unasked goes to the process that has the line open now."""
        link = self._link
        if link is not None:
            for delay, data in said:
                self._scheduler.call_later(delay, lambda data=data: link.arrive(data))  # type: ignore[misc]
