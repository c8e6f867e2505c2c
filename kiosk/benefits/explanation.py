"""An outcome as a tree of sentences in one language, for people: answer, conditions, figures, articles, what next.

Whoever shows it (a terminal, plain text, a page) adds its own marks; `Mood` says what kind of sentence it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from kiosk.benefits.compiled_rule import Figure
from kiosk.benefits.cross_checks import cross_checks
from kiosk.benefits.outcome import Outcome, Reason, Standing
from kiosk.benefits.record import cited
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.vocabulary import Saying, ValueUnfit
from kiosk.benefits.wording import (
    ANYWAY,
    NOES,
    Sentence,
    Wording,
    article,
    figured,
    headed,
    longest,
    rule_name,
    said,
    shown,
    working_days,
)

Language = Literal["zh", "en"]


class Mood(Enum):
    """What a sentence is."""

    HEAD = "head"
    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    PLAIN = "plain"
    FAINT = "faint"


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence and those below it."""

    text: str
    mood: Mood = Mood.PLAIN
    below: tuple[Told, ...] = ()


_MOODS: Final = {True: Mood.GOOD, False: Mood.BAD, None: Mood.OPEN}
_STANDING_MOODS: Final = {
    Standing.YES: Mood.GOOD,
    Standing.COMPUTED: Mood.GOOD,
    Standing.NO: Mood.BAD,
    Standing.NOT_YET: Mood.OPEN,
    Standing.ONE_STEP: Mood.OPEN,
    Standing.CANNOT_SAY: Mood.OPEN,
}
_HEADS: Final = {
    "conditions": Sentence("条件", "Conditions"),
    "caveats": Sentence("须由经办机构认定", "For the agency to establish"),
    "checks": Sentence("提醒", "Warnings"),
    "figures": Sentence("结果", "Figures"),
    "alternatives": Sentence("如果是…", "If it is …"),
    "missing": Sentence("还缺", "Missing"),
    "deadlines": Sentence("期限", "Deadlines"),
    "next": Sentence("下一步", "Next step"),
    "why": Sentence("原因", "Why"),
    "notes": Sentence("说明", "Please note"),
    "cites": Sentence("其他依据", "Further legal basis"),
}
_TIMES: Final = Sentence("（适用日期：{on}；查询日期：{asked}）", " (law of {on}; asked on {asked})")
_BEGINS: Final = Sentence("从{when}起", "from {when}")
_STEP: Final = Sentence("可办理：{item}", "you can do it by item {item}")
_PAPERS: Final = Sentence("带上：{papers}", "Bring: {papers}")
_ASK: Final = Sentence("（{name}）请向本人询问或查原始材料", " ({name}): ask the person, or look into the papers")
_PARAMETER: Final = Sentence(
    "（当地标准：{name}）请向当地经办机构询问，或装入当地规则包",
    " (local figure: {name}): ask the agency there, or load the package of that place",
)
_ESTIMATE: Final = Sentence("估算：", "Estimate: ")
_LINE: Final = Sentence("第 {number} 行：{field}：{given}；{wanted}", "line {number}: {field}: {given}; {wanted}")


def explained(book: RuleBook, outcome: Outcome, language: Language) -> Told:
    """The whole answer."""
    return _Explainer(book, outcome, language).told


def explained_error(number: int, unfit: ValueUnfit, language: Language) -> Told:
    """A line that could not be asked."""
    text = _in(_LINE, language).format(number=number, field=unfit.name, given=unfit.shape, wanted=unfit.wanted)
    return Told(text, Mood.BAD)


def lines(told: Told, depth: int = 0) -> Iterator[str]:
    """As plain text, two spaces a level."""
    yield "  " * depth + told.text
    for each in told.below:
        yield from lines(each, depth + 1)


def _in(saying: Sentence | Saying, language: Language) -> str:
    return saying.zh if language == "zh" else saying.en


