"""R-RET-AGE 法定退休年龄: the month of retirement by the progressive delay in force from 2025-01-01.

    o = birth month + original age;  no delay if o is before the reform
    delay = min(whole steps from the reform to o, plus one; cap)

The "plus one" is the law's: the first group is already delayed by a month. A woman whose category is not on record gets
both results and no decision, for the category follows her post and local practice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kiosk.benefits.fact import Fact, Source, weakest
from kiosk.benefits.month import Month
from kiosk.benefits.retirement_outcome import Alternative, Outcome, Reason, ReasonCode, Result, Sentence
from kiosk.benefits.retirement_parameters import Category, CategoryRow, RetirementAgeParameters
from kiosk.benefits.truth import Truth, truth_of

Sex = Literal["male", "female"]

_OF_SEX: Final[dict[Sex, tuple[Category, ...]]] = {"male": ("male",), "female": ("female55", "female50")}
_ALL: Final[tuple[Category, ...]] = ("male", "female55", "female50")
_EARLIEST: Final = Month(1900, 1)
_BIRTH_ARTICLES: Final = ("birth-date",)
_SPECIAL_ARTICLES: Final = ("measures-8",)
_MACHINE_ARTICLE: Final = "pipl-24"

PRELIMINARY: Final = Sentence(
    "本结果为初步测算，以经办机构核定为准；您可以要求人工核对。",
    "This is a preliminary calculation; the agency decides, and you may ask for a check by a person.",
)
NOT_FOR_SPECIAL: Final = Sentence(
    "特殊工种、高海拔地区岗位等人员的退休年龄另有规定，不适用本测算。",
    "Special types of work, high-altitude posts and similar groups have rules of their own.",
)
DECLARED: Final = Sentence("按您填写的情况测算。", "Calculated from what you entered.")


@dataclass(frozen=True)
class RetirementFacts:
    """What is known about the person; None is unknown.

    `birth_dates_differ`: the person says that identity document and personnel file have different birth dates.
    `special_group`: special work, high-altitude post, senior expert or cadre, disability case, military service.
    """

    birth_month: Fact[Month] | None = None
    sex: Fact[Sex] | None = None
    category: Fact[Category] | None = None
    birth_dates_differ: Fact[bool] | None = None
    special_group: Fact[bool] | None = None


@dataclass(frozen=True)
class RetirementMonth:
    """The figures: original age and month, delay, and what comes of them. The age is years and months."""

    category: Category
    original_age_years: int
    original_month: Month
    delay_months: int
    retirement_month: Month

    @property
    def age(self) -> tuple[int, int]:
        """(years, months) at retirement."""
        return self.original_age_years + self.delay_months // 12, self.delay_months % 12


def retirement_age(
    facts: RetirementFacts, as_of: date, parameters: RetirementAgeParameters
) -> Outcome[RetirementMonth]:
    """COMPUTED when birth month and category are known and nothing speaks against them; else UNDETERMINED.

    `as_of` is the day of asking. With an unknown category the alternatives hold one result for each that is possible.
    """
    possible = _possible_categories(facts)
    reasons = (
        _birth_month_reason(facts, as_of),
        _category_reason(facts, possible, parameters),
        _file_reason(facts),
        _special_reason(facts),
    )
    codes = _codes(facts, possible, as_of)
    results: tuple[RetirementMonth, ...] = ()
    if facts.birth_month is not None and set(codes) <= {ReasonCode.CATEGORY_UNKNOWN}:
        results = tuple(_compute(facts.birth_month.value, each, parameters) for each in possible)
    figures = results[0] if len(results) == 1 else None
    source = weakest([facts.birth_month, _category_fact(facts), facts.birth_dates_differ, facts.special_group])
    cited = {*parameters.cites, _MACHINE_ARTICLE, *(each for reason in reasons for each in reason.citation_ids)}
    return Outcome(
        rule_id=parameters.rule_id,
        rule_version=parameters.version,
        jurisdiction_chain=parameters.jurisdiction,
        as_of=as_of,
        governing_date=None if figures is None else figures.retirement_month,
        result=Result.UNDETERMINED if figures is None else Result.COMPUTED,
        reasons=reasons,
        reason_codes=codes,
        missing_facts=_missing(facts),
        missing_parameters=(),
        alternatives=tuple(Alternative(_assumption(parameters.category[each.category]), each) for each in results)
        if figures is None
        else (),
        figures=figures,
        weakest_source=source,
        disclaimers=_disclaimers(source),
        citations=tuple(row.as_citation() for row in parameters.citation if row.id in cited),
    )


def _compute(born: Month, category: Category, parameters: RetirementAgeParameters) -> RetirementMonth:
    row = parameters.category[category]
    original = born.plus(12 * row.original_age_years)
    since_reform = original.months_since(parameters.reform_from)
    delay = 0 if since_reform < 0 else min(since_reform // row.step_months + 1, row.cap_months)
    return RetirementMonth(category, row.original_age_years, original, delay, original.plus(delay))


def _category_fact(facts: RetirementFacts) -> Fact[Category] | Fact[Sex] | None:
    """What the category was taken from."""
    return facts.category if facts.category is not None else facts.sex


def _possible_categories(facts: RetirementFacts) -> tuple[Category, ...]:
    """The categories that nothing known excludes; none when sex and category contradict one another."""
    of_sex = _ALL if facts.sex is None else _OF_SEX[facts.sex.value]
    if facts.category is None:
        return of_sex
    return tuple(each for each in of_sex if each == facts.category.value)


def _codes(facts: RetirementFacts, possible: tuple[Category, ...], as_of: date) -> tuple[ReasonCode, ...]:
    codes = []
    if facts.birth_month is None:
        codes.append(ReasonCode.FACT_MISSING)
    elif not _is_plausible(facts.birth_month.value, as_of):
        codes.append(ReasonCode.BIRTH_MONTH_IMPLAUSIBLE)
    if not possible:
        codes.append(ReasonCode.FACTS_CONTRADICT)
    elif len(possible) > 1:
        codes.append(ReasonCode.CATEGORY_UNKNOWN)
    if facts.birth_dates_differ is not None and facts.birth_dates_differ.value:
        codes.append(ReasonCode.BIRTHDATE_DISPUTED)
    if facts.special_group is not None and facts.special_group.value:
        codes.append(ReasonCode.SPECIAL_GROUP)
    return tuple(codes)


def _is_plausible(born: Month, as_of: date) -> bool:
    return _EARLIEST <= born <= Month.of(as_of)


def _missing(facts: RetirementFacts) -> tuple[str, ...]:
    missing = [] if facts.birth_month is not None else ["birth_month"]
    if facts.category is None and (facts.sex is None or facts.sex.value == "female"):
        missing += ["sex", "category"] if facts.sex is None else ["category"]
    return tuple(missing)


def _birth_month_reason(facts: RetirementFacts, as_of: date) -> Reason:
    fact = facts.birth_month
    if fact is None:
        text = Sentence("缺少出生年月。", "The month of birth is not known.")
        return Reason("birth-month", Truth.UNKNOWN, "birth_month", None, text, ())
    if not _is_plausible(fact.value, as_of):
        text = Sentence(f"出生年月 {fact.value} 不合理，请核对。", f"The month of birth {fact.value} is not plausible.")
        return Reason("birth-month", Truth.UNKNOWN, "birth_month", fact.source, text, ())
    text = Sentence(f"出生年月为 {fact.value}。", f"Born in {fact.value}.")
    return Reason("birth-month", Truth.TRUE, "birth_month", fact.source, text, ())


def _category_reason(
    facts: RetirementFacts, possible: tuple[Category, ...], parameters: RetirementAgeParameters
) -> Reason:
    source = weakest([_category_fact(facts)])
    if len(possible) == 1:
        row = parameters.category[possible[0]]
        return Reason(
            "category", Truth.TRUE, "category", source, Sentence(f"{row.zh}。", f"{row.en}."), parameters.cites
        )
    if not possible:
        text = Sentence("性别与原法定退休年龄类别不一致，请核对。", "Sex and category contradict one another.")
        return Reason("category", Truth.UNKNOWN, "category", source, text, parameters.cites)
    text = Sentence(
        "原法定退休年龄类别未知：由岗位和当地规定确定，请向经办机构查询。",
        "The category is not on record: it follows the post and local practice; ask the agency.",
    )
    return Reason("category", Truth.UNKNOWN, "category", source, text, parameters.cites)


def _file_reason(facts: RetirementFacts) -> Reason:
    """身份证与档案记载的出生时间一致."""
    differ = facts.birth_dates_differ
    state = ~truth_of(None if differ is None else differ.value)
    text = {
        Truth.TRUE: Sentence("身份证与档案的出生日期一致。", "Identity document and file agree on the birth date."),
        Truth.FALSE: Sentence(
            "身份证与档案的出生日期不一致，以档案最先记载为准，须由经办机构认定。",
            "Identity document and file differ: the earliest record in the file governs; the agency establishes it.",
        ),
        Truth.UNKNOWN: Sentence(
            "身份证与档案的出生日期是否一致，未询问。", "Whether identity document and file agree was not asked."
        ),
    }[state]
    return Reason("birth-dates-agree", state, "birth_dates_differ", weakest([differ]), text, _BIRTH_ARTICLES)


def _special_reason(facts: RetirementFacts) -> Reason:
    special = facts.special_group
    state = ~truth_of(None if special is None else special.value)
    text = {
        Truth.TRUE: Sentence("不属于另有规定的人员。", "Not in a group with rules of its own."),
        Truth.FALSE: Sentence(
            "属于另有规定的人员，须由经办机构认定。", "In a group with rules of its own: the agency establishes it."
        ),
        Truth.UNKNOWN: Sentence(
            "是否属于另有规定的人员，未询问。", "Whether a group with rules of its own applies was not asked."
        ),
    }[state]
    return Reason("ordinary-group", state, "special_group", weakest([special]), text, _SPECIAL_ARTICLES)


def _assumption(row: CategoryRow) -> Sentence:
    return Sentence(f"如果是{row.zh}", f"If {row.en}")


def _disclaimers(source: Source | None) -> tuple[Sentence, ...]:
    declared = (DECLARED,) if source is Source.DECLARED else ()
    return (PRELIMINARY, *declared, NOT_FOR_SPECIAL)
