"""An outcome in sentences, Chinese and English: figures filled into the texts of the rules, sources and dates named."""

from __future__ import annotations

import re
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
from kiosk.benefits.language.typed import Row
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Outcome, Reason, Standing
from kiosk.benefits.package import ResultRow
from kiosk.benefits.reason_codes import POLICY_ENDED
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.span import Span
from kiosk.benefits.vocabulary import FactKind

MONEY: Final = frozenset({"yuan", "yuan_per_month", "yuan_per_year"})
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "months": ("个月", "months"),
    "days": ("天", "days"),
    "years": ("岁", "years"),
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
NOES: Final = frozenset({Standing.NO, Standing.NOT_YET, Standing.ONE_STEP})
"""After which a person may still apply."""
STATES: Final[Mapping[bool | None, Sentence]] = {
    True: Sentence("满足", "met"),
    False: Sentence("不满足", "not met"),
    None: Sentence("无法判定", "cannot be said"),
}
NOT_YET_MET: Final = Sentence("还没到时候", "not yet")
STEP_OPEN: Final = Sentence("还差这一步", "one step left")
_NOT_TOLD: Final = frozenset({"FACT_MISSING", "PARAMETER_MISSING", "GOVERNING_DATE_ASSUMED"})
"""Codes that the lists of missing things say better, or that concern programs alone."""
_KNOW: Final = Sentence("知道后可以再来核对", "Come back when you know")
_AT_AGENCY: Final = Sentence("须由经办机构认定，可到窗口或拨打 12333", "For the agency to say (a counter, or 12333)")
_LOCAL: Final = Sentence(
    "本机没有这些当地标准，可到窗口或拨打 12333 询问", "Local figures not on this terminal (ask a counter, or 12333)"
)
_ASK_THERE: Final = Sentence("可到经办机构窗口或拨打 12333 核对", "Have it checked at a counter, or call 12333")
ANYWAY: Final = Sentence("仍可申请，由经办机构决定。", "You may apply all the same; the agency decides.")
SOURCES: Final[Mapping[Source, Sentence]] = {
    Source.VERIFIED: Sentence("已核验", "verified"),
    Source.SNAPSHOT: Sentence("本机存有的数据", "data kept on this terminal"),
    Source.DECLARED: Sentence("您填写的", "as you entered it"),
}
WORKED_OUT_FROM: Final[Mapping[Source, Sentence]] = {
    Source.VERIFIED: Sentence("按已核验的情况", "from what was verified"),
    Source.SNAPSHOT: Sentence("按本机存有的数据", "from data kept on this terminal"),
    Source.DECLARED: Sentence("按您填写的情况", "from what you entered"),
}
"""Of a figure that nobody typed in or keeps."""


BIRTH: Final = frozenset({"birth_month", "birth_date"})
"""Facts that a screen shows by their year alone."""
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_ASIDE: Final = re.compile(r"（[^（）]*）| ?\([^()]*\)")