class _Explainer:
    def __init__(self, book: RuleBook, outcome: Outcome, language: Language) -> None:
        self._book = book
        self._outcome = outcome
        self._language: Language = language
        self._say = Wording(book, outcome)

    @property
    def told(self) -> Told:
        outcome = self._outcome
        times = self._in(_TIMES).format(on=self._value(outcome.governing_date), asked=self._value(outcome.as_of))
        name = f"{self._in(headed(rule_name(outcome.rule)))} {outcome.rule.id}"
        head = f"{self._named(name, self._in(self._say.headline))}{times}"
        parts = (
            self._part("conditions", [self._reason(each) for each in outcome.reasons]),
            self._part("caveats", [self._caveat(place) for place in range(len(outcome.caveats))]),
            self._part("checks", self._checks()),
            self._part("figures", [*self._figures(), *self._amount()]),
            self._part("alternatives", self._alternatives()),
            self._part("missing", self._missing()),
            self._part("why", [Told(self._in(self._book.codes[each]), Mood.OPEN) for each in outcome.codes]),
            self._part("deadlines", self._deadlines()),
            self._part("next", self._next()),
            self._part("notes", [Told(self._in(each), Mood.FAINT) for each in self._say.disclaimers]),
            self._part("cites", self._further()),
        )
        return Told(head, _STANDING_MOODS[outcome.standing], tuple(part for part in parts if part is not None))

    def _in(self, saying: Sentence | Saying) -> str:
        return _in(saying, self._language)

    def _value(self, value: Any) -> str:
        return shown(value, self._language)

    def _named(self, name: str, what: str) -> str:
        return f"{name}：{what}" if self._language == "zh" else f"{name}: {what}"

    def _further(self) -> list[Told]:
        """Articles that stand with no condition and no caveat."""
        outcome = self._outcome
        there = {id for each in outcome.reasons for id in each.condition.row.cites}
        there |= {id for each in outcome.caveats for id in each.row.cites}
        return [self._article(each) for each in cited(outcome) if each not in there]

    def _part(self, head: str, below: list[Told]) -> Told | None:
        return Told(self._in(_HEADS[head]), Mood.HEAD, tuple(below)) if below else None

    def _article(self, citation_id: str) -> Told:
        return Told(self._in(article(self._book, citation_id)), Mood.FAINT)

    def _reason(self, reason: Reason) -> Told:
        row = reason.condition.row
        below = [Told(self._in(each)) for each in self._say.used(reason)]
        if reason.begins is not None:
            below.append(Told(self._in(_BEGINS).format(when=self._value(reason.begins)), Mood.OPEN))
        if reason.state is False and row.step is not None:
            below.append(Told(self._in(_STEP).format(item=row.step), Mood.OPEN))
        below += [self._article(each) for each in row.cites]
        text = f"[{self._in(self._say.state(reason))}] {self._in(self._say.condition(reason))} ({row.id})"
        return Told(text, _MOODS[reason.state], tuple(below))

    def _caveat(self, place: int) -> Told:
        row = self._outcome.caveats[place].row
        return Told(
            self._in(self._say.filled(row.zh, row.en)), Mood.OPEN, tuple(self._article(each) for each in row.cites)
        )

    def _checks(self) -> list[Told]:
        outcome = self._outcome
        return [
            Told(f"{self._in(each.sentence)} ({each.id})", Mood.OPEN, tuple(self._article(id) for id in each.citations))
            for each in cross_checks(self._book, outcome.rule.id, outcome.given, outcome.as_of)
        ]

    def _figures(self) -> Iterator[Told]:
        for name, figure in self._outcome.rule.figures.items():
            value = said(self._outcome, name)
            told = longest(self._outcome, name, figured(figure.row, value))
            text = self._named(self._in(headed(Sentence(figure.row.zh, figure.row.en))), self._in(told))
            yield Told(text, Mood.OPEN if value is None else Mood.PLAIN)

    def _figure(self, figure: Figure, value: Any) -> str:
        name = self._in(headed(Sentence(figure.row.zh, figure.row.en)))
        return self._named(name, self._in(figured(figure.row, value)))

    def _amount(self) -> Iterator[Told]:
        row = self._outcome.rule.merged.amount
        if row is not None:
            yield Told(self._in(_ESTIMATE) + self._in(self._say.filled(row.zh, row.en)), Mood.FAINT)

    def _alternatives(self) -> list[Told]:
        found = []
        rule = self._outcome.rule
        alternatives = self._outcome.alternatives
        # where every word comes to the same there is nothing to choose
        if len({(each.outcome, tuple(each.values.values())) for each in alternatives}) < 2:
            return []
        for each in alternatives:
            kind = self._book.facts[each.store]
            below = [Told(self._figure(figure, each.values[name])) for name, figure in rule.figures.items()]
            outcome = self._in(Sentence(each.outcome.zh, each.outcome.en))
            head = self._named(self._in(kind.words[each.word]), outcome)
            found.append(Told(head, Mood.OPEN, tuple(below)))
        return found

    def _missing(self) -> list[Told]:
        slots = self._outcome.rule.by_alias
        found = []
        for alias in self._outcome.missing_facts:
            kind = slots[alias].kind
            what = self._in(Sentence(kind.zh, kind.en)) if kind.ask is None else self._in(kind.ask)
            found.append(Told(what + self._in(_ASK).format(name=alias), Mood.OPEN))
        for name in self._outcome.missing_parameters:
            row = self._book.parameter_kinds[name.partition("[")[0]]
            what = self._in(Sentence(row.zh, row.en))
            found.append(Told(what + self._in(_PARAMETER).format(name=name), Mood.OPEN))
        return found

    def _deadlines(self) -> list[Told]:
        found = []
        for each in self._outcome.rule.deadlines:
            on = self._outcome.deadlines[each.row.id]
            text = self._named(self._value(on), self._in(self._say.filled(each.row.zh, each.row.en)))
            found.append(Told(text, Mood.OPEN if on is None else Mood.PLAIN))
        return found

    def _next(self) -> list[Told]:
        step = self._outcome.rule.merged.next_step
        found = []
        if step is not None:
            text = self._in(self._say.filled(step.zh, step.en))
            item = "" if step.item is None or step.item in text else f" ({step.item})"
            found.append(Told(text + item))
            papers = step.papers_zh if self._language == "zh" else step.papers_en
            if papers:
                comma = "、" if self._language == "zh" else ", "
                found.append(Told(self._in(_PAPERS).format(papers=comma.join(papers))))
            if step.working_days is not None:
                found.append(Told(self._in(working_days(step.working_days))))
        if self._outcome.standing in NOES:
            found.append(Told(self._in(ANYWAY)))
        return found
