"""The recovery ladder: when it begins, how it climbs, when it rests, when it asks for a technician."""

import itertools
import random
from dataclasses import dataclass, field

import pytest

from drivers.status import DeviceState
from drivers.supervisor import (
    Action,
    Announce,
    AskTechnician,
    Count,
    Event,
    Looked,
    Lost,
    Policy,
    Reading,
    Rung,
    Supervised,
    Tick,
    Tried,
    Try,
    WakeAt,
    begin,
    step,
)

GOOD, BAD, INCONCLUSIVE = (Looked(reading) for reading in (Reading.GOOD, Reading.BAD, Reading.INCONCLUSIVE))
LADDER = (Rung.LIST_AGAIN, Rung.NEW_CONTEXT, Rung.RESET)


@dataclass
class Bench:
    """Feeds events at times and remembers what was asked for."""

    state: Supervised
    now: float = 100.0
    actions: list[Action] = field(default_factory=list)

    def give(self, event: Event, after: float = 0.0) -> list[Action]:
        self.now += after
        self.state, actions = step(self.state, event, self.now)
        self.actions.extend(actions)
        return list(actions)

    def wake(self) -> list[Action]:
        """Let the time of the last WakeAt come."""
        wake_at = [action.time for action in self.actions if isinstance(action, WakeAt)][-1]
        return self.give(Tick(), max(0.0, wake_at - self.now))


def rungs(actions: list[Action]) -> list[Rung]:
    return [action.rung for action in actions if isinstance(action, Try)]


def announced(actions: list[Action]) -> list[DeviceState]:
    return [action.change.now for action in actions if isinstance(action, Announce)]


@pytest.fixture
def well() -> Bench:
    bench = Bench(begin("receipt_printer", 0.0))
    bench.give(GOOD)
    bench.actions.clear()
    return bench


def test_a_device_starts_and_is_online_with_its_first_good_reading() -> None:
    bench = Bench(begin("receipt_printer", 100.0))
    assert bench.state.state is DeviceState.STARTING
    (action,) = bench.give(GOOD)
    assert isinstance(action, Announce)
    assert (action.change.device, action.change.before) == ("receipt_printer", DeviceState.STARTING)
    assert action.change.now is DeviceState.ONLINE
    assert bench.give(GOOD) == []


def test_bad_readings_while_it_comes_up_do_not_count() -> None:
    bench = Bench(begin("receipt_printer", 100.0))
    for _ in range(9):
        assert bench.give(BAD, 1.0) == []
    assert [rungs(bench.give(BAD, 1.0)) for _ in range(3)] == [[], [], [Rung.LIST_AGAIN]]


def test_three_bad_readings_in_a_row_begin_the_ladder(well: Bench) -> None:
    assert well.give(BAD) == []
    assert well.give(BAD) == []
    actions = well.give(BAD)
    assert rungs(actions) == [Rung.LIST_AGAIN]
    assert announced(actions) == [DeviceState.OFFLINE]


def test_a_good_reading_between_forgives_and_an_inconclusive_one_counts_for_nothing(well: Bench) -> None:
    for event in (BAD, BAD, GOOD, BAD, BAD, INCONCLUSIVE, INCONCLUSIVE):
        assert well.give(event) == []
    assert rungs(well.give(BAD)) == [Rung.LIST_AGAIN]


def test_a_lost_link_begins_the_ladder_at_once_even_while_coming_up(well: Bench) -> None:
    assert rungs(well.give(Lost())) == [Rung.LIST_AGAIN]
    assert rungs(Bench(begin("x", 100.0)).give(Lost())) == [Rung.LIST_AGAIN]


def test_each_rung_that_does_not_help_leads_to_the_next_and_then_to_a_pause(well: Bench) -> None:
    well.give(Lost())
    assert rungs(well.give(Tried(Rung.LIST_AGAIN, False))) == [Rung.NEW_CONTEXT]
    assert rungs(well.give(Tried(Rung.NEW_CONTEXT, False))) == [Rung.RESET]
    assert well.give(Tried(Rung.RESET, False)) == [WakeAt(well.now + 1.0)]
    assert well.give(Tick(), 0.5) == []
    assert rungs(well.give(Tick(), 0.5)) == [Rung.LIST_AGAIN]


@pytest.mark.parametrize("helps", LADDER)
def test_the_rung_that_helps_ends_the_illness(well: Bench, helps: Rung) -> None:
    well.give(Lost())
    for rung in LADDER[: LADDER.index(helps)]:
        well.give(Tried(rung, False))
    actions = well.give(Tried(helps, True))
    assert announced(actions) == [DeviceState.ONLINE]
    assert rungs(actions) == []
    assert well.state.illness is None


