"""The centre numbers a terminal's results through all epochs: a new journal goes on where the one before it was."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from offline_store.delivery import Delivery
from offline_store.journal import NewEpoch
from tests.unit.sync.real_disk import STORE_KEY, Line, RealDisk, query


class Noting(Line):
    """It notes from which number on results are asked for."""

    def __init__(self, hall, asked):
        super().__init__(hall)
        self.asked = asked

    def __call__(self, request):
        if request.route == "/v1/results":
            self.asked.append(request.path.partition("?")[2])
        return super().__call__(request)


class Disk(RealDisk):
    """Its line is listened to."""

    def __init__(self, hall, folder):
        super().__init__(hall, folder)
        self.asked = []

    def line(self):
        return Noting(self.hall, self.asked)

    def pass_and_answer(self):
        """Up, and down what became of it; from where results were asked for first."""
        self.asked.clear()
        assert self.sync() == {}
        self.hall.process()
        assert self.sync() == {}
        return self.asked[0]


@pytest.fixture
def disk(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    disk = Disk(hall, tmp_path / "kiosk")
    disk.make()
    return disk


@pytest.mark.parametrize("why", ["a new code", "another reason"])
def test_a_new_epoch_asks_for_no_result_a_second_time_and_misses_none_of_its_own(disk, why):
    disk.accept("A1", "A2")
    disk.pass_and_answer()
    with closing(Delivery(disk.folder, STORE_KEY)) as delivery:
        told, generation = delivery.results_cursor(), delivery.results_generation()
    assert told > 0
    if why == "a new code":
        disk.enrol(again=True)
    with disk.journal(**({} if why == "a new code" else {"replace_because": "test"})) as journal:
        assert isinstance(disk.opened, NewEpoch)
        act = journal.append("act", {"session": "s"}, query("A3"))
    assert disk.pass_and_answer() == f"after={told}&generation={generation}"
    with closing(Delivery(disk.folder, STORE_KEY)) as delivery:
        assert delivery.state_of(act.epoch, act.seq).state == "processed"
        assert delivery.backlog().awaiting_result == 0
