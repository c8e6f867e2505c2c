"""What an answer lacks: facts and local figures behind what could not be said, and the reason codes that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import AddLacking, CompiledRule, Condition
from kiosk.benefits.language.typed import Lacking, Row
from kiosk.benefits.span import Span

States = Sequence[bool | None]


def missing(
    rule: CompiledRule, row: Row, states: States, figures: Iterable[AddLacking]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Facts by this rule's names, and parameters with their keys. `figures`: those that cannot be said."""
    lacking = Lacking()
    if None in states:
        for each, state in zip(rule.conditions, states, strict=True):
            if state is None:
                each.lacking(row, lacking)
    for add in figures:
        add(row, lacking)
    return _facts(rule, row, lacking), _figures(rule, row, lacking) if rule.parameters else ()


def _facts(rule: CompiledRule, row: Row, lacking: Lacking) -> tuple[str, ...]:
    reads = lacking.reads
    return tuple([alias for store, alias, slot in rule.hot.names if row[slot] is None and store in reads])


def _figures(rule: CompiledRule, row: Row, lacking: Lacking) -> tuple[str, ...]:
    reads = lacking.reads
    found = [name for name, place in rule.parameters if row[place] is None and name in reads]
    if not lacking.lookups:
        return tuple(found)
    lookups = dict.fromkeys(lacking.lookups)
    keyed = {each.parameter for each in lookups}
    found = [name for name in found if name not in keyed]
    for each in lookups:
        at, held = each.key(row), row[each.slot]
        if at is None or type(at) is Span:
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
    lacking = Lacking()
    condition.lacking(row, lacking)
    return bool(_facts(rule, row, lacking) or _figures(rule, row, lacking))


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
