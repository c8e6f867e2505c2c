"""Types of expressions and of facts: what may be compared with what, and what is added to what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Kinds of values. Numbers are exact rationals; binary floating point has no kind."""

    FLAG = "flag"
    COUNT = "count"
    NUMBER = "number"
    MONTH = "month"
    DAY = "day"
    CHOICE = "choice"
    TEXT = "text"
    """A name that no list closes: an occupation. It is only looked for in a place's list."""
    TEXTS = "texts"
    DAYS = "days"
    """A calendar: the days of a list."""


@dataclass(frozen=True, slots=True)
class Type:
    """A kind; of a choice also the words it is one of."""

    kind: Kind
    words: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"one of {', '.join(sorted(self.words))}" if self.kind is Kind.CHOICE else str(self.kind.value)


FLAG: Final = Type(Kind.FLAG)
COUNT: Final = Type(Kind.COUNT)
NUMBER: Final = Type(Kind.NUMBER)
MONTH: Final = Type(Kind.MONTH)
DAY: Final = Type(Kind.DAY)
TEXT: Final = Type(Kind.TEXT)
TEXTS: Final = Type(Kind.TEXTS)
DAYS: Final = Type(Kind.DAYS)


def choice(words: frozenset[str]) -> Type:
    """One of these words."""
    return Type(Kind.CHOICE, words)


FIGURES: Final = frozenset({Kind.COUNT, Kind.NUMBER})
ORDERED: Final = frozenset({Kind.COUNT, Kind.NUMBER, Kind.MONTH, Kind.DAY})


def together(first: Type, second: Type) -> Type | None:
    """The type of a value that has one of the two; None when they are not alike."""
    if first == second:
        return first
    if first.kind is Kind.CHOICE and second.kind is Kind.CHOICE:
        return choice(first.words | second.words)
    return NUMBER if {first.kind, second.kind} == FIGURES else None
