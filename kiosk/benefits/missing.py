"""What an answer lacks: facts and local figures behind what could not be said, and the reason codes that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.language.compiling import Lookup, Row
from kiosk.benefits.span import Span

States = Sequence[bool | None]


def missing(
    rule: CompiledRule, row: Row, states: States, values: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Facts by this rule's names, and parameters with their keys."""
    reads: set[str] = set()
    lookups: list[Lookup] = []
    for each, state in zip(rule.conditions, states, strict=True):
        if state is None:
            names, keys = each.lacking(row)
            reads |= names
            lookups += keys
    for name, figure in rule.figures.items():
        if values[name] is None:
            names, keys = figure.lacking(row)
            reads |= names
            lookups += keys
    facts = tuple(each.alias for each in rule.facts if each.store in reads and row[each.slot] is None)
    return facts, _figures(rule, row, reads, lookups)


def _figures(rule: CompiledRule, row: Row, reads: set[str], lookups: list[Lookup]) -> tuple[str, ...]:
    keyed = {each.parameter for each in lookups}
    places = dict(rule.parameters)
    found = [name for name, place in places.items() if name in reads and row[place] is None and name not in keyed]
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
    found = []
    for each, alone, state in zip(rule.conditions, own, states, strict=True):
        if state is False and each.row.false_code is not None:
            found.append(each.row.false_code)
        code = each.row.unknown_code if state is None and alone is None else None
        if code is not None and (each.code_if is None or each.code_if(row) is not False):
            found.append(code)
    return found


def unknown_codes(
    rule: CompiledRule, row: Row, states: States, facts: tuple[str, ...], figures: tuple[str, ...]
) -> list[str]:
    """The codes that every rule has: a fact, a local figure, months that may be more."""
    found = [codes.FACT_MISSING] if facts else []
    found += [codes.PARAMETER_MISSING] if figures else []
    spans = {each.store for each in rule.facts if isinstance(row[each.slot], Span)}
    if any(state is None and each.reads & spans for each, state in zip(rule.conditions, states, strict=True)):
        found.append(codes.LOWER_BOUND)
    return found
