"""The two printers as things in the hall, with the hands of staff, and what lay in their trays."""

from __future__ import annotations

from dataclasses import dataclass

from night.serial_path import Said, SerialPath
from night.when import LifeSpan

from drivers.links.memory import IppMemoryLink
from drivers.scheduler import VirtualScheduler
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.receipt_printer.ticket import Ending, Ticket

_HANDS_SECONDS = 8.0
_QUESTION_BYTES = 8
URI = "ipp://printer.example/ipp/print"


@dataclass
class Paper:
    """Something that came out. `by_staff`: while the printer was being mended, so staff took it away."""

    text: str
    whole: bool
    by_staff: bool


class ReceiptPaperPath(SerialPath):
    """The receipt printer on its line."""

    machine: ReceiptPrinter

    def __init__(self, scheduler: VirtualScheduler) -> None:
        super().__init__(scheduler, ReceiptPrinter())
        self.papers: list[Paper] = []
        self._fed_at = float("-inf")

    def feed(self, data: bytes, now: float) -> Said:
        if len(data) > _QUESTION_BYTES:
            self._fed_at = now
        said = super().feed(data, now)
        self._collect(by_staff=False)
        return said

    # hands; each is told the time by the scheduler

    def open_cover(self) -> None:
        self._say(self.machine.open_cover(self._now))

    def run_out(self) -> None:
        """Somebody takes the roll out, and not while it turns: an end in the middle of a print is `leave_paper`.

        The simulated printer composes what it is sent at once and only then takes its time, so that a hand in that
        time would take away paper on which the receipt stands already.
        """
        if moving := self.machine.busy(self._now):
            self._scheduler.call_later(moving, self.run_out)
            return
        self._say(self.machine.run_out(self._now))

    def run_low(self) -> None:
        self._say(self.machine.run_low(self._now))

    def leave_paper(self, millimetres: float) -> None:
        self.machine.leave_paper(millimetres)

    def jam(self, after_bytes: int) -> None:
        self._say(self.machine.jam(self._now, after_bytes=after_bytes))

    def break_cutter(self) -> None:
        self._say(self.machine.break_cutter(self._now))

    def power_off(self) -> None:
        self.machine.power_off()

    def mend(self) -> None:
        """Staff put everything right, and take away what then comes out and what hangs in the slot.

        Nobody clears a jam within the second in which it happened: not before the driver could see it.
        """
        if self._now - self._fed_at < _HANDS_SECONDS:
            self._scheduler.call_later(_HANDS_SECONDS, self.mend)
            return
        if not self.machine.powered:
            self.machine.power_on()
        self._say(self.machine.clear(self._now))
        self.machine.pull_out()
        self.plug()
        self._collect(by_staff=True)

    @property
    def _now(self) -> float:
        return self._scheduler.now()

    def _collect(self, *, by_staff: bool) -> None:
        self.papers += [Paper(ticket.text(), _whole(ticket), by_staff) for ticket in self.machine.collect()]


def _whole(ticket: Ticket) -> bool:
    return ticket.ending is not Ending.TORN_OFF


class DocumentPaperPath:
    """The A4 printer on the hall's network."""

    def __init__(self, scheduler: VirtualScheduler) -> None:
        self._scheduler = scheduler
        self.machine = IppPrinter(uri=URI)
        self.printed: list[str] = []
        """Names of the jobs that came out whole."""
        self._link: IppMemoryLink | None = None
        self._reachable = True

    def connect(self, life: LifeSpan) -> IppMemoryLink:
        self._link = IppMemoryLink(life, self.machine if self._reachable else None)  # type: ignore[arg-type]
        return self._link

    def look(self) -> None:
        """What came out since the last look."""
        self.printed += [job.name for job in self.machine.collect(self._now)]

    def paper_out(self) -> None:
        self.machine.paper_out(self._now)

    def toner_out(self) -> None:
        self.machine.toner_out(self._now)

    def open_cover(self) -> None:
        self.machine.open_cover(self._now)

    def jam(self) -> None:
        self.machine.jam(self._now)

    def slow_down(self, seconds: float) -> None:
        self.machine.slow_down(seconds)

    def power_off(self) -> None:
        self.look()
        self.machine.power_off(self._now)
        self._reach(False)

    def leave_network(self) -> None:
        self._reach(False)

    def mend(self) -> None:
        self.machine.power_on(self._now)
        self.machine.clear(self._now)
        self._reach(True)

    def _reach(self, reachable: bool) -> None:
        self._reachable = reachable
        if self._link is not None:
            self._link.device = self.machine if reachable else None

    @property
    def _now(self) -> float:
        return self._scheduler.now()
