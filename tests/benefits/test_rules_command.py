"""`kiosk benefits rules`: the names that people script against stand, and the list says what the evaluation does."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kiosk.benefits.listing import rule_listed, rules_listed
from kiosk.benefits.loading import shipped_book
from tests.benefits.running import all_cases, answer

KIOSK = str(Path(sys.executable).with_name("kiosk"))
TODAY = date(2026, 11, 22)

STOPS = ["new_job", "military_service", "moved_abroad", "draws_pension", "refused_offer"]
FIXED = {
    "R-RET-AGE": (
        ["birth_month", "category"],
        ["statutory_month", "delay_months", "age_years", "age_months"],
    ),
    "R-RET-MIN": (["claim_month", "contribution_months", "deemed_months"], ["minimum_months", "missing_months"]),
    "R-RET-FLEX": (
        ["birth_month", "category", "chosen_month", "contribution_months", "has_employer", "employer_agrees",
         "civil_servant_or_leader", "notice_date"],
        ["earliest_month", "latest_month", "minimum_months"],
    ),
    "R-PEN-AMOUNT": (
        ["base_wage", "average_index", "contribution_months", "account_balance", "retirement_age_months"],
        ["payment_months", "basic", "account", "total_without_transition"],
    ),
    "R-UI": (
        ["contribution_months", "prior_unclaimed_months", "leaving_reason", "left_involuntarily",
         "unemployment_registered", "seeking_work", "registered_on", *STOPS],
        ["months", "months_at_most", "months_kind"],
    ),
    "R-UI-CONT": (["month", *STOPS], ["state"]),
    "R-MAT": (
        ["employer_insured", "babies", "difficult_birth", "miscarriage_months", "monthly_wage_employer"],
        ["days", "amount"],
    ),
    "R-INJ": (["disability_grade", "own_monthly_wage"], ["lump_sum_months", "monthly_percent", "payer"]),
    "R-LIFE": (
        ["benefit_kind", "last_certified_on", "benefit_started_on"],
        ["state", "valid_until", "days_left"],
    ),
    "R-SKILL": (
        ["certificate_issued_on", "certificate_level", "occupation", "contribution_months", "insured_group",
         "applied_on", "training_subsidy_taken", "claims_this_year"],
        ["amount_up_to", "apply_by"],
    ),
}  # fmt: skip
"""Facts and results that programs type: fixed by the service's published table."""


def listed() -> dict[str, dict]:
    return {each["rule"]: each for each in rules_listed(shipped_book(), "CN", TODAY)}


def names(rows: list[dict]) -> set[str]:
    return {each["name"] for each in rows}


@pytest.mark.parametrize("rule", FIXED)
def test_the_names_that_people_script_against_stand(rule):
    if rule not in shipped_book():
        pytest.skip(f"{rule} is not among the shipped packages")
    facts, results = FIXED[rule]
    found = listed()[rule]
    assert set(facts) - names(found["facts"]) == set()
    assert set(results) - names(found["results"]) == set()


def test_closed_words_are_listed_with_what_they_mean():
    facts = {each["name"]: each for each in listed()["R-RET-AGE"]["facts"]}
    assert list(facts["category"]["words"]) == ["male", "female55", "female50"]
    assert facts["category"]["words"]["male"] == {"zh": "男职工（原 60 周岁）", "en": "man (original age 60)"}
    assert facts["birth_month"]["written"] == "YYYY-MM"
    months = {each["name"]: each for each in listed()["R-RET-MIN"]["facts"]}["contribution_months"]
    assert (months["store_name"], months["type"], months["unit"]) == ("pension_months", "count", "months")
    assert (months["most"], months["accumulates"]) == (720, True)


def test_one_name_of_the_store_has_one_type_whatever_rules_call_it():
    types: dict[str, set[tuple]] = {}
    for rule in listed().values():
        for each in rule["facts"]:
            types.setdefault(each["store_name"], set()).add((each["type"], each["unit"]))
    assert {name: found for name, found in types.items() if len(found) > 1} == {}


@pytest.mark.parametrize("rule", shipped_book().rules)
def test_what_cases_are_answered_stands_in_the_list(rule):
    book = shipped_book()
    for case in (case for case in all_cases() if case.rule == rule):
        record = answer(book, case)
        # of a month it is the law of its first day
        found = rule_listed(book, rule, case.place, date.fromisoformat(f"{record['governing_date']}-01"[:10]))
        codes = {each["code"] for each in found["reason_codes"]}
        assert set(record["reason_codes"]) - codes == set(), case.name
        assert set(case.facts) - names(found["facts"]) - names(found["check_facts"]) == set(), case.name
        assert set(record["result"]) == names(found["results"]), case.name
        assert {each["condition_id"] for each in record["reasons"]} == {each["id"] for each in found["conditions"]}
        written = {each["name"]: each["type"] for each in found["results"]}
        for name, value in record["result"].items():
            if value is not None:
                wanted = {"count": int, "flag": bool}.get(written[name], str)
                assert type(value) is wanted, (case.name, name, value)


def test_every_code_has_a_sentence_in_both_languages():
    for rule in listed().values():
        for each in rule["reason_codes"]:
            assert each["zh"], each
            assert each["en"], each


def test_the_command_gives_one_document_and_people_a_table():
    done = subprocess.run([KIOSK, "benefits", "rules", "--json"], capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert [each["rule"] for each in document["rules"]] == list(shipped_book().rules)
    table = subprocess.run([KIOSK, "benefits", "rules"], capture_output=True, text=True, check=False)
    assert table.returncode == 0
    for words in ("R-RET-AGE", "法定退休年龄", "category: male|female55|female50", "delay_months: count, months"):
        assert words in table.stdout
    assert "\x1b" not in table.stdout


@pytest.mark.parametrize("options", [["--place", "Peking"], ["--as-of", "2026-02-30"]])
def test_a_place_or_day_that_is_none_is_refused_with_how_to_write_it(options):
    done = subprocess.run([KIOSK, "benefits", "rules", *options], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Next: write" in done.stderr


def test_people_read_a_sentence_for_each_word_that_a_figure_may_be():
    book = shipped_book()
    for rule in book.rules:
        for place in ("CN", *book.places):
            for name, figure in book.rule(rule, place, TODAY).figures.items():
                assert set(figure.type.words) <= set(figure.row.words), (rule, place, name)
