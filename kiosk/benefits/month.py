"""Whole months: exact arithmetic on (year, month), never by days and never in fractions of a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import overload

_TEXT = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not 1 <= self.month <= 12 or not 1 <= self.year <= 9999:
            raise ValueError("a month is a year from 1 to 9999 and a month from 1 to 12")

    @classmethod
    def parse(cls, text: str) -> Month:
        """YYYY-MM. ValueError for anything else."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError("a month is written YYYY-MM")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> Month:
        """So many months later (earlier when negative)."""
        count = self._count + months
        return Month(count // 12, count % 12 + 1)

    def __add__(self, months: int) -> Month:
        return self.plus(months) if isinstance(months, int) else NotImplemented

    @overload
    def __sub__(self, other: int) -> Month: ...
    @overload
    def __sub__(self, other: Month) -> int: ...
    def __sub__(self, other: int | Month) -> Month | int:
        if isinstance(other, Month):
            return self.months_since(other)
        return self.plus(-other) if isinstance(other, int) else NotImplemented

    def months_since(self, earlier: Month) -> int:
        """How many months after `earlier`; negative before it."""
        return self._count - earlier._count

    @property
    def _count(self) -> int:
        return self.year * 12 + self.month - 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
