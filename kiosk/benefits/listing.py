"""What every rule is asked with and answers, for programs that write questions: facts, results, codes, local figures.

Read from the compiled rule of a place and day, so that it cannot say another thing than the evaluation does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.language.types import Type
from kiosk.benefits.layers import ALWAYS
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.vocabulary import ParameterKind, Saying
from kiosk.benefits.wording import MONEY

_WRITTEN: Final = {
    "flag": "true or false",
    "count": "whole number",
    "number": "decimal number in quotes",
    "month": "YYYY-MM",
    "day": "YYYY-MM-DD",
    "choice": "one of the words",
    "text": "text",
    "texts": "list of texts",
    "days": "list of dates",
}


def rules_listed(book: RuleBook, place: str, day: date) -> list[dict[str, Any]]:
    """Every rule as plain JSON values, as it stands in a place (CN or six digits) for a governing date."""
    return [rule_listed(book, rule_id, place, day) for rule_id in book.rules]


def rule_listed(book: RuleBook, rule_id: str, place: str, day: date) -> dict[str, Any]:
    """One of them. KeyError for a rule that is in no package."""
    # one that had not begun then is shown as it will be
    compiled = book.rule(rule_id, place, day) or book.rule(rule_id, place, date.max)
    if compiled is None:
        raise KeyError(rule_id)
    merged = compiled.merged
    row = merged.rule
    return {
        "rule": rule_id,
        "zh": row.zh,
        "en": row.en,
        "decides": row.decides,
        "version": merged.version,
        "jurisdiction_chain": list(merged.layers),
        "review": None if merged.reviewed else row.review,
        "governing_date": row.governing,
        "uses": list(row.uses),
        "monotone": list(row.monotone),
        "facts": [_fact(book, alias, store) for alias, store in book.aliases(rule_id).items()],
        "check_facts": [_fact(book, alias, store) for alias, store in book.check_aliases(rule_id).items()],
        "results": list(_results(compiled)),
        "conditions": [
            {
                "id": each.row.id,
                "kind": each.row.kind,
                "step": each.row.step,
                "zh": each.row.zh,
                "en": each.row.en,
                "reads": sorted(each.reads),
                "citation_ids": list(each.row.cites),
            }
            for each in compiled.conditions
        ],
        "deadlines": [{"id": each.row.id, "zh": each.row.zh, "en": each.row.en} for each in compiled.deadlines],
        "reason_codes": [
            {"code": code, "zh": book.codes[code].zh, "en": book.codes[code].en}
            for code in _codes(book, rule_id, compiled)
        ],
        "parameters": [_parameter(name, book.parameter_kinds[name]) for name, _ in compiled.parameters],
        "versions": [
            {
                "version": each.row.version,
                "from": None if each.start == ALWAYS else each.start.isoformat(),
                "to": _day(each.row.governs_to),
                "after_end": each.row.after_end,
                "file": each.file,
            }
            for each in book.versions_of(rule_id)
        ],
        "layers": [
            {
                "place": each.place,
                "mode": each.row.mode,
                "version": each.row.version,
                "from": None if each.start == ALWAYS else each.start.isoformat(),
                "to": _day(each.row.governs_to),
                "reviewed": each.row.reviewed,
                "file": each.file,
            }
            for each in book.layers_of(rule_id)
        ],
    }


def _fact(book: RuleBook, alias: str, store: str) -> dict[str, Any]:
    kind = book.facts[store]
    return {
        "name": alias,
        "store_name": store,
        "type": kind.type,
        "written": _WRITTEN[kind.type],
        "unit": kind.unit,
        "words": _words(kind.words),
        "least": kind.least,
        "most": kind.most,
        "not_in_future": kind.not_in_future,
        "accumulates": kind.accumulates,
        "can_be_asked": kind.ask is not None,
        "zh": kind.zh,
        "en": kind.en,
    }


def _results(compiled: CompiledRule) -> Iterator[dict[str, Any]]:
    for name, figure in compiled.figures.items():
        # money is text, also where the formula counts in whole yuan
        word = "number" if figure.row.unit in MONEY else figure.type.kind.value
        yield {
            "name": name,
            "type": word,
            "written": _WRITTEN[word],
            "unit": figure.row.unit,
            "words": _sorted_words(figure.type),
            "zh": figure.row.zh,
            "en": figure.row.en,
        }


def _parameter(name: str, kind: ParameterKind) -> dict[str, Any]:
    """`by`: an object with one value for each key; `fields`: each value is an object."""
    return {
        "name": name,
        "type": kind.type,
        "written": None if kind.type is None else _WRITTEN[kind.type],
        "fields": {field: {"type": word, "written": _WRITTEN[word]} for field, word in kind.fields.items()},
        "by": kind.by,
        "keys": list(kind.keys),
        "words": list(kind.words),
        "unit": kind.unit,
        "most": dict(kind.most),
        "least": dict(kind.least),
        "zh": kind.zh,
        "en": kind.en,
    }


def _codes(book: RuleBook, rule_id: str, compiled: CompiledRule) -> list[str]:
    """Those that this rule can give, its own first."""
    found = [each.row.code for each in compiled.caveats]
    for each in compiled.conditions:
        found += [code for code in (each.row.false_code, each.row.unknown_code, each.row.open_code) if code is not None]
    found.append(codes.FACT_MISSING)
    if compiled.parameters:
        found.append(codes.PARAMETER_MISSING)
    if any(each.kind.accumulates for each in compiled.facts):
        found.append(codes.LOWER_BOUND)
    ends = {each.row.after_end for each in book.versions_of(rule_id)}
    found += [codes.POLICY_ENDED] if "ended" in ends else []
    found += [codes.POLICY_STATUS_UNKNOWN] if "status_unknown" in ends else []
    if any(each.start != ALWAYS for each in book.versions_of(rule_id)):
        found.append(codes.NO_RULE_FOR_DATE)
    if any(each.row.review is not None for each in book.versions_of(rule_id)):
        found.append(codes.REVIEW_REQUIRED)
    if compiled.governing is not None:
        found.append(codes.GOVERNING_DATE_ASSUMED)
    if any(each.row.governs_to is not None for each in book.layers_of(rule_id)):
        found.append(codes.LOCAL_LAYER_EXPIRED)
    return list(dict.fromkeys((*found, codes.PACKAGE_EXPIRED)))


def _words(words: dict[str, Saying]) -> dict[str, dict[str, str]]:
    return {word: {"zh": each.zh, "en": each.en} for word, each in words.items()}


def _sorted_words(type: Type) -> list[str]:
    return sorted(type.words)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
