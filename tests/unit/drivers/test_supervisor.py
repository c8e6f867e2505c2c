"""The recovery ladder: when it begins, how it climbs, when it rests, when it asks for a technician."""

import random
from dataclasses import dataclass, field

import pytest

from drivers.status import DeviceState
from drivers.supervisor import (
    Action,
    AskTechnician,
    Count,
    Event,
    Looked,
    Lost,
    Policy,
    Reading,
    Recovered,
    Rung,
    RungEnded,
    Supervised,
    Tick,
    Tried,
    Try,
    begin,
    step,
)

GOOD, BAD, INCONCLUSIVE = (Looked(reading) for reading in (Reading.GOOD, Reading.BAD, Reading.INCONCLUSIVE))
LADDER = (Rung.LIST_AGAIN, Rung.NEW_CONTEXT, Rung.RESET)


@dataclass
class Bench:
    """Feeds events at times and remembers what came of them."""

    state: Supervised
    now: float = 100.0
    actions: list[Action] = field(default_factory=list)

    def give(self, event: Event, after: float = 0.0) -> list[Action]:
        self.now += after
        self.state, actions = step(self.state, event, self.now)
        self.actions.extend(actions)
        return list(actions)

    def wake(self) -> list[Action]:
        """Let the time of the next tick come."""
        assert self.state.wakes_at is not None
        return self.give(Tick(), max(0.0, self.state.wakes_at - self.now))

    def climb_in_vain(self) -> None:
        for rung in self.state.policy.ladder:
            self.give(Tried(rung, False), 0.25)


def rungs(actions: list[Action]) -> list[Rung]:
    return [action.rung for action in actions if isinstance(action, Try)]


def told(actions: list[Action], kind: type) -> list[Action]:
    return [action for action in actions if isinstance(action, kind)]


@pytest.fixture
def well() -> Bench:
    bench = Bench(begin(0.0))
    bench.give(GOOD)
    return bench


def test_a_device_starts_and_is_online_with_its_first_good_reading() -> None:
    bench = Bench(begin(100.0))
    assert bench.state.state is DeviceState.STARTING
    assert bench.give(GOOD) == []
    assert bench.state.state is DeviceState.ONLINE
    assert bench.state.wakes_at is None


def test_bad_readings_while_it_comes_up_do_not_count() -> None:
    bench = Bench(begin(100.0))
    for _ in range(9):
        assert bench.give(BAD, 1.0) == []
    assert [rungs(bench.give(BAD, 1.0)) for _ in range(3)] == [[], [], [Rung.LIST_AGAIN]]


def test_three_bad_readings_in_a_row_begin_the_ladder(well: Bench) -> None:
    assert well.give(BAD) == []
    assert well.give(BAD) == []
    assert well.give(BAD) == [Try(Rung.LIST_AGAIN)]
    assert well.state.state is DeviceState.OFFLINE


def test_a_good_reading_between_forgives_and_an_inconclusive_one_counts_for_nothing(well: Bench) -> None:
    for event in (BAD, BAD, GOOD, BAD, BAD, INCONCLUSIVE, INCONCLUSIVE):
        assert well.give(event) == []
    assert rungs(well.give(BAD)) == [Rung.LIST_AGAIN]


def test_a_lost_link_begins_the_ladder_at_once_even_while_coming_up(well: Bench) -> None:
    assert rungs(well.give(Lost())) == [Rung.LIST_AGAIN]
    assert rungs(Bench(begin(100.0)).give(Lost())) == [Rung.LIST_AGAIN]


def test_each_rung_that_does_not_help_leads_to_the_next_and_then_to_a_pause(well: Bench) -> None:
    well.give(Lost())
    assert rungs(well.give(Tried(Rung.LIST_AGAIN, False))) == [Rung.NEW_CONTEXT]
    assert rungs(well.give(Tried(Rung.NEW_CONTEXT, False))) == [Rung.RESET]
    assert rungs(well.give(Tried(Rung.RESET, False))) == []
    assert well.state.wakes_at == well.now + 1.0
    assert well.give(Tick(), 0.5) == []
    assert rungs(well.give(Tick(), 0.5)) == [Rung.LIST_AGAIN]


