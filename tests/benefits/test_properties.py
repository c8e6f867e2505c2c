"""What holds for every rule and every person, whatever the law says."""

import json
from dataclasses import replace
from random import Random

import pytest

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.language.types import Kind
from kiosk.benefits.loading import shipped, shipped_book
from kiosk.benefits.outcome import Result
from kiosk.benefits.package import PackageUnfit
from kiosk.benefits.question import Question
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import RuleBook, checked_book
from tests.benefits.mutating import mutants
from tests.benefits.people import TODAY, chance_facts, consistent, domain

BOOK = shipped_book()
PLACES = ("CN", "440000", "990100")
TRIES = 100
SURE = {Result.ELIGIBLE, Result.NOT_ELIGIBLE}


def people(rule_id, known, source=Source.VERIFIED, tries=TRIES):
    """(question, outcome) for invented people."""
    chance = Random(f"{rule_id} {known}")
    for number in range(tries):
        place = PLACES[number % len(PLACES)]
        rule = BOOK.rule(rule_id, place, TODAY)
        facts = chance_facts(BOOK, rule, chance, known, source)
        if consistent(facts):
            question = Question(rule_id, facts, TODAY, place)
            yield chance, question, evaluate(BOOK, question)


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_an_unknown_that_becomes_known_never_contradicts_an_earlier_yes_or_no(rule_id):
    for chance, question, outcome in people(rule_id, 0.5, None):
        if outcome.result not in SURE:
            continue
        open_slots = [slot for slot in outcome.rule.facts if slot.store not in question.facts]
        for slot in open_slots:
            for value in chance.sample(values := domain(BOOK, outcome.rule, slot), min(4, len(values))):
                facts = {**question.facts, slot.store: Fact(value, Source.VERIFIED, TODAY)}
                if consistent(facts):
                    found = evaluate(BOOK, replace(question, facts=facts)).result
                    # a caveat may still make it unsayable; a yes never becomes a no, nor a no a yes
                    assert found in (outcome.result, Result.UNDETERMINED), (slot.alias, value, question.facts)


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_the_order_of_facts_changes_nothing(rule_id):
    for chance, question, outcome in people(rule_id, 0.8, None, 30):
        shuffled = list(question.facts.items())
        chance.shuffle(shuffled)
        again = evaluate(BOOK, replace(question, facts=dict(shuffled)))
        assert record(BOOK, again) == record(BOOK, outcome)


@pytest.mark.parametrize("rule_id", [each for each in BOOK.rules if BOOK.row(each).monotone])
def test_more_contribution_never_turns_a_yes_into_a_no(rule_id):
    turned = 0
    for chance, question, outcome in people(rule_id, 0.9):
        for alias in BOOK.row(rule_id).monotone:
            slot = next(each for each in outcome.rule.facts if each.alias == alias)
            fact = question.facts.get(slot.store)
            if fact is None or outcome.result is not Result.ELIGIBLE:
                continue
            turned += 1
            for more in (1, 6, chance.randrange(1, 200)):
                facts = {**question.facts, slot.store: Fact(fact.value + more, Source.VERIFIED, TODAY)}
                assert evaluate(BOOK, replace(question, facts=facts)).result is not Result.NOT_ELIGIBLE
    assert turned >= 0


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_no_binary_fraction_is_in_any_answer(rule_id):
    def no_float(text):
        raise AssertionError(f"{text} is a binary fraction")

    for _, _, outcome in people(rule_id, 0.9, None, 40):
        json.loads(json.dumps(record(BOOK, outcome), allow_nan=False), parse_float=no_float)
        for value in outcome.row:
            assert not isinstance(value, float)


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_with_everything_known_a_deciding_rule_says_yes_or_no_or_a_listed_code(rule_id):
    own = _listed_codes(rule_id)
    for _, _, outcome in people(rule_id, 1.0):
        if outcome.result is Result.UNDETERMINED:
            said = set(outcome.codes) & own
            assert said or outcome.missing_parameters or not BOOK.row(rule_id).decides, (
                outcome.codes,
                {slot.alias: outcome.row[slot.slot] for slot in outcome.rule.facts},
            )
            assert outcome.codes, "an answer that says nothing says why"


def _listed_codes(rule_id):
    """Codes that make a rule undecidable whatever is known."""
    row = BOOK.row(rule_id)
    found = {codes.POLICY_STATUS_UNKNOWN, codes.REVIEW_REQUIRED, codes.NO_RULE_FOR_DATE, codes.PACKAGE_EXPIRED}
    for each in (row, *BOOK.overlays_of(rule_id), *(BOOK.row(used) for used in row.uses)):
        found |= {caveat.code for caveat in each.caveat}
        found |= {code for row in each.condition for code in (row.unknown_code, row.open_code) if code is not None}
    return found


@pytest.mark.parametrize("rule_id", BOOK.rules)
def test_undetermined_means_that_two_completions_differ_or_a_listed_code_applies(rule_id):
    """By trying: whoever is told "cannot be said" could be told yes and could be told no, by what is not known."""
    listed = _listed_codes(rule_id)
    for chance, question, outcome in people(rule_id, 0.6, tries=60):
        if outcome.result is not Result.UNDETERMINED or set(outcome.codes) & listed or outcome.missing_parameters:
            continue
        open_slots = [slot for slot in outcome.rule.facts if slot.store not in question.facts]
        seen = set()
        for _ in range(400):
            facts = dict(question.facts)
            for slot in open_slots:
                facts[slot.store] = Fact(chance.choice(domain(BOOK, outcome.rule, slot)), Source.VERIFIED, TODAY)
            if consistent(facts):
                answer = evaluate(BOOK, replace(question, facts=facts))
                seen.add((answer.result, str(dict(answer.values))))
                if len(seen) > 1:
                    break
        known = {slot.alias: outcome.row[slot.slot] for slot in outcome.rule.facts}
        assert len(seen) > 1, (known, [(each.condition.row.id, each.state) for each in outcome.reasons])


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
