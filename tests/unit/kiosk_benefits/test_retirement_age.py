"""R-RET-AGE against the sheet's examples, an independently written table, and everything that may be unknown."""

import calendar
from datetime import date
from importlib import resources

import pytest

from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from kiosk.benefits.retirement_age import RetirementFacts, retirement_age
from kiosk.benefits.retirement_outcome import ReasonCode, Result
from kiosk.benefits.retirement_parameters import ParametersUnusableError, retirement_age_parameters
from kiosk.benefits.truth import Truth

TODAY = date(2026, 11, 22)
PARAMETERS = retirement_age_parameters()


def _declared(value):
    return Fact(value, Source.DECLARED, TODAY)


def _ask(born=None, category=None, sex=None, differ=None, special=None, as_of=TODAY):
    facts = RetirementFacts(
        birth_month=None if born is None else _declared(Month.parse(born)),
        category=None if category is None else _declared(category),
        sex=None if sex is None else _declared(sex),
        birth_dates_differ=None if differ is None else _declared(differ),
        special_group=None if special is None else _declared(special),
    )
    return retirement_age(facts, as_of, PARAMETERS)


@pytest.mark.parametrize(
    ("category", "born", "delay", "age", "month"),
    [
        ("male", "1965-01", 1, (60, 1), "2025-02"),
        ("male", "1965-08", 2, (60, 2), "2025-10"),
        ("male", "1964-12", 0, (60, 0), "2024-12"),
        ("female55", "1971-04", 4, (55, 4), "2026-08"),
        ("female50", "1975-11", 6, (50, 6), "2026-05"),
        ("female50", "1984-11", 60, (55, 0), "2039-11"),
    ],
)
def test_the_examples_of_the_sheet_come_out(category, born, delay, age, month):
    outcome = _ask(born, category)
    assert outcome.result is Result.COMPUTED
    figures = outcome.figures
    assert (figures.delay_months, figures.age, str(figures.retirement_month)) == (delay, age, month)
    assert outcome.governing_date == figures.retirement_month


def _table(first_birth_year, original_age, group_size, last_delay):
    """The annexes' table written out group by group, walking the calendar one month at a time.

    Yields (birth year, birth month, delay, retirement year, retirement month). It counts groups of consecutive birth
    months from the first that is delayed; no division, no month arithmetic of the program's.
    """
    year, month, delay, in_group = first_birth_year, 1, 1, 0
    while year < first_birth_year + 20:
        retire_year, retire_month = year + original_age, month
        for _ in range(delay):
            retire_month += 1
            if retire_month == 13:
                retire_year, retire_month = retire_year + 1, 1
        yield year, month, delay, retire_year, retire_month
        in_group += 1
        if in_group == group_size:
            in_group = 0
            delay = min(delay + 1, last_delay)
        month += 1
        if month == 13:
            year, month = year + 1, 1


@pytest.mark.parametrize(
    ("category", "first", "original", "group", "last"),
    [("male", 1965, 60, 4, 36), ("female55", 1970, 55, 4, 36), ("female50", 1975, 50, 2, 60)],
)
def test_every_birth_month_of_twenty_years_agrees_with_the_table(category, first, original, group, last):
    rows = list(_table(first, original, group, last))
    assert len(rows) == 240
    for year, month, delay, retire_year, retire_month in rows:
        figures = _ask(f"{year}-{month:02d}", category).figures
        assert figures.delay_months == delay, (year, month)
        assert str(figures.retirement_month) == f"{retire_year}-{retire_month:02d}", (year, month)
    assert rows[-1][2] == last


@pytest.mark.parametrize(
    ("category", "first", "original"), [("male", 1965, 60), ("female55", 1970, 55), ("female50", 1975, 50)]
)
def test_nobody_whose_old_age_came_before_the_reform_is_delayed(category, first, original):
    for year in range(first - 10, first):
        for month in range(1, 13):
            figures = _ask(f"{year}-{month:02d}", category).figures
            assert (figures.delay_months, str(figures.retirement_month)) == (0, f"{year + original}-{month:02d}")


def test_a_later_birth_never_retires_earlier_and_never_waits_longer_than_the_cap():
    for category, cap in (("male", 36), ("female55", 36), ("female50", 60)):
        previous = Month(1900, 1)
        for count in range(12 * 60):
            born = Month(1940, 1).plus(count)
            figures = _ask(str(born), category).figures
            assert figures.retirement_month > previous
            assert 0 <= figures.delay_months <= cap
            previous = figures.retirement_month


def test_a_woman_whose_category_is_not_on_record_gets_both_results_and_no_decision():
    outcome = _ask("1975-11", sex="female")
    assert outcome.result is Result.UNDETERMINED
    assert outcome.reason_codes == (ReasonCode.CATEGORY_UNKNOWN,)
    assert outcome.figures is None
    assert outcome.governing_date is None
    assert outcome.missing_facts == ("category",)
    months = {each.figures.category: str(each.figures.retirement_month) for each in outcome.alternatives}
    assert months == {
        "female55": str(_ask("1975-11", "female55").figures.retirement_month),
        "female50": "2026-05",
    }
    assert all(each.assumption.zh.startswith("如果是女职工") for each in outcome.alternatives)


