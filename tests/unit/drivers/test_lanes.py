"""Promises that both kinds of lane keep, and those of each kind."""

import queue
import threading

import pytest

from drivers.errors import Cancelled, DeviceError, LinkLost, Timeout
from drivers.lanes import Done, Failed, LaneStoppedError, ThreadLane, VirtualLane
from drivers.operation import Exchange, Progress, ReadUntil, SetBaud, Sleep, Slot, Write
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

    def end(self):
        assert self.lane.stop()


class Virtual:
    """A VirtualLane and where its outcomes arrive."""

    def __init__(self, answer):
        self.scheduler = VirtualScheduler()
        self.link = Script(answer, self.scheduler)
        self.lane = VirtualLane("device", self.scheduler, self.link)

    def run(self, *operations, deadline=30.0):
        outcomes = []
        for operation in operations:
            self.lane.submit(operation, outcomes.append, deadline=deadline)
        assert outcomes == []
        self.scheduler.run_until_idle()
        return outcomes

    def end(self):
        self.lane.stop()


@pytest.fixture(params=[Thread, Virtual])
def make(request):
    made = []

    def make(answer=lambda request: None):
        made.append(request.param(answer))
        return made[-1]

    yield make
    for lane in made:
        lane.end()


def two_writes():
    first = yield Write(b"1")
    second = yield Write(b"2")
    return first, second


def test_an_operation_gets_its_answers_and_its_result_comes_back(make):
    lane = make(lambda request: request.data * 2)
    assert lane.run(two_writes()) == [Done((b"11", b"22"))]


def test_operations_run_one_after_the_other_in_the_order_they_came(make):
    lane = make()

    def operation(name):
        for part in (b"a", b"b", b"c"):
            yield Write(name + part)

    lane.run(operation(b"1"), operation(b"2"), operation(b"3"))
    assert [request.data for request in lane.link.seen] == [
        b"1a",
        b"1b",
        b"1c",
        b"2a",
        b"2b",
        b"2c",
        b"3a",
        b"3b",
        b"3c",
    ]


def test_a_failure_of_the_wire_is_thrown_in_where_it_happened_and_may_be_translated(make):
    def fails(request):
        raise LinkLost("device", at="write")

    def translates():
        try:
            yield Write(b"")
        except LinkLost as error:
            return error.facts["at"]

    lane = make(fails)
    first, second = lane.run(two_writes(), translates())
    assert type(first.error) is LinkLost
    assert second == Done("write")
    assert len(lane.link.seen) == 2


def test_an_error_that_leaves_the_lane_keeps_no_frames_alive(make):
    def fails(request):
        raise LinkLost("device") from OSError("why")

    def wraps():
        secret = "personal"  # noqa: F841  a frame would keep it
        try:
            yield Write(b"")
        except LinkLost:
            raise Timeout("device") from None

    for outcome in make(fails).run(two_writes(), wraps()):
        assert outcome.error.__traceback__ is None
        assert outcome.error.__context__ is None
        assert outcome.error.__cause__ is None


def test_progress_is_told_in_order_and_reaches_no_link(make):
    lane = make()

    def operation():
        yield Progress("begin")
        yield Write(b"")
        yield Progress("end")
        return "done"

    steps, outcomes = queue.Queue(), queue.Queue()
    lane.lane.submit(operation(), outcomes.put, deadline=30.0, on_progress=steps.put)
    if isinstance(lane, Virtual):
        lane.scheduler.run_until_idle()
    assert outcomes.get(timeout=30) == Done("done")
    assert [steps.get(), steps.get()] == ["begin", "end"]
    assert [type(request) for request in lane.link.seen] == [Write]


def test_an_operation_without_a_request_is_done_at_once(make):
    def operation():
        return 42
        yield

    assert make().run(operation()) == [Done(42)]


def test_the_end_of_its_time_is_thrown_in_and_there_is_time_to_tidy_up(make):
    tidied = []

    def operation():
        try:
            yield Sleep(3600.0)
        except Timeout:
            tidied.append((yield Write(b"tidy")))
            raise

    (outcome,) = make(lambda request: "tidied").run(operation(), deadline=0.05)
    assert type(outcome.error) is Timeout
    assert outcome.error.device == "device"
    assert tidied == ["tidied"]


def test_an_operation_whose_time_was_over_before_its_turn_never_starts(make):
    started = []

    def operation():
        started.append(True)
        yield Write(b"")

    lane = make()
    (outcome,) = lane.run(operation(), deadline=0.0)
    assert type(outcome.error) is Timeout
    assert started == []
    assert lane.link.seen == []


