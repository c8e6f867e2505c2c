"""Three-valued logic."""

import itertools

import pytest

from kiosk.benefits.truth import Truth, all_of, any_of, truth_of

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def test_false_beats_unknown_beats_true_in_a_conjunction():
    for values in itertools.product((T, F, U), repeat=3):
        expected = F if F in values else U if U in values else T
        assert all_of(values) is expected


def test_true_beats_unknown_beats_false_in_a_disjunction():
    for values in itertools.product((T, F, U), repeat=3):
        expected = T if T in values else U if U in values else F
        assert any_of(values) is expected


def test_unknown_stays_unknown_when_denied():
    assert [~each for each in (T, F, U)] == [F, T, U]


def test_a_missing_fact_is_unknown_and_never_false():
    assert [truth_of(each) for each in (True, False, None)] == [T, F, U]


@pytest.mark.parametrize("value", list(Truth))
def test_a_truth_cannot_be_taken_for_a_bool(value):
    with pytest.raises(TypeError):
        bool(value)
