"""Virtual time: a heap of (time, sequence). Nothing here sleeps; a night of terminal work passes in a moment.

Two runs with the same calls are the same run: what is due at the same moment goes in the order it was asked for.
"""

import heapq
import itertools
from collections.abc import Callable


class Scheduled:
    """Something that will be called. ``cancel`` is idempotent, and harmless afterwards."""

    __slots__ = ("_function", "time")

    def __init__(self, time: float, function: Callable[[], None]) -> None:
        self.time = time
        self._function: Callable[[], None] | None = function

    def cancel(self) -> None:
        self._function = None

    @property
    def waiting(self) -> bool:
        """Still to be called."""
        return self._function is not None

    def _call(self) -> None:
        function, self._function = self._function, None
        if function is not None:
            function()


class VirtualScheduler:
    """Calls functions at virtual times, in seconds. An exception from a function comes out of the ``run_…`` call."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start
        self._heap: list[tuple[float, int, Scheduled]] = []
        self._sequence = itertools.count()

    def now(self) -> float:
        """Virtual seconds."""
        return self._now

    def call_at(self, time: float, function: Callable[[], None]) -> Scheduled:
        """Call ``function`` at ``time``; a time that has passed means as soon as possible, never back in time."""
        handle = Scheduled(max(time, self._now), function)
        heapq.heappush(self._heap, (handle.time, next(self._sequence), handle))
        return handle

    def call_later(self, seconds: float, function: Callable[[], None]) -> Scheduled:
        """Call ``function`` after ``seconds``."""
        return self.call_at(self._now + seconds, function)

    def run_until(self, time: float) -> None:
        """Do everything due up to and including ``time``; afterwards it is ``time``."""
        while self._heap and self._heap[0][0] <= time:
            self._step()
        self._now = max(self._now, time)

    def run_until_idle(self, *, limit: int = 1_000_000) -> None:
        """Do everything there is to do. More than ``limit`` calls is a loop that never rests: RuntimeError."""
        for _ in range(limit):
            if not self._heap:
                return
            self._step()
        raise RuntimeError(f"still not idle after {limit} calls")

    def _step(self) -> None:
        time, _, handle = heapq.heappop(self._heap)
        if handle.waiting:
            self._now = time
            handle._call()