def test_a_stopped_lane_takes_nothing(make):
    lane = make()
    lane.end()
    with pytest.raises(LaneStoppedError):
        lane.lane.submit(two_writes(), print, deadline=1.0)


# --- on a thread ---


@pytest.fixture
def thread():
    made = []

    def make(answer=lambda request: None, **options):
        made.append(Thread(answer, **options))
        return made[-1]

    yield make
    for lane in made:
        lane.end()


def test_outcomes_and_requests_happen_on_the_lanes_own_thread(thread):
    names = queue.Queue()

    def answer(request):
        names.put(threading.current_thread().name)

    lane = thread(answer)
    lane.lane.submit(two_writes(), lambda outcome: names.put(threading.current_thread().name), deadline=30.0)
    assert [names.get(timeout=30) for _ in range(3)] == ["device"] * 3


def test_a_cancel_wakes_the_wire_and_is_thrown_in(thread):
    began = threading.Event()

    def blocks(request):
        if request == Write(b"tidy"):
            return "tidied"
        began.set()
        assert lane.link.interrupted.wait(30)
        raise LinkLost("device", why="woken")

    def operation():
        try:
            yield Write(b"long")
        except Cancelled:
            assert (yield Write(b"tidy")) == "tidied"
            raise

    lane = thread(blocks)
    ticket = lane.lane.submit(operation(), lane.outcomes.put, deadline=30.0)
    assert began.wait(30)
    ticket.cancel()
    assert type(lane.outcomes.get(timeout=30).error) is Cancelled
    ticket.cancel()
    assert lane.outcomes.empty()


def test_a_cancel_ends_a_sleep_and_takes_a_waiting_operation_out_of_the_queue(thread):
    lane = thread()
    sleeping = threading.Event()

    def sleeps():
        yield Write(b"")
        sleeping.set()
        yield Sleep(3600.0)

    first = lane.lane.submit(sleeps(), lane.outcomes.put, deadline=7200.0)
    second = lane.lane.submit(two_writes(), lane.outcomes.put, deadline=7200.0)
    assert sleeping.wait(30)
    second.cancel()
    first.cancel()
    assert [type(lane.outcomes.get(timeout=30).error) for _ in range(2)] == [Cancelled, Cancelled]
    assert len(lane.link.seen) == 1


def test_an_answer_that_came_after_the_deadline_is_still_given_to_the_operation(thread):
    now = [0.0]

    def slow(request):
        now[0] += 100.0
        return "late but true"

    def operation():
        return (yield Exchange(Slot.USER, b"\x00\x20\x00\x00"))

    def goes_on():
        answer = yield Exchange(Slot.USER, b"\x00\x20\x00\x00")
        try:
            yield Write(b"more")
        except Timeout:
            return answer, "no more"

    lane = thread(slow, clock=lambda: now[0])
    assert lane.run(operation()) == [Done("late but true")]
    assert lane.run(goes_on()) == [Done(("late but true", "no more"))]


def test_a_read_that_came_back_too_early_goes_on_for_the_rest_of_its_time(thread):
    now, answers = [0.0], [b"", b"", b"data"]

    def early(request):
        now[0] += 1.0
        return answers.pop(0)

    def operation():
        return (yield ReadUntil(10.0))

    lane = thread(early, clock=lambda: now[0])
    assert lane.run(operation()) == [Done(b"data")]
    assert lane.link.seen == [ReadUntil(10.0), ReadUntil(9.0), ReadUntil(8.0)]


def test_silence_until_a_reads_own_deadline_is_an_answer_but_until_the_operations_a_timeout(thread):
    now = [0.0]

    def silent(request):
        now[0] += request.deadline
        return b""

    def operation(deadline):
        return (yield ReadUntil(deadline))

    lane = thread(silent, clock=lambda: now[0])
    assert lane.run(operation(3.0)) == [Done(b"")]
    (outcome,) = lane.run(operation(300.0))
    assert type(outcome.error) is Timeout


def test_an_operation_that_will_not_end_is_closed_after_its_time_to_tidy_up(thread):
    now = [0.0]

    def answer(request):
        now[0] += 2.0

    def stubborn():
        while True:
            try:
                yield Write(b"")
            except (Timeout, Cancelled):
                continue

    lane = thread(answer, clock=lambda: now[0])
    (outcome,) = lane.run(stubborn(), deadline=10.0)
    assert type(outcome.error) is Timeout
    assert now[0] < 20.0


