"""The sync process' lanes: nothing that one is busy with keeps another, and what one learns the other knows."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest

from sync.client.outcomes import Done, Later
from sync.client.schedule import DOWNLOADS, INTERVALS, PERSON, REST
from sync.lanes import three_lanes
from sync.reports import JobRun

PATIENCE = 20.0


class Orders:
    """What a lane asks of the book of orders."""

    def __init__(self):
        self.wipe_due = False
        self.wanted = []

    def take_wanted(self):
        wanted, self.wanted = tuple(self.wanted), []
        return wanted


class Terminal:
    """Three lanes over workers that note what they run. A `slow` job ends when it may go on, or when its line ends."""

    def __init__(self):
        self.changed = threading.Condition()
        self.runs = []
        self.slow = set()
        self.outcomes = {}
        self.wanted_by = {}
        self.go_on = threading.Event()
        self.cut = []
        self.lanes = three_lanes(self.worker, lambda: None)

    @contextmanager
    def worker(self):
        terminal = self

        class Worker:
            terminal = "T0001"
            orders = Orders()

            def job(self, name, by):
                if name in terminal.slow and not terminal.go_on.wait(PATIENCE):
                    raise AssertionError(f"{name} was held for ever")
                self.orders.wanted = terminal.wanted_by.pop(name, [])
                with terminal.changed:
                    terminal.runs.append((name, by))
                    terminal.changed.notify_all()
                return JobRun(name, terminal.outcomes.pop(name, Done()))

            def end_line(self):
                terminal.cut.append(threading.current_thread().name)
                terminal.go_on.set()

        yield Worker()

    def count(self, job):
        return sum(name == job for name, _ in self.runs)

    def until(self, found):
        with self.changed:
            assert self.changed.wait_for(found, PATIENCE), self.runs

    def end(self):
        for lane in self.lanes:
            lane.stop()
        for lane in self.lanes:
            lane.join(PATIENCE)
            assert lane.over
            assert lane.crash is None


@pytest.fixture
def terminal():
    terminal = Terminal()
    yield terminal
    terminal.go_on.set()
    terminal.end()


def start(terminal):
    for lane in terminal.lanes:
        lane.start()


def test_every_job_belongs_to_one_lane():
    assert sorted(PERSON + DOWNLOADS + REST) == sorted(INTERVALS)


@pytest.mark.parametrize("slow", DOWNLOADS)
def test_while_a_download_goes_on_and_on_everything_urgent_is_done(terminal, slow):
    terminal.slow.add(slow)
    start(terminal)
    terminal.until(lambda: {name for name, _ in terminal.runs} >= {*PERSON, *REST})
    before = terminal.count("upload")
    for lane in terminal.lanes:
        lane.poke()
    terminal.until(lambda: terminal.count("upload") > before)
    assert terminal.count(slow) == 0


def test_a_download_is_broken_off_at_the_end_and_nothing_else_is(terminal):
    terminal.slow.add("snapshot")
    start(terminal)
    terminal.until(lambda: {name for name, _ in terminal.runs} >= {*PERSON, *REST, "packages"})
    terminal.end()
    assert terminal.cut == [threading.current_thread().name]


def test_a_job_that_one_lane_wants_is_run_by_the_lane_it_belongs_to(terminal):
    terminal.wanted_by = {"heartbeat": ["snapshot"]}
    terminal.slow.add("heartbeat")
    start(terminal)
    terminal.until(lambda: terminal.count("snapshot") == 1)
    terminal.wanted_by["snapshot"] = ["heartbeat"]
    terminal.go_on.set()
    terminal.until(lambda: (terminal.count("snapshot"), terminal.count("heartbeat")) == (2, 2))


def test_downloads_wait_with_an_upload_that_the_centre_had_no_time_for_and_a_person_does_not(terminal):
    start(terminal)
    terminal.until(lambda: {name for name, _ in terminal.runs} == set(INTERVALS))
    person, downloads, rest = terminal.lanes
    terminal.outcomes["upload"] = Later("status-503", 3600.0)
    terminal.wanted_by["upload"] = ["snapshot"]
    rest.poke()
    terminal.until(lambda: terminal.count("upload") == 2)
    due, seen = [], threading.Event()
    downloads.tell(lambda schedule: (due.append(schedule.due(time.monotonic() + 3000.0)), seen.set()))
    assert seen.wait(PATIENCE)
    assert due == [()]
    person.poke()
    terminal.until(lambda: terminal.count("questions") == 2)
