"""What people read: no aside with nothing in it, no "not met" where a step or time is left, no raw words."""

import pytest

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.explanation import explained, lines
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.reading import question_of

BOOK = shipped_book()


def told(rule, language="zh", place="CN", parameters=None, **facts):
    line = {"rule": rule, "facts": facts, "as_of": "2026-11-22", "place": place, "parameters": parameters or {}}
    return [each.strip() for each in lines(explained(BOOK, evaluate(BOOK, question_of(BOOK, line)), language))]


def test_an_aside_is_told_with_its_figures_and_left_out_without_them():
    local = {"maternity_min_months": 6}
    assert "[满足] 连续缴纳生育保险的月数够当地的要求（当地要求 6 个月，您 9 个月） (MAT-C3)" in told(
        "R-MAT", parameters=local, insured_months=9
    )
    assert "[无法判定] 连续缴纳生育保险的月数够当地的要求 (MAT-C3)" in told("R-MAT", insured_months=9)
    english = "[cannot be said] As many continuous months of maternity insurance as the place asks for (MAT-C3)"
    assert english in told("R-MAT", "en", insured_months=9)


def test_months_that_differ_from_category_to_category_are_in_no_sentence():
    """Either category is less than a year off (55: 2027-10, 50: 2022-03): met, but by which months is not known."""
    found = told("R-UI-EXT", benefit_used_up=True, new_job=False, birth_month="1972-03", sex="female")
    assert "[满足] 距法定退休年龄不足 1 年 (UI-EXT-C3)" in found


def test_months_that_are_at_least_so_many_are_told_so():
    found = told("R-SKILL", certificate_issued_on="2025-06-10", contribution_months={"value": 7, "source": "declared"})
    assert "[无法判定] 失业保险累计缴费满 12 个月（您：至少 7 个月） (SKILL-C2)" in found


def test_between_two_chinese_words_there_is_no_space():
    born = {"birth_month": "1960-03", "category": "male", "claim_month": "2026-11", "deemed_months": 0}
    bounded = told("R-PEN-EMP", **born, contribution_months={"value": 236, "source": "declared"})
    assert [each for each in bounded if "您缴了至少 236 个月" in each]
    assert [each for each in told("R-PEN-EMP", **born, contribution_months=236) if "您缴了 236 个月" in each]


def test_what_is_not_known_of_a_certification_is_not_told_as_not_known():
    assert "[无法判定] 认证的有效期（上次认证：2026年3月1日） (LIFE-C1)" in told(
        "R-LIFE", benefit_kind="pension", last_certified_on="2026-03-01"
    )


@pytest.mark.parametrize(("language", "word"), [("zh", "还差这一步"), ("en", "one step left")])
def test_a_step_that_is_open_is_no_not_met_in_the_tree(language, word):
    found = told("R-UI", language, unemployment_registered=False)
    assert [each for each in found if each.endswith("(UI-C3)") and each.startswith(f"[{word}]")]


@pytest.mark.parametrize(
    ("language", "place", "wanted"),
    [
        ("zh", "CN", "这个期限是：国家规定的最长期限，实际以当地核定为准"),
        ("zh", "440000", "这个期限是：按当地规定核定的期限"),
        ("en", "440000", "These months are: what the rule of the place grants"),
    ],
)
def test_a_word_for_programs_is_a_sentence_for_people(language, place, wanted):
    assert wanted in told("R-UI", language, place, contribution_months=60)


def test_categories_that_all_come_to_the_same_are_not_told_one_by_one():
    graduate = {"hardship_certified": False, "graduated_on": "2024-01-01", "subsidised_months": 0}
    assert "如果是…" not in told("R-FLEX-SI", **graduate)
    assert "如果是…" in told("R-FLEX-SI", **{**graduate, "hardship_certified": True}, birth_month="1972-03")