def test_a_man_has_one_category_and_an_unknown_sex_leaves_three():
    assert _ask("1965-08", sex="male").figures == _ask("1965-08", "male").figures
    unknown = _ask("1965-08")
    assert unknown.result is Result.UNDETERMINED
    assert [each.figures.category for each in unknown.alternatives] == ["male", "female55", "female50"]
    assert unknown.missing_facts == ("sex", "category")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"category": "male"}, ReasonCode.FACT_MISSING),
        ({"born": "1965-08", "category": "female50", "sex": "male"}, ReasonCode.FACTS_CONTRADICT),
        ({"born": "1965-08", "category": "male", "differ": True}, ReasonCode.BIRTHDATE_DISPUTED),
        ({"born": "1965-08", "category": "male", "special": True}, ReasonCode.SPECIAL_GROUP),
        ({"born": "2026-12", "category": "male"}, ReasonCode.BIRTH_MONTH_IMPLAUSIBLE),
        ({"born": "1899-12", "category": "male"}, ReasonCode.BIRTH_MONTH_IMPLAUSIBLE),
    ],
)
def test_what_cannot_be_decided_is_undetermined_without_any_figure(asked, code):
    outcome = _ask(**asked)
    assert outcome.result is Result.UNDETERMINED
    assert code in outcome.reason_codes
    assert outcome.figures is None
    assert outcome.alternatives == ()
    assert any(reason.state is not Truth.TRUE for reason in outcome.reasons)


def test_the_answer_no_to_both_questions_stands_in_the_reasons():
    outcome = _ask("1965-08", "male", differ=False, special=False)
    assert outcome.result is Result.COMPUTED
    assert [reason.state for reason in outcome.reasons] == [Truth.TRUE] * 4


def test_a_question_not_asked_is_unknown_in_the_reasons_and_a_disclaimer_on_the_page():
    outcome = _ask("1965-08", "male")
    assert [reason.state for reason in outcome.reasons[2:]] == [Truth.UNKNOWN] * 2
    assert any("特殊工种" in each.zh for each in outcome.disclaimers)


def test_every_answer_says_that_the_agency_decides_and_a_person_can_be_asked():
    for outcome in (_ask("1965-08", "male"), _ask(), _ask("1965-08", "male", special=True)):
        assert any("以经办机构核定为准" in each.zh and "人工核对" in each.zh for each in outcome.disclaimers)
        assert any("agency decides" in each.en for each in outcome.disclaimers)


def test_the_outcome_carries_the_weakest_source_it_rests_on():
    verified = Fact(Month(1965, 8), Source.VERIFIED, TODAY)
    snapshot = Fact("male", Source.SNAPSHOT, TODAY)
    from_records = retirement_age(RetirementFacts(birth_month=verified, category=snapshot), TODAY, PARAMETERS)
    assert from_records.weakest_source is Source.SNAPSHOT
    assert not any("您填写" in each.zh for each in from_records.disclaimers)
    told = retirement_age(RetirementFacts(birth_month=verified, category=_declared("male")), TODAY, PARAMETERS)
    assert told.weakest_source is Source.DECLARED
    assert any("按您填写的情况" in each.zh for each in told.disclaimers)


def test_every_reason_names_its_fact_and_every_citation_its_document_and_article():
    outcome = _ask("1965-08", "male", differ=False, special=False)
    known = {each.id for each in outcome.citations}
    assert {"decision", "measures-1", "birth-date", "pipl-24"} <= known
    for reason in outcome.reasons:
        assert reason.fact_used
        assert reason.text.zh
        assert reason.text.en
        assert set(reason.citation_ids) <= known
    for each in outcome.citations:
        assert each.title
        assert each.document_number
        assert each.article
        assert each.effective_from <= TODAY
    assert (outcome.rule_id, outcome.jurisdiction_chain) == ("R-RET-AGE", ("CN",))


def test_a_fact_does_not_show_its_value_in_a_repr():
    assert "1965" not in repr(_declared(Month(1965, 8)))


def test_months_count_as_the_calendar_does():
    for count in range(-30, 31):
        month = Month(2024, 2).plus(count)
        assert month.months_since(Month(2024, 2)) == count
        assert 1 <= month.month <= 12
        assert calendar.monthrange(month.year, month.month)[1] >= 28
    assert str(Month(2024, 12).plus(1)) == "2025-01"
    assert Month.of(date(2026, 11, 30)) == Month(2026, 11)


@pytest.mark.parametrize("text", ["1965", "1965-13", "1965-00", "1965-1", "65-01", "1965-01-02", "", "１９６５-01"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


def _source():
    return (resources.files("kiosk.benefits") / "r-ret-age.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("step_months = 4", "step_months = 0", "step_months"),
        ('first_birth_month = "1965-01"', 'first_birth_month = "1965-02"', "does not agree"),
        ('cites = ["decision", "measures-1"]', 'cites = ["decision", "other"]', "no citation"),
        ("[category.female50]", "[category.female45]", "category"),
        ('rule_id = "R-RET-AGE"', 'rule_id = "R-RET-MIN"', "rule_id"),
        ("cap_months = 36", "cap_months = 36.0", "cap_months"),
        ('reform_from = "2025-01"', 'reform_from = "2025-1"', "reform_from"),
        ("[[citation]]", "[[citation", "TOML"),
    ],
)
def test_damaged_parameters_are_refused_with_the_field_and_the_remedy(old, new, where):
    text = _source()
    assert old in text
    with pytest.raises(ParametersUnusableError) as caught:
        retirement_age_parameters(text.replace(old, new, 1))
    assert where in str(caught.value)
    assert "install the rule package again" in str(caught.value)


def test_the_law_is_data_a_changed_step_changes_the_result():
    other = retirement_age_parameters(_source().replace("step_months = 4", "step_months = 1", 1))
    facts = RetirementFacts(birth_month=_declared(Month(1965, 8)), category=_declared("male"))
    assert retirement_age(facts, TODAY, other).figures.delay_months == 8
