"""What benefit rules are measured against does the same work: each plain function says what its rule says."""

from __future__ import annotations

import pytest

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.question import Question
from tests.benchmarks.benefit_figures import PERSON_FACTS, differing, names, wanting
from tests.benchmarks.callables.every import CALLABLES
from tests.benchmarks.callables.person import TODAY


def outcome(rule):
    return evaluate(shipped_book(), Question(rule, PERSON_FACTS, TODAY))


@pytest.mark.parametrize("rule", shipped_book().rules)
def test_the_hand_written_conditions_of_a_rule_say_what_it_says(rule):
    found = outcome(rule)
    assert wanting(found) == ()
    assert differing(found) == ()


def test_no_condition_is_written_by_hand_that_no_rule_has():
    there = {name for rule in shipped_book().rules for name in names(outcome(rule))}
    assert set(CALLABLES) - there == set()
