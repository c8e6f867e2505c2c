"""Promises that both kinds of lane keep."""

import queue

import pytest

from drivers.errors import LinkLost, Timeout
from drivers.lanes import Done, LaneStoppedError
from drivers.operation import LetGo, Progress, Sleep, Write


def test_an_operation_gets_its_answers_and_its_result_comes_back(make, two_writes):
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


def test_a_failure_of_the_wire_is_thrown_in_where_it_happened_and_may_be_translated(make, two_writes):
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


def test_an_error_that_leaves_the_lane_keeps_no_frames_alive(make, two_writes):
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
    lane.settle()
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


def test_a_stopped_lane_takes_nothing(make, two_writes):
    lane = make()
    lane.end()
    with pytest.raises(LaneStoppedError):
        lane.lane.submit(two_writes(), print, deadline=1.0)


def test_a_device_is_let_go_of_without_its_link_seeing_a_request_and_work_goes_on_afterwards(make):
    lane = make(lambda request: request.data)

    def operation():
        yield LetGo()
        let_go = lane.link.closed.is_set()
        return let_go, (yield Write(b"1"))

    assert lane.run(operation()) == [Done((True, b"1"))]
    assert lane.link.seen == [Write(b"1")]
