"""Promises of a lane on a real link: its own thread, waking, late answers, bugs."""

import queue
import threading

import pytest

from drivers.errors import Cancelled, LinkLost, Timeout
from drivers.lanes import Done, LaneStoppedError
from drivers.operation import Exchange, ReadUntil, Sleep, Slot, Write


def test_outcomes_and_requests_happen_on_the_lanes_own_thread(thread, two_writes):
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


def test_a_cancel_ends_a_sleep_and_takes_a_waiting_operation_out_of_the_queue(thread, two_writes):
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


def test_stop_cancels_what_runs_and_what_waits_lets_go_of_the_link_and_ends_the_thread(thread, two_writes):
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


def test_a_lane_cannot_be_stopped_from_its_own_thread(thread, two_writes):
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
def test_a_bug_is_not_swallowed_it_reaches_the_crash_callback_and_ends_the_lane(thread, where, two_writes):
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
