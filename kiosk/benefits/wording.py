"""An outcome in sentences, Chinese and English: figures filled into the texts of the rules, sources and dates named."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.counting import decimal_of
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Outcome, Reason, Standing
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.span import Span
from kiosk.benefits.vocabulary import FactKind

MONEY: Final = frozenset({"yuan", "yuan_per_month", "yuan_per_year"})
_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "months": ("个月", "months"),
    "days": ("天", "days"),
    "years": ("年", "years"),
    "yuan": ("元", "yuan"),
    "yuan_per_month": ("元/月", "yuan a month"),
    "yuan_per_year": ("元/年", "yuan a year"),
    "percent": ("%", "%"),
    "people": ("人", "persons"),
    "times": ("次", "times"),
    "grade": ("级", ""),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence for people."""

    zh: str
    en: str


PRELIMINARY: Final = Sentence(
    "本结果为初步核对，以经办机构决定为准；您可以要求人工复核，也可以照常申请。",
    "This is a preliminary check: the agency decides. You may ask for a check by a person (人工复核), and apply all "
    "the same.",
)
AS_ENTERED: Final = Sentence("按您填写的情况核对。", "Checked with what you entered.")
FROM_OLD_DATA: Final = Sentence("所用数据有的已不是最新。", "Some of the data used are not the newest.")
ESTIMATE: Final = Sentence("金额为估算。", "Sums are estimates.")

STANDINGS: Final[Mapping[Standing, Sentence]] = {
    Standing.YES: Sentence("符合（初步）", "Eligible (preliminary)"),
    Standing.NO: Sentence("不符合（初步）", "Not eligible (preliminary)"),
    Standing.NOT_YET: Sentence("还没到时候", "Not yet"),
    Standing.ONE_STEP: Sentence("还差一步", "One more step"),
    Standing.CANNOT_SAY: Sentence("离线无法判定", "Cannot be said here"),
    Standing.COMPUTED: Sentence("已测算（初步）", "Worked out (preliminary)"),
}
STATES: Final[Mapping[bool | None, Sentence]] = {
    True: Sentence("满足", "met"),
    False: Sentence("不满足", "not met"),
    None: Sentence("无法判定", "cannot be said"),
}
SOURCES: Final[Mapping[Source, Sentence]] = {
    Source.VERIFIED: Sentence("已核验", "verified"),
    Source.SNAPSHOT: Sentence("本机存有的数据", "data kept on this terminal"),
    Source.DECLARED: Sentence("您填写的", "as you entered it"),
}


class Wording:
    """The sentences of one outcome."""

    def __init__(self, book: RuleBook, outcome: Outcome) -> None:
        self._book = book
        self._outcome = outcome

    @property
    def headline(self) -> Sentence:
        """The answer in one line; a "no" that time turns says from when."""
        outcome = self._outcome
        if outcome.standing is Standing.NOT_YET:
            begins = [each.begins for each in outcome.reasons if each.state is False and each.begins is not None]
            if begins:
                latest = max(begins, key=lambda each: (each.year, each.month, getattr(each, "day", 1)))
                return Sentence(f"到{shown(latest, 'zh')}才可以", f"From {shown(latest, 'en')}")
        return STANDINGS[outcome.standing]

    def condition(self, reason: Reason) -> Sentence:
        """What is required, or what its being false means."""
        row = reason.condition.row
        if reason.state is False and row.false_zh is not None and row.false_en is not None:
            return self.filled(row.false_zh, row.false_en)
        return self.filled(row.zh, row.en)

    def filled(self, zh: str, en: str) -> Sentence:
        """A text of the rule with its figures."""
        return Sentence(self._fill(zh, "zh"), self._fill(en, "en"))

    def figure(self, name: str) -> Sentence:
        """A result with its unit."""
        outcome = self._outcome
        row = outcome.rule.figures[name].row
        value, words = outcome.values[name], dict[str, str]()
        return Sentence(shown(value, "zh", row.unit, words), shown(value, "en", row.unit, words))

    def used(self, reason: Reason) -> tuple[Sentence, ...]:
        """The facts that a condition looked at: name, figure, source and date."""
        outcome = self._outcome
        found = []
        for slot in outcome.rule.facts:
            fact = outcome.facts.get(slot.store)
            if slot.store in reason.condition.reads and fact is not None:
                found.append(fact_line(slot.kind, fact, outcome.row[slot.slot]))
        return tuple(found)

    @property
    def disclaimers(self) -> tuple[Sentence, ...]:
        """What every page and paper says, and what the sources ask for."""
        outcome = self._outcome
        found = [PRELIMINARY]
        if outcome.source is Source.DECLARED:
            found.append(AS_ENTERED)
        if outcome.source is Source.SNAPSHOT:
            found.append(FROM_OLD_DATA)
        if any(each.row.unit in MONEY for each in outcome.rule.figures.values()):
            found.append(ESTIMATE)
        return (*found, *(self.filled(each.zh, each.en) for each in outcome.rule.merged.notes))

    def _fill(self, text: str, language: str) -> str:
        parts = []
        for before, word, _, _ in string.Formatter().parse(text):
            parts.append(before)
            if word:
                run, _, store = self._outcome.rule.shown[word]
                kind = self._book.facts.get(store) if store is not None else None
                words = {} if kind is None else {key: getattr(each, language) for key, each in kind.words.items()}
                parts.append(shown(run(self._outcome.row), language, None, words))
        return "".join(parts)


