"""Scenario files: what is wrong with one is told with field, shape and remedy; what is right becomes moments."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.people import persona_keys
from hardware_sim.scenario.plan import Moment, plan
from hardware_sim.scenario.playing import play
from hardware_sim.scenario.scenario import (
    FOLDER,
    ScenarioError,
    find_scenario,
    load_scenario,
    parse_scenario,
)

SHIPPED = sorted(FOLDER.glob("*.toml"))
STEP = '[[steps]]\nat = 1\ndo = "remove card"\n'


def parsed(text: str) -> Any:
    return parse_scenario(tomllib.loads(text), "a.toml")


@pytest.mark.parametrize(
    ("text", "field", "problem", "remedy"),
    [
        (STEP, "title", "Field required", "Add this field."),
        ('title = 7\n' + STEP, "title", "a whole number", "Write a text in quotes."),
        ('title = "a"\nsteps = 3', "steps", "a whole number", "list"),
        ('title = "a"', "the whole file", "nothing happens", "Correct it."),
        ('title = "a"\n[[steps]]\nat = 1', "steps.1.do", "Field required", "Add this field."),
        ('title = "a"\n[[steps]]\ndo = "remove card"', "steps.1", "at or after", "Correct it."),
        ('title = "a"\n[[steps]]\nat = 1\nafter = 2\ndo = "remove card"', "steps.1", "only one", "Correct it."),
        ('title = "a"\n' + STEP + STEP.replace("card", "crad"), "steps.2.do", "remove card", "Correct it."),
        ('title = "a"\n[[steps]]\nat = "soon"\ndo = "remove card"', "steps.1.at", "a text of 4 characters", "seconds"),
        ('title = "a"\n[[steps]]\nat = -1\ndo = "remove card"', "steps.1.at.from", "greater", "Correct it."),
        ('title = "a"\n[[steps]]\nat = {from = 3, to = 1}\ndo = "remove card"', "steps.1.at", "to is", "Correct"),
        ('title = "a"\n[[steps]]\nat = 1\ndo = []', "steps.1.do", "a list of 0", "Correct it."),
        ('title = "a"\n[[steps]]\nat = 1\ndo = 5', "steps.1.do", "a whole number", "a phrase in quotes"),
        ('title = "a"\nlenght = 3\n' + STEP, "lenght", "a whole number", "correct its spelling"),
        ('title = "a"\n[[steps]]\nat = 1\ndo = "insert card {persona}"', "the whole file", "no persona", "Correct it."),
        ('title = "a"\n[[faults]]\nat = 1\ndo = "pcsc down"\nlasts = 2', "faults.1.then", "Field required", "Add"),
        (
            'title = "a"\n[[faults]]\nat = 1\ndo = "pcsc down"\nlasts = 2\nthen = "pcsc up"\ntimes = 3',
            "faults.1",
            "times and every",
            "Correct it.",
        ),
        ('title = "a"\npersona = "Zhang San"\n' + STEP, "persona", "a text of 9 characters", "Correct it."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_field_shape_and_remedy(text: str, field: str, problem: str, remedy: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        parsed(text)
    assert wrong.value.field == field
    assert problem in wrong.value.problem
    assert remedy in wrong.value.remedy
    assert str(wrong.value).startswith("a.toml: ")


def test_a_file_that_cannot_be_read_or_is_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"title = \xff")
    (tmp_path / "worse.toml").write_text("title =", encoding="utf-8")
    for name in ("missing.toml", "bad.toml", "worse.toml"):
        with pytest.raises(ScenarioError, match="the file"):
            load_scenario(tmp_path / name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_scenario_that_comes_along_can_be_planned(path: Path) -> None:
    scenario = load_scenario(path)
    moments = plan(scenario)
    assert len(moments) > 1
    assert scenario.persona in persona_keys()
    assert find_scenario(path.stem) == path
    assert any("\u4e00" <= letter <= "\u9fff" for letter in scenario.title)


def test_a_path_of_ones_own_comes_before_a_name() -> None:
    assert find_scenario("nowhere/mine.toml") == Path("nowhere/mine.toml")


def test_times_are_counted_from_the_start_or_from_the_step_before() -> None:
    scenario = parsed(
        'title = "a"\npersona = "worker"\n'
        '[[steps]]\nat = 2\ndo = ["insert card {persona}", "card slow 1"]\n'
        '[[steps]]\nafter = 3\ndo = "remove card"\n'
        '[[steps]]\nat = 1\ndo = "place id {persona}"\n'
        '[[faults]]\nat = 2\ndo = "unplug id-reader"\nlasts = 0.5\nthen = "plug id-reader"\ntimes = 2\nevery = 10\n'
    )
    assert plan(scenario) == [
        Moment(1.0, "place id worker", "steps.3"),
        Moment(2.0, "insert card worker", "steps.1"),
        Moment(2.0, "card slow 1", "steps.1"),
        Moment(2.0, "unplug id-reader", "faults.1"),
        Moment(2.5, "plug id-reader", "faults.1.then"),
        Moment(5.0, "remove card", "steps.2"),
        Moment(12.0, "unplug id-reader", "faults.1"),
        Moment(12.5, "plug id-reader", "faults.1.then"),
    ]


RANDOM = (
    'title = "a"\nseed = 4\n[[steps]]\nat = {from = 1, to = 5}\ndo = "remove card"\n'
    '[[faults]]\nat = {from = 1, to = 50}\ndo = "pcsc down"\nlasts = {from = 1, to = 9}\nthen = "pcsc up"\n'
)


def test_all_chance_comes_from_the_seed() -> None:
    scenario = parsed(RANDOM)
    assert plan(scenario) == plan(scenario) == plan(scenario, 4)
    assert plan(scenario) != plan(scenario, 5)
    assert all(1 <= plan(scenario, seed)[0].at <= 50 for seed in range(50))


def test_a_step_put_in_front_does_not_move_the_faults() -> None:
    longer = RANDOM.replace("[[faults]]", '[[steps]]\nafter = {from = 1, to = 2}\ndo = "remove id"\n[[faults]]')
    faults = [[each for each in plan(parsed(text)) if each.field.startswith("faults")] for text in (RANDOM, longer)]
    assert faults[0] == faults[1]


class Hours:
    """A clock that goes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(("speed", "took"), [(1.0, 4.0), (4.0, 1.0)])
def test_each_moment_is_said_at_its_time_and_a_refusal_stops_nothing(speed: float, took: float) -> None:
    hours = Hours()
    said: list[str] = []

    def say(phrase: str) -> dict[str, Any]:
        said.append(phrase)
        return {"ok": False, "error": "There is no card."} if phrase == "remove card" else {"ok": True}

    moments = [Moment(0.0, "place id worker", "a"), Moment(1.0, "remove card", "b"), Moment(4.0, "remove id", "c")]
    played = list(play(moments, say, clock=lambda: hours.now, pause=hours.pause, speed=speed))
    assert said == ["place id worker", "remove card", "remove id"]
    assert [(each.at, each.refused) for each in played] == [(0.0, None), (1.0, "There is no card."), (4.0, None)]
    assert hours.now == 100.0 + took
