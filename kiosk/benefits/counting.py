"""How periods are counted (Civil Code arts. 201-203, 1259) and money is rounded (benefit rules, 0.5).

The first day is not counted; a period of months ends on the corresponding day of the last month, or on that month's
last day where there is none. A last day that is a public holiday moves to the day after the holiday: without a calendar
the end found here may move later, never earlier.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from kiosk.benefits.month import Month


def months_after(begin: date, months: int) -> date:
    """The last day of a period of so many months that begins on `begin`; before it when negative."""
    year, before = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    month, day = before + 1, begin.day
    # every month has 28 days
    return date(year, month, day if day <= 28 else min(day, calendar.monthrange(year, month)[1]))


def days_after(begin: date, days: int) -> date:
    """The last day of a period of so many days that begins on `begin`."""
    return begin + timedelta(days=days)


def after_holidays(day: date, holidays: Collection[date]) -> date:
    """A last day; where it is a public holiday, the first day after it that is none (art. 203)."""
    while day in holidays and day < date.max:
        day += timedelta(days=1)
    return day


def last_day(month: Month) -> date:
    """The last day of a month."""
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def full_years(born: date, day: date) -> int:
    """Age in full years on a day: a person is a year older on the birthday itself."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def full_months(begin: date, day: date) -> int:
    """Full months from one day to another; a month is full on its corresponding day. Negative before `begin`."""
    months = Month.of(day).months_since(Month.of(begin))
    return months - 1 if months_after(begin, months) > day else months


def half_up(value: Fraction | int, places: int) -> Fraction:
    """Rounded to so many decimal places, a half away from zero."""
    above, below, unit = value.numerator, value.denominator, 10**places
    rounded = (2 * abs(above) * unit + below) // (2 * below)
    return Fraction(rounded if above >= 0 else -rounded, unit)


def decimal_of(value: Fraction | int, places: int | None = None) -> Decimal:
    """As decimal text has it: so many places half up, or exactly. ValueError when it has no end and no places."""
    if places is not None:
        return Decimal(int(half_up(value, places) * 10**places)).scaleb(-places)
    exact = Fraction(value)
    for count in range(19):
        if (exact * 10**count).denominator == 1:
            return Decimal(int(exact * 10**count)).scaleb(-count)
    raise ValueError("a figure without end needs a number of places")
