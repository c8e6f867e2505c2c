"""A rule's row of slots filled for one person: facts, local figures, then what the rule makes of them.

Months that were not verified are a lower bound (benefit rules, 0.5); where the centre called them complete on a day
there can be no more than a month for each month since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.language.typed import Row
from kiosk.benefits.month import Month
from kiosk.benefits.parameters import Parameters
from kiosk.benefits.span import Span

Facts: TypeAlias = Mapping[str, Fact[Any]]
"""By their name in the store."""
NO_FIGURES: Final[Parameters] = {}
# a member found through its class takes twice as long as a name of the module
_VERIFIED: Final = Source.VERIFIED


def filled(
    rule: CompiledRule, facts: Facts, as_of: date, figures: Parameters, given: Parameters = NO_FIGURES
) -> tuple[Row, bool]:
    """The row, and whether a lower bound is in it. `figures`: of the place; `given` win over them."""
    row: Row = [None] * rule.size
    row[0] = as_of
    bounded = False
    get = facts.get
    for store, place, accumulates in rule.hot.fills:
        fact = get(store)
        if fact is not None:
            if accumulates and fact.source is not _VERIFIED:
                row[place] = Span(fact.value, _top(fact, as_of))
                bounded = True
            else:
                row[place] = fact.value
    if figures:
        for name, place in rule.parameters:
            row[place] = figures.get(name)
    if given:
        for name, place in rule.parameters:
            if name in given:
                row[place] = given[name]
    for place, run in rule.lets:
        row[place] = run(row)
    return row, bounded


def _top(fact: Fact[int], as_of: date) -> int | None:
    if fact.complete_on is None:
        return None
    return fact.value + max(0, Month.of(as_of).months_since(Month.of(fact.complete_on)))
