"""A lane in virtual time: the same operations, thousands of times faster than life, and the same each time."""

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from drivers.errors import Cancelled, DeviceError, Timeout
from drivers.lanes.lane import LaneStoppedError, Outcome
from drivers.lanes.run import Run
from drivers.operation import LetGo, Operation, Request, Sleep
from drivers.scheduler import Scheduled, VirtualScheduler

T = TypeVar("T")


class Cancellable(Protocol):
    """Something under way."""

    def cancel(self) -> None:
        """Nobody waits for the answer any more."""


class VirtualLink(Protocol):
    """A wire in memory (``drivers.links.memory``)."""

    def begin(self, request: Request, done: Callable[[Any], None]) -> Cancellable:
        """Begin a request; ``done`` is called later, from the scheduler, with the answer or with a ``DeviceError``."""

    def close(self) -> None:
        """Let go of the device. Idempotent; the next request opens it anew."""


class _Job(Generic[T]):
    """A ticket, as the lane sees it."""

    def __init__(self, lane: "VirtualLane", run: Run[T], on_outcome: Callable[[Outcome[T]], None]) -> None:
        self.run = run
        self.on_outcome = on_outcome
        self.cancelled = False
        self._lane = lane

    def cancel(self) -> None:
        self._lane._cancel(self)


class VirtualLane:
    """Runs operations on ``link`` in the time of ``scheduler``. Single-threaded; nothing happens inside ``submit``.

    A request that is under way when the deadline strikes is given up at that moment.
    """

    def __init__(
        self,
        name: str,
        scheduler: VirtualScheduler,
        link: VirtualLink,
        *,
        crash: Callable[[BaseException], None] | None = None,
    ) -> None:
        self.name = name
        self._scheduler = scheduler
        self._link = link
        self._crash = crash
        self._queue: deque[_Job[Any]] = deque()
        self._running: _Job[Any] | None = None
        self._under_way: Cancellable | None = None
        self._alarm: Scheduled | None = None
        self._stopped = False

    def submit(
        self,
        operation: Operation[T],
        on_outcome: Callable[[Outcome[T]], None],
        *,
        deadline: float,
        on_progress: Callable[[str], None] | None = None,
    ) -> _Job[T]:
        """See ``Lane.submit``. LaneStoppedError: the lane has ended."""
        if self._stopped:
            raise LaneStoppedError(self.name)
        run = Run(operation, expires=self._scheduler.now() + deadline, on_progress=on_progress)
        job = _Job(self, run, on_outcome)
        self._queue.append(job)
        self._soon(self._take)
        return job

    def stop(self) -> None:
        """Cancel everything; outcomes still come from the scheduler. Nothing new is taken."""
        self._stopped = True
        for job in [*self._queue, *([self._running] if self._running else [])]:
            self._cancel(job)

    def _cancel(self, job: _Job[Any]) -> None:
        job.cancelled = True
        if self._running is job and not job.run.ending:
            self._soon(lambda: self._interrupted(job))

    def _soon(self, function: Callable[[], None]) -> None:
        self._scheduler.call_later(0.0, lambda: self._guarded(function))

    def _guarded(self, function: Callable[[], None]) -> None:
        """A bug ends the lane and goes to ``crash``, or out of the scheduler."""
        try:
            function()
        except BaseException as error:
            self._stopped = True
            self._queue.clear()
            if self._crash is None:
                raise
            self._crash(error)

    def _take(self) -> None:
        if self._running is not None or not self._queue:
            return
        self._running = job = self._queue.popleft()
        if (reason := self._reason_to_end(job)) is not None:
            job.run.never_start(reason)
        else:
            job.run.start()
        self._advance(job)

    def _advance(self, job: _Job[Any]) -> None:
        run = job.run
        while run.outcome is None and (reason := self._reason_to_end(job)) is not None:
            run.end_early(reason, self._scheduler.now())
        if run.outcome is not None:
            self._running = None
            self._soon(self._take)
            job.on_outcome(run.outcome)
            return
        self._alarm = self._scheduler.call_at(run.limit, lambda: self._guarded(lambda: self._interrupted(job)))
        if isinstance(run.request, Sleep):
            self._under_way = self._scheduler.call_later(run.request.seconds, lambda: self._answered(job, None))
        elif isinstance(run.request, LetGo):
            self._link.close()
            self._under_way = self._scheduler.call_later(0.0, lambda: self._answered(job, None))
        else:
            self._under_way = self._link.begin(run.request, lambda answer: self._answered(job, answer))

    def _answered(self, job: _Job[Any], answer: Any) -> None:
        self._guarded(lambda: self._resume(job, answer))

    def _resume(self, job: _Job[Any], answer: Any) -> None:
        self._settle()
        if isinstance(answer, DeviceError):
            job.run.fail(answer)
        else:
            job.run.answer(answer)
        self._advance(job)

    def _interrupted(self, job: _Job[Any]) -> None:
        if self._running is not job or self._reason_to_end(job) is None:
            return
        if self._under_way is not None:
            self._under_way.cancel()
        self._settle()
        self._advance(job)

    def _settle(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._under_way = None

    def _reason_to_end(self, job: _Job[Any]) -> DeviceError | None:
        if job.cancelled and not job.run.ending:
            return Cancelled(self.name)
        if self._scheduler.now() >= job.run.limit:
            return Timeout(self.name)
        return None
