"""Applying a rule to facts: three-valued, explained, with what is missing and what would follow from each unknown.

FALSE beats UNKNOWN beats TRUE. A missing fact is unknown, never false; a missing local figure is unknown, never a
default; months that were not verified are a lower bound. An unknown choice that changes nothing stops no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, Final, TypeAlias

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import AddLacking, Caveat, CompiledRule, FactSlot
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.filling import Facts, filled
from kiosk.benefits.language.typed import Row
from kiosk.benefits.layers import chain_of
from kiosk.benefits.missing import missing, state_codes, unknown_codes
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Alternative, Outcome, Result, ResultStatus, figure
from kiosk.benefits.parameters import Parameters
from kiosk.benefits.question import Question
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.span import Span

_MOST_CASES: Final = 256
# a member found through its class takes twice as long as a name of the module
_ELIGIBLE, _NOT_ELIGIBLE, _UNDETERMINED, _COMPUTED = Result
# no class of its own: making one would be a twentieth of a check
Applied: TypeAlias = tuple[CompiledRule, tuple[Row, bool], Parameters, date | Month | None, date, bool]
"""A rule, its row with whether a lower bound is in it, the local figures, the governing date, `on`: the day whose
version and figures were taken (that of asking where the governing date is not known), `before`: none had begun on it,
and the newest stands in."""


def evaluate(book: RuleBook, question: Question) -> Outcome:
    """The answer. KeyError for a rule that is in no package."""
    outcome = _answer(question, applied(book, question))
    if len(outcome.alternatives) == 1:
        # all other words are excluded by what is known
        (only,) = outcome.alternatives
        again = _asked(question, _with(question.facts, only.store, only.word, question))
        outcome = _answer(again, applied(book, again))
    if book.over and any(question.rule in book.over.get(layer, ()) for layer in chain_of(question.place)):
        return _over(outcome)
    return outcome


def _over(outcome: Outcome) -> Outcome:
    """Never yes or no from a package whose time is over."""
    return replace(
        outcome,
        result=Result.UNDETERMINED,
        codes=tuple(dict.fromkeys((*outcome.codes, codes.PACKAGE_EXPIRED))),
        # each of them would say yes or no after all
        alternatives=(),
        status=outcome.status if outcome.status is ResultStatus.NONE else ResultStatus.DISPUTED,
    )


def applied(book: RuleBook, question: Question) -> Applied:
    """The version and figures of the governing date, filled. KeyError for a rule that is in no package."""
    as_of = question.as_of
    now, parameters = book.in_force(question.rule, question.place, as_of)
    rule = now or _newest(book, question)
    row = filled(rule, question.facts, as_of, parameters, question.parameters)
    if rule.governing is None:
        return rule, row, parameters, as_of, as_of, now is None
    governing = figure(rule.governing(row[0]))
    on = _day(governing) or as_of
    then, figures = book.in_force(question.rule, question.place, on)
    if then is None:
        return rule, row, parameters, governing, on, True
    if then is not rule or figures is not parameters:
        row = filled(then, question.facts, as_of, figures, question.parameters)
    return then, row, figures, governing, on, False


def _newest(book: RuleBook, question: Question) -> CompiledRule:
    """The newest version there is, for saying that there was none before it."""
    found = book.rule(question.rule, question.place, date.max)
    if found is None:
        raise KeyError(question.rule)
    return found


def _day(governing: date | Month | None) -> date | None:
    return governing.first_day if isinstance(governing, Month) else governing


def _answer(question: Question, applied: Applied) -> Outcome:
    rule, (row, bounded), parameters, governing, on, before = applied
    hot = rule.hot
    held = [each for each, run in hot.caveats if run(row) is True]
    own = [run(row) for run in hot.conditions]
    settled = _settled(rule, row, own) if None in own and False not in own else own
    states = _touched(rule, settled, held) if held and settled else settled
    plain = row
    if bounded:
        plain, _ = filled(rule, _points(question.facts), question.as_of, parameters, question.parameters)
    values, unknown = _values(rule, plain)
    alternatives = () if hot.alternatives is None else _alternatives(rule, question, parameters, row)
    result, found = _verdict(rule, states, values, held, on, before=before)
    lacking: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    is_open = None in states
    # on what a caveat lies, nothing that could be told is missing
    if unknown or None in settled:
        lacking, figures = missing(rule, row, settled, unknown)
    if held:
        found = [each.row.code for each in held] + found
    if hot.coded and (is_open or False in states):
        found += state_codes(rule, row, own, states)
    if (lacking or figures or bounded) and (is_open or result is _UNDETERMINED):
        found += unknown_codes(rule, row, states, lacking, figures, bounded=bounded)
    if governing is None:
        found.append(codes.GOVERNING_DATE_ASSUMED)
    if rule.merged.expired:
        found.append(codes.LOCAL_LAYER_EXPIRED)
    return Outcome(
        rule,
        question,
        governing,
        result,
        states,
        held,
        tuple(dict.fromkeys(found)) if found else (),
        lacking,
        figures,
        alternatives,
        values,
        _ranges(rule, row) if bounded else _NO_RANGES,
        _status(hot.reviewed, len(values), len(unknown), bool(held), bounded),
        row,
        plain,
    )


def _touched(rule: CompiledRule, own: list[bool | None], held: Sequence[Caveat]) -> list[bool | None]:
    """Conditions on which a caveat lies cannot be said."""
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
    held: Sequence[Caveat],
    governing: date,
    *,
    before: bool,
) -> tuple[Result, list[str]]:
    hot = rule.hot
    if before:
        return _UNDETERMINED, [codes.NO_RULE_FOR_DATE]
    if hot.ends is not None and governing > hot.ends:
        if rule.merged.rule.after_end == "ended":
            return _NOT_ELIGIBLE, [codes.POLICY_ENDED]
        return _UNDETERMINED, [codes.POLICY_STATUS_UNKNOWN]
    if not hot.reviewed:
        return _UNDETERMINED, [codes.REVIEW_REQUIRED]
    if not hot.decides:
        lacking = held or None in states or False in states or any(values[name] is None for name in hot.needed)
        return (_UNDETERMINED if lacking else _COMPUTED), []
    if False in states:
        return _NOT_ELIGIBLE, []
    # a caveat in a rule without conditions cannot be said either
    return (_UNDETERMINED if None in states or (held and not states) else _ELIGIBLE), []


def _values(rule: CompiledRule, plain: Row) -> tuple[dict[str, Any], list[AddLacking]]:
    """Figures for the months that are known, and what each that cannot be said may lack."""
    values: dict[str, Any] = {}
    unknown = []
    for name, run, lacking in rule.hot.figures:
        value = run(plain)
        if value is None or type(value) is Span:
            value = None
            unknown.append(lacking)
        values[name] = value
    return values, unknown


def _ranges(rule: CompiledRule, row: Row) -> dict[str, Any]:
    """What the figures may be where months are a lower bound."""
    found = {name: run(row) for name, run, _ in rule.hot.figures}
    return {name: value for name, value in found.items() if isinstance(value, Span)}


_NO_RANGES: Final[Mapping[str, Any]] = {}


def _points(facts: Facts) -> Facts:
    """The same facts with their figures taken as they are."""
    return {name: Fact(fact.value, Source.VERIFIED, fact.as_of) for name, fact in facts.items()}


def _status(reviewed: bool, figures: int, unknown: int, held: bool, bounded: bool) -> ResultStatus:
    if unknown == figures:
        return ResultStatus.NONE
    if not reviewed:
        return ResultStatus.UNREVIEWED
    if held:
        return ResultStatus.DISPUTED
    if bounded:
        return ResultStatus.LOWER_BOUND
    return ResultStatus.PARTIAL if unknown else ResultStatus.WHOLE


def _alternatives(rule: CompiledRule, question: Question, parameters: Parameters, row: Row) -> tuple[Alternative, ...]:
    """One answer for each word of the unknown fact that nothing known excludes."""
    slot = rule.hot.alternatives
    if slot is None or row[slot.slot] is not None:
        return ()
    found = []
    for word in slot.kind.words:
        asked = _asked(question, _with(question.facts, slot.store, word, question))
        other, _ = filled(rule, _points(asked.facts), asked.as_of, parameters, asked.parameters)
        held = [each for each, run in rule.hot.caveats if run(other) is True]
        if any(each.row.code == _CONTRADICT for each in held):
            continue
        values, _ = _values(rule, other)
        governing = None if rule.governing is None else figure(rule.governing(other))
        states = _touched(rule, [run(other) for run in rule.hot.conditions], held)
        result, _ = _verdict(rule, states, values, held, _day(governing) or question.as_of, before=False)
        found.append(Alternative(slot.alias, slot.store, word, result, values))
    return tuple(found)


_CONTRADICT: Final = "FACTS_CONTRADICT"


def _with(facts: Facts, store: str, word: str, question: Question) -> Facts:
    known = [each.source for each in facts.values()]
    return {**facts, store: Fact(word, min(known, default=Source.DECLARED), question.as_of)}


def _asked(question: Question, facts: Facts) -> Question:
    return Question(question.rule, facts, question.as_of, question.place, question.parameters)
