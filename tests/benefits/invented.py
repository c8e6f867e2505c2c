"""Invented people for properties, made by hypothesis: who breaks a promise is cut down to what matters of him.

In `make test` the same people come each time; a long run takes its own seed and many more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import product
from math import prod

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.question import Question
from kiosk.benefits.reading import question_of
from tests.benefits.people import TODAY, born_once, consistent, domain
from tests.benefits.running import all_cases, asked

BOOK = shipped_book()
PLACES = ("CN", "440000", "990100")
VERIFIED = (Source.VERIFIED,)
_PLACES = st.sampled_from(PLACES)


@st.composite
def questions(draw, rule_id, *, unknown, sources=VERIFIED, outcome=None):
    """A question about somebody of whom at most so many facts are not known.

    He is wholly invented, or the person of a literal case (one with this `outcome`) with a fact or two changed.
    """
    known = _cases(rule_id, outcome)
    case = draw(known) if outcome or (known is not None and draw(st.booleans())) else None
    asked_for = Question(rule_id, {}, TODAY, draw(_PLACES)) if case is None else case
    rule = BOOK.rule(rule_id, asked_for.place, TODAY)
    values = _values(rule_id, asked_for.place)
    hidden = draw(_some(tuple(values), unknown)) if values and unknown else set()
    changed = draw(_some(tuple(values), 2)) if values else set()
    facts = {}
    for slot in rule.facts:
        there = asked_for.facts.get(slot.store)
        if slot.store in hidden:
            continue
        value = draw(values[slot.store]) if there is None or slot.store in changed else there.value
        facts[slot.store] = Fact(value, draw(_one_of(sources)), asked_for.as_of)
    if draw(st.integers(0, 9)):
        facts = born_once(facts)
    hypothesis.assume(consistent(facts))
    # the chosen month stands for the claim until a claim is named: naming another one is asking another thing
    hypothesis.assume("pension_claim_month" in facts or "retirement_month" not in facts or rule_id != "R-PEN-EMP")
    return replace(asked_for, facts=facts)


# made once: a strategy made anew for each of some hundred thousand draws takes longer than the draw


@cache
def _cases(rule_id, outcome):
    """The questions of literal cases; None where there is none."""
    found = [
        question_of(BOOK, asked(each))
        for each in all_cases()
        # the values that facts may have are those of today
        if each.rule == rule_id and each.as_of == TODAY and outcome in (None, each.outcome)
    ]
    return st.sampled_from(found) if found else None


@cache
def _values(rule_id, place):
    """By the names of a rule's facts, what they may be."""
    rule = BOOK.rule(rule_id, place, TODAY)
    return {slot.store: st.sampled_from(domain(BOOK, rule, slot)) for slot in rule.facts}


@cache
def _some(names, most):
    return st.sets(st.sampled_from(names), max_size=most)


@cache
def _one_of(given):
    return st.sampled_from(given)


def completions(question):
    """Everybody whom the known facts leave open, one after the other; and how many they are at most."""
    rule = BOOK.rule(question.rule, question.place, TODAY)
    slots = [slot for slot in rule.facts if slot.store not in question.facts]
    domains = [_alike(question, slot) or domain(BOOK, rule, slot) for slot in slots]

    def everybody():
        for values in product(*domains):
            told = {
                slot.store: Fact(value, Source.VERIFIED, question.as_of)
                for slot, value in zip(slots, values, strict=True)
            }
            facts = {**question.facts, **told}
            if consistent(facts):
                yield replace(question, facts=facts)

    return everybody(), prod(map(len, domains))


def _alike(question, slot):
    """What a date or month of birth may be where the other one is known; nothing for other facts."""
    date, month = question.facts.get("birth_date"), question.facts.get("birth_month")
    if slot.store == "birth_date" and month is not None:
        return tuple(month.value.first_day + timedelta(days=days) for days in range(28))
    if slot.store == "birth_month" and date is not None:
        # the file may say another month than the document
        return (Month.of(date.value), Month.of(date.value) + 1)
    return ()


def holds(promise: Callable[..., None], people, examples, seed=None, **others):
    """Try a promise on so many invented people; without a seed always on the same. `others`: what else it takes."""
    tried = settings(
        max_examples=examples, deadline=None, database=None, derandomize=seed is None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )(hypothesis.given(question=people, **others)(promise))  # fmt: skip
    (tried if seed is None else hypothesis.seed(seed)(tried))()
