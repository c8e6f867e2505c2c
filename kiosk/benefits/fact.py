"""A fact about a person, with its source and its date (benefit rules, 0.3)."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Source(IntEnum):
    """Where a fact comes from; the higher, the stronger."""

    DECLARED = 1
    """Typed in by the person."""
    SNAPSHOT = 2
    """Agency data older than its freshness limit."""
    VERIFIED = 3
    """Card or ID read on the spot, or agency data with time stamp."""


class Fact(NamedTuple, Generic[T]):
    """`value` as `source` had it on `as_of`. An unknown fact is None in place of a Fact.

    `complete_on`: the day on which the centre called a total of months complete; None when it did not.
    """

    value: T
    source: Source
    as_of: date
    complete_on: date | None = None

    def __repr__(self) -> str:
        """Without the value, which is somebody's."""
        return f"Fact(source={self.source.name}, as_of={self.as_of})"
