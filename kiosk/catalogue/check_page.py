"""The answer of a check as a page (CE): sentences of `kiosk.benefits.wording`, in the order in which people ask.

What others in the hall need not read (why a job ended, a finding about health, a grade of disability) is not repeated
on the page: it says that it was given. The person's own print-out says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kiosk.benefits.cross_checks import Hit, cross_checks
from kiosk.benefits.deciding import deciding
from kiosk.benefits.fact import Fact
from kiosk.benefits.outcome import Outcome, Reason
from kiosk.benefits.record import cited
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.wording import BIRTH, Sentence, Wording, fact_line, headed, shown, worded, year_only
from kiosk.catalogue.checks import Check
from kiosk.records import PersonRecord
from kiosk.screen import CheckResult, ConditionLine, DecidingFigure, Standing, Verdict
from kiosk.text import Text, bilingual, text

COVERED: Final = frozenset(
    {"ui_leaving_reason", "ui_left_involuntarily", "injury_grade", "injury_care_level", "incapacity_found"}
)
_AGE: Final = ("age_years", "age_months")
_DECIDES: Final = Sentence("决定结果的条件", "What decides")
_GIVEN: Final = Sentence("已填写，不显示", "given, not shown")
_FOLLOWS: Final = Sentence("由其他情况得出", "follows from the rest")


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that came to its end. `facts`: all that was known, whether this rule reads it or not."""

    check: Check
    outcome: Outcome = field(repr=False)
    beside: tuple[Outcome, ...] = field(repr=False)
    facts: Mapping[str, Fact[Any]] = field(repr=False)
    record: PersonRecord | None = field(repr=False)


def result(
    book: RuleBook,
    checked: Checked,
    *,
    apply: Text | None = None,
    more: tuple[Text, ...] = (),
    step: tuple[str, Text] | None = None,
    paper: bool = False,
) -> CheckResult:
    """The page without what can be printed. `more`: further sentences about what to do next; `step`: the open one;
    `paper`: as it is printed."""
    outcome = checked.outcome
    say = Wording(book, outcome, on_glass=not paper)
    return CheckResult(
        title=checked.check.title,
        verdict=Verdict(outcome.standing.value),
        headline=_text(say.headline),
        figure=_large(book, outcome, paper=paper),
        why=tuple(_text(headed(each)) for each in say.why),
        alternatives=alternatives(book, outcome),
        missing=tuple(map(_text, say.missing)),
        warnings=tuple(_text(hit.sentence) for hit in hits(book, checked)),
        conditions=tuple(_condition(say, checked, each, paper=paper) for each in _what_decides_first(outcome)),
        figures=figures(book, checked),
        next_step=(*map(_text, say.next_step), *more),
        articles=tuple(map(_text, say.articles(cited(outcome)))),
        disclaimers=tuple(map(_text, say.disclaimers)),
        apply=apply,
        step=step,
    )


def hits(book: RuleBook, checked: Checked) -> tuple[Hit, ...]:
    """Double benefits and risks (section 7), from everything that is known."""
    return cross_checks(book, checked.outcome.rule.id, checked.facts, checked.outcome.as_of)


def alternatives(book: RuleBook, outcome: Outcome) -> tuple[tuple[Text, Text], ...]:
    """For each word of an unknown choice: the word and its first figure, or the outcome where there is none."""
    found = []
    rule = outcome.rule
    for each in outcome.alternatives:
        word = book.facts[each.store].words[each.word]
        values = [(rule.figures[name].row, value) for name, value in each.values.items() if value is not None]
        if values:
            row, value = values[0]
            said = Sentence(shown(value, "zh", row.unit), shown(value, "en", row.unit))
        else:
            said = Sentence(each.outcome.zh, each.outcome.en)
        found.append((_text(headed(Sentence(word.zh, word.en))), _text(headed(said))))
    return tuple(found)


