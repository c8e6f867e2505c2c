"""Virtual time goes forward only, in order, and the same each time."""

import pytest

from drivers.scheduler import VirtualScheduler


def test_what_is_due_together_goes_in_the_order_it_was_asked_for():
    scheduler, told = VirtualScheduler(), []
    for name in "abc":
        scheduler.call_at(5.0, lambda name=name: told.append(name))
    scheduler.call_at(1.0, lambda: told.append("first"))
    scheduler.run_until_idle()
    assert told == ["first", "a", "b", "c"]
    assert scheduler.now() == 5.0


def test_run_until_stops_at_its_time_and_includes_it():
    scheduler, told = VirtualScheduler(start=100.0), []
    for seconds in (1.0, 2.0, 3.0):
        scheduler.call_later(seconds, lambda: told.append(scheduler.now()))
    scheduler.run_until(102.0)
    assert told == [101.0, 102.0]
    scheduler.run_until(102.5)
    assert scheduler.now() == 102.5
    assert told == [101.0, 102.0]


def test_a_cancelled_call_does_not_happen_and_moves_no_time():
    scheduler, told = VirtualScheduler(), []
    handle = scheduler.call_later(5.0, lambda: told.append(True))
    handle.cancel()
    handle.cancel()
    scheduler.run_until_idle()
    assert told == []
    assert scheduler.now() == 0.0


def test_time_never_goes_back():
    scheduler, told = VirtualScheduler(start=10.0), []
    scheduler.call_at(3.0, lambda: told.append(scheduler.now()))
    scheduler.run_until_idle()
    assert told == [10.0]


def test_a_loop_that_never_rests_is_reported():
    scheduler = VirtualScheduler()

    def again():
        scheduler.call_later(1.0, again)

    again()
    with pytest.raises(RuntimeError, match="not idle"):
        scheduler.run_until_idle(limit=100)


def test_calls_made_from_calls_are_made():
    scheduler, told = VirtualScheduler(), []
    scheduler.call_later(1.0, lambda: scheduler.call_later(0.0, lambda: told.append(scheduler.now())))
    scheduler.run_until(1.0)
    assert told == [1.0]
