"""Values that facts of the rules may have, near the figures at which the rules turn, and people made of them by chance.

The figures are found in the packages themselves: every whole number, month and day of a formula or table, with the one
before and the one after it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from kiosk.benefits.rulebook import RuleBook

TODAY = date(2026, 11, 22)
_PLAIN_COUNTS = (0, 1, 2, 3)
_PLAIN_MONTHS = tuple(Month(year, month) for year in (1950, 1962, 1966, 1971, 1976, 1984, 1998) for month in (3, 11))
_PLAIN_DAYS = tuple(TODAY + timedelta(days=days) for days in (-36000, -30000, -4000, -400, -300, -90, -31, -1, 0))
_LATER_MONTHS = tuple(Month(2026, 11) + months for months in (-40, -1, 0, 1, 12, 40))


@dataclass(frozen=True)
class Figures:
    """The figures of one rule's formulas and tables."""

    counts: tuple[int, ...]
    months: tuple[Month, ...]
    days: tuple[date, ...]


def formulas_of(row: Any) -> Iterator[str]:
    """Every formula of a rule or an overlay as its package has it."""
    yield from row.let.values()
    yield from (each.formula for each in row.define.values())
    yield from (each.value for each in row.result.values())
    yield from (each.holds for each in row.condition)
    yield from (each.when for each in row.caveat)
    yield from (each.on for each in row.deadline)


@cache
def figures_of(book: RuleBook, rule_id: str) -> Figures:
    """The figures at which a rule and those it uses turn."""
    counts: set[int] = set(_PLAIN_COUNTS)
    months: set[Month] = set()
    days: set[date] = set()
    waiting, seen = [rule_id], set()
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        rows = [book.row(each), *book.overlays_of(each)]
        waiting += book.row(each).uses
        for row in rows:
            for formula in formulas_of(row):
                for node in ast.walk(ast.parse(" ".join(formula.split()), mode="eval")):
                    match node:
                        case ast.Constant(value=int(value)) if not isinstance(value, bool):
                            counts |= {value - 1, value, value + 1}
                        case ast.Call(func=ast.Name(id="month"), args=[ast.Constant(value=text)]):
                            months |= {Month.parse(text) + step for step in (-1, 0, 1)}
                        case ast.Call(func=ast.Name(id="day"), args=[ast.Constant(value=text)]):
                            days |= {date.fromisoformat(text) + timedelta(days=step) for step in (-1, 0, 1)}
            for table in row.table.values():
                for value in (*table.values.values(), *table.values):
                    if str(value).isdigit():
                        counts |= {int(value) - 1, int(value), int(value) + 1}
            for end in (row.governs_from, row.governs_to):
                if end is not None:
                    days |= {end + timedelta(days=step) for step in (-1, 0, 1)}
    return Figures(
        tuple(sorted(count for count in counts if 0 <= count <= 720)), tuple(sorted(months)), tuple(sorted(days))
    )


def domain(book: RuleBook, rule: CompiledRule, slot: Any) -> tuple[Any, ...]:
    """Values of a fact that matter to a rule."""
    figures = figures_of(book, rule.id)
    kind = slot.kind
    match kind.type:
        case "flag":
            return True, False
        case "choice":
            return tuple(kind.words)
        case "text":
            return "电工", "焊工"
        case "count":
            least, most = kind.least or 0, kind.most if kind.most is not None else 720
            return tuple(each for each in figures.counts if least <= each <= most) or (least,)
        case "number":
            numbers = (Fraction(each) for each in ("0", "0.6", "1", "2.5", "800.55", "6543.21", "20000"))
            return tuple(each for each in numbers if kind.least is None or each >= Fraction(kind.least))
        case "month":
            found = (*_PLAIN_MONTHS, *figures.months, *(() if kind.not_in_future else _LATER_MONTHS))
            return tuple(each for each in found if not kind.not_in_future or each <= Month.of(TODAY))
    found = (*_PLAIN_DAYS, *figures.days, *(() if kind.not_in_future else (TODAY + timedelta(days=90),)))
    return tuple(each for each in found if not kind.not_in_future or each <= TODAY)


def chance_facts(book: RuleBook, rule: CompiledRule, chance: Random, known: float = 1.0) -> dict[str, Fact[Any]]:
    """Facts of one invented person for a rule: each known with this likelihood."""
    found = {
        slot.store: Fact(chance.choice(domain(book, rule, slot)), Source.VERIFIED, TODAY)
        for slot in rule.facts
        if chance.random() < known
    }
    return born_once(found)


def born_once(facts: dict[str, Fact[Any]]) -> dict[str, Fact[Any]]:
    """The same person, whose month of birth is that of the date of birth."""
    date, month = facts.get("birth_date"), facts.get("birth_month")
    if date is None or month is None:
        return facts
    return {**facts, "birth_month": month._replace(value=Month.of(date.value))}


def consistent(facts: Mapping[str, Fact[Any]]) -> bool:
    """Whether two ways of knowing the same thing do not contradict one another."""
    sex, category = facts.get("sex"), facts.get("category")
    return sex is None or category is None or (sex.value == "male") == (category.value == "male")
