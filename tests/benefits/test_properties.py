"""What holds for every rule and every person, whatever the law says."""

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume
from hypothesis import strategies as st

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.language.types import Kind
from kiosk.benefits.loading import shipped
from kiosk.benefits.outcome import Result
from kiosk.benefits.package import PackageUnfit
from kiosk.benefits.question import Question
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import RuleBook, checked_book
from tests.benefits.invented import BOOK, PLACES, VERIFIED, completions, holds, questions
from tests.benefits.mutating import mutants
from tests.benefits.people import TODAY, chance_facts, consistent, domain
from tests.soak_record import record as note

SURE = {Result.ELIGIBLE, Result.NOT_ELIGIBLE}


EXAMPLES = 60
ANY = 99


def told(question):
    """What is known, for reading."""
    facts = " ".join(f"{name}={fact.value}" for name, fact in question.facts.items())
    return question.rule, question.place, str(question.as_of), dict(question.parameters), facts


def yes_or_no_stays(question):
    """Whatever one of the unknown facts turns out to be, but the day whose law answers: it was assumed, and said so."""
    outcome = evaluate(BOOK, question)
    if outcome.result not in SURE:
        return
    for slot in outcome.rule.facts:
        for value in () if slot.store in question.facts else domain(BOOK, outcome.rule, slot):
            facts = {**question.facts, slot.store: Fact(value, Source.VERIFIED, TODAY)}
            if consistent(facts):
                found = evaluate(BOOK, replace(question, facts=facts))
                if found.governing_assumed is outcome.governing_assumed:
                    # a caveat may still make it unsayable; a yes never becomes a no, nor a no a yes
                    assert found.result in (outcome.result, Result.UNDETERMINED), (slot.alias, value, told(question))


def order_changes_nothing(question):
    """Of facts."""
    backwards = dict(reversed(question.facts.items()))
    assert record(BOOK, evaluate(BOOK, replace(question, facts=backwards))) == record(BOOK, evaluate(BOOK, question))


def no_binary_fraction(question):
    """In the record for programs, and in no value that was used."""

    def no_float(text):
        raise AssertionError(f"{text} is a binary fraction")

    outcome = evaluate(BOOK, question)
    json.loads(json.dumps(record(BOOK, outcome), allow_nan=False), parse_float=no_float)
    assert not any(isinstance(value, float) for value in outcome.row)


def all_known_is_decided(question):
    """With everything known a deciding rule says yes or no, or one of its codes says why not."""
    outcome = evaluate(BOOK, question)
    if outcome.result is Result.UNDETERMINED:
        said = set(outcome.codes) & _listed_codes(question.rule)
        assert said or outcome.missing_parameters or not BOOK.row(question.rule).decides, outcome.codes
        assert outcome.codes, "an answer that says nothing says why"


def undetermined_means_open(question):
    """By trying everybody whom the known facts leave open: who is told "cannot be said" could be told two things."""
    everybody, many = completions(question)
    assume(many <= MOST)
    # nothing times an index that is not known is nothing, but nobody who paid for no month has a pension
    nothing = [name for name, fact in question.facts.items() if name in FACTORS and fact.value == 0]
    assume(question.rule != "R-PEN-AMOUNT" or not nothing)
    outcome = evaluate(BOOK, question)
    if outcome.result is Result.UNDETERMINED:
        if not set(outcome.codes) & _listed_codes(question.rule) and not outcome.missing_parameters:
            found = ((each.result, each.values) for each in (evaluate(BOOK, other) for other in everybody))
            first = next(found)
            assert any(each != first for each in found), (outcome.states, told(question))
        return
    for each in everybody:
        found = evaluate(BOOK, each)
        if found.governing_assumed is outcome.governing_assumed:
            assert found.result in (outcome.result, Result.UNDETERMINED), (found.result, told(each), told(question))


FACTORS = ("pension_months", "pension_base_wage")
MOST = 4000
"""People whom two or three unknown facts leave open."""
PROMISES = {
    "an unknown that becomes known never contradicts a yes or a no": (yes_or_no_stays, ANY, tuple(Source)),
    "the order of facts changes nothing": (order_changes_nothing, ANY, tuple(Source)),
    "no binary fraction is in any answer": (no_binary_fraction, ANY, tuple(Source)),
    "with everything known a deciding rule says yes or no or a listed code": (all_known_is_decided, 0, VERIFIED),
    "undetermined means that two completions differ or a listed code applies": (undetermined_means_open, 3, VERIFIED),
}


@pytest.mark.parametrize("rule_id", BOOK.rules)
@pytest.mark.parametrize("promise", PROMISES)
def test_what_holds_for_everybody(promise, rule_id):
    check, unknown, sources = PROMISES[promise]
    holds(check, questions(rule_id, unknown=unknown, sources=sources), EXAMPLES)


