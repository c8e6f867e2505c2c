"""Periods by the Civil Code, ages, and rounding."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from kiosk.benefits.counting import (
    after_holidays,
    decimal_of,
    full_months,
    full_years,
    half_up,
    months_after,
)


@pytest.mark.parametrize(
    ("begin", "months", "end"),
    [
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_a_period_of_months_ends_on_the_corresponding_day_or_the_months_last(begin, months, end):
    assert months_after(begin, months) == end


def test_a_last_day_that_is_a_holiday_moves_to_the_day_after_the_holiday():
    holidays = {date(2026, 10, day) for day in range(1, 9)}
    assert after_holidays(date(2026, 10, 3), holidays) == date(2026, 10, 9)
    assert after_holidays(date(2026, 9, 30), holidays) == date(2026, 9, 30)


def test_a_person_is_a_year_older_on_the_birthday_itself():
    assert full_years(date(1966, 11, 22), date(2026, 11, 21)) == 59
    assert full_years(date(1966, 11, 22), date(2026, 11, 22)) == 60


@pytest.mark.parametrize(
    ("begin", "day", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 1, 15), date(2026, 1, 14), -1),
        (date(2026, 1, 15), date(2027, 1, 15), 12),
    ],
)
def test_a_month_is_full_on_its_corresponding_day(begin, day, months):
    assert full_months(begin, day) == months


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(49, 10000), 2, "0.00"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(13837, 100), 1, "138.4"),
    ],
)
def test_a_half_is_rounded_up(value, places, text):
    assert str(decimal_of(value, places)) == text
    assert decimal_of(half_up(value, places)) == Decimal(text)


def test_a_figure_without_end_is_never_cut_in_silence():
    with pytest.raises(ValueError, match="without end"):
        decimal_of(Fraction(1, 3))
