"""Lanes of both kinds on a link that does what a test says, and where their outcomes arrive."""

import queue
import threading

import pytest

from drivers.errors import DeviceError
from drivers.lanes import ThreadLane, VirtualLane
from drivers.operation import Write
from drivers.scheduler import VirtualScheduler


class Script:
    """A link that does what a function says, on a thread or in virtual time (then it takes one second)."""

    def __init__(self, answer, scheduler=None):
        self.answer = answer
        self.scheduler = scheduler
        self.seen = []
        self.interrupted = threading.Event()
        self.closed = threading.Event()

    def perform(self, request, deadline):
        self.seen.append(request)
        return self.answer(request)

    def interrupt(self):
        self.interrupted.set()

    def close(self):
        self.closed.set()

    def begin(self, request, done):
        self.seen.append(request)
        try:
            answer = self.answer(request)
        except DeviceError as error:
            answer = error
        return self.scheduler.call_later(1.0, lambda: done(answer))


class Thread:
    """A ThreadLane and where its outcomes arrive."""

    def __init__(self, answer, **options):
        self.link = Script(answer)
        self.lane = ThreadLane("device", self.link, **options)
        self.outcomes = queue.Queue()

    def run(self, *operations, deadline=30.0):
        for operation in operations:
            self.lane.submit(operation, self.outcomes.put, deadline=deadline)
        return [self.outcomes.get(timeout=30) for _ in operations]

    def settle(self):
        """Nothing to do: time passes by itself."""

    def end(self):
        assert self.lane.stop()


class Virtual:
    """A VirtualLane and where its outcomes arrive."""

    def __init__(self, answer, **options):
        self.scheduler = VirtualScheduler()
        self.link = Script(answer, self.scheduler)
        self.lane = VirtualLane("device", self.scheduler, self.link, **options)

    def run(self, *operations, deadline=30.0):
        outcomes = []
        for operation in operations:
            self.lane.submit(operation, outcomes.append, deadline=deadline)
        assert outcomes == []
        self.scheduler.run_until_idle()
        return outcomes

    def settle(self):
        """Let everything happen."""
        self.scheduler.run_until_idle()

    def end(self):
        self.lane.stop()


def _maker(kind):
    made = []

    def make(answer=lambda request: None, **options):
        made.append(kind(answer, **options))
        return made[-1]

    yield make
    for lane in made:
        lane.end()


@pytest.fixture(params=[Thread, Virtual])
def make(request):
    """Makes lanes of either kind."""
    yield from _maker(request.param)


@pytest.fixture
def thread():
    """Makes lanes on a thread."""
    yield from _maker(Thread)


@pytest.fixture
def virtual():
    """Makes lanes in virtual time."""
    yield from _maker(Virtual)


@pytest.fixture
def two_writes():
    """Makes an operation of two requests."""

    def operation():
        first = yield Write(b"1")
        second = yield Write(b"2")
        return first, second

    return operation
