"""Which question comes next: each one matters, none comes twice, and all "I don't know" ends with what is missing."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Result
from kiosk.benefits.question import Question
from kiosk.benefits.questionnaire import next_question, told
from kiosk.benefits.samples import values

TODAY = date(2026, 11, 22)
BOOK = shipped_book()
LOCAL = tuple((rule, place) for rule in BOOK.rules for place in ("990100", "440000") if BOOK.overlays_of(rule))
ASKED = (*((rule, "CN") for rule in BOOK.rules), *LOCAL)


def declared(value):
    return Fact(value, Source.DECLARED, TODAY)


def walk(rule, answer, place="CN", facts=()):
    """Asks until nothing is left to ask. `answer` gives a value for an Ask, None for "I don't know"."""
    asked, declined, put = Question(rule, dict(facts), TODAY, place), frozenset(), []
    while (found := next_question(BOOK, asked, declined)) is not None:
        put.append((found, asked))
        value = answer(found)
        if value is None:
            declined |= {found.fact}
        else:
            asked = replace(asked, facts={**asked.facts, found.fact: declared(value)})
        assert len(put) <= 60, f"{rule} asks on and on: {[each.fact for each, _ in put]}"
    return put, asked, declined


def nothing(ask):
    return None


def drawn(seed):
    chance = Random(seed)

    def answer(ask):
        return None if chance.random() < 0.2 else chance.choice((ask.one, ask.other))

    return answer


@pytest.mark.parametrize(("rule", "place"), ASKED)
def test_each_question_asked_has_two_answers_with_different_outcome_or_result(rule, place):
    for answer in (nothing, lambda ask: ask.other, drawn(1)):
        for ask, asked in walk(rule, answer, place)[0]:
            one, other = (
                evaluate(BOOK, replace(asked, facts={**asked.facts, **ask.supposing, ask.fact: declared(value)}))
                for value in (ask.one, ask.other)
            )
            assert told(one) != told(other), (ask.fact, ask.one, ask.other)


@pytest.mark.parametrize("rule", BOOK.rules)
def test_only_what_is_unknown_and_can_be_asked_is_asked_and_never_twice(rule):
    for answer in (nothing, drawn(3)):
        put, _, _ = walk(rule, answer)
        names = [ask.fact for ask, _ in put]
        assert len(names) == len(set(names))
        for ask, asked in put:
            assert ask.fact not in asked.facts
            assert BOOK.facts[ask.fact].ask is not None
            assert ask.fact not in ask.supposing


@pytest.mark.parametrize("rule", BOOK.rules)
def test_not_knowing_anything_ends_with_what_is_missing_named(rule):
    _, asked, _ = walk(rule, nothing)
    outcome = evaluate(BOOK, asked)
    if outcome.result in (Result.ELIGIBLE, Result.COMPUTED):
        return
    assert outcome.missing_facts or outcome.missing_parameters or outcome.codes
    unknown = [each.condition.row.id for each in outcome.reasons if each.state is None]
    blocked = {"REVIEW_REQUIRED", "POLICY_STATUS_UNKNOWN", "NO_RULE_FOR_DATE"} & set(outcome.codes)
    assert outcome.missing_facts or outcome.missing_parameters or blocked or not unknown or outcome.caveats


@pytest.mark.parametrize("rule", BOOK.rules)
def test_the_same_question_is_asked_every_time(rule):
    first, _, _ = walk(rule, drawn(7))
    again, _, _ = walk(rule, drawn(7))
    assert [ask for ask, _ in first] == [ask for ask, _ in again]


@pytest.mark.parametrize("rule", BOOK.rules)
def test_when_it_stops_no_answer_to_what_is_left_changes_anything(rule):
    """Tried with 60 other draws than its own."""
    chance = Random(rule)
    for answer in (lambda ask: ask.one, drawn(11)):
        _, asked, declined = walk(rule, answer)
        left = [
            each
            for each in evaluate(BOOK, asked).rule.facts
            if each.kind.ask is not None and each.store not in asked.facts and each.store not in declined
        ]
        merged = [evaluate(BOOK, asked).rule.merged]
        might_be = {each.store: values(each.kind, merged, TODAY) for each in left}
        for _ in range(60 if left else 0):
            facts = {
                store: declared(chance.choice(found)) for store, found in might_be.items() if chance.random() < 0.8
            }
            turned = chance.choice(list(might_be))
            ends = []
            for value in might_be[turned]:
                outcome = evaluate(BOOK, replace(asked, facts={**asked.facts, **facts, turned: declared(value)}))
                if "FACTS_CONTRADICT" not in outcome.codes:
                    ends.append(told(outcome))
            assert all(each == ends[0] for each in ends), (turned, facts)


def test_a_man_is_asked_when_he_was_born_and_no_category():
    put, asked, _ = walk(
        "R-RET-AGE",
        lambda ask: False if ask.kind.type == "flag" else Month(1965, 8),
        "CN",
        [
            ("sex", Fact("male", Source.VERIFIED, TODAY)),
        ],
    )
    assert [ask.fact for ask, _ in put] == ["birth_month", "birth_dates_differ", "special_group"]
    assert evaluate(BOOK, asked).result is Result.COMPUTED


def test_a_woman_is_asked_for_one_of_her_two_categories():
    known = [
        ("sex", Fact("female", Source.VERIFIED, TODAY)),
        ("birth_month", Fact(Month(1975, 11), Source.VERIFIED, TODAY)),
    ]
    put, _, _ = walk("R-RET-AGE", nothing, "CN", known)
    assert put[0][0].fact == "category"
    assert put[0][0].words == ("female55", "female50")


def test_who_does_not_know_when_he_was_born_is_asked_nothing_more():
    put, asked, _ = walk("R-RET-AGE", nothing)
    assert [ask.fact for ask, _ in put] == ["birth_month"]
    assert evaluate(BOOK, asked).missing_facts == ("birth_month", "category")
