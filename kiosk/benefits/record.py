"""An outcome as a record for programs (benefit rules, 0.2): plain JSON values, no binary fraction anywhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from kiosk.benefits.cross_checks import cross_checks
from kiosk.benefits.fact import Source
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Outcome, Reason, Result
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.span import Span
from kiosk.benefits.truth import truth_of
from kiosk.benefits.wording import Sentence, Wording, plain


def record(book: RuleBook, outcome: Outcome) -> dict[str, Any]:
    """The whole record. Money and other decimal numbers are text, months YYYY-MM, days YYYY-MM-DD."""
    say = Wording(book, outcome)
    rule = outcome.rule
    merged = rule.merged
    # of all that was handed in: they look at more than the rule does
    hits = cross_checks(book, rule.id, outcome.given, outcome.as_of)
    return {
        "rule_id": rule.id,
        "rule_version": merged.version,
        "jurisdiction_chain": list(dict.fromkeys(merged.layers)),
        "as_of": outcome.as_of.isoformat(),
        "governing_date": _day(outcome.governing_date),
        "governing_date_from": "as_of" if outcome.governing_assumed else "fact",
        "outcome": outcome.result.code,
        "outcome_text": _both(Sentence(outcome.result.zh, outcome.result.en)),
        "standing": outcome.standing.value,
        "headline": _both(say.headline),
        "reasons": [_reason(say, outcome, each) for each in outcome.reasons],
        "caveats": [
            {"code": each.row.code, "text": _both(say.filled(each.row.zh, each.row.en)), "citation_ids": list(cites)}
            for each in outcome.caveats
            for cites in (each.row.cites,)
        ],
        "reason_codes": list(outcome.codes),
        "alternatives": [
            {
                "when": {each.fact: each.word},
                "outcome": each.outcome.code,
                "result": {name: _value(value, rule.figures[name].row.unit) for name, value in each.values.items()},
            }
            for each in outcome.alternatives
        ],
        "missing_facts": list(outcome.missing_facts),
        "missing_parameters": list(outcome.missing_parameters),
        "result": {name: _value(value, rule.figures[name].row.unit) for name, value in outcome.values.items()},
        "result_status": outcome.status.value,
        "result_ranges": {name: _value(value, rule.figures[name].row.unit) for name, value in outcome.ranges.items()},
        "amount": _amount(say, outcome),
        "duration": _duration(outcome),
        "deadlines": [
            {
                "id": each.row.id,
                "on": _day(outcome.deadlines[each.row.id]),
                "text": _both(say.filled(each.row.zh, each.row.en)),
                "citation_ids": list(each.row.cites),
            }
            for each in rule.deadlines
        ],
        "next_step": _next_step(say, outcome),
        "cross_checks": [
            {"id": each.id, "text": _both(each.sentence), "citation_ids": list(each.citations)} for each in hits
        ],
        "guide": [_both(Sentence(each.zh, each.en)) for each in merged.rule.guide],
        "disclaimers": [_both(each) for each in say.disclaimers],
        "fact_source": _source(outcome.source),
        "citations": [
            _citation(book, each)
            for each in dict.fromkeys((*cited(outcome), *(cite for hit in hits for cite in hit.citations)))
        ],
    }


def cited(outcome: Outcome) -> tuple[str, ...]:
    """Ids of every text that the answer rests on, the rule's own first."""
    merged = outcome.rule.merged
    found = [*merged.cites, *(each for reason in outcome.reasons for each in reason.condition.row.cites)]
    found += [each for caveat in outcome.caveats for each in caveat.row.cites]
    found += [each for deadline in outcome.rule.deadlines for each in deadline.row.cites]
    if merged.next_step is not None:
        found += merged.next_step.cites
    return tuple(dict.fromkeys(found))


def _reason(say: Wording, outcome: Outcome, reason: Reason) -> dict[str, Any]:
    row = reason.condition.row
    text = say.condition(reason)
    slots = [each for each in outcome.rule.facts if each.store in reason.condition.reads]
    known = [outcome.given[each.store].source for each in slots if each.store in outcome.given]
    return {
        "condition_id": row.id,
        "state": truth_of(reason.state).value,
        "kind": row.kind,
        "fact_used": {each.alias: _value(outcome.row[each.slot], each.kind.unit) for each in slots},
        "fact_source": _source(min(known, default=None)),
        "text_zh": text.zh,
        "text_en": text.en,
        "from": _day(reason.begins),
        "step": row.step if reason.state is False else None,
        "citation_ids": list(row.cites),
    }


def _amount(say: Wording, outcome: Outcome) -> dict[str, Any]:
    row = outcome.rule.merged.amount
    if row is None:
        return {"value": None, "estimate": True}
    unit = outcome.rule.figures[row.value].row.unit
    value = _value(outcome.values[row.value], unit)
    if value is None and row.value in outcome.ranges:
        return {"range": _value(outcome.ranges[row.value], unit), "unit": unit, "estimate": True}
    return {
        "most" if row.most else "value": value,
        "unit": unit,
        "basis": _both(say.filled(row.zh, row.en)),
        "estimate": True,
    }


def _duration(outcome: Outcome) -> dict[str, Any] | None:
    name = outcome.rule.merged.rule.duration
    if name is None:
        return None
    return {"value": _value(outcome.values[name], None), "unit": outcome.rule.figures[name].row.unit}


def _next_step(say: Wording, outcome: Outcome) -> dict[str, Any] | None:
    step = outcome.rule.merged.next_step
    if step is None:
        return None
    return {
        "item": step.item,
        "text": _both(say.filled(step.zh, step.en)),
        "papers_zh": list(step.papers_zh),
        "papers_en": list(step.papers_en),
        "working_days": step.working_days,
        "apply_anyway": outcome.result is Result.NOT_ELIGIBLE,
    }


def _citation(book: RuleBook, citation_id: str) -> dict[str, Any]:
    row = book.citations[citation_id]
    return {
        "id": row.id,
        "title": row.title,
        "document_number": row.document_number,
        "article": row.article,
        "effective_from": row.effective_from.isoformat(),
        "effective_to": None if row.effective_to is None else row.effective_to.isoformat(),
        "mark": row.mark,
    }


def _value(value: Any, unit: str | None) -> Any:
    if isinstance(value, Span):
        return {"least": _value(value.least, unit), "most": _value(value.most, unit)}
    found = plain(value, unit)
    return str(found) if isinstance(found, Decimal) else found


def _day(value: date | Month | None) -> str | None:
    return None if value is None else str(value)


def _source(source: Source | None) -> str | None:
    return None if source is None else source.name.lower()


def _both(sentence: Sentence) -> dict[str, str]:
    return {"zh": sentence.zh, "en": sentence.en}
