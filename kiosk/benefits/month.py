"""Whole months: exact arithmetic on (year, month), never by days and never in fractions of a year."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, overload

_FIRST: Final = 12
_LAST: Final = 12 * 9999 + 11
_TEXT: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class Month:
    """A calendar month of a year from 1 to 9999. Never changed."""

    __slots__ = ("_count",)

    def __init__(self, year: int, month: int) -> None:
        """Raises ValueError for what is in no calendar."""
        if not 1 <= month <= 12 or not 1 <= year <= 9999:
            raise ValueError("a month is a year from 1 to 9999 and a month from 1 to 12")
        self._count = year * 12 + month - 1

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
        found = cls.__new__(cls)
        found._count = day.year * 12 + day.month - 1
        return found

    @property
    def year(self) -> int:
        """1 to 9999."""
        return self._count // 12

    @property
    def month(self) -> int:
        """1 to 12."""
        return self._count % 12 + 1

    def __add__(self, months: int) -> Month:
        """So many months later. Raises ValueError outside the calendar."""
        if not isinstance(months, int):
            return NotImplemented
        count = self._count + months
        if not _FIRST <= count <= _LAST:
            raise ValueError("a month is a year from 1 to 9999 and a month from 1 to 12")
        found = Month.__new__(Month)
        found._count = count
        return found

    @overload
    def __sub__(self, other: int) -> Month: ...
    @overload
    def __sub__(self, other: Month) -> int: ...
    def __sub__(self, other: int | Month) -> Month | int:
        if isinstance(other, Month):
            return self._count - other._count
        return self + -other if isinstance(other, int) else NotImplemented

    @property
    def first_day(self) -> date:
        """Its first day."""
        year, before = divmod(self._count, 12)
        return date(year, before + 1, 1)

    def months_since(self, earlier: Month) -> int:
        """How many months after `earlier`; negative before it."""
        return self._count - earlier._count

    def __eq__(self, other: object) -> bool:
        return self._count == other._count if isinstance(other, Month) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self._count < other._count if isinstance(other, Month) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._count <= other._count if isinstance(other, Month) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._count > other._count if isinstance(other, Month) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._count >= other._count if isinstance(other, Month) else NotImplemented

    def __hash__(self) -> int:
        return hash(("Month", self._count))

    def __repr__(self) -> str:
        return f"Month({self.year}, {self.month})"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
