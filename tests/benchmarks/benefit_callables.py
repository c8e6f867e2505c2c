"""The conditions of benefit rules as somebody would write them by hand: plain functions of a person's facts.

Three-valued as the rules are (None is unknown), and nothing more: no texts, figures, sources or layers. `CALLABLES` has
one for each condition and caveat of a rule, by `RULE CONDITION` and `RULE CODE`; `PERSON` is somebody wholly known.
What several of them need is found once and kept with the person's facts, so each rule gets a copy of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from kiosk.benefits.counting import first_day, months_after
from kiosk.benefits.month import Month

TODAY: Final = date(2026, 11, 22)
Person = dict[str, Any]
Call = Callable[[Person], bool | None]
Found = TypeVar("Found")

PERSON: Final[Person] = {
    "birth_month": Month(1966, 5),
    "birth_date": date(1966, 5, 17),
    "category": "male",
    "sex": "male",
    "birth_dates_differ": False,
    "special_group": False,
    "pension_claim_month": Month(2026, 11),
    "pension_months": 250,
    "deemed_months": 0,
    "retirement_month": Month(2026, 7),
    "has_employer": True,
    "employer_agrees": True,
    "civil_servant_or_leader": False,
    "retirement_notice_date": date(2026, 3, 1),
    "maternity_employer_insured": True,
    "maternity_insured_as": "other_insured",
    "babies_born": 1,
    "difficult_birth": False,
    "employer_average_wage": 9000,
    "maternity_months": 40,
    "maternity_event_on": date(2026, 8, 3),
    "ui_months_since_claim": 130,
    "ui_prior_unclaimed_months": 0,
    "ui_leaving_reason": "dismissed",
    "ui_left_involuntarily": True,
    "ui_leaving_reason_disputed": False,
    "unemployment_registered": True,
    "seeking_work": True,
    "unemployment_registered_on": date(2026, 10, 9),
    "new_job": False,
    "in_military_service": False,
    "moved_abroad": False,
    "draws_pension": False,
    "refused_suitable_offer": False,
    "ui_only_employer_paid": False,
    "ui_certified_month": Month(2026, 10),
    "employer_contributed_in_month": False,
    "business_registered": False,
    "death_reported": False,
    "injury_grade": 7,
    "injury_own_wage": 8200,
    "accident_on": date(2026, 2, 11),
    "injury_application_accepted_on": date(2026, 3, 2),
    "work_death_recognised": True,
    "death_on": date(2026, 1, 20),
    "dependant_spouse": True,
    "dependants_other": 1,
    "dependants_lone": 0,
    "pension_relation_at_hukou": False,
    "pension_months_at_relation_place": 140,
    "pension_months_at_earlier_place": 60,
    "pension_account_temporary": False,
    "age_when_pension_moved_in": 38,
    "pension_base_wage": 8000,
    "average_wage_index": 1,
    "pension_account_balance": 120_000,
    "retirement_age_months": 720 + 2,
    "skill_certificate_issued_on": date(2026, 5, 20),
    "skill_certificate_level": "senior",
    "skill_occupation": "电工",
    "ui_months_total": 130,
    "ui_insured_group": "employee",
    "skill_applied_on": date(2026, 10, 12),
    "training_subsidy_taken": False,
    "skill_claims_this_year": 0,
    "skill_certificate_verifiable": True,
    "skill_same_level_paid": False,
    "skill_higher_level_held": False,
}


def conjunction(*values: bool | None) -> bool | None:
    """FALSE beats UNKNOWN beats TRUE."""
    if False in values:
        return False
    return None if None in values else True


def negation(value: bool | None) -> bool | None:
    """Unknown stays unknown."""
    return None if value is None else not value


def once(find: Callable[[Person], Found]) -> Callable[[Person], Found]:
    """Kept with the person's facts, for the next condition that needs it."""
    name = find.__name__

    def found(p: Person) -> Found:
        if name not in p:
            p[name] = find(p)
        kept: Found = p[name]
        return kept

    return found


