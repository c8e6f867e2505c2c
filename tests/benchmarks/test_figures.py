"""The benchmarks' own promises: nothing is left out, nothing is called good that is not, and both sides take turns."""

from __future__ import annotations

from tests.benchmarks.__main__ import BENCHMARKS
from tests.benchmarks.figures import LATER, REGISTER, Figure, table
from tests.benchmarks.pairs import measure

KEYS = ["name", "value", "unit", "limit_name", "limit", "ratio", "goal", "holds"]


def test_every_figure_of_the_release_has_a_goal_and_somebody_who_measures_it():
    assert list(BENCHMARKS) == list(REGISTER)
    assert not set(REGISTER) & set(LATER)
    assert len(REGISTER) + len(LATER) == 18


def test_a_record_says_value_limit_ratio_and_whether_the_goal_holds():
    goal = REGISTER["card.read_vs_raw"].ratio
    good = Figure("card.read_vs_raw", 10.0 * goal, 10.0).record()
    bad = Figure("card.read_vs_raw", 10.1 * goal, 10.0).record()
    assert list(good) == KEYS
    assert (good["ratio"], good["goal"], good["holds"]) == (goal, goal, True)
    assert bad["holds"] is False


def test_what_could_not_be_measured_is_there_and_holds_nothing():
    record = Figure("ui.memory_vs_bare", None, None).record()
    assert list(record) == KEYS
    assert (record["value"], record["ratio"], record["holds"]) == (None, None, False)


def test_the_table_names_what_does_not_hold_and_what_is_not_in_this_release():
    lines = table([Figure("store.page_vs_plain", 9.0, 1.0), Figure("certificate.vs_parts", 1.0, 1.0)]).splitlines()
    assert "NO" in lines[1]
    assert "NO" not in lines[2]
    assert [line.split()[0] for line in lines[3:]] == list(LATER)
    assert all(line.endswith("not in this release") for line in lines[3:])


def test_both_sides_take_turns_and_warm_rounds_do_not_count():
    order = []

    def side(name, values):
        def sample():
            order.append(name)
            return next(values)

        return sample

    own, bare = side("own", iter([99, 1, 2, 9])), side("bare", iter([99, 4, 5, 6]))
    assert measure(4, own, bare, warm=1) == (2, 5)
    assert order == ["own", "bare", "bare", "own", "own", "bare", "bare", "own"]
