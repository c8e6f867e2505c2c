"""Double benefits and risks (benefit rules, section 7), looked at after a rule was asked.

A hit changes no outcome: it is a warning to the person and a flag on the case.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.language.typed import Row
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.span import Span
from kiosk.benefits.wording import Sentence, shown


@dataclass(frozen=True, slots=True)
class Hit:
    """`id` is the flag (X-…), `sentence` the warning; its figures are personal."""

    id: str
    sentence: Sentence = field(repr=False)
    citations: tuple[str, ...]


def cross_checks(book: RuleBook, rule_id: str, facts: Mapping[str, Fact[Any]], as_of: date) -> tuple[Hit, ...]:
    """Every check of this rule that holds for the facts (by their name in the store); an unknown fact is no hit."""
    hits = []
    for check in book.compiled_checks:
        if check.runs_after(rule_id):
            row = _filled(check.rule, facts, as_of)
            if check.rule.caveats[0].run(row) is True:
                sentence = Sentence(
                    _said(book, check.rule, row, check.row.zh, "zh"), _said(book, check.rule, row, check.row.en, "en")
                )
                hits.append(Hit(check.row.id, sentence, check.row.cites))
    return tuple(hits)


def _filled(rule: CompiledRule, facts: Mapping[str, Fact[Any]], as_of: date) -> Row:
    row: Row = [None] * rule.size
    row[0] = as_of
    for slot in rule.facts:
        fact = facts.get(slot.store)
        if fact is not None:
            lower_bound = slot.kind.accumulates and fact.source is not Source.VERIFIED
            row[slot.slot] = Span(fact.value, None) if lower_bound else fact.value
    for place, run in rule.lets:
        row[place] = run(row)
    return row


def _said(book: RuleBook, rule: CompiledRule, row: Row, text: str, language: str) -> str:
    parts = []
    for before, word, _, _ in string.Formatter().parse(text):
        parts.append(before)
        if word:
            run, _, store = rule.shown[word]
            kind = None if store is None else book.facts[store]
            words = {} if kind is None else {key: getattr(each, language) for key, each in kind.words.items()}
            parts.append(shown(run(row), language, None, words))
    return "".join(parts)