@pytest.mark.parametrize("helps", LADDER)
def test_the_rung_that_helps_ends_the_illness_and_is_named(well: Bench, helps: Rung) -> None:
    well.give(Lost())
    for rung in LADDER[: LADDER.index(helps)]:
        well.give(Tried(rung, False), 1.0)
    tries = LADDER.index(helps) + 1
    assert well.give(Tried(helps, True), 1.0) == [RungEnded(helps, True, 1.0, 1), Recovered(float(tries), tries, helps)]
    assert well.state.illness is None
    assert well.state.state is DeviceState.ONLINE


def test_pauses_grow_to_their_longest_and_a_technician_is_asked_for_once(well: Bench) -> None:
    well.give(Lost())
    pauses = []
    for _ in range(7):
        well.climb_in_vain()
        assert well.state.wakes_at is not None
        pauses.append(round(well.state.wakes_at - well.now, 6))
        well.wake()
    assert pauses == [1.0, 2.0, 5.0, 15.0, 60.0, 60.0, 60.0]
    assert told(well.actions, AskTechnician) == [AskTechnician(3 * 0.75 + 1.0 + 2.0, 9)]
    assert well.state.state is DeviceState.HARDWARE_ERROR
    well.give(GOOD)
    assert well.state.state is DeviceState.ONLINE


def test_a_night_in_vain_tells_of_each_rung_once_of_the_technician_once_and_of_its_end(well: Bench) -> None:
    well.give(Lost())
    for _ in range(500):
        well.climb_in_vain()
        well.wake()
    well.give(GOOD)
    worth_recording = [action for action in well.actions if not isinstance(action, Try)]
    kinds = [type(action) for action in worth_recording]
    assert kinds == [RungEnded, RungEnded, RungEnded, AskTechnician, Recovered]
    assert worth_recording[-1] == Recovered(well.now - 100.0, 1500, None)


def test_after_recovery_a_new_illness_begins_from_the_bottom_and_may_ask_again(well: Bench) -> None:
    for asked in (1, 2):
        well.give(Lost())
        for _ in range(3):
            well.climb_in_vain()
            well.wake()
        assert well.state.technicians == asked
        well.give(GOOD)
        assert well.state.illness is None


def test_a_device_that_comes_back_by_itself_needs_no_more_rungs(well: Bench) -> None:
    well.give(Lost())
    assert well.give(GOOD, 2.0) == [Recovered(2.0, 0, None)]
    assert well.give(Tried(Rung.LIST_AGAIN, False)) == []
    assert well.give(Tick(), 60.0) == []


def test_a_rung_that_never_reports_back_counts_as_failed(well: Bench) -> None:
    well.give(Lost())
    assert well.give(Tick(), 19.9) == []
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
    bench = Bench(begin(0.0, Policy(ladder=(Rung.LIST_AGAIN, Rung.RESET))))
    bench.give(Lost())
    assert rungs(bench.give(Tried(Rung.LIST_AGAIN, False))) == [Rung.RESET]


def test_ten_thousand_random_events_keep_the_promises() -> None:
    chance = random.Random(5)
    bench = Bench(begin(100.0))
    ends = illnesses = 0
    for _ in range(10_000):
        was_ill = bench.state.illness is not None
        tried = Tried(chance.choice(LADDER), chance.random() < 0.05)
        event = chance.choice((GOOD, BAD, BAD, INCONCLUSIVE, Lost(), Tick(), tried, tried, tried))
        actions = bench.give(event, chance.choice((0.0, 0.1, 5.0)))
        ill = bench.state.illness is not None
        ends += len(told(actions, Recovered))
        illnesses += ill and not was_ill
        assert len(rungs(actions)) <= 1
        assert ill == (bench.state.state in (DeviceState.OFFLINE, DeviceState.HARDWARE_ERROR))
        if ill and actions:
            assert bench.state.wakes_at is not None
            assert bench.state.wakes_at > bench.now  # it never waits for what is past
    assert ends == illnesses - (bench.state.illness is not None)
    assert ends > 50
