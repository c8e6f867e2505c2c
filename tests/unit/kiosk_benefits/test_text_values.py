"""Texts and lists as programs write them: an occupation, the occupations a place is short of, its public holidays."""

from datetime import date

import pytest
from pydantic import ValidationError

from kiosk.benefits.vocabulary import FactKind, ValueUnfit, value_of


def test_a_text_is_taken_as_it_is_written():
    assert value_of("occupation", "text", (), "电工") == "电工"
    assert value_of("occupation", "text", (), "汉" * 40) == "汉" * 40


@pytest.mark.parametrize("given", ["", " 电工", "电工\n", "汉" * 41, 3, None, ["电工"]])
def test_what_is_no_short_printable_text_is_refused(given):
    with pytest.raises(ValueUnfit, match="write a text of at most 40 characters"):
        value_of("occupation", "text", (), given)


def test_a_list_of_texts_knows_no_order():
    assert value_of("scarce", "texts", (), ["电工", "焊工"]) == frozenset({"焊工", "电工"})
    assert value_of("scarce", "texts", (), []) == frozenset()


@pytest.mark.parametrize("given", ["电工", ["电工", 3], ["电工", ""], {"电工": 1}])
def test_what_is_no_list_of_texts_is_refused(given):
    with pytest.raises(ValueUnfit, match="write a list of texts"):
        value_of("scarce", "texts", (), given)


def test_a_text_cannot_be_asked_for_since_there_are_no_answers_to_choose_from():
    with pytest.raises(ValidationError, match="read from a record"):
        FactKind(type="text", zh="职业", en="occupation", ask={"zh": "什么职业？", "en": "Which occupation?"})


def test_a_calendar_is_written_in_dates_of_either_kind():
    assert value_of("off", "days", (), ["2026-10-01", date(2026, 10, 2)]) == {date(2026, 10, 1), date(2026, 10, 2)}
    assert value_of("off", "days", (), []) == frozenset()


@pytest.mark.parametrize("given", ["2026-10-01", ["2026-10-32"], ["2026-10"], [20261001], {"2026-10-01": True}])
def test_what_is_no_list_of_dates_is_refused(given):
    with pytest.raises(ValueUnfit, match="write a list of dates that exist"):
        value_of("off", "days", (), given)
