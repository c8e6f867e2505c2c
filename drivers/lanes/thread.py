"""A lane on a real link: one thread per device, one operation at a time."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from drivers.errors import Cancelled, DeviceError, Timeout
from drivers.lanes.lane import LaneStoppedError, Outcome
from drivers.lanes.run import Run
from drivers.operation import LetGo, Operation, ReadUntil, Request, Sleep

T = TypeVar("T")


class Link(Protocol):
    """A real wire. All methods but ``interrupt`` are called on the lane's thread only."""

    def perform(self, request: Request, deadline: float) -> Any:
        """Execute one request within ``deadline`` seconds from now, as far as the wire can be bounded; may block.

        Raises only ``DeviceError`` for anything the outside world can cause.
        """

    def interrupt(self) -> None:
        """Called from another thread: let a blocking ``perform`` come back early if the wire can do that, else nothing.

        What ``perform`` then answers or raises does not matter. An interrupt that comes a moment too late may make the
        next ``ReadUntil`` come back empty too early: the lane reads again for the rest of the time.
        """

    def close(self) -> None:
        """Let go of the device. Idempotent; a ``perform`` afterwards opens it anew."""


class _Job(Generic[T]):
    """A ticket, as the lane sees it."""

    def __init__(
        self,
        lane: "ThreadLane",
        operation: Operation[T],
        on_outcome: Callable[[Outcome[T]], None],
        expires: float,
        on_progress: Callable[[str], None] | None,
    ) -> None:
        self.on_outcome = on_outcome
        self.run = Run(operation, expires=expires, on_progress=on_progress)
        self.cancelled = threading.Event()
        self._lane = lane

    def cancel(self) -> None:
        self._lane._cancel(self)


def _raise(error: BaseException) -> NoReturn:
    raise error


class ThreadLane:
    """Runs operations on ``link`` in a thread named ``name``, which starts now and ends with ``stop``.

    A deadline that strikes while the wire blocks (a card's answer cannot be interrupted) is kept when the wire
    comes back: an answer that still came is given to the operation, and ``Timeout`` is thrown at its next request.
    """

    def __init__(
        self,
        name: str,
        link: Link,
        *,
        crash: Callable[[BaseException], None] = _raise,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._link = link
        self._crash = crash
        self._clock = clock
        self._changed = threading.Condition()
        self._queue: deque[_Job[Any]] = deque()
        self._running: _Job[Any] | None = None
        self._stopping = False
        # A daemon: a reader's firmware that never comes back must not keep the process from ending.
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._thread.start()

    def submit(
        self,
        operation: Operation[T],
        on_outcome: Callable[[Outcome[T]], None],
        *,
        deadline: float,
        on_progress: Callable[[str], None] | None = None,
    ) -> _Job[T]:
        """See ``Lane.submit``. Any thread may call it. LaneStoppedError: the lane has ended."""
        job = _Job(self, operation, on_outcome, self._clock() + deadline, on_progress)
        with self._changed:
            if self._stopping or not self._thread.is_alive():
                raise LaneStoppedError(self.name)
            self._queue.append(job)
            self._changed.notify()
        return job

    def stop(self, seconds: float = 10.0) -> bool:
        """Cancel everything, let go of the link, end the thread. Answer: has it ended within ``seconds``?"""
        if threading.current_thread() is self._thread:
            raise RuntimeError(f"lane {self.name} cannot wait for itself")
        with self._changed:
            self._stopping = True
            for job in self._queue:
                job.cancelled.set()
            if self._running is not None:
                self._running.cancelled.set()
                self._link.interrupt()
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _cancel(self, job: _Job[Any]) -> None:
        with self._changed:
            job.cancelled.set()
            if self._running is job:
                self._link.interrupt()

    def _live(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._work(job)
                with self._changed:
                    self._running = None
                outcome = job.run.outcome
                assert outcome is not None  # noqa: S101  _work ends only with one
                job.on_outcome(outcome)
        except BaseException as error:  # noqa: BLE001  nothing is swallowed: this is where bugs become known
            with self._changed:
                self._stopping = True
            self._crash(error)
        finally:
            self._link.close()

    def _next(self) -> _Job[Any] | None:
        with self._changed:
            while not self._queue:
                if self._stopping:
                    return None
                self._changed.wait()
            self._running = self._queue.popleft()
            return self._running

    def _work(self, job: _Job[Any]) -> None:
        if threading.current_thread() is not self._thread:
            raise RuntimeError(f"lane {self.name} works on its own thread only")
        run = job.run
        if (reason := self._reason_to_end(job)) is not None:
            run.never_start(reason)
            return
        run.start()
        while run.outcome is None:
            if (reason := self._reason_to_end(job)) is not None:
                run.end_early(reason, self._clock())
                continue
            request = run.request
            try:
                answer = self._perform(request, job)
            except DeviceError as error:
                if not self._cancelled(job):
                    run.fail(error)
                continue
            silent = isinstance(request, Sleep) or answer == b""
            if self._cancelled(job) or (silent and self._reason_to_end(job) is not None):
                continue  # the reason is thrown in at the top
            run.answer(answer)

    def _cancelled(self, job: _Job[Any]) -> bool:
        return job.cancelled.is_set() and not job.run.ending

    def _reason_to_end(self, job: _Job[Any]) -> DeviceError | None:
        if self._cancelled(job):
            return Cancelled(self.name)
        if self._clock() >= job.run.limit:
            return Timeout(self.name)
        return None

    def _perform(self, request: Request, job: _Job[Any]) -> Any:
        left = max(0.0, job.run.limit - self._clock())
        if isinstance(request, Sleep):
            # While tidying up the job is cancelled already: then only time ends the sleep.
            wake = threading.Event() if job.run.ending else job.cancelled
            wake.wait(min(request.seconds, left))
            return None
        if isinstance(request, LetGo):
            self._link.close()
            return None
        if not isinstance(request, ReadUntil):
            return self._link.perform(request, left)
        ends = self._clock() + min(request.deadline, left)
        while True:
            left = max(0.0, ends - self._clock())
            answer = self._link.perform(ReadUntil(left), left)
            if answer or left == 0.0 or self._clock() >= ends or self._cancelled(job):
                return answer