class Wording:
    """The sentences of one outcome. `on_glass`: as a hall may read them, birth dates by their year alone."""

    def __init__(self, book: RuleBook, outcome: Outcome, *, on_glass: bool = False) -> None:
        self._book = book
        self._outcome = outcome
        self._on_glass = on_glass

    @property
    def headline(self) -> Sentence:
        """The answer in one line; a "no" that time turns says from when."""
        outcome = self._outcome
        if outcome.standing is Standing.NOT_YET:
            latest = outcome.latest_begin
            if latest is not None:
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
        """A result with its unit; from months that may be more, what it is at least."""
        return longest(self._outcome, name, figured(self._outcome.rule.figures[name].row, said(self._outcome, name)))

    def used(self, reason: Reason) -> tuple[Sentence, ...]:
        """The facts that a condition looked at: name, figure, source and date."""
        outcome = self._outcome
        found = []
        for slot in outcome.rule.facts:
            fact = outcome.given.get(slot.store)
            if slot.store in reason.condition.reads and fact is not None:
                found.append(fact_line(slot.kind, fact, outcome.row[slot.slot]))
        return tuple(found)

    def state(self, reason: Reason) -> Sentence:
        """How a condition stands, in a word; what time or a step can turn is never told as a no."""
        if reason.state is False and reason.condition.row.kind != "final":
            return NOT_YET_MET if reason.condition.row.kind == "not_yet" else STEP_OPEN
        return STATES[reason.state]

    @property
    def missing(self) -> tuple[Sentence, ...]:
        """What is not known and what to do about it: facts, then local figures."""
        outcome = self._outcome
        slots = outcome.rule.by_alias
        kinds = [slots[alias].kind for alias in outcome.missing_facts]
        names = dict.fromkeys(name.partition("[")[0] for name in outcome.missing_parameters)
        rows = [self._book.parameter_kinds[name] for name in names]
        groups = (
            (_KNOW, [Sentence(each.zh, each.en) for each in kinds if each.ask is not None]),
            (_AT_AGENCY, [Sentence(each.zh, each.en) for each in kinds if each.ask is None]),
            (_LOCAL, [Sentence(each.zh, each.en) for each in rows]),
        )
        return tuple(_listed(what, found) for what, found in groups if found)

    @property
    def why(self) -> tuple[Sentence, ...]:
        """Why it cannot be said, or not as it stands: what casts doubt on it, then the reason codes."""
        outcome = self._outcome
        held = {each.row.code for each in outcome.caveats}
        told = [self.filled(each.row.zh, each.row.en) for each in outcome.caveats]
        # the rule's own words say that and since when it has ended
        said = held | _NOT_TOLD | ({POLICY_ENDED} if told else set())
        sayings = (self._book.codes[code] for code in outcome.codes if code not in said)
        told += (Sentence(each.zh, each.en) for each in sayings)
        return tuple(dict.fromkeys(told))

    @property
    def next_step(self) -> tuple[Sentence, ...]:
        """What is only a guide, where to go, with which papers, how long the agency has."""
        merged = self._outcome.rule.merged
        step = merged.next_step
        found = [Sentence(each.zh, each.en) for each in merged.rule.guide]
        if step is not None:
            found.append(self.filled(step.zh, step.en))
            if step.papers_zh:
                papers = Sentence("、".join(step.papers_zh), ", ".join(step.papers_en))
                found.append(Sentence(f"请带：{papers.zh}", f"Bring: {papers.en}"))
            if step.working_days is not None:
                found.append(working_days(step.working_days))
        if self._outcome.standing in NOES:
            found.append(ANYWAY)
        return tuple(found) or (_ASK_THERE,)

    def articles(self, ids: tuple[str, ...]) -> tuple[Sentence, ...]:
        """Titles with their articles, each text once."""
        texts: dict[tuple[str, str], list[str]] = {}
        for row in (self._book.citations[each] for each in ids):
            texts.setdefault((row.title, row.document_number), []).append(row.article)
        lines = (f"《{title}》（{number}）{'；'.join(found)}" for (title, number), found in texts.items())
        return tuple(Sentence(line, line) for line in lines)

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
        told, outcome = _ASIDE.sub(self._told_aside, text), self._outcome
        return fill(self._book, outcome.rule, outcome.row, told, language, on_glass=self._on_glass)

    def _told_aside(self, aside: re.Match[str]) -> str:
        """An aside in brackets, left out where a figure of it is not known or may be anything between two."""
        words = [word for _, word, _, _ in string.Formatter().parse(aside[0]) if word]
        values = [self._outcome.rule.shown[word][0](self._outcome.row) for word in words]
        unsaid = any(each is None or (isinstance(each, Span) and each.most is not None) for each in values)
        return "" if unsaid else aside[0]


def fill(book: RuleBook, rule: CompiledRule, row: Row, text: str, language: str, *, on_glass: bool = False) -> str:
    """A text of a rule with the figures of its row. `on_glass`: birth dates by their year alone."""
    parts = []
    for before, word, _, _ in string.Formatter().parse(text):
        parts.append(before)
        if word:
            run, _, store = rule.shown[word]
            kind = None if store is None else book.facts[store]
            words = {} if kind is None else {key: getattr(each, language) for key, each in kind.words.items()}
            value = run(row)
            masked = on_glass and store in BIRTH
            parts.append(year_only(value, language) if masked else shown(value, language, None, words))
    # a text has a space before a figure; before 至少 there is none
    return _BETWEEN_HAN.sub("", "".join(parts))


