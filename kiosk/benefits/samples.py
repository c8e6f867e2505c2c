"""Values to try for a fact nobody knows yet: both sides of every figure that the rule's own formulas name.

Used to find out whether a question could change anything. The list is the same for the same rule, fact and day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from kiosk.benefits.layers import Merged
from kiosk.benefits.month import Month
from kiosk.benefits.vocabulary import FactKind

_QUOTED: Final = re.compile(r'(?:month|day)\(\s*["\']([0-9-]{7,10})["\']\s*\)')
_FIGURE: Final = re.compile(r"(?<![\w.])[0-9]+(?:\.[0-9]+)?(?![\w.])")
_YEARS_BACK: Final = (0, 1, 2, 5, 16, 25, 35, 45, 50, 53, 55, 58, 60, 61, 63, 70, 85)
_DAYS_BACK: Final = (0, 1, 14, 30, 60, 100, 200, 300, 364, 365, 366, 400, 730, 1500, 4000)
_MOST: Final = 48


def values(kind: FactKind, rules: Iterable[Merged], as_of: date) -> tuple[Any, ...]:
    """What the fact might be, as facts hold it: at most 48 values, each plausible (`least`, `most`, not in future)."""
    match kind.type:
        case "flag":
            return (True, False)
        case "choice":
            return tuple(kind.words)
    texts = [text for rule in rules for text in _formulas(rule)]
    found = {
        "count": _counts,
        "number": _numbers,
        "month": _months,
        "day": _days,
    }[kind.type](texts, as_of)
    plausible = [each for each in dict.fromkeys(found) if _plausible(kind, each, as_of)]
    return tuple(_spread(plausible))


def _formulas(rule: Merged) -> Iterator[str]:
    yield from rule.let.values()
    for condition in rule.conditions.values():
        yield condition.holds
        if condition.from_ is not None:
            yield condition.from_
    yield from (each.when for each in rule.caveats)
    yield from (each.value for each in rule.results.values())
    yield from (each.on for each in rule.deadlines.values())
    yield from (each.formula for each in rule.definitions.values())
    for table in rule.tables.values():
        if table.by == "count":
            yield " ".join(table.values)
    if rule.rule.governing is not None:
        yield rule.rule.governing
    for day in (rule.rule.governs_from, rule.rule.governs_to):
        if day is not None:
            yield f'day("{day}")'


def _figures(texts: list[str]) -> list[Fraction]:
    plain = (_QUOTED.sub(" ", text) for text in texts)
    return sorted({Fraction(each) for text in plain for each in _FIGURE.findall(text)})


def _quoted(texts: list[str]) -> list[str]:
    return sorted({each for text in texts for each in _QUOTED.findall(text)})


def _counts(texts: list[str], as_of: date) -> Iterator[int]:
    wholes = [int(each) for each in _figures(texts) if each.denominator == 1]
    yield from (1, 2, 0)
    for each in wholes:
        yield from (each, each - 1, each + 1)
    yield from (each + as_of.year for each in (-1, 0))


def _numbers(texts: list[str], as_of: date) -> Iterator[Fraction]:
    yield from map(Fraction, (1000, 6000, 20000, 1, 0))
    for each in _figures(texts):
        yield from (each, each - 1, each + 1)


def _months(texts: list[str], as_of: date) -> Iterator[Month]:
    now = Month.of(as_of)
    yield from (now - 12 * years for years in _YEARS_BACK)
    yield from (now - months for months in (1, 2, 3, 6, 11, 13, -1, -3, -6, -12, -24, -60, -120, -240))
    for written in _quoted(texts):
        at = Month.parse(written[:7])
        yield from (at, at - 1, at + 1)


def _days(texts: list[str], as_of: date) -> Iterator[date]:
    yield from (as_of - timedelta(days=days) for days in _DAYS_BACK)
    yield from (as_of + timedelta(days=days) for days in (1, 30, 100, 400))
    yield from (date(as_of.year - years, as_of.month, 1) for years in _YEARS_BACK)
    for written in _quoted(texts):
        at = date.fromisoformat(written) if len(written) == 10 else date.fromisoformat(f"{written}-01")
        yield from (at, at - timedelta(days=1), at + timedelta(days=1))


def _plausible(kind: FactKind, value: Any, as_of: date) -> bool:
    least, most = kind.bounds
    if kind.not_in_future and value > (Month.of(as_of) if isinstance(value, Month) else as_of):
        return False
    return (
        (least is None or value >= least) and (most is None or value <= most) and (kind.type != "count" or value >= 0)
    )


def _spread(found: list[Any]) -> Iterator[Any]:
    """All of them, or so many evenly out of the whole list."""
    step = max(1, -(-len(found) // _MOST))
    yield from found[::step]
