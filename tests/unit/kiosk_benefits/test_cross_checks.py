"""Double benefits and risks (benefit rules, section 7): a warning and a flag, never another outcome."""

from dataclasses import replace
from datetime import date

import pytest

from kiosk.benefits.cross_checks import cross_checks
from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.explanation import explained, lines
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped, shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.package import PackageUnfit, read_content
from kiosk.benefits.reading import question_of
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import checked_book

TODAY = date(2026, 11, 22)
BOOK = shipped_book()


def facts(**values):
    return {name: Fact(value, Source.DECLARED, TODAY) for name, value in values.items()}


def hits(rule_id, **values):
    return cross_checks(BOOK, rule_id, facts(**values), TODAY)


def ids(rule_id, **values):
    return [hit.id for hit in hits(rule_id, **values)]


@pytest.mark.parametrize(
    ("rule", "fact", "check", "citation", "words"),
    [
        ("R-UI", "draws_pension", "X-1", "sil-51", ("停止领失业保险金", "ends when a basic pension is drawn")),
        ("R-UI-CONT", "draws_pension", "X-1", "sil-51", ("停止领失业保险金", "ends when a basic pension is drawn")),
        ("R-RET-FLEX", "draws_unemployment_benefit", "X-1", "sil-51", ("停发", "ends when the basic pension starts")),
        ("R-UI-EXT", "draws_pension", "X-1", "sil-51", ("停止领失业保险金", "ends when a basic pension is drawn")),
        ("R-UI-PENSION", "draws_pension", "X-1", "sil-51", ("停止领失业保险金", "ends when a basic pension is drawn")),
        ("R-PEN-EMP", "draws_unemployment_benefit", "X-1", "sil-51", ("停发", "ends when the basic pension starts")),
        ("R-PEN-RES", "draws_unemployment_benefit", "X-1", "sil-51", ("停发", "ends when the basic pension starts")),
        ("R-DEATH", "funeral_grant_taken", "X-2", "sil-49", ("只能选领一份", "only one is paid")),
        ("R-SKILL", "training_subsidy_taken", "X-3", "skill-2017-40", ("不能都领", "not both paid")),
        ("R-PEN-RES", "draws_pension", "X-4", "link-2014-23", ("不能都领", "not both drawn")),
        ("R-PEN-EMP", "draws_resident_pension", "X-4", "link-2014-23", ("不能都领", "not both drawn")),
        ("R-FLEX-SI", "employer_contributed_in_month", "X-5", "jobs-fund-insurance", ("要退回", "paid back")),
        ("R-FLEX-SI", "has_employer", "X-5", "jobs-fund-insurance", ("要退回", "paid back")),
        ("R-INJ-DEATH", "funeral_grant_taken", "X-2", "sil-49", ("只能选领一份", "only one is paid")),
        ("R-INJ", "death_reported", "X-6", "handling-25", ("20 个工作日", "20 working days")),
        ("R-UI", "serving_sentence", "X-6", "handling-25", ("服刑", "prison sentence")),
        ("R-MAT", "entitlement_lost", "X-6", "handling-25", ("丧失领取资格", "loss of entitlement")),
        ("R-UI", "overpaid_benefit", "X-8", "handling-46", ("分期退还", "by instalments or by set-off")),
        ("R-DIBAO", "fraud_found", "X-9", "handling-55", ("2 倍以上 5 倍以下", "2 to 5 times")),
    ],
)
def test_a_check_hits_when_its_fact_is_true_and_neither_when_false_nor_when_unknown(rule, fact, check, citation, words):
    (hit,) = hits(rule, **{fact: True})
    assert (hit.id, hit.citations) == (check, (citation,))
    assert words[0] in hit.sentence.zh
    assert words[1] in hit.sentence.en
    assert ids(rule, **{fact: False}) == []
    assert ids(rule) == []


def test_contributions_that_are_on_record_say_more_than_a_job_does():
    assert ids("R-FLEX-SI", has_employer=True, employer_contributed_in_month=False) == []
    assert ids("R-FLEX-SI", has_employer=False, employer_contributed_in_month=True) == ["X-5"]


def test_a_check_of_some_rules_is_not_made_after_others():
    assert ids("R-MAT", draws_pension=True, funeral_grant_taken=True, draws_unemployment_benefit=True) == []


@pytest.mark.parametrize(
    ("chosen", "differ", "wanted"),
    [
        # born 1968-03: o = 2028-03, 38 months after 2025-01, delay 38 // 4 + 1 = 10 months: 2029-01
        (Month(2028, 12), True, ["X-7"]),
        (Month(2029, 1), True, []),
        (Month(2028, 12), False, []),
        (Month(2028, 12), None, []),
    ],
)
def test_early_retirement_with_two_birth_dates_is_a_risk_only_before_the_statutory_month(chosen, differ, wanted):
    values = {"birth_month": Month(1968, 3), "category": "male", "retirement_month": chosen}
    if differ is not None:
        values["birth_dates_differ"] = differ
    assert ids("R-RET-FLEX", **values) == wanted


