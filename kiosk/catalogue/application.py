"""The hand-over of a check into an application: what the person confirms, and what goes sealed to the centre.

The facts go as they were collected, each with its source and day, and the outcome of the check beside them. The check
never stands in the way: an application goes on whatever it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.benefits.carrying import plain_fact
from kiosk.benefits.fact import Fact
from kiosk.benefits.outcome import Outcome
from kiosk.benefits.vocabulary import FactKind
from kiosk.benefits.wording import SOURCES, Sentence, worded
from kiosk.identity import Holder
from kiosk.local_number import LocalNumber
from kiosk.masking import mask_id_number
from kiosk.text import Text, bilingual, text, verbatim

Facts = Mapping[str, Fact[Any]]
_MOST_LINES = 40


def confirmed(
    holder: Holder, facts: Facts, kinds: Mapping[str, FactKind], asked: tuple[str, ...]
) -> tuple[tuple[Text, Text], ...]:
    """C10: who applies, and each fact with its source. `asked`: which facts, in their order."""
    return (
        (text("answer.person"), verbatim(holder.masked_name)),
        (text("certificate.id_number"), verbatim(mask_id_number(holder.id_number))),
        *((_label(kinds[name]), _value(kinds[name], facts[name])) for name in asked if name in facts),
    )


def act(
    item: str,
    holder: Holder,
    number: LocalNumber,
    facts: Facts,
    kinds: Mapping[str, FactKind],
    asked: tuple[str, ...],
    outcome: Outcome | None,
    flags: tuple[str, ...],
) -> dict[str, object]:
    """The body (`sync.protocol.messages.Application`)."""
    names = [name for name in asked if name in facts]
    lines = [(kinds[name].zh, _said(kinds[name], facts[name]).zh) for name in names]
    return {
        "type": "application",
        "item": item,
        "id_number": holder.id_number,
        "card_number": holder.card_number,
        "local_number": number.text,
        "content": [list(line) for line in lines[:_MOST_LINES]],
        "facts": [{"name": name, **plain_fact(kinds[name], facts[name]).model_dump()} for name in names],
        "check": None if outcome is None else _check(outcome, flags),
    }


def _check(outcome: Outcome, flags: tuple[str, ...]) -> dict[str, object]:
    return {
        "rule": outcome.rule.id,
        "version": outcome.rule.merged.version,
        "place": outcome.place,
        "as_of": outcome.as_of.isoformat(),
        "outcome": outcome.result.code,
        "reason_codes": list(outcome.codes),
        "flags": list(flags),
    }


def _label(kind: FactKind) -> Text:
    return bilingual(kind.zh, kind.en)


def _value(kind: FactKind, fact: Fact[Any]) -> Text:
    said = _said(kind, fact)
    return bilingual(said.zh, said.en)


def _said(kind: FactKind, fact: Fact[Any]) -> Sentence:
    source, said = SOURCES[fact.source], worded(kind, fact.value)
    return Sentence(f"{said.zh}（{source.zh}）", f"{said.en} ({source.en})")