def flag(name: str) -> Call:
    """A fact as it is."""
    return lambda p: p.get(name)


def no(name: str) -> Call:
    """A fact that must not be."""
    return lambda p: negation(p.get(name))


def is_known(name: str) -> Call:
    """TRUE or unknown."""
    return lambda p: None if p.get(name) is None else True


# retirement


@once
def original_month(p: Person) -> Month | None:
    born, kind = p.get("birth_month"), p.get("category")
    if born is None or kind is None:
        return None
    return born.plus({"male": 720, "female55": 660, "female50": 600}[kind])


@once
def statutory_month(p: Person) -> Month | None:
    original = original_month(p)
    if original is None:
        return None
    since = original.months_since(Month(2025, 1))
    if since < 0:
        return original
    step, most = (2, 60) if p["category"] == "female50" else (4, 36)
    return original.plus(min(since // step + 1, most))


def minimum_months(year: int) -> int:
    return 180 if year <= 2029 else min(240, 180 + 6 * (year - 2029))


def enough_months(p: Person, month: Month | None) -> bool | None:
    paid, deemed = p.get("pension_months"), p.get("deemed_months")
    if paid is None or month is None:
        return None
    least = minimum_months(month.year)
    if paid >= least:
        return True
    return None if deemed is None or paid + deemed >= least else False


def ret_min(p: Person) -> bool | None:
    return enough_months(p, p.get("pension_claim_month"))


def sex_differs(p: Person) -> bool | None:
    sex, kind = p.get("sex"), p.get("category")
    return None if sex is None or kind is None else sex != ("male" if kind == "male" else "female")


@once
def chosen_and_statutory(p: Person) -> tuple[Month, Month] | None:
    chosen, statutory = p.get("retirement_month"), statutory_month(p)
    return None if chosen is None or statutory is None else (chosen, statutory)


@once
def early(p: Person) -> bool | None:
    both = chosen_and_statutory(p)
    return None if both is None else both[0] < both[1]


@once
def late(p: Person) -> bool | None:
    both = chosen_and_statutory(p)
    return None if both is None else both[0] > both[1]


def another_month(p: Person) -> bool | None:
    both = chosen_and_statutory(p)
    return None if both is None else both[0] != both[1]


def flexible_months(p: Person) -> bool | None:
    both = chosen_and_statutory(p)
    return enough_months(p, None if both is None else min(both))


def at_most_three_years_early(p: Person) -> bool | None:
    both = chosen_and_statutory(p)
    return None if both is None else both[0].months_since(both[1]) >= -36


def at_most_three_years_late(p: Person) -> bool | None:
    both = chosen_and_statutory(p)
    return None if both is None else both[0].months_since(both[1]) <= 36


def not_before_original(p: Person) -> bool | None:
    chosen, original = p.get("retirement_month"), original_month(p)
    return None if chosen is None or original is None else chosen >= original


@once
def not_before_reform(p: Person) -> bool | None:
    chosen = p.get("retirement_month")
    return None if chosen is None else chosen >= Month(2025, 1)


def early_notice(p: Person) -> bool | None:
    is_early, chosen, notice = early(p), p.get("retirement_month"), p.get("retirement_notice_date")
    if is_early is False:
        return True
    if is_early is None or notice is None:
        return None
    return bool(notice <= months_after(first_day(chosen), -3))


def employer_agrees(p: Person) -> bool | None:
    is_late = late(p)
    return True if is_late is False else conjunction(is_late, p.get("employer_agrees"))


def late_notice(p: Person) -> bool | None:
    is_late, statutory, notice = late(p), statutory_month(p), p.get("retirement_notice_date")
    if is_late is False:
        return True
    if is_late is None or statutory is None or notice is None:
        return None
    born = p.get("birth_date")
    reached = first_day(statutory) if born is None else months_after(born, statutory.months_since(p["birth_month"]))
    return bool(notice <= months_after(reached, -1))


def no_leader(p: Person) -> bool | None:
    is_late, leader = late(p), p.get("civil_servant_or_leader")
    if is_late is False or leader is False:
        return True
    return None if is_late is None or leader is None else False


def late_before_reform(p: Person) -> bool | None:
    return conjunction(late(p), negation(not_before_reform(p)))


def no_employer(p: Person) -> bool | None:
    return conjunction(negation(p.get("has_employer")), another_month(p))


# the monthly pension


@once
def claimed_in(p: Person) -> Month:
    claim: Month | None = p.get("pension_claim_month")
    return Month.of(TODAY) if claim is None else claim


def retired(p: Person) -> bool | None:
    statutory = statutory_month(p)
    if statutory is None:
        return None
    claimed = claimed_in(p)
    if claimed >= statutory:
        return True
    original = original_month(p)
    if (
        claimed.months_since(statutory) < -36
        or claimed < Month(2025, 1)
        or (original is not None and claimed < original)
    ):
        return False
    notice = p.get("retirement_notice_date")
    return None if notice is None else bool(notice <= months_after(first_day(claimed), -3))


def pension_months(p: Person) -> bool | None:
    statutory = statutory_month(p)
    return enough_months(p, None if statutory is None else min(claimed_in(p), statutory))


def payment_months_known(p: Person) -> bool | None:
    months = p.get("retirement_age_months")
    return True if months is not None and 40 * 12 <= months <= 70 * 12 else None


def pension_place(p: Person) -> bool | None:
    """Whether the place that pays is known, whichever it is (国办发〔2009〕66号)."""
    at_hukou = p.get("pension_relation_at_hukou")
    if at_hukou is True:
        return True
    temporary, here = p.get("pension_account_temporary"), p.get("pension_months_at_relation_place")
    if temporary is None:
        age, sex = p.get("age_when_pension_moved_in"), p.get("sex")
        temporary = None if age is None or sex is None else age >= (50 if sex == "male" else 40)
    long_here = conjunction(None if here is None else here >= 120, negation(temporary))
    if at_hukou is None or long_here is None:
        return None
    return True if long_here or p.get("pension_months_at_earlier_place") is not None else None


# skill subsidy


SUPPORTED: Final = ("junior", "intermediate", "senior")


@once
def supported_level(p: Person) -> bool | None:
    level = p.get("skill_certificate_level")
    return None if level is None else level in SUPPORTED


def insured_long_enough(p: Person) -> bool | None:
    """With 12 to 35 months it rests on the year's policy, which there is none of here."""
    months = p.get("ui_months_total")
    return None if months is None or 12 <= months < 36 else months >= 36


def insured_rightly(p: Person) -> bool | None:
    group = p.get("ui_insured_group")
    return None if group is None or group == "claimant" else group == "employee"


def applied_in_time(p: Person) -> bool | None:
    applied, issued = p.get("skill_applied_on"), p.get("skill_certificate_issued_on")
    return None if applied is None or issued is None else bool(applied <= months_after(issued, 12))


def first_claim(p: Person) -> bool | None:
    claims = p.get("skill_claims_this_year")
    return True if claims is not None and claims < 1 else None


def certificate_not_found(p: Person) -> bool | None:
    return conjunction(negation(p.get("skill_certificate_verifiable")), supported_level(p))


def paid_before(name: str) -> Call:
    """A level that was had already, where no training subsidy was taken."""
    return lambda p: conjunction(p.get(name), negation(p.get("training_subsidy_taken")))


# maternity


def maternity_insured(p: Person) -> bool | None:
    by_employer = p.get("maternity_employer_insured")
    return True if by_employer is True else None


def maternity_days(p: Person) -> bool | None:
    known = p.get("babies_born") is not None and p.get("difficult_birth") is not None
    return True if known or p.get("miscarriage_months") is not None else None


def maternity_contradiction(p: Person) -> bool | None:
    return True if p.get("babies_born") is not None and p.get("miscarriage_months") is not None else None


def unknown(_: Person) -> bool | None:
    """What rests on a local figure, which there is none of here."""
    return None


# unemployment


@once
def paid_or_left_over(p: Person) -> bool | None:
    paid, left = p.get("ui_months_since_claim"), p.get("ui_prior_unclaimed_months")
    if (paid is not None and paid >= 12) or (left is not None and left > 0):
        return True
    return None if paid is None or left is None else False


INVOLUNTARY: Final = (
    "contract_expired",
    "employer_bankrupt",
    "employer_closed",
    "dismissed",
    "struck_off",
    "resigned_employer_breach",
)


@once
def involuntary_by_reason(p: Person) -> bool | None:
    reason = p.get("ui_leaving_reason")
    if reason is None:
        return None
    if reason == "agreed":
        by = p.get("ui_agreement_proposed_by")
        return None if by is None else by == "employer"
    return reason in (
        "contract_expired",
        "employer_bankrupt",
        "employer_closed",
        "dismissed",
        "struck_off",
        "resigned_employer_breach",
    )


def involuntary(p: Person) -> bool | None:
    by_reason, said = involuntary_by_reason(p), p.get("ui_left_involuntarily")
    if by_reason is None or said is None:
        return said if by_reason is None else by_reason
    return by_reason if by_reason == said else None


def registered_and_seeking(p: Person) -> bool | None:
    return conjunction(p.get("unemployment_registered"), p.get("seeking_work"))


def leaving_contradiction(p: Person) -> bool | None:
    by_reason, said = involuntary_by_reason(p), p.get("ui_left_involuntarily")
    return None if by_reason is None or said is None else by_reason != said


def at_retirement_age(p: Person) -> bool | None:
    statutory = statutory_month(p)
    reached = None if statutory is None else Month.of(TODAY) >= statutory
    return conjunction(reached, negation(p.get("draws_pension")))


def one_off_instead(p: Person) -> bool | None:
    return conjunction(p.get("ui_only_employer_paid"), paid_or_left_over(p))


@once
def works_by_records(p: Person) -> bool | None:
    by_employer, business = p.get("employer_contributed_in_month"), p.get("business_registered")
    if by_employer is True or business is True:
        return True
    return None if by_employer is None or business is None else False


def does_not_work(p: Person) -> bool | None:
    job, records = p.get("new_job"), works_by_records(p)
    if job is True:
        return False
    if job is None:
        return negation(records)
    return True if records is False or records is None else None


def works_after_all(p: Person) -> bool | None:
    return conjunction(works_by_records(p), negation(p.get("new_job")))


def month_ahead(p: Person) -> bool | None:
    month = p.get("ui_certified_month")
    return None if month is None else month > Month.of(TODAY)


CALLABLES: Final[Mapping[str, Call]] = {
    # what no terminal decides
    "R-DIBAO MEANS_TEST": lambda p: True,
    "R-TEMP MEANS_TEST": lambda p: True,
    "R-AGE80 MEANS_TEST": lambda p: True,
    "R-CHILD AGENCY_FINDING": lambda p: True,
    "R-UI-ALLOW OLD_APPLICATION": lambda p: True,
    "R-RET-AGE RET-AGE-C1": is_known("birth_month"),
    "R-RET-AGE RET-AGE-C2": is_known("category"),
    "R-RET-AGE FACTS_CONTRADICT": sex_differs,
    "R-RET-AGE BIRTHDATE_DISPUTED": flag("birth_dates_differ"),
    "R-RET-AGE SPECIAL_GROUP": flag("special_group"),
    "R-RET-MIN RET-MIN-C1": ret_min,
    "R-RET-FLEX FLEX-C1": another_month,
    "R-RET-FLEX FLEX-C2": flexible_months,
    "R-RET-FLEX FLEX-E2": at_most_three_years_early,
    "R-RET-FLEX FLEX-E3": not_before_original,
    "R-RET-FLEX FLEX-E4": not_before_reform,
    "R-RET-FLEX FLEX-E5": early_notice,
    "R-RET-FLEX FLEX-L1": employer_agrees,
    "R-RET-FLEX FLEX-L2": at_most_three_years_late,
    "R-RET-FLEX FLEX-L4": late_notice,
    "R-RET-FLEX FLEX-L5": no_leader,
    "R-RET-FLEX NO_RULE_FOR_DATE": late_before_reform,
    "R-RET-FLEX NO_EMPLOYER": no_employer,
    "R-RET-FLEX FACTS_CONTRADICT": sex_differs,
    "R-RET-FLEX BIRTHDATE_DISPUTED": flag("birth_dates_differ"),
    "R-RET-FLEX SPECIAL_GROUP": flag("special_group"),
    "R-MAT MAT-C1": maternity_insured,
    "R-MAT MAT-C2": maternity_days,
    "R-MAT MAT-C3": unknown,
    "R-MAT MAT-C4": unknown,
    "R-MAT FACTS_CONTRADICT": maternity_contradiction,
    "R-UI UI-C1": paid_or_left_over,
    "R-UI UI-C2": involuntary,
    "R-UI UI-C3": registered_and_seeking,
    "R-UI UI-S1": no("new_job"),
    "R-UI UI-S2": no("in_military_service"),
    "R-UI UI-S3": no("moved_abroad"),
    "R-UI UI-S4": no("draws_pension"),
    "R-UI UI-S5": no("refused_suitable_offer"),
    "R-UI LEAVING_REASON_DISPUTED": flag("ui_leaving_reason_disputed"),
    "R-UI FACTS_CONTRADICT": leaving_contradiction,
    "R-UI RETIREMENT_AGE_REACHED": at_retirement_age,
    "R-UI ONE_OFF_ALLOWANCE_INSTEAD": one_off_instead,
    "R-UI-CONT UI-CONT-C1": does_not_work,
    "R-UI-CONT UI-CONT-C2": no("draws_pension"),
    "R-UI-CONT UI-CONT-C3": no("in_military_service"),
    "R-UI-CONT UI-CONT-C4": no("moved_abroad"),
    "R-UI-CONT UI-CONT-C5": no("refused_suitable_offer"),
    "R-UI-CONT UI-CONT-C6": flag("seeking_work"),
    "R-UI-CONT FACTS_CONTRADICT": works_after_all,
    "R-UI-CONT DEATH_REPORTED": flag("death_reported"),
    "R-UI-CONT MONTH_AHEAD": month_ahead,
    "R-PEN-EMP PEN-EMP-C1": retired,
    "R-PEN-EMP PEN-EMP-C2": pension_months,
    "R-PEN-EMP FACTS_CONTRADICT": sex_differs,
    "R-PEN-EMP BIRTHDATE_DISPUTED": flag("birth_dates_differ"),
    "R-PEN-EMP SPECIAL_GROUP": flag("special_group"),
    "R-PEN-PLACE PEN-PLACE-C1": pension_place,
    "R-PEN-AMOUNT PEN-AMOUNT-C1": is_known("pension_base_wage"),
    "R-PEN-AMOUNT PEN-AMOUNT-C2": is_known("average_wage_index"),
    "R-PEN-AMOUNT PEN-AMOUNT-C3": is_known("pension_months"),
    "R-PEN-AMOUNT PEN-AMOUNT-C4": is_known("pension_account_balance"),
    "R-PEN-AMOUNT PEN-AMOUNT-C5": payment_months_known,
    "R-SKILL SKILL-C1": supported_level,
    "R-SKILL SKILL-C2": insured_long_enough,
    "R-SKILL SKILL-C3": insured_rightly,
    "R-SKILL SKILL-C4": applied_in_time,
    "R-SKILL SKILL-C5": no("training_subsidy_taken"),
    "R-SKILL SKILL-C6": first_claim,
    "R-SKILL SKILL-C7": unknown,
    "R-SKILL CERTIFICATE_NOT_FOUND": certificate_not_found,
    "R-SKILL SAME_LEVEL_PAID": paid_before("skill_same_level_paid"),
    "R-SKILL HIGHER_LEVEL_HELD": paid_before("skill_higher_level_held"),
    "R-INJ INJ-C1": is_known("injury_grade"),
    "R-INJ-DEATH INJ-DEATH-C1": flag("work_death_recognised"),
}
