"""When jobs run: spread over the fleet, jittered after faults, never faster than the centre asks."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from sync.client.outcomes import Done, Later, Stopped
from sync.client.schedule import CAP_SECONDS, INTERVALS, Schedule, pause, slot


def schedule(chance=lambda: 0.5):
    return Schedule("T0001", chance, 0.0)


def test_a_pause_is_full_jitter_under_a_ceiling_that_doubles_to_two_minutes():
    assert [pause(attempt, lambda: 0.999999) for attempt in (0, 1, 5, 6, 50)] == [
        pytest.approx(seconds, rel=1e-3) for seconds in (2, 4, 64, CAP_SECONDS, CAP_SECONDS)
    ]
    assert pause(9, lambda: 0.0) == 0.0


def test_slots_are_stable_and_spread_a_fleet_evenly():
    assert slot("T0001", 60) == slot("T0001", 60)
    seconds = Counter(int(slot(f"T{n:05}", 60)) for n in range(6000))
    assert min(seconds.values()) > 50
    assert max(seconds.values()) < 160


def test_at_the_start_everything_is_due_uploads_before_downloads():
    assert schedule().due(0.0) == (
        "questions",
        "upload",
        "salvage",
        "head",
        "results",
        "heartbeat",
        "revocations",
        "packages",
        "terminal-revocations",
        "renewal",
        "snapshot",
    )


def test_after_a_good_run_a_job_comes_again_in_its_own_slot_of_the_next_period():
    plan = schedule()
    for job in INTERVALS:
        plan.finished(job, Done(), 1000.0)
        due = plan._jobs[job].due
        assert 0 < due - 1000.0 <= INTERVALS[job]
        assert due % INTERVALS[job] == pytest.approx(slot("T0001", INTERVALS[job]))


def test_a_fault_of_one_job_leaves_the_others_alone():
    plan = schedule()
    for job in INTERVALS:
        plan.finished(job, Done() if job != "snapshot" else Later("timeout"), 10.0)
    assert plan.due(10.0 + 1.0) == ("snapshot",)


def test_the_centres_wish_to_wait_is_obeyed_even_beyond_the_cap():
    plan = schedule()
    plan.finished("upload", Later("status-503", 600.0), 0.0)
    assert "upload" not in plan.due(599.0)
    assert "upload" in plan.due(600.0)


def test_a_wish_to_be_asked_again_at_once_does_not_mean_without_end():
    plan = schedule(lambda: 1.0)
    waits = []
    for _ in range(4):
        plan.finished("upload", Later("status-503", 0.0), 0.0)
        waits.append(plan._jobs["upload"].at)
    assert waits == [2, 4, 8, 16]


def test_pauses_grow_with_failures_and_start_over_after_a_good_run():
    plan = schedule(lambda: 1.0)
    waits = []
    now = 0.0
    for _ in range(8):
        plan.finished("upload", Later("timeout"), now)
        waits.append(plan._jobs["upload"].due - now)
        now = plan._jobs["upload"].due
    assert waits == [2, 4, 8, 16, 32, 64, 120, 120]
    plan.finished("upload", Done(), now)
    plan.finished("upload", Later("timeout"), now)
    assert plan._jobs["upload"].due - now == 2


def test_what_costs_a_large_download_is_tried_again_after_pauses_that_grow_to_hours():
    for chance, share in ((0.0, 0.5), (1.0, 1.0)):
        plan = schedule(lambda chance=chance: chance)
        waits, now = [], 0.0
        for _ in range(9):
            plan.finished("snapshot", Later("package-damaged", seldom=True), now)
            waits.append(plan._jobs["snapshot"].due - now)
            now = plan._jobs["snapshot"].due
        assert waits == [share * seconds for seconds in (120, 240, 480, 960, 1920, 3840, 7200, 7200, 7200)]
    assert waits[-1] >= 3600


def test_outstanding_results_are_asked_for_again_soon_and_then_more_slowly():
    plan = schedule()
    waits = []
    for _ in range(9):
        plan.finished("results", Done(0, more=True), 0.0)
        waits.append(plan._jobs["results"].due)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_stopped_job_is_not_tried_faster_than_usual():
    plan = schedule()
    plan.finished("upload", Stopped("fork"), 0.0)
    assert plan._jobs["upload"].due == pytest.approx(slot("T0001", 60))


def test_a_poke_makes_the_upload_due_at_once():
    plan = schedule(lambda: 1.0)
    for job in INTERVALS:
        for _ in range(8):
            plan.finished(job, Later("timeout"), 0.0)
    assert plan.due(5.0) == ()
    plan.poke(5.0)
    assert plan.due(5.0) == ("questions", "upload", "results")


def test_a_poke_does_not_knock_at_a_centre_that_asked_to_be_left_alone():
    plan = schedule()
    plan.finished("upload", Later("status-503", 40.0), 0.0)
    plan.poke(5.0)
    assert set(plan.due(39.0)).isdisjoint({"upload", "results"})
    plan.finished("questions", Later("status-503", 41.0), 0.0)
    assert plan.next_at() == 41.0
    assert plan.due(41.0)[0] == "questions"


def test_what_is_less_urgent_waits_behind_what_the_centre_had_no_time_for():
    plan = schedule()
    plan.finished("revocations", Later("status-503", 40.0), 0.0)
    assert set(plan.due(0.0)).isdisjoint({"revocations", "snapshot"})
    assert plan.due(0.0)[0] == "questions"


def test_an_upload_that_brought_something_asks_for_its_results_soon():
    plan = schedule()
    for job in INTERVALS:
        plan.finished(job, Done(), 0.0)
    plan.finished("upload", Done(3), 5.0)
    assert plan.next_at() == 6.0
    assert plan.due(6.0) == ("results",)


def test_a_fleet_after_an_outage_spreads_its_next_tries():
    chance = random.Random(3)
    tries = Counter()
    for number in range(3000):
        plan = Schedule(f"T{number:05}", chance.random, 0.0)
        for _ in range(6):
            plan.finished("upload", Later("unreachable"), 0.0)
        tries[int(plan._jobs["upload"].due)] += 1
    assert max(tries.values()) < 100


def test_a_job_that_ended_in_its_slot_is_next_due_a_whole_period_later_for_every_terminal():
    for number in range(2000):
        plan = Schedule(f"T{number:05}", random.Random(1).random, 0.0)
        plan.finished("snapshot", Done(1), 0.0)
        for _ in range(5):
            now = plan._jobs["snapshot"].due
            plan.finished("snapshot", Done(1), now)
            assert plan._jobs["snapshot"].due - now == pytest.approx(INTERVALS["snapshot"])


def test_while_an_answer_is_outstanding_the_centre_is_asked_five_times_a_second_then_each_second():
    plan, at, waits = schedule(), 0.0, []
    for _ in range(6):
        plan.finished("questions", Done(more=True), at)
        waits.append(round(plan._jobs["questions"].due - at, 3))
        at = plan._jobs["questions"].due
    assert waits == [0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


def test_the_centre_says_how_often_it_wants_a_heartbeat():
    plan = schedule()
    plan.finished("heartbeat", Done(every=30.0), 0.0)
    assert 0 < plan._jobs["heartbeat"].due <= 30.0
    plan.finished("heartbeat", Done(every=900.0), 30.0)
    assert plan._jobs["heartbeat"].due % 900.0 == pytest.approx(slot("T0001", 900.0))


def test_a_job_that_is_wanted_runs_at_once():
    plan = schedule()
    for job in INTERVALS:
        plan.finished(job, Done(), 0.0)
    plan.want("snapshot", 1.0)
    assert plan.due(1.0) == ("snapshot",)
