"""A fact about a person, with its source and its date (benefit rules, 0.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Source(IntEnum):
    """Where a fact comes from; the higher, the stronger."""

    DECLARED = 1
    """Typed in by the person."""
    SNAPSHOT = 2
    """Agency data older than its freshness limit."""
    VERIFIED = 3
    """Card or ID read on the spot, or agency data with time stamp."""


@dataclass(frozen=True)
class Fact(Generic[T_co]):
    """`value` as `source` had it on `as_of`. An unknown fact is None in place of a Fact.

    `complete_on`: the day on which the centre called a total of months complete; None when it did not.
    """

    value: T_co = field(repr=False)
    source: Source
    as_of: date
    complete_on: date | None = None


def weakest(facts: Iterable[Fact[object] | None]) -> Source | None:
    """The weakest source of the facts that are there; None if there are none."""
    return min((fact.source for fact in facts if fact is not None), default=None)
