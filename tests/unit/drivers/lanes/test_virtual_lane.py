"""Promises of a lane in virtual time."""

import pytest

from drivers.errors import Cancelled
from drivers.lanes import Done, Failed, LaneStoppedError
from drivers.operation import SetBaud, Sleep, Write


def test_a_cancel_in_virtual_time_gives_the_request_up_at_that_moment(virtual, two_writes):
    lane = virtual()
    outcomes = []
    ticket = lane.lane.submit(two_writes(), outcomes.append, deadline=60.0)
    lane.scheduler.run_until(0.5)
    ticket.cancel()
    lane.scheduler.run_until(0.5)
    assert type(outcomes[0].error) is Cancelled
    assert lane.lane.submit(two_writes(), outcomes.append, deadline=60.0)
    lane.scheduler.run_until_idle()
    assert outcomes[1] == Done((None, None))


def test_time_passes_as_the_operations_say_and_not_otherwise(virtual, two_writes):
    lane = virtual()

    def operation():
        yield Sleep(10.0)
        yield SetBaud(9600)
        yield Sleep(0.5)

    assert lane.run(operation(), two_writes(), deadline=100.0) == [Done(None), Done((None, None))]
    assert lane.scheduler.now() == 13.5


def test_a_bug_in_virtual_time_comes_out_of_the_scheduler(virtual, two_writes):
    def operation():
        yield Write(b"")
        raise ZeroDivisionError

    lane = virtual()
    with pytest.raises(ZeroDivisionError):
        lane.run(operation())
    with pytest.raises(LaneStoppedError):
        lane.lane.submit(two_writes(), print, deadline=1.0)


def test_a_bug_in_virtual_time_reaches_the_crash_callback_if_there_is_one(virtual):
    crashes = []
    lane = virtual(crash=crashes.append)

    def operation():
        yield Write(b"")
        raise ZeroDivisionError

    lane.lane.submit(operation(), print, deadline=1.5)
    lane.scheduler.run_until_idle()
    assert [type(error) for error in crashes] == [ZeroDivisionError]


def test_a_stopped_lane_in_virtual_time_cancels_what_runs_and_what_waits(virtual, two_writes):
    lane = virtual()
    outcomes = []
    for _ in range(3):
        lane.lane.submit(two_writes(), outcomes.append, deadline=60.0)
    lane.scheduler.run_until(0.5)
    lane.lane.stop()
    lane.scheduler.run_until_idle()
    assert [type(outcome.error) for outcome in outcomes] == [Cancelled] * 3
    assert isinstance(outcomes[0], Failed)
