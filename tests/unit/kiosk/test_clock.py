"""The trusted bound of the terminal's clock: it only rises, and a wall clock before it is wrong for certain."""

from __future__ import annotations

from datetime import timedelta

from kiosk.clock import SystemClock


def test_a_wall_clock_before_the_latest_signed_time_is_known_to_be_wrong() -> None:
    real = SystemClock()
    back = real.now().wall - timedelta(days=400)
    clock = SystemClock(wall=lambda: back)
    assert not clock.now().before_bound, "nothing was signed yet: nothing is known"
    clock.learn(real.now().wall)
    assert clock.now().before_bound
    real.learn(back)
    assert not real.now().before_bound


def test_the_bound_never_goes_back() -> None:
    clock = SystemClock()
    latest = clock.now().wall
    clock.learn(latest)
    clock.learn(latest - timedelta(days=1))
    clock.learn(None)
    assert clock.now().bound == latest
