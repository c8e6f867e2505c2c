"""Applying a rule to facts: three-valued, explained, with what is missing and what would follow from each unknown.

FALSE beats UNKNOWN beats TRUE. A missing fact is unknown, never false; a missing local figure is unknown, never a
default; months that were not verified are a lower bound. An unknown choice that changes nothing stops no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any, Final

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import CompiledRule, FactSlot
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.language.compiling import Row
from kiosk.benefits.missing import missing, state_codes, unknown_codes
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Alternative, Outcome, Reason, Result, ResultStatus
from kiosk.benefits.parameters import Parameters
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.span import Span

Facts = Mapping[str, Fact[Any]]
_MOST_CASES: Final = 256


@dataclass(frozen=True, slots=True)
class Question:
    """A rule asked of a person: facts by their name in the store, the day of asking, the place (CN or six digits).

    `parameters` stand for a local layer's and win over those of the packages.
    """

    rule: str
    facts: Facts = field(repr=False)
    as_of: date
    place: str = "CN"
    parameters: Parameters = field(default_factory=dict)


def evaluate(book: RuleBook, question: Question) -> Outcome:
    """The answer. KeyError for a rule that is in no package."""
    outcome = _evaluated(book, question)
    if len(outcome.alternatives) == 1:
        # all other words are excluded by what is known
        (only,) = outcome.alternatives
        return _evaluated(book, _asked(question, _with(question.facts, outcome.rule, only.fact, only.word, question)))
    return outcome


def _evaluated(book: RuleBook, question: Question) -> Outcome:
    rule = book.rule(question.rule, question.place, question.as_of) or _earliest(book, question)
    parameters = book.parameters(question.place, question.as_of)
    filled = _filled(rule, question, parameters, question.facts)
    governing = question.as_of if rule.governing is None else _plain(rule.governing(filled[0]))
    on = _day(governing) or question.as_of
    in_force = book.rule(question.rule, question.place, on)
    figures = book.parameters(question.place, on)
    if in_force is None:
        return _answer(rule, question, parameters, governing, filled, before=True)
    if in_force is not rule or figures is not parameters:
        filled = _filled(in_force, question, figures, question.facts)
    return _answer(in_force, question, figures, governing, filled, before=False)


def _earliest(book: RuleBook, question: Question) -> CompiledRule:
    """The newest version there is, for saying that there was none before it."""
    found = book.rule(question.rule, question.place, date.max)
    if found is None:
        raise KeyError(question.rule)
    return found


def _day(governing: date | Month | None) -> date | None:
    return date(governing.year, governing.month, 1) if isinstance(governing, Month) else governing


def _filled(rule: CompiledRule, question: Question, parameters: Parameters, facts: Facts) -> tuple[Row, bool]:
    """The row of slots, and whether a lower bound is in it."""
    row: Row = [None] * rule.size
    row[0] = question.as_of
    bounded = False
    for slot in rule.facts:
        fact = facts.get(slot.store)
        if fact is None:
            continue
        value = fact.value
        if slot.kind.accumulates and fact.source is not Source.VERIFIED:
            value = Span(value, _top(fact, question.as_of))
            bounded = True
        row[slot.slot] = value
    given = question.parameters
    for name, place in rule.parameters:
        row[place] = given[name] if name in given else parameters.get(name)
    for place, run in rule.lets:
        row[place] = run(row)
    return row, bounded


def _top(fact: Fact[int], as_of: date) -> int | None:
    """Most months there can be: those the centre called complete on a day, and each month since (section 0.5)."""
    if fact.complete_on is None:
        return None
    return fact.value + max(0, Month.of(as_of).months_since(Month.of(fact.complete_on)))


def _answer(
    rule: CompiledRule,
    question: Question,
    parameters: Parameters,
    governing: date | Month | None,
    filled: tuple[Row, bool],
    *,
    before: bool,
) -> Outcome:
    row, bounded = filled
    held = tuple([each for each in rule.caveats if each.run(row) is True])
    own = [each.run(row) for each in rule.conditions]
    settled = _settled(rule, row, own) if None in own and False not in own else own
    states = _touched(rule, settled, held)
    plain = _filled(rule, question, parameters, _points(question.facts))[0] if bounded else row
    values, ranges = _values(rule, plain, row)
    alternatives = _alternatives(rule, question, parameters, row) if rule.merged.rule.alternatives else ()
    result, why = _verdict(rule, states, values, held, _day(governing) or question.as_of, before=before)
    lacking, figures = missing(rule, row, states, values) if None in states or None in values.values() else ((), ())
    found = [*(each.row.code for each in held), *why]
    if None in states or False in states:
        found += state_codes(rule, row, own, states)
    if result is Result.UNDETERMINED or None in states:
        found += unknown_codes(rule, row, states, lacking, figures)
    if governing is None:
        found.append(codes.GOVERNING_DATE_ASSUMED)
    if rule.merged.expired:
        found.append(codes.LOCAL_LAYER_EXPIRED)
    known = {each.store: question.facts[each.store] for each in rule.facts if each.store in question.facts}
    return Outcome(
        rule=rule,
        place=question.place,
        as_of=question.as_of,
        governing_date=governing if governing is not None else question.as_of,
        governing_assumed=governing is None,
        result=result,
        reasons=tuple(
            Reason(each, state)
            if state is True or each.begins is None
            else Reason(each, state, _plain(each.begins(row)))
            for each, state in zip(rule.conditions, states, strict=True)
        ),
        caveats=held,
        codes=tuple(dict.fromkeys(found)) if found else (),
        missing_facts=lacking,
        missing_parameters=figures,
        alternatives=alternatives,
        values=values,
        ranges=ranges,
        status=_status(rule, values, bool(held), bounded),
        deadlines={each.row.id: _plain(each.run(plain)) for each in rule.deadlines},
        source=min((fact.source for fact in known.values()), default=None),
        facts=known,
        row=row,
    )


def _states(rule: CompiledRule, row: Row, held: tuple[Any, ...]) -> list[bool | None]:
    return _touched(rule, [each.run(row) for each in rule.conditions], held)


def _touched(rule: CompiledRule, own: list[bool | None], held: tuple[Any, ...]) -> list[bool | None]:
    """Conditions on which a caveat lies cannot be said."""
    if not held:
        return own
    states = list(own)
    for caveat in held:
        for place, each in enumerate(rule.conditions):
            if not caveat.row.touches or each.row.id in caveat.row.touches:
                states[place] = None
    return states


def _settled(rule: CompiledRule, row: Row, own: list[bool | None]) -> list[bool | None]:
    """Conditions that come out the same whatever an unknown flag or word is, are known."""
    tried = frozenset[str]().union(
        *(each.twice for each, state in zip(rule.conditions, own, strict=True) if state is None)
    )
    matter = [
        each
        for each in rule.facts
        if each.store in tried and row[each.slot] is None and each.kind.type in ("flag", "choice")
    ]
    cases = 1
    for each in matter:
        cases *= len(_domain(each))
    if not matter or cases > _MOST_CASES:
        return own
    seen: list[set[bool | None]] = [set() for _ in own]
    for words in product(*(_domain(each) for each in matter)):
        other = row.copy()
        for each, word in zip(matter, words, strict=True):
            other[each.slot] = word
        for place, run in rule.lets:
            other[place] = run(other)
        if any(each.row.code == _CONTRADICT and each.run(other) is True for each in rule.caveats):
            # what is known excludes it
            continue
        for found, condition in zip(seen, rule.conditions, strict=True):
            found.add(condition.run(other))
    return [
        next(iter(found)) if state is None and condition.twice and len(found) == 1 else state
        for condition, found, state in zip(rule.conditions, seen, own, strict=True)
    ]


def _domain(slot: FactSlot) -> tuple[Any, ...]:
    return (True, False) if slot.kind.type == "flag" else tuple(slot.kind.words)


def _verdict(
    rule: CompiledRule,
    states: list[bool | None],
    values: Mapping[str, Any],
    held: tuple[Any, ...],
    governing: date | None,
    *,
    before: bool,
) -> tuple[Result, tuple[str, ...]]:
    head = rule.merged.rule
    if before:
        return Result.UNDETERMINED, (codes.NO_RULE_FOR_DATE,)
    if head.governs_to is not None and governing is not None and governing > head.governs_to:
        if head.after_end == "ended":
            return Result.NOT_ELIGIBLE, (codes.POLICY_ENDED,)
        return Result.UNDETERMINED, (codes.POLICY_STATUS_UNKNOWN,)
    if not rule.merged.reviewed:
        return Result.UNDETERMINED, (codes.REVIEW_REQUIRED,)
    if not head.decides:
        lacking = any(values[name] is None and each.row.needed for name, each in rule.figures.items())
        whole = not lacking and not held and all(state is True for state in states)
        return (Result.COMPUTED if whole else Result.UNDETERMINED), ()
    if False in states:
        return Result.NOT_ELIGIBLE, ()
    # a caveat that touches nothing named, in a rule without conditions, cannot be said
    return (Result.UNDETERMINED if None in states or (held and not states) else Result.ELIGIBLE), ()


def _values(rule: CompiledRule, plain: Row, row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures for the months that are known, and what they may be where those are a lower bound."""
    values: dict[str, Any] = {}
    ranges: dict[str, Any] = {}
    for name, figure in rule.figures.items():
        value = figure.run(plain)
        values[name] = None if isinstance(value, Span) else value
        if plain is not row:
            between = figure.run(row)
            if isinstance(between, Span):
                ranges[name] = between
    return values, ranges