@pytest.mark.soak
@pytest.mark.parametrize("rule_id", BOOK.rules)
@pytest.mark.parametrize("promise", PROMISES)
def test_what_holds_for_everybody_over_many_more_of_them(promise, rule_id, soak_seed):
    check, unknown, sources = PROMISES[promise]
    holds(check, questions(rule_id, unknown=unknown, sources=sources), 2000, soak_seed)
    note({"name": "benefits.properties", "seed": soak_seed, "promise": promise, "rule": rule_id, "people": 2000})


@pytest.mark.parametrize("rule_id", [each for each in BOOK.rules if BOOK.row(each).monotone])
def test_more_contribution_never_turns_a_yes_into_a_no(rule_id):
    tried = []

    def more_is_never_less(question, more):
        outcome = evaluate(BOOK, question)
        assume(outcome.result is Result.ELIGIBLE)
        known = [slot for slot in outcome.rule.facts if slot.store in question.facts]
        for slot in (each for each in known if each.alias in BOOK.row(rule_id).monotone):
            fact = question.facts[slot.store]
            facts = {**question.facts, slot.store: Fact(fact.value + more, Source.VERIFIED, TODAY)}
            tried.append(evaluate(BOOK, replace(question, facts=facts)).result)
            assert tried[-1] is not Result.NOT_ELIGIBLE, slot.alias

    people = questions(rule_id, unknown=2, outcome="ELIGIBLE")
    holds(more_is_never_less, people, EXAMPLES, more=st.integers(1, 200))
    assert tried


def _listed_codes(rule_id):
    """Codes that make a rule undecidable whatever is known."""
    row = BOOK.row(rule_id)
    found = {codes.POLICY_STATUS_UNKNOWN, codes.REVIEW_REQUIRED, codes.NO_RULE_FOR_DATE, codes.PACKAGE_EXPIRED}
    for each in (row, *BOOK.overlays_of(rule_id), *(BOOK.row(used) for used in row.uses)):
        found |= {caveat.code for caveat in each.caveat}
        found |= {code for row in each.condition for code in (row.unknown_code, row.open_code) if code is not None}
    return found


@pytest.mark.parametrize("name", sorted({content.package.name for _, content in shipped()}))
def test_a_later_package_changes_no_answer_for_an_earlier_governing_date(name):
    packages = list(shipped())
    file, content = next(each for each in packages if each[1].package.name == name)
    chance = Random(name)
    changed = list(mutants(content))
    for mutant in chance.sample(changed, min(8, len(changed))):
        head = content.package.model_copy(
            update={"version": content.package.version + 1, "valid_from": TODAY.replace(year=2200)}
        )
        try:
            later = RuleBook([*packages, (file, mutant.content.model_copy(update={"package": head}))])
        except PackageUnfit:
            # a figure of minus one is refused, not published
            continue
        for place in PLACES:
            assert later.parameters(place, TODAY) == BOOK.parameters(place, TODAY)
            rule_id = mutant.rule or chance.choice(BOOK.rules)
            rule = BOOK.rule(rule_id, place, TODAY)
            for _ in range(15):
                facts = chance_facts(BOOK, rule, chance, 0.9)
                question = Question(rule_id, facts, TODAY, place)
                assert record(later, evaluate(later, question)) == record(BOOK, evaluate(BOOK, question)), mutant.what


@pytest.mark.parametrize("name", sorted({content.package.name for _, content in shipped()}))
def test_a_package_may_be_published_again_with_a_later_first_day(name):
    packages = list(shipped())
    file, content = next(each for each in packages if each[1].package.name == name)
    head = content.package.model_copy(update={"version": content.package.version + 1, "valid_from": TODAY})
    later = checked_book([*packages, (file, content.model_copy(update={"package": head}))])
    for place in PLACES:
        assert later.parameters(place, TODAY) == BOOK.parameters(place, TODAY)


def test_one_name_in_the_fact_store_has_one_meaning():
    """Aliases differ from rule to rule; two facts of the vocabulary never say the same, and none is unused."""
    said = {}
    for name, kind in BOOK.facts.items():
        said.setdefault((kind.zh, kind.unit), []).append(name)
    assert [names for names in said.values() if len(names) > 1] == []
    used = {
        store
        for rule in BOOK.rules
        for row in (BOOK.row(rule), *BOOK.overlays_of(rule))
        for store in row.facts.values()
    }
    used |= {store for check in BOOK.checks for store in check.row.facts.values()}
    assert set(BOOK.facts) - used == set()


def test_an_alias_means_one_kind_of_value_in_every_rule():
    kinds = {}
    for rule in BOOK.rules:
        for alias, store in BOOK.row(rule).facts.items():
            kinds.setdefault(alias, set()).add(BOOK.facts[store].kind.kind)
    assert {alias: found for alias, found in kinds.items() if len(found) > 1} == {}
    assert all(isinstance(kind, Kind) for found in kinds.values() for kind in found)