def _listed(what: Sentence, names: list[Sentence]) -> Sentence:
    zh, en = "、".join(each.zh for each in names), "; ".join(each.en for each in names)
    return Sentence(f"{what.zh}：{zh}", f"{what.en}: {en}")


def working_days(days: int) -> Sentence:
    """How long the agency has (section 9)."""
    return Sentence(f"经办机构应在 {days} 个工作日内办结", f"The agency has {days} working days")


def headed(label: Sentence) -> Sentence:
    """A name at the beginning of a line."""
    return Sentence(label.zh, label.en[:1].upper() + label.en[1:])


def origin(fact: Fact[Any], today: date, words: Mapping[Source, Sentence] = SOURCES) -> Sentence:
    """Where a figure comes from and how old it is: `本机存有的数据，截至 2026年11月20日（2 天前）`."""
    source, days = words[fact.source], (today - fact.as_of).days
    zh, en = shown(fact.as_of, "zh"), shown(fact.as_of, "en")
    if fact.source is not Source.SNAPSHOT:
        return Sentence(f"{source.zh}，{zh}", f"{source.en}, {en}")
    if days <= 0:
        return Sentence(f"{source.zh}，截至 {zh}", f"{source.en}, as of {en}")
    ago = "yesterday" if days == 1 else f"{days} days ago"
    return Sentence(f"{source.zh}，截至 {zh}（{days} 天前）", f"{source.en}, as of {en} ({ago})")


def figured(row: ResultRow, value: Any) -> Sentence:
    """A result's value as people read it."""
    zh = shown(value, "zh", row.unit, {key: each.zh for key, each in row.words.items()})
    return Sentence(zh, shown(value, "en", row.unit, {key: each.en for key, each in row.words.items()}))


def year_only(value: Any, language: str) -> str:
    """A birth date as a screen may show it (privacy sheet, A.2)."""
    if value is None:
        return shown(value, language)
    return f"{value.year}年" if language == "zh" else str(value.year)


def worded(kind: FactKind, value: Any) -> Sentence:
    """A fact's value as people read it."""
    zh = shown(value, "zh", kind.unit, {key: each.zh for key, each in kind.words.items()})
    return Sentence(zh, shown(value, "en", kind.unit, {key: each.en for key, each in kind.words.items()}))


def said(outcome: Outcome, name: str) -> Any:
    """A result, or where months may be more, what it may be."""
    return outcome.ranges.get(name, outcome.values[name])


def longest(outcome: Outcome, name: str, figure: Sentence) -> Sentence:
    """A national ceiling is told as one (section 0.6): `months` is at most where `months_kind` says ceiling."""
    if outcome.values.get(f"{name}_kind") != "ceiling":
        return figure
    return Sentence(f"最长 {figure.zh}", f"at most {figure.en}")


def fact_line(kind: FactKind, fact: Fact[Any], value: Any, *, on_glass: bool = False) -> Sentence:
    """`缴费月数：130 个月（已核验，2026-11-20）`. `on_glass`: a birth date by its year alone."""
    source, said = SOURCES[fact.source], worded(kind, value)
    if on_glass:
        said = Sentence(year_only(value, "zh"), year_only(value, "en"))
    name = headed(Sentence(kind.zh, kind.en))
    zh, en = f"{source.zh}，{fact.as_of}", f"{source.en}, {fact.as_of}"
    return Sentence(f"{name.zh}：{said.zh}（{zh}）", f"{name.en}: {said.en} ({en})")


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
    if unit is None or unit not in UNITS:
        return figure
    word = UNITS[unit][0 if zh else 1]
    return f"{figure}%" if unit == "percent" else f"{figure} {word}".rstrip()


def article(book: RuleBook, citation_id: str) -> Sentence:
    """《…》第…条 with its document number."""
    row = book.citations[citation_id]
    line = f"《{row.title}》（{row.document_number}）{row.article}"
    return Sentence(line, line)


def rule_name(rule: CompiledRule) -> Sentence:
    """What people call it."""
    return Sentence(rule.merged.rule.zh, rule.merged.rule.en)
