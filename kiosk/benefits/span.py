"""A figure that is only known to lie between two others, both included.

Contribution months from a snapshot are a lower bound (benefit rules, 0.5), and a figure behind an unknown choice is one
of several. A comparison answers True or False only when every figure in the span gives the same answer, else None.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final


class Span:
    """`least` to `most`, both included; `most` None is without end. Of counts, numbers, months or days."""

    __slots__ = ("least", "most")

    def __init__(self, least: Any, most: Any | None) -> None:
        self.least: Final = least
        self.most: Final = most

    def __repr__(self) -> str:
        return f"Span({self.least!r}, {self.most!r})"

    def __hash__(self) -> int:
        return hash((self.least, self.most))

    def same(self, other: object) -> bool:
        """Whether both are the same span."""
        return isinstance(other, Span) and (self.least, self.most) == (other.least, other.most)

    def __ge__(self, other: Any) -> bool | None:
        least, most = ends(other)
        if most is not None and self.least >= most:
            return True
        return False if self.most is not None and self.most < least else None

    def __lt__(self, other: Any) -> bool | None:
        answer = self >= other
        return None if answer is None else not answer

    def __gt__(self, other: Any) -> bool | None:
        least, most = ends(other)
        if most is not None and self.least > most:
            return True
        return False if self.most is not None and self.most <= least else None

    def __le__(self, other: Any) -> bool | None:
        answer = self > other
        return None if answer is None else not answer

    # True, False or None: three-valued, so not what object promises
    def __eq__(self, other: Any) -> bool | None:  # type: ignore[override]
        least, most = ends(other)
        if (most is not None and self.least > most) or (self.most is not None and self.most < least):
            return False
        return None

    def __ne__(self, other: Any) -> bool | None:  # type: ignore[override]
        return None if (self == other) is None else True

    def __add__(self, other: Any) -> Span:
        least, most = ends(other)
        return Span(self.least + least, None if self.most is None or most is None else self.most + most)

    def __radd__(self, other: Any) -> Span:
        return Span(other + self.least, None if self.most is None else other + self.most)

    def __sub__(self, other: Any) -> Span | None:
        least, most = ends(other)
        if most is None:
            return None
        return Span(self.least - most, None if self.most is None else self.most - least)

    def __rsub__(self, other: Any) -> Span | None:
        return None if self.most is None else Span(other - self.most, other - self.least)

    def __mul__(self, other: Any) -> Span | None:
        least, most = ends(other)
        if self.least < 0 or least < 0:
            return None
        return Span(self.least * least, None if self.most is None or most is None else self.most * most)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Span | None:
        if isinstance(other, Span) or other <= 0:
            return None
        return Span(self.least // other, None if self.most is None else self.most // other)

    def __truediv__(self, other: Any) -> Span | None:
        if isinstance(other, Span) or other <= 0:
            return None
        return Span(divided(self.least, other), None if self.most is None else divided(self.most, other))


def divided(value: Any, divisor: Any) -> Any:
    """An exact quotient of a figure or a span: never int / int, which is a binary fraction."""
    return Fraction(value, divisor) if isinstance(value, int) else value / divisor


def ends(value: Any) -> tuple[Any, Any | None]:
    """Least and most of a figure or a span."""
    return (value.least, value.most) if isinstance(value, Span) else (value, value)


def hull(first: Any, second: Any) -> Any:
    """What is known of a figure that is one of the two; None when nothing is."""
    if first is None or second is None:
        return None
    if isinstance(first, bool | str) or isinstance(second, bool | str):
        return first if first is second or (isinstance(first, str) and first == second) else None
    (least, most), (low, high) = ends(first), ends(second)
    bottom = min(least, low)
    top = None if most is None or high is None else max(most, high)
    return bottom if top is not None and bottom == top else Span(bottom, top)


def smallest(first: Any, second: Any) -> Any:
    """The lesser of two figures or spans; unknown where one is."""
    if first is None or second is None:
        return None
    if type(first) is not Span and type(second) is not Span:
        return second if second < first else first
    (least, most), (low, high) = ends(first), ends(second)
    top = min(each for each in (most, high) if each is not None) if (most, high) != (None, None) else None
    return _figure(min(least, low), top)


def largest(first: Any, second: Any) -> Any:
    """The greater of two figures or spans; unknown where one is."""
    if first is None or second is None:
        return None
    if type(first) is not Span and type(second) is not Span:
        return second if second > first else first
    (least, most), (low, high) = ends(first), ends(second)
    return _figure(max(least, low), None if most is None or high is None else max(most, high))


def _figure(least: Any, most: Any | None) -> Any:
    return least if most is not None and least == most else Span(least, most)
