"""Compiled expressions as values: their type, how they are worked out on a row, what they rest on and may lack."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.benefits.language.types import Type

Row = list[Any]
Run = Callable[[Row], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A keyed parameter that an expression looks into: which, where it stands, and how the key is found.

    Each is the one that it is: comparing keys would be comparing formulas.
    """

    parameter: str
    slot: int
    key: Run


class Lacking:
    """Gathers facts and parameters, and figures looked up, for want of which something on a row cannot be said."""

    __slots__ = ("lookups", "reads", "slots")

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.lookups: list[Lookup] = []
        self.slots: set[int] = set()
        """Those of the row that were gone into."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A compiled expression. `reads`: names of facts and parameters it rests on, through everything it names.

    `insists`: it asks whether something is known, so that no trying of every value answers it.
    """

    type: Type
    run: Run
    reads: frozenset[str] = frozenset()
    lookups: tuple[Lookup, ...] = ()
    slot: int | None = None
    constant: Any = None
    insists: bool = False
    twice: frozenset[str] = frozenset()
    """Names that are looked at more than once, or that choose a branch or a row of a table: where one of them is
    unknown, the answer may be surer than what the parts say one by one."""
    lacks: Callable[[Row, Lacking], None] | None = None
    """Where that depends on the row: of two branches only the one that is taken."""

    def lacking(self, row: Row, found: Lacking) -> None:
        """Add what it may lack on this row."""
        if self.lacks is None:
            found.reads |= self.reads
            found.lookups += self.lookups
        elif self.slot is None:
            self.lacks(row, found)
        elif self.slot not in found.slots:
            found.slots.add(self.slot)
            self.lacks(row, found)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of the rule by key: a count or a word."""

    key: Type
    value: Type
    values: Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A local figure in its slot: a value, or by key, or a record of fields (or both: a record by key)."""

    name: str
    slot: int
    key: Type | None
    fields: Mapping[str, Type]
    value: Type | None


@dataclass(frozen=True, slots=True)
class Definition:
    """A named formula of arguments; put in where it is called."""

    takes: tuple[tuple[str, Type], ...]
    formula: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean here."""

    names: Mapping[str, Typed] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    inside: tuple[str, ...] = ()


def constant(value: Any, kind: Type) -> Typed:
    """A value that is always the same."""
    return Typed(kind, lambda row: value, constant=value)


def name(slot: int, kind: Type, reads: frozenset[str]) -> Typed:
    """What stands in a slot of the row."""
    return Typed(kind, operator.itemgetter(slot), reads, slot=slot)


def named(slot: int, typed: Typed) -> Typed:
    """An expression whose value stands in a slot of the row."""
    return replace(typed, run=operator.itemgetter(slot), slot=slot, constant=None)


def joined(kind: Type, run: Run, *parts: Typed) -> Typed:
    """An expression made of others: it rests on what they rest on."""
    reads = twice = frozenset[str]()
    lookups: tuple[Lookup, ...] = ()
    insists = depends = False
    for each in parts:
        if each.reads:
            if reads:
                twice |= reads & each.reads
            reads = reads | each.reads if reads else each.reads
            twice = twice | each.twice if twice else each.twice
        if each.lookups:
            lookups = tuple(dict.fromkeys(lookups + each.lookups)) if lookups else each.lookups
        insists |= each.insists
        depends |= each.lacks is not None
    lacks = _lacks_of([each for each in parts if each.reads]) if depends else None
    return Typed(kind, run, reads, lookups, insists=insists, twice=twice, lacks=lacks)


def _lacks_of(parts: Sequence[Typed]) -> Callable[[Row, Lacking], None]:
    return lambda row, found: all_lacking(row, parts, found)


def all_lacking(row: Row, parts: Sequence[Typed], found: Lacking) -> None:
    """Add what any of them may lack on this row."""
    for each in parts:
        each.lacking(row, found)
