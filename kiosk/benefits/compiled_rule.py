"""A rule of one place and time with its expressions compiled over one row of slots: today, facts, parameters, lets.

Nothing here knows a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.benefits.language.typed import Lacking, Row, Run
from kiosk.benefits.language.types import Type
from kiosk.benefits.layers import Merged
from kiosk.benefits.package import CaveatRow, ConditionRow, DeadlineRow, ResultRow
from kiosk.benefits.vocabulary import FactKind

AddLacking = Callable[[Row, Lacking], None]


@dataclass(frozen=True, slots=True)
class FactSlot:
    """Where a fact of the store stands in the row, and what this rule calls it."""

    alias: str
    store: str
    slot: int
    kind: FactKind


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled requirement."""

    row: ConditionRow
    run: Run
    reads: frozenset[str]
    lacking: AddLacking
    begins: Run | None
    code_if: Run | None
    twice: frozenset[str]
    """Facts of which an unknown word or flag may be tried; none where it asks whether something is known."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """A compiled caveat."""

    row: CaveatRow
    run: Run
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A compiled result."""

    row: ResultRow
    run: Run
    type: Type
    reads: frozenset[str]
    lacking: AddLacking


@dataclass(frozen=True, slots=True)
class Deadline:
    """A compiled deadline."""

    row: DeadlineRow
    run: Run


@dataclass(frozen=True, slots=True)
class Hot:
    """The same once more, laid out for what a check does many thousand times a second."""

    fills: tuple[tuple[str, int, bool], ...]
    """Per fact: name in the store, slot, whether it accumulates."""
    names: tuple[tuple[str, str, int], ...]
    """Per fact: name in the store, what this rule calls it, slot."""
    conditions: tuple[Run, ...]
    coded: tuple[tuple[int, Condition], ...]
    """The conditions that bring a reason code, with their places."""
    caveats: tuple[tuple[Caveat, Run], ...]
    figures: tuple[tuple[str, Run, AddLacking], ...]
    needed: tuple[str, ...]
    """Figures without which a computing rule cannot be said."""
    decides: bool
    reviewed: bool
    ends: date | None
    alternatives: FactSlot | None


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready for facts. `size`: slots of its row; slot 0 is the day of asking."""

    merged: Merged
    size: int
    facts: tuple[FactSlot, ...]
    parameters: tuple[tuple[str, int], ...]
    lets: tuple[tuple[int, Run], ...]
    governing: Run | None
    conditions: tuple[Condition, ...]
    caveats: tuple[Caveat, ...]
    figures: Mapping[str, Figure]
    deadlines: tuple[Deadline, ...]
    shown: Mapping[str, tuple[Run, Type, str | None]] = field(repr=False)
    """Names that its texts fill in: how to find them, their type, and the fact's name in the store if it is one."""
    hot: Hot = field(repr=False)

    @property
    def by_alias(self) -> dict[str, FactSlot]:
        """Where its facts stand, by what it calls them."""
        return {each.alias: each for each in self.facts}

    @property
    def id(self) -> str:
        """R-…"""
        return self.merged.rule.id


@dataclass(frozen=True, slots=True)
class Formula:
    """One expression of a rule over a row of its own: no more of the rule is worked out than it rests on."""

    size: int
    facts: Mapping[str, int]
    """Their slots, by what the rule calls them."""
    lets: tuple[tuple[int, Run], ...]
    run: Run

    def at(self, counts: Mapping[str, int], day: date) -> Any:
        """What it is for counts by the rule's names for them, on a day of asking; every other fact is unknown."""
        row: Row = [None] * self.size
        row[0] = day
        for name, count in counts.items():
            if name in self.facts:
                row[self.facts[name]] = count
        for slot, run in self.lets:
            row[slot] = run(row)
        return self.run(row)
