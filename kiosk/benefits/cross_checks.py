"""Double benefits and risks (benefit rules, section 7), looked at after a rule was asked.

A hit changes no outcome: it is a warning to the person and a flag on the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kiosk.benefits.fact import Fact
from kiosk.benefits.filling import NO_FIGURES, filled
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.wording import Sentence, fill


@dataclass(frozen=True, slots=True)
class Hit:
    """`id` is the flag (X-…), `sentence` the warning; its figures are personal."""

    id: str
    sentence: Sentence = field(repr=False)
    citations: tuple[str, ...]


def cross_checks(book: RuleBook, rule_id: str, facts: Mapping[str, Fact[Any]], as_of: date) -> tuple[Hit, ...]:
    """Every check of this rule that holds for the facts (by their name in the store); an unknown fact is no hit."""
    hits = []
    for check in book.checks_on(as_of):
        if check.row.runs_after(rule_id):
            row, _ = filled(check.rule, facts, as_of, NO_FIGURES)
            if check.rule.caveats[0].run(row) is True:
                sentence = Sentence(
                    fill(book, check.rule, row, check.row.zh, "zh"), fill(book, check.rule, row, check.row.en, "en")
                )
                hits.append(Hit(check.row.id, sentence, check.row.cites))
    return tuple(hits)