def _large(book: RuleBook, outcome: Outcome, *, paper: bool) -> DecidingFigure | None:
    figure = deciding(book, outcome)
    if figure is None:
        return None
    if figure.fact in COVERED and not paper:
        # what was told is not shown to the hall; the condition that decides is, and it says no more than the answer
        unmet = [each for each in outcome.reasons if each.state is False]
        return (
            DecidingFigure(_text(_DECIDES), _text(Wording(book, outcome, on_glass=True).condition(unmet[0])))
            if unmet
            else None
        )
    value = figure.value
    if figure.fact in BIRTH and not paper:
        born = outcome.facts[figure.fact].value
        value = Sentence(year_only(born, "zh"), year_only(born, "en"))
    return DecidingFigure(
        _text(headed(figure.label)), _text(value), None if figure.origin is None else _text(figure.origin)
    )


def figures(book: RuleBook, checked: Checked) -> tuple[tuple[Text, Text], ...]:
    """Every figure that is known and is not the large one already, then last days; also of the rules beside it."""
    large = _large(book, checked.outcome, paper=True)
    found: dict[Text, Text] = {}
    for outcome in (checked.outcome, *checked.beside):
        say = Wording(book, outcome)
        age = _age(outcome)
        if age is not None:
            found.setdefault(text("check.age"), age)
        for name, each in outcome.rule.figures.items():
            value = outcome.values[name]
            is_gap = name.startswith("missing_") and value == 0
            if value is not None and not isinstance(value, str) and not is_gap and (age is None or name not in _AGE):
                found.setdefault(_text(headed(Sentence(each.row.zh, each.row.en))), _text(say.figure(name)))
        for deadline in outcome.rule.deadlines:
            on = outcome.deadlines[deadline.row.id]
            if on is not None:
                what = _text(say.filled(deadline.row.zh, deadline.row.en))
                found.setdefault(what, bilingual(shown(on, "zh"), shown(on, "en")))
    if large is not None:
        found.pop(large.label, None)
    return tuple(found.items())


def _age(outcome: Outcome) -> Text | None:
    """Years and months of an age in one line."""
    years, months = (outcome.values.get(name) for name in _AGE)
    return None if years is None or months is None else text("unit.age", years=str(years), months=str(months))


def used(checked: Checked, reason: Reason, *, paper: bool) -> tuple[Sentence, ...]:
    """The facts that a condition looked at, with source and day.

    On the glass what is covered says only that it was given. On paper the plain yes or no of a condition that is met is
    left out, for its sentence says it already.
    """
    outcome, found = checked.outcome, []
    for slot in outcome.rule.facts:
        fact = outcome.facts.get(slot.store)
        if fact is None or slot.store not in reason.condition.reads:
            continue
        if paper and reason.state is True and slot.kind.type == "flag":
            continue
        name = headed(Sentence(slot.kind.zh, slot.kind.en))
        if slot.store in COVERED and not paper:
            found.append(Sentence(f"{name.zh}：{_GIVEN.zh}", f"{name.en}: {_GIVEN.en}"))
        elif slot.store in BIRTH and not paper:
            found.append(fact_line(slot.kind, fact, outcome.row[slot.slot], on_glass=True))
        elif slot.store not in checked.facts:
            value = worded(slot.kind, fact.value)
            found.append(Sentence(f"{name.zh}：{value.zh}（{_FOLLOWS.zh}）", f"{name.en}: {value.en} ({_FOLLOWS.en})"))
        else:
            found.append(fact_line(slot.kind, fact, outcome.row[slot.slot]))
    return tuple(found)


def _what_decides_first(outcome: Outcome) -> list[Reason]:
    """What is not met, then what cannot be said, then what is met; each in the order of the rule."""
    return sorted(outcome.reasons, key=lambda each: (False, None, True).index(each.state))


def _condition(say: Wording, checked: Checked, reason: Reason, *, paper: bool) -> ConditionLine:
    kinds = {"final": Standing.NOT_MET, "not_yet": Standing.NOT_YET, "step_open": Standing.STEP_OPEN}
    state = {True: Standing.MET, None: Standing.UNKNOWN, False: kinds[reason.condition.row.kind]}[reason.state]
    lines = tuple(map(_text, used(checked, reason, paper=paper)))
    return ConditionLine(state, _text(headed(say.state(reason))), _text(say.condition(reason)), lines)


def _text(sentence: Sentence) -> Text:
    return bilingual(sentence.zh, sentence.en)
