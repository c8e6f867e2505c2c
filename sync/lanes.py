"""The sync process' three threads: a person's questions, downloads, everything else.

A snapshot or a package may take hours on a slow line: neither a person who stands at the terminal, nor an upload, nor
an order of the centre waits for it. Each lane has a worker of its own: own connection to the journal, own voice, own
line to the centre, for a connection belongs to one thread. What one of them learns that another has to know, a job that
is wanted or a centre that is too busy, it tells that other one, which looks before its next job.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Final

from sync.client.outcomes import Later
from sync.client.schedule import DOWNLOADS, INTERVALS, PERSON, REST, Schedule
from sync.passes import StartedBy, Worker

_MAX_WAIT_SECONDS: Final = 60.0

Opened = AbstractContextManager[Worker]
Note = Callable[[Schedule], None]
"""What another lane has to know: done to its schedule."""


class Lane:
    """One thread and its part of the schedule, from `start` to its end. `name` is the thread's."""

    def __init__(self, name: str, jobs: tuple[str, ...], open_worker: Callable[[], Opened], ended: Callable[[], None]):
        """`open_worker` is called on the lane's thread; `ended` too, when it is over for whatever reason."""
        self._jobs = jobs
        self._open_worker = open_worker
        self._ended = ended
        self._changed = threading.Condition()
        self._poked = self._stopping = False
        self._notes: list[Note] = []
        self._worker: Worker | None = None
        self.beside: Collection[Lane] = ()
        """Those that are told what this one learns."""
        self.over = False
        self.wipe_due = False
        """It ended because the centre's order to wipe is due."""
        self.crash: BaseException | None = None
        """What ended it, if it did not end by itself."""
        # a process that ends by the other lane's crash must not be kept by this one
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def poke(self) -> None:
        """Something urgent was written. From any thread."""
        with self._changed:
            self._poked = True
            self._changed.notify()

    def tell(self, note: Note) -> None:
        """Something another lane has learned. From any thread."""
        with self._changed:
            self._notes.append(note)
            self._changed.notify()

    def stop(self) -> None:
        """End after the run in progress; a download is broken off. From any thread."""
        with self._changed:
            self._stopping = True
            if self._jobs == DOWNLOADS and self._worker is not None:
                self._worker.end_line()
            self._changed.notify()

    def join(self, seconds: float | None = None) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    def _live(self) -> None:
        try:
            with self._open_worker() as worker:
                with self._changed:
                    self._worker = worker
                try:
                    self._work(worker)
                finally:
                    with self._changed:
                        self._worker = None
        except BaseException as error:  # noqa: BLE001 kept, and raised where the lanes were started
            self.crash = error
        finally:
            self.over = True
            self._ended()

    def _work(self, worker: Worker) -> None:
        intervals = {job: INTERVALS[job] for job in self._jobs}
        schedule = Schedule(worker.terminal, random.SystemRandom().random, time.monotonic(), intervals)
        by: StartedBy = "start"
        while not self._finished(worker):
            # one at a time: what a job learns (the centre is too busy) holds for the next
            while not self._finished(worker) and (due := self._due(schedule)):
                done = worker.job(due[0], by)
                at = time.monotonic()
                schedule.finished(due[0], done.outcome, at)
                if isinstance(done.outcome, Later) and done.outcome.retry_after:
                    self._tell_others(_left_alone(due[0], at + done.outcome.retry_after))
                for job in worker.orders.take_wanted():
                    schedule.want(job, at)
                    self._tell_others(_wanted(job, at))
            by = "schedule"
            if not self._finished(worker) and self._was_poked(schedule.next_at() - time.monotonic()):
                schedule.poke(time.monotonic())
                by = "poke"

    def _due(self, schedule: Schedule) -> tuple[str, ...]:
        with self._changed:
            notes, self._notes = self._notes, []
        for note in notes:
            note(schedule)
        return schedule.due(time.monotonic())

    def _tell_others(self, note: Note) -> None:
        for lane in self.beside:
            lane.tell(note)

    def _finished(self, worker: Worker) -> bool:
        self.wipe_due = self._jobs != PERSON and worker.orders.wipe_due
        return self._stopping or self.wipe_due

    def _was_poked(self, within: float) -> bool:
        """Wait so many seconds, less when something happens."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._poked or self._stopping or bool(self._notes), min(max(within, 0.0), _MAX_WAIT_SECONDS)
            )
            poked, self._poked = self._poked, False
        return poked


def _wanted(job: str, at: float) -> Note:
    return lambda schedule: schedule.want(job, at)


def _left_alone(job: str, until: float) -> Note:
    return lambda schedule: schedule.leave_alone(job, until)


def three_lanes(open_worker: Callable[[], Opened], ended: Callable[[], None]) -> tuple[Lane, ...]:
    """All jobs, none started yet. Downloads and the rest wait together when the centre is too busy; a person does not.

    `open_worker`, `ended`: as a lane wants them.
    """
    person, downloads, rest = (
        Lane(name, jobs, open_worker, ended)
        for name, jobs in (("person", PERSON), ("downloads", DOWNLOADS), ("rest", REST))
    )
    downloads.beside, rest.beside = (rest,), (downloads,)
    return person, downloads, rest
