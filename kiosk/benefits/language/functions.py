"""The functions an expression may call. A function of something unknown is unknown; a span goes through end by end."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from kiosk.benefits import counting
from kiosk.benefits.language.types import COUNT, DAY, DAYS, FLAG, MONTH, NUMBER, Kind, Type, together
from kiosk.benefits.month import Month
from kiosk.benefits.span import Span, divided, hull, largest, smallest


@dataclass(frozen=True, slots=True)
class Function:
    """`gives`: the type of the answer for these types of arguments, None if it cannot take them.

    `falls`: places of arguments with which it falls; it rises with the others. `whole`: it is handed spans and unknown
    values as they are. `spared`: where its second value is unknown, the first one stands; it is never what is missing.
    """

    gives: Callable[[list[Type]], Type | None]
    call: Callable[..., Any]
    falls: frozenset[int] = frozenset()
    whole: bool = False
    spared: bool = False

    def through(self, *values: Any) -> Any:
        """The answer for values of which one is a span at least, and none is unknown. ValueError, OverflowError as
        the function itself.
        """
        bottoms, tops = [], []
        for place, value in enumerate(values):
            least, most = (value.least, value.most) if isinstance(value, Span) else (value, value)
            if place in self.falls:
                least, most = most, least
            bottoms.append(least)
            tops.append(most)
        if None in bottoms:
            return None
        bottom = self.call(*bottoms)
        return Span(bottom, None) if None in tops else hull(bottom, self.call(*tops))


def _takes(answer: Type, *wanted: Type) -> Callable[[list[Type]], Type | None]:
    def gives(types: list[Type]) -> Type | None:
        fits = len(types) == len(wanted) and all(
            given == want or (want is NUMBER and given == COUNT) for given, want in zip(types, wanted, strict=True)
        )
        return answer if fits else None

    return gives


def _year_gives(types: list[Type]) -> Type | None:
    return COUNT if len(types) == 1 and types[0].kind in (Kind.MONTH, Kind.DAY) else None


def alike(types: list[Type]) -> Type | None:
    """The type of two values that are of one; None when they are not."""
    return together(*types) if len(types) == 2 else None


def _ordered(types: list[Type]) -> Type | None:
    return None if any(each.kind in (Kind.FLAG, Kind.CHOICE) for each in types) else alike(types)


def _year(value: date | Month) -> int:
    return value.year


def _days_between(later: date, earlier: date) -> int:
    return (later - earlier).days


def _agree(first: Any, second: Any) -> Any:
    """Two ways of knowing one thing: the one that says something, and nothing when they contradict one another."""
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, Span):
        return second
    return first if isinstance(second, Span) or first == second else None


def _known(value: Any) -> bool | None:
    """TRUE for what is known, also within bounds that months have; else unknown, never FALSE."""
    return None if value is None else True


def _between(least: Any, most: Any) -> Any:
    """Surely the one, at most the other; without end when that is not known."""
    if least is None:
        return None
    bottom = least.least if isinstance(least, Span) else least
    top = None if most is None else most.most if isinstance(most, Span) else most
    return bottom if top is not None and top <= bottom else Span(bottom, top)


def _flag_of_one(types: list[Type]) -> Type | None:
    return FLAG if len(types) == 1 else None


def _round_to(value: Fraction | int, places: int) -> Fraction:
    return counting.half_up(value, places)


def _quotient(value: Fraction | int, divisor: Fraction | int) -> Any:
    if divisor <= 0:
        raise ValueError("nothing is shared among none")
    return divided(value, divisor)


FUNCTIONS: Final[dict[str, Function]] = {
    "year": Function(_year_gives, _year),
    "month_of": Function(_takes(MONTH, DAY), Month.of),
    "first_day": Function(_takes(DAY, MONTH), operator.attrgetter("first_day")),
    "last_day": Function(_takes(DAY, MONTH), counting.last_day),
    "months_after": Function(_takes(DAY, DAY, COUNT), counting.months_after),
    "days_after": Function(_takes(DAY, DAY, COUNT), counting.days_after),
    "days_between": Function(_takes(COUNT, DAY, DAY), _days_between, falls=frozenset({1})),
    "after_holidays": Function(_takes(DAY, DAY, DAYS), counting.after_holidays, spared=True),
    "full_years": Function(_takes(COUNT, DAY, DAY), counting.full_years, falls=frozenset({0})),
    "full_months": Function(_takes(COUNT, DAY, DAY), counting.full_months, falls=frozenset({0})),
    "round_to": Function(_takes(NUMBER, NUMBER, COUNT), _round_to),
    "quotient": Function(_takes(NUMBER, NUMBER, NUMBER), _quotient, falls=frozenset({1})),
    "min": Function(_ordered, smallest, whole=True),
    "max": Function(_ordered, largest, whole=True),
    "agree": Function(alike, _agree, whole=True),
    "between": Function(_ordered, _between, whole=True),
    "known": Function(_flag_of_one, _known, whole=True),
}
"""`days_between(later, earlier)`, `full_years(born, day)`, `full_months(begin, day)`, `round_to(number, places)`,
`quotient(value, divisor)`: unknown unless the divisor is above zero;
`after_holidays(day, holidays)`: the day itself where the holidays are not known."""