def _points(facts: Facts) -> Facts:
    """The same facts with their figures taken as they are."""
    return {name: Fact(fact.value, Source.VERIFIED, fact.as_of) for name, fact in facts.items()}


def _status(rule: CompiledRule, values: Mapping[str, Any], held: bool, bounded: bool) -> ResultStatus:
    if not values or all(value is None for value in values.values()):
        return ResultStatus.NONE
    if not rule.merged.reviewed:
        return ResultStatus.UNREVIEWED
    if held:
        return ResultStatus.DISPUTED
    if bounded:
        return ResultStatus.LOWER_BOUND
    return ResultStatus.PARTIAL if None in values.values() else ResultStatus.WHOLE


def _alternatives(rule: CompiledRule, question: Question, parameters: Parameters, row: Row) -> tuple[Alternative, ...]:
    """One answer for each word of the unknown fact that nothing known excludes."""
    alias = rule.merged.rule.alternatives or ""
    slot = next(each for each in rule.facts if each.store == rule.merged.facts[alias])
    if row[slot.slot] is not None:
        return ()
    found = []
    for word in slot.kind.words:
        asked = _asked(question, _with(question.facts, rule, alias, word, question))
        other, _ = _filled(rule, asked, parameters, _points(asked.facts))
        held = tuple(each for each in rule.caveats if each.run(other) is True)
        if any(each.row.code == _CONTRADICT for each in held):
            continue
        values, _ = _values(rule, other, other)
        governing = None if rule.governing is None else _plain(rule.governing(other))
        result, _ = _verdict(rule, _states(rule, other, held), values, held, _day(governing), before=False)
        found.append(Alternative(alias, word, result, values))
    return tuple(found)


_CONTRADICT: Final = "FACTS_CONTRADICT"


def _with(facts: Facts, rule: CompiledRule, alias: str, word: str, question: Question) -> Facts:
    known = [each.source for each in facts.values()]
    return {**facts, rule.merged.facts[alias]: Fact(word, min(known, default=Source.DECLARED), question.as_of)}


def _asked(question: Question, facts: Facts) -> Question:
    return Question(question.rule, facts, question.as_of, question.place, question.parameters)


def _plain(value: Any) -> Any:
    return None if isinstance(value, Span) else value
