"""What an answer lacks: facts and local figures behind what could not be said, and the reason codes that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import CompiledRule, Condition
from kiosk.benefits.language.typed import Lookup, Memo, Row
from kiosk.benefits.span import Span

States = Sequence[bool | None]


def missing(
    rule: CompiledRule, row: Row, states: States, values: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Facts by this rule's names, and parameters with their keys."""
    reads: frozenset[str] = frozenset()
    lookups: list[Lookup] = []
    memo: Memo = {}
    if None in states:
        for each, state in zip(rule.conditions, states, strict=True):
            if state is None:
                names, keys = each.lacking(row, memo)
                reads |= names
                lookups += keys
    for name, figure in rule.figures.items():
        if values[name] is None:
            names, keys = figure.lacking(row, memo)
            reads |= names
            lookups += keys
    facts = tuple([alias for store, alias, slot in rule.hot.names if row[slot] is None and store in reads])
    return facts, _figures(rule, row, reads, lookups) if rule.parameters else ()


def _figures(rule: CompiledRule, row: Row, reads: frozenset[str], lookups: list[Lookup]) -> tuple[str, ...]:
    keyed = {each.parameter for each in lookups}
    found = [name for name, place in rule.parameters if row[place] is None and name in reads and name not in keyed]
    if lookups:
        places = dict(rule.parameters)
        for each in lookups:
            at, held = each.key(row), row[places[each.parameter]]
            if at is None or isinstance(at, Span):
                if held is None:
                    found.append(each.parameter)
            elif held is None or at not in held:
                found.append(f"{each.parameter}[{at}]")
    return tuple(dict.fromkeys(found))


def state_codes(rule: CompiledRule, row: Row, own: States, states: States) -> list[str]:
    """The codes that conditions bring. `own`: their states before a caveat lay on them, which has a code itself."""
    found: list[str | None] = []
    for place, condition in rule.hot.coded:
        state = states[place]
        if state is False:
            found.append(condition.row.false_code)
        elif state is None and own[place] is None:
            if condition.code_if is None or condition.code_if(row) is not False:
                found.append(condition.row.unknown_code)
            if condition.row.open_code is not None and not _lacks(rule, condition, row):
                found.append(condition.row.open_code)
    return [code for code in found if code is not None]


def _lacks(rule: CompiledRule, condition: Condition, row: Row) -> bool:
    reads, lookups = condition.lacking(row, {})
    unknown = any(store in reads and row[slot] is None for store, _, slot in rule.hot.names)
    return unknown or bool(rule.parameters and _figures(rule, row, reads, list(lookups)))


def unknown_codes(
    rule: CompiledRule, row: Row, states: States, facts: tuple[str, ...], figures: tuple[str, ...], *, bounded: bool
) -> list[str]:
    """The codes that every rule has: a fact, a local figure, months that may be more (`bounded`: some may)."""
    found = [codes.FACT_MISSING] if facts else []
    found += [codes.PARAMETER_MISSING] if figures else []
    if bounded:
        spans = {each.store for each in rule.facts if isinstance(row[each.slot], Span)}
        if any(state is None and each.reads & spans for each, state in zip(rule.conditions, states, strict=True)):
            found.append(codes.LOWER_BOUND)
    return found