def test_stop_cancels_what_runs_and_what_waits_lets_go_of_the_link_and_ends_the_thread(thread):
    began = threading.Event()

    def blocks(request):
        began.set()
        assert lane.link.interrupted.wait(30)

    lane = thread(blocks)
    for _ in range(3):
        lane.lane.submit(two_writes(), lane.outcomes.put, deadline=30.0)
    assert began.wait(30)
    assert lane.lane.stop()
    assert lane.link.closed.is_set()
    assert [type(lane.outcomes.get_nowait().error) for _ in range(3)] == [Cancelled] * 3
    assert "device" not in [each.name for each in threading.enumerate()]
    assert lane.lane.stop()


def test_a_lane_cannot_be_stopped_from_its_own_thread(thread):
    refused = queue.Queue()

    def stops(outcome):
        try:
            lane.lane.stop()
        except RuntimeError as error:
            refused.put(error)

    lane = thread()
    lane.lane.submit(two_writes(), stops, deadline=30.0)
    assert "itself" in str(refused.get(timeout=30))


@pytest.mark.parametrize("where", ["operation", "link", "outcome"])
def test_a_bug_is_not_swallowed_it_reaches_the_crash_callback_and_ends_the_lane(thread, where):
    crashes = queue.Queue()

    def answer(request):
        if where == "link":
            raise ZeroDivisionError(where)

    def operation():
        yield Write(b"")
        if where == "operation":
            raise ZeroDivisionError(where)

    def on_outcome(outcome):
        raise ZeroDivisionError(where)

    lane = thread(answer, crash=crashes.put)
    lane.lane.submit(operation(), on_outcome, deadline=30.0)
    error = crashes.get(timeout=30)
    assert type(error) is ZeroDivisionError
    assert str(error) == where
    assert lane.link.closed.wait(30)
    with pytest.raises(LaneStoppedError):
        lane.lane.submit(two_writes(), print, deadline=1.0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_a_callback_a_bug_reaches_the_process_hook(thread):
    seen = queue.Queue()

    def operation():
        yield Write(b"")
        raise ZeroDivisionError("bug")

    before, threading.excepthook = threading.excepthook, lambda args: seen.put(args.exc_type)
    try:
        thread().lane.submit(operation(), print, deadline=30.0)
        assert seen.get(timeout=30) is ZeroDivisionError
    finally:
        threading.excepthook = before


# --- in virtual time ---


def test_a_cancel_in_virtual_time_gives_the_request_up_at_that_moment():
    virtual = Virtual(lambda request: None)
    outcomes = []
    ticket = virtual.lane.submit(two_writes(), outcomes.append, deadline=60.0)
    virtual.scheduler.run_until(0.5)
    ticket.cancel()
    virtual.scheduler.run_until(0.5)
    assert type(outcomes[0].error) is Cancelled
    assert virtual.lane.submit(two_writes(), outcomes.append, deadline=60.0)
    virtual.scheduler.run_until_idle()
    assert outcomes[1] == Done((None, None))


def test_time_passes_as_the_operations_say_and_not_otherwise():
    virtual = Virtual(lambda request: None)

    def operation():
        yield Sleep(10.0)
        yield SetBaud(9600)
        yield Sleep(0.5)

    assert virtual.run(operation(), two_writes(), deadline=100.0) == [Done(None), Done((None, None))]
    assert virtual.scheduler.now() == 13.5


def test_a_bug_in_virtual_time_comes_out_of_the_scheduler():
    def operation():
        yield Write(b"")
        raise ZeroDivisionError

    virtual = Virtual(lambda request: None)
    with pytest.raises(ZeroDivisionError):
        virtual.run(operation())
    with pytest.raises(LaneStoppedError):
        virtual.lane.submit(two_writes(), print, deadline=1.0)


def test_a_bug_in_virtual_time_reaches_the_crash_callback_if_there_is_one():
    crashes = []
    scheduler = VirtualScheduler()
    lane = VirtualLane("device", scheduler, Script(lambda request: None, scheduler), crash=crashes.append)

    def operation():
        yield Write(b"")
        raise ZeroDivisionError

    lane.submit(operation(), print, deadline=1.5)
    scheduler.run_until_idle()
    assert [type(error) for error in crashes] == [ZeroDivisionError]


def test_a_stopped_lane_in_virtual_time_cancels_what_runs_and_what_waits():
    virtual = Virtual(lambda request: None)
    outcomes = []
    for _ in range(3):
        virtual.lane.submit(two_writes(), outcomes.append, deadline=60.0)
    virtual.scheduler.run_until(0.5)
    virtual.lane.stop()
    virtual.scheduler.run_until_idle()
    assert [type(outcome.error) for outcome in outcomes] == [Cancelled] * 3
    assert isinstance(outcomes[0], Failed)
