"""Whole operations over bad lines, in virtual time: each ends, in a result or in one of the drivers' own errors."""

import pytest
from fuzzing.conversations import CONVERSATIONS, Talk, hold

COUNT = 400
SEED = 20261122


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_over_a_good_line_the_operation_comes_to_its_good_end(name: str) -> None:
    assert CONVERSATIONS[name](Talk("good", 0.0))


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_over_a_bad_line_it_ends_in_a_result_or_an_error_of_ours(name: str) -> None:
    talks = hold(name, SEED, COUNT)
    assert not talks.failures, "\n".join(talks.failures[:10])
    assert 0 < talks.good < talks.held, "some lines were good enough, and some were not"
