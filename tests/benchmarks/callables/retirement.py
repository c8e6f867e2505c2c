"""Retirement age, flexible retirement, the monthly pensions and the sickness allowance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kiosk.benefits.counting import months_after
from kiosk.benefits.month import Month
from tests.benchmarks.callables.person import (
    TODAY,
    Call,
    Person,
    conjunction,
    flag,
    is_known,
    negation,
    no,
    once,
    unknown,
)


@once
def original_month(p: Person) -> Month | None:
    born, kind = p.get("birth_month"), p.get("category")
    if born is None or kind is None:
        return None
    return born + {"male": 720, "female55": 660, "female50": 600}[kind]


@once
def statutory_month(p: Person) -> Month | None:
    original = original_month(p)
    if original is None:
        return None
    since = original.months_since(Month(2025, 1))
    if since < 0:
        return original
    step, most = (2, 60) if p["category"] == "female50" else (4, 36)
    return original + min(since // step + 1, most)


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


def born_in_another_month(p: Person) -> bool | None:
    born, month = p.get("birth_date"), p.get("birth_month")
    return None if born is None or month is None else Month.of(born) != month


def birth_disputed(p: Person) -> bool | None:
    return negation(conjunction(negation(p.get("birth_dates_differ")), negation(born_in_another_month(p))))


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
    return bool(notice <= months_after(chosen.first_day, -3))


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
    reached = statutory.first_day if born is None else months_after(born, statutory.months_since(p["birth_month"]))
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
    return None if notice is None else bool(notice <= months_after(claimed.first_day, -3))


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


def sixty(p: Person) -> bool | None:
    born = p.get("birth_date")
    return None if born is None else months_after(born, 720) <= TODAY


def resident_months(p: Person) -> bool | None:
    """Whoever was near sixty when the local scheme began needs fewer; when that was, is a local figure."""
    paid = p.get("resident_pension_months")
    return True if paid is not None and paid >= 180 else None


def before_retirement_age(p: Person) -> bool | None:
    statutory = statutory_month(p)
    applied = Month.of(p.get("sickness_allowance_applied_on") or TODAY)
    return None if statutory is None else applied < statutory


def unable_to_work(p: Person) -> bool | None:
    finding = p.get("working_capacity_finding")
    return None if finding is None else finding == "complete"


CALLABLES: Final[Mapping[str, Call]] = {
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
    "R-RET-FLEX BIRTHDATE_DISPUTED": birth_disputed,
    "R-RET-FLEX SPECIAL_GROUP": flag("special_group"),
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
    "R-PEN-RES FACTS_CONTRADICT": born_in_another_month,
    "R-PEN-RES PEN-RES-C1": sixty,
    "R-PEN-RES PEN-RES-C2": resident_months,
    "R-PEN-RES PEN-RES-C3": no("draws_pension"),
    "R-SICK SICK-C1": flag("employee_scheme_member"),
    "R-SICK SICK-C2": before_retirement_age,
    "R-SICK SICK-C3": unable_to_work,
    "R-SICK FACTS_CONTRADICT": sex_differs,
    "R-LIFE PARAMETERS_CONTRADICT": unknown,
    "R-LIFE LIFE-C1": unknown,
}
