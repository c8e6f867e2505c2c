"""Each literal case comes out as its source says."""

import pytest

from kiosk.benefits.loading import shipped_book
from tests.benefits.running import all_cases, answer, differences


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.rule}: {case.name}")
def test_case(case):
    found = answer(shipped_book(), case)
    assert differences(case, found) == {}, found


def test_no_two_cases_of_a_rule_have_one_name():
    names = [(case.rule, case.name) for case in all_cases()]
    assert len(names) == len(set(names))