def fact_line(kind: FactKind, fact: Fact[Any], value: Any) -> Sentence:
    """`缴费月数：130 个月（已核验，2026-11-20）`."""
    source = SOURCES[fact.source]
    zh = shown(value, "zh", kind.unit, {key: each.zh for key, each in kind.words.items()})
    en = shown(value, "en", kind.unit, {key: each.en for key, each in kind.words.items()})
    return Sentence(f"{kind.zh}：{zh}（{source.zh}，{fact.as_of}）", f"{kind.en}: {en} ({source.en}, {fact.as_of})")


def shown(value: Any, language: str, unit: str | None = None, words: Mapping[str, str] | None = None) -> str:
    """A value as people read it."""
    zh = language == "zh"
    if value is None:
        return "（未知）" if zh else "(not known)"
    if isinstance(value, Span):
        least = shown(value.least, language)
        if value.most is None:
            return _with_unit(f"至少 {least}" if zh else f"at least {least}", unit, zh=zh)
        return _with_unit(f"{least}–{shown(value.most, language)}", unit, zh=zh)
    match value:
        case bool():
            return ("是" if value else "否") if zh else ("yes" if value else "no")
        case Month():
            return f"{value.year}年{value.month}月" if zh else str(value)
        case date():
            return f"{value.year}年{value.month}月{value.day}日" if zh else value.isoformat()
        case str():
            return (words or {}).get(value, value)
    return _with_unit(str(plain(value, unit)), unit, zh=zh)


def plain(value: Any, unit: str | None) -> Any:
    """A figure for records: money to cents, other numbers exactly where they end, else two places; text for days."""
    match value:
        case Fraction():
            return _decimal(value, unit)
        case Month() | date():
            return str(value)
    return Decimal(value).quantize(Decimal("0.01")) if unit in MONEY and isinstance(value, int) else value


def _decimal(value: Fraction, unit: str | None) -> Decimal:
    if unit in MONEY:
        return decimal_of(value, 2)
    try:
        return decimal_of(value)
    except ValueError:
        return decimal_of(value, 2)


def _with_unit(figure: str, unit: str | None, *, zh: bool) -> str:
    if unit is None or unit not in _UNITS:
        return figure
    word = _UNITS[unit][0 if zh else 1]
    return f"{figure}%" if unit == "percent" else f"{figure} {word}".rstrip()


def article(book: RuleBook, citation_id: str) -> Sentence:
    """《…》第…条 with its document number."""
    row = book.citations[citation_id]
    line = f"《{row.title}》（{row.document_number}）{row.article}"
    return Sentence(line, line)


def rule_name(rule: CompiledRule) -> Sentence:
    """What people call it."""
    return Sentence(rule.merged.rule.zh, rule.merged.rule.en)