def climb_in_vain(bench: Bench, ladder: tuple[Rung, ...] = LADDER) -> list[Action]:
    return [action for rung in ladder for action in bench.give(Tried(rung, False), 0.25)]


def test_pauses_grow_to_their_longest_and_a_technician_is_asked_for_once(well: Bench) -> None:
    began = well.now
    well.give(Lost())
    pauses = []
    for _ in range(7):
        before = len(well.actions)
        climb_in_vain(well)
        (wake,) = [action for action in well.actions[before:] if isinstance(action, WakeAt)][-1:]
        pauses.append(round(wake.time - well.now, 6))
        well.wake()
    assert pauses == [1.0, 2.0, 5.0, 15.0, 60.0, 60.0, 60.0]
    assert [action for action in well.actions if isinstance(action, AskTechnician)] == [AskTechnician(began, 9)]
    assert announced(well.actions) == [DeviceState.OFFLINE, DeviceState.HARDWARE_ERROR]
    assert announced(well.give(GOOD)) == [DeviceState.ONLINE]


def test_after_recovery_a_new_illness_begins_from_the_bottom_and_may_ask_again(well: Bench) -> None:
    for _ in range(2):
        well.actions.clear()
        well.give(Lost())
        for _ in range(3):
            climb_in_vain(well)
            well.wake()
        assert [type(action) for action in well.actions].count(AskTechnician) == 1
        well.give(GOOD)
        assert well.state.illness is None


def test_a_device_that_comes_back_by_itself_needs_no_more_rungs(well: Bench) -> None:
    well.give(Lost())
    assert announced(well.give(GOOD)) == [DeviceState.ONLINE]
    assert well.give(Tried(Rung.LIST_AGAIN, False)) == []
    assert well.wake() == []


def test_a_rung_that_never_reports_back_counts_as_failed(well: Bench) -> None:
    well.give(Lost())
    assert well.give(Tick(), 14.9) == []
    assert rungs(well.give(Tick(), 0.1)) == [Rung.NEW_CONTEXT]
    assert well.give(Tried(Rung.LIST_AGAIN, True)) == []  # too late: it was given up


def test_more_bad_news_during_an_illness_changes_nothing(well: Bench) -> None:
    well.give(Lost())
    state = well.state
    for event in (BAD, BAD, BAD, Lost(), INCONCLUSIVE, Tried(Rung.RESET, False)):
        assert well.give(event) == []
    assert well.state == state


def test_rungs_are_counted_and_timed(well: Bench) -> None:
    well.give(Lost())
    well.give(Tried(Rung.LIST_AGAIN, False), 0.5)
    well.give(Tried(Rung.NEW_CONTEXT, True), 2.0)
    well.give(Lost())
    well.give(Tried(Rung.LIST_AGAIN, True), 1.0)
    assert well.state.counts == (Count(2, 1, 1.5), Count(1, 1, 2.0), Count())


def test_a_device_without_a_service_between_has_a_shorter_ladder() -> None:
    bench = Bench(begin("id_reader", 0.0, Policy(ladder=(Rung.LIST_AGAIN, Rung.RESET))))
    bench.give(Lost())
    assert rungs(bench.give(Tried(Rung.LIST_AGAIN, False))) == [Rung.RESET]


def test_ten_thousand_random_events_keep_the_promises() -> None:
    chance = random.Random(5)
    bench = Bench(begin("x", 100.0))
    announcements: list[DeviceState] = [DeviceState.STARTING]
    for _ in range(10_000):
        tried = Tried(chance.choice(LADDER), chance.random() < 0.05)
        event = chance.choice((GOOD, BAD, BAD, INCONCLUSIVE, Lost(), Tick(), tried, tried, tried))
        actions = bench.give(event, chance.choice((0.0, 0.1, 5.0)))
        announcements += announced(actions)
        assert len(rungs(actions)) <= 1
        assert (bench.state.illness is None) == (bench.state.state in (DeviceState.STARTING, DeviceState.ONLINE))
        if bench.state.illness is not None:
            assert bench.state.illness.wake_at >= bench.now or not actions  # it never waits for ever
    assert all(a is not b for a, b in itertools.pairwise(announcements))
    assert announcements[-1] is bench.state.state
    assert len(set(announcements)) == 4
