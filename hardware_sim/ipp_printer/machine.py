"""Paper, toner, cover and the jobs on their way through: what happens inside the printer as time goes by.

Nothing runs by itself: `advance(now)` lets the machine catch up with the clock it is given. Pages come out one by one;
whatever stops the printer stops it between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from hardware_sim.ipp_printer.description import LOW_TONER
from hardware_sim.ipp_printer.description import TRAY_SHEETS as TRAY

LOW_SHEETS = 20
FULL_TONER = 80


class JobState(IntEnum):
    """RFC 8011, 5.3.7."""

    PENDING = 3
    PROCESSING = 5
    PROCESSING_STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9

    @property
    def final(self) -> bool:
        return self >= JobState.CANCELED


class PrinterState(IntEnum):
    """RFC 8011, 5.4.11."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


@dataclass(frozen=True)
class Speed:
    """Seconds: to wake up before the first page, and for each side of paper."""

    warm_up: float = 1.5
    page: float = 2.0

    def paced(self, factor: float) -> Speed:
        return Speed(self.warm_up * factor, self.page * factor)


@dataclass(repr=False)
class Job:
    """One job. `pages` is None when the document cannot be printed. The document stays out of the repr."""

    number: int
    name: str
    user: str
    document: bytes
    pages: int | None
    copies: int
    two_sided: bool
    created: float
    state: JobState = JobState.PENDING
    started: float | None = None
    ended: float | None = None
    impressions: int = 0
    """Sides of paper that came out."""
    sheets: int = 0

    @property
    def impressions_wanted(self) -> int:
        return (self.pages or 0) * self.copies

    @property
    def takes_a_sheet(self) -> bool:
        """Whether the next side needs another sheet."""
        page_of_copy = self.impressions % (self.pages or 1)
        return not self.two_sided or page_of_copy % 2 == 0


@dataclass
class _Faults:
    cover_open: bool = False
    jam: bool = False
    jam_after_pages: int | None = None


@dataclass
class Machine:
    """One printer's inside. All times in seconds of whoever calls."""

    speed: Speed
    sheets: int = TRAY
    toner: int = FULL_TONER
    """Percent."""
    faults: _Faults = field(default_factory=_Faults)
    jobs: list[Job] = field(default_factory=list)
    _clock: float = float("-inf")
    _page_left: float = 0.0
    _next_number: int = 1
    _finished: list[Job] = field(default_factory=list)

    # jobs

    def add(
        self, now: float, *, name: str, user: str, document: bytes, pages: int | None, copies: int, two_sided: bool
    ) -> Job:
        """Take a job into the queue."""
        self.advance(now)
        job = Job(self._next_number, name, user, document, pages, copies, two_sided, created=now)
        self._next_number += 1
        self.jobs.append(job)
        self.advance(now)
        return job

    def job(self, number: int) -> Job | None:
        return next((job for job in self.jobs if job.number == number), None)

    def cancel(self, job: Job, now: float) -> bool:
        """Whether it could still be canceled."""
        self.advance(now)
        if job.state.final:
            return False
        self._end(job, JobState.CANCELED, now)
        self.advance(now)
        return True

    def finished(self) -> list[Job]:
        """Jobs completed since the last call, in order."""
        done, self._finished = self._finished, []
        return done

    def forget_jobs(self) -> None:
        """Power lost: the memory is gone."""
        self.jobs.clear()

    # state

    def errors(self) -> list[str]:
        """What stops the printer, as printer-state-reasons."""
        conditions = {
            "media-empty-error": self.sheets == 0,
            "media-jam-error": self.faults.jam,
            "cover-open-error": self.faults.cover_open,
            "toner-empty-error": self.toner == 0,
        }
        return [reason for reason, holds in conditions.items() if holds]

    def warnings(self) -> list[str]:
        conditions = {
            "media-low-warning": 0 < self.sheets <= LOW_SHEETS,
            "toner-low-warning": 0 < self.toner <= LOW_TONER,
        }
        return [reason for reason, holds in conditions.items() if holds]

    @property
    def state(self) -> PrinterState:
        if self.errors():
            return PrinterState.STOPPED
        return PrinterState.PROCESSING if self._current() is not None else PrinterState.IDLE

    # time

    def advance(self, now: float) -> None:
        """Let everything happen that happens until `now`."""
        left = max(0.0, now - self._clock) if self._clock != float("-inf") else 0.0
        clock = now - left
        while (job := self._current()) is not None:
            if self.errors():
                if job.state is JobState.PROCESSING:
                    job.state = JobState.PROCESSING_STOPPED
                break
            if job.state is JobState.PENDING:
                job.state, job.started = JobState.PROCESSING, clock
                self._page_left = self.speed.warm_up + self.speed.page
            job.state = JobState.PROCESSING
            if job.pages is None:
                self._end(job, JobState.ABORTED, clock)
                continue
            if left < self._page_left:
                self._page_left -= left
                break
            left -= self._page_left
            clock += self._page_left
            self._page_out(job, clock)
        self._clock = max(self._clock, now)

    def _current(self) -> Job | None:
        return next((job for job in self.jobs if not job.state.final), None)

    def _page_out(self, job: Job, clock: float) -> None:
        if job.takes_a_sheet:
            self.sheets -= 1
            job.sheets += 1
        job.impressions += 1
        self._page_left = self.speed.page
        if job.impressions >= job.impressions_wanted:
            self._end(job, JobState.COMPLETED, clock)
            self._finished.append(job)
        if self.faults.jam_after_pages is not None:
            self.faults.jam_after_pages -= 1
            if self.faults.jam_after_pages <= 0:
                self.faults.jam, self.faults.jam_after_pages = True, None

    def _end(self, job: Job, state: JobState, clock: float) -> None:
        job.state, job.ended = state, clock
