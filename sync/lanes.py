"""The sync process' two threads: a person's questions in one, everything else in the other.

A snapshot or a package may take minutes; nobody who stands at the terminal waits for it. Each lane has a worker of its
own: own connection to the journal, own voice, own line to the centre, for a connection belongs to one thread. Each
obeys what the centre asks of it; the orders belong to the rest alone.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sync.client.schedule import INTERVALS, PERSON, Schedule
from sync.passes import StartedBy, Worker

_MAX_WAIT_SECONDS: Final = 60.0

Opened = AbstractContextManager[Worker]


class Lane:
    """One thread and its part of the schedule, from `start` to its end. `name` is the thread's."""

    def __init__(self, name: str, jobs: tuple[str, ...], open_worker: Callable[[], Opened], ended: Callable[[], None]):
        """`open_worker` is called on the lane's thread; `ended` too, when it is over for whatever reason."""
        self._jobs = jobs
        self._open_worker = open_worker
        self._ended = ended
        self._changed = threading.Condition()
        self._poked = self._stopping = False
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

    def stop(self) -> None:
        """End after the run in progress. From any thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def join(self, seconds: float | None = None) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    def _live(self) -> None:
        try:
            with self._open_worker() as worker:
                self._work(worker)
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
            while not self._finished(worker) and (due := schedule.due(time.monotonic())):
                done = worker.job(due[0], by)
                schedule.finished(due[0], done.outcome, time.monotonic())
                for job in worker.orders.take_wanted():
                    schedule.want(job, time.monotonic())
            by = "schedule"
            if not self._finished(worker) and self._was_poked(schedule.next_at() - time.monotonic()):
                schedule.poke(time.monotonic())
                by = "poke"

    def _finished(self, worker: Worker) -> bool:
        self.wipe_due = self._jobs != PERSON and worker.orders.wipe_due
        return self._stopping or self.wipe_due

    def _was_poked(self, within: float) -> bool:
        """Wait so many seconds, less when something happens."""
        with self._changed:
            self._changed.wait_for(lambda: self._poked or self._stopping, min(max(within, 0.0), _MAX_WAIT_SECONDS))
            poked, self._poked = self._poked, False
        return poked
