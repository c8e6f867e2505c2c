"""Every rule × condition × state, every outcome, code, caveat, deadline and figure is reached by a literal case."""

from functools import cache

import pytest

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.reason_codes import BUILT_IN_CODES
from tests.benefits.running import all_cases, answer

BOOK = shipped_book()
NEVER: dict[tuple[str, str, str], str] = {}
"""(rule, condition, state) that no facts can reach -> why."""
NOT_HERE = {codes.PACKAGE_EXPIRED}
"""Codes of the packages' own state, promised where packages are loaded."""


@cache
def found():
    """Rule -> the records of its cases."""
    records = {rule: [] for rule in BOOK.rules}
    for case in all_cases():
        records[case.rule].append(answer(BOOK, case))
    return records


def _parts(rule, table):
    return [each for row in (BOOK.row(rule), *BOOK.overlays_of(rule)) for each in getattr(row, table)]


@pytest.mark.parametrize("rule", BOOK.rules)
def test_each_condition_is_seen_true_false_and_unknown(rule):
    seen = {(each["condition_id"], each["state"]) for record in found()[rule] for each in record["reasons"]}
    wanted = set()
    for condition in _parts(rule, "condition"):
        # a condition that only asks whether something is known is true or unknown
        states = "TU" if condition.holds.startswith("known(") and "(" not in condition.holds[6:] else "TFU"
        wanted |= {(condition.id, state) for state in states if (rule, condition.id, state) not in NEVER}
    assert wanted - seen == set()


@pytest.mark.parametrize("rule", BOOK.rules)
def test_each_outcome_is_reached(rule):
    row = BOOK.row(rule)
    seen = {record["outcome"] for record in found()[rule]}
    confirmed = row.review is None or any(layer.reviewed for layer in BOOK.overlays_of(rule))
    always = any(each.when == "True" for each in row.caveat)
    if not confirmed or always:
        assert seen >= {"UNDETERMINED"}
    elif row.decides:
        assert seen == {"ELIGIBLE", "NOT_ELIGIBLE", "UNDETERMINED"}
    else:
        assert seen == {"COMPUTED", "UNDETERMINED"}


@pytest.mark.parametrize("rule", BOOK.rules)
def test_each_code_caveat_deadline_and_figure_is_reached(rule):
    records = found()[rule]
    seen = {code for record in records for code in record["reason_codes"]}
    wanted = {each.code for each in _parts(rule, "caveat")}
    wanted |= {
        code
        for each in _parts(rule, "condition")
        for code in (each.false_code, each.unknown_code, each.open_code)
        if code
    }
    assert wanted - seen == set()
    held = {each["code"] for record in records for each in record["caveats"]}
    assert {each.code for each in _parts(rule, "caveat")} - held == set()
    ends = {each["id"] for record in records for each in record["deadlines"] if each["on"] is not None}
    assert {each.id for each in _parts(rule, "deadline")} - ends == set()
    figures = {name for record in records for name, value in record["result"].items() if value is not None}
    assert set(BOOK.row(rule).result) - figures == set()


def test_each_code_of_the_evaluation_itself_is_reached():
    seen = {code for records in found().values() for record in records for code in record["reason_codes"]}
    assert set(BUILT_IN_CODES) - seen - NOT_HERE == set()
    assert set(BOOK.codes) - seen - NOT_HERE == set(), "a code that no rule gives"


def test_every_rule_of_the_law_is_there():
    # benefit rules, sections 1 to 6
    assert set(BOOK.rules) >= {
        "R-RET-AGE", "R-RET-MIN", "R-RET-FLEX", "R-PEN-EMP", "R-PEN-AMOUNT", "R-PEN-PLACE", "R-PEN-RES", "R-LIFE",
        "R-SICK", "R-DEATH", "R-UI", "R-UI-CONT", "R-UI-EXT", "R-UI-PENSION", "R-UI-ALLOW", "R-SKILL", "R-HARD",
        "R-FLEX-SI", "R-STARTUP", "R-JOBSEEK", "R-LOAN", "R-MAT", "R-INJ", "R-MED-REMOTE", "R-DIBAO", "R-TEMP",
        "R-AGE80", "R-CHILD",
    }  # fmt: skip
    assert {check.row.id for check in BOOK.checks} == {f"X-{number}" for number in range(1, 10)}
