"""Months as whole numbers (year x 12 + month - 1), ages, and the statutory retirement month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final, Literal

RetirementKind = Literal["male", "female55", "female50"]

_ORIGINAL_AGE: Final[dict[RetirementKind, int]] = {"male": 60, "female55": 55, "female50": 50}
_STEP: Final[dict[RetirementKind, int]] = {"male": 4, "female55": 4, "female50": 2}
_CAP: Final[dict[RetirementKind, int]] = {"male": 36, "female55": 36, "female50": 60}


def month_of(day: date) -> int:
    """The number of a day's month."""
    return day.year * 12 + day.month - 1


def month_text(month: int) -> str:
    """YYYY-MM."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def first_day(month: int) -> date:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """The last day of a month."""
    year, number = month // 12, month % 12 + 1
    return date(year, number, monthrange(year, number)[1])


def age_on(birth: date, day: date) -> int:
    """Completed years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def retirement_month(birth: date, kind: RetirementKind) -> int:
    """Statutory retirement month by the decision of 2024-09-13: delayed by one month in every `step`, up to `cap`."""
    original = month_of(birth) + _ORIGINAL_AGE[kind] * 12
    begin = 2025 * 12
    if original < begin:
        return original
    return original + min((original - begin) // _STEP[kind] + 1, _CAP[kind])