def test_the_warning_names_the_month_that_was_chosen_and_the_statutory_one():
    (hit,) = hits(
        "R-RET-FLEX",
        birth_month=Month(1968, 3),
        category="male",
        birth_dates_differ=True,
        retirement_month=Month(2028, 12),
    )
    assert "2028年12月" in hit.sentence.zh
    assert "2029年1月" in hit.sentence.zh
    assert "2028-12" in hit.sentence.en
    assert "2029-01" in hit.sentence.en
    assert hit.citations == ("birth-date",)


def test_a_hit_shows_no_figure_of_a_person_in_its_repr():
    (hit,) = hits("R-UI", draws_pension=True)
    assert "养老金" not in repr(hit)


def test_several_checks_hit_at_once():
    assert ids("R-UI", draws_pension=True, overpaid_benefit=True, fraud_found=True) == ["X-1", "X-8", "X-9"]


def asked(rule, **values):
    return question_of(BOOK, {"rule": rule, "facts": values, "as_of": "2026-11-22"})


def test_the_record_carries_the_hit_with_its_article_and_the_outcome_as_it_is_without():
    with_grant = asked("R-INJ-DEATH", recognised=True, death_on="2026-05-01", funeral_grant_taken=True)
    without = asked("R-INJ-DEATH", recognised=True, death_on="2026-05-01")
    hit, none = (record(BOOK, evaluate(BOOK, each)) for each in (with_grant, without))
    assert [each["id"] for each in hit["cross_checks"]] == ["X-2"]
    assert hit["cross_checks"][0]["citation_ids"] == ["sil-49"]
    assert "sil-49" in [each["id"] for each in hit["citations"]]
    assert none["cross_checks"] == []
    for field in ("outcome", "reasons", "reason_codes", "standing"):
        assert hit[field] == none[field]


def test_the_record_looks_at_all_that_was_handed_in():
    question = asked("R-MAT", employer_insured=True)
    more = replace(question, facts={**question.facts, **facts(overpaid_benefit=True)})
    assert [each["id"] for each in record(BOOK, evaluate(BOOK, more))["cross_checks"]] == ["X-8"]


@pytest.mark.parametrize("rule", BOOK.rules)
def test_each_fact_of_a_check_can_be_told_by_its_name_after_each_rule(rule):
    told = {**BOOK.aliases(rule), **BOOK.check_aliases(rule)}
    for check in BOOK.checks:
        if check.row.runs_after(rule):
            assert check.row.facts.items() <= told.items()


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "从以后的待遇中抵扣。 (X-8)"), ("en", "by instalments or by set-off")]
)
def test_the_tree_for_people_has_the_warning_with_its_article(language, words):
    outcome = evaluate(BOOK, asked("R-MAT", employer_insured=True, overpaid_benefit=True))
    told = list(lines(explained(BOOK, outcome, language)))
    (warning,) = [place for place, each in enumerate(told) if words in each]
    assert "第四十六条" in told[warning + 1]


CHECK = """
[package]
kind = "rules"
name = "a-check"
version = 1
valid_from = 2026-01-01
place = "000000"
[[check]]
id = "X-99"
after = []
facts = {{ months = "ui_months_since_claim" }}
uses = {uses}
when = '{when}'
zh = "{zh}"
en = "{zh}"
cites = ["{cites}"]
"""


def with_check(when="months >= 12", uses="[]", zh="月数 {months}", cites="sil-16"):
    content = read_content(CHECK.format(when=when, uses=uses, zh=zh, cites=cites), "a.toml")
    return checked_book((*shipped(), ("a.toml", content)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"when": "no_such_fact"}, ("X-99", "when", "no_such_fact")),
        ({"when": "months + 1"}, ("X-99", "when", "flag")),
        ({"zh": "{nobody}"}, ("X-99", "nobody")),
        ({"uses": '["R-NONE"]'}, ("X-99", "R-NONE")),
        ({"cites": "no-such-law"}, ("X-99", "no-such-law")),
    ],
)
def test_a_check_that_cannot_be_made_is_refused_when_the_book_is(change, words):
    with pytest.raises(PackageUnfit) as caught:
        with_check(**change)
    for word in ("a.toml", *words):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("months", "source", "wanted"),
    [
        (12, Source.DECLARED, ["X-99"]),
        (11, Source.DECLARED, []),
        (11, Source.VERIFIED, []),
        (12, Source.VERIFIED, ["X-99"]),
    ],
)
def test_months_that_were_not_verified_are_at_least_so_many(months, source, wanted):
    found = cross_checks(with_check(), "R-MAT", {"ui_months_since_claim": Fact(months, source, TODAY)}, TODAY)
    assert [hit.id for hit in found] == wanted


def test_a_lower_bound_is_no_hit_for_too_few():
    book = with_check(when="months < 12")
    for source, wanted in ((Source.VERIFIED, ["X-99"]), (Source.DECLARED, [])):
        found = cross_checks(book, "R-MAT", {"ui_months_since_claim": Fact(3, source, TODAY)}, TODAY)
        assert [hit.id for hit in found] == wanted
