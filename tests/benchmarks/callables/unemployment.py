"""Unemployment benefit, its ends, and what follows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kiosk.benefits.month import Month
from tests.benchmarks.callables.person import (
    TODAY,
    Call,
    Person,
    conjunction,
    flag,
    negation,
    no,
    once,
)
from tests.benchmarks.callables.retirement import sex_differs, statutory_month


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


@once
def months_to_age(p: Person) -> int | None:
    statutory = statutory_month(p)
    return None if statutory is None else statutory.months_since(Month.of(TODAY))


def under_a_year(p: Person) -> bool | None:
    """Exactly one year is for the agency."""
    months = months_to_age(p)
    return None if months is None or months == 12 else months < 12


def before_age(p: Person) -> bool | None:
    """The month itself is for the agency."""
    months = months_to_age(p)
    return None if months is None or months == 0 else months > 0


def exactly(months: int) -> Call:
    """So many months before the statutory age."""

    def call(p: Person) -> bool | None:
        left = months_to_age(p)
        return None if left is None else left == months

    return call


CALLABLES: Final[Mapping[str, Call]] = {
    "R-UI-ALLOW OLD_APPLICATION": lambda p: True,
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
    "R-UI-EXT UI-EXT-C1": flag("unemployment_benefit_used_up"),
    "R-UI-EXT UI-EXT-C2": no("new_job"),
    "R-UI-EXT UI-EXT-C3": under_a_year,
    "R-UI-EXT UI-EXT-C4": before_age,
    "R-UI-EXT EXACTLY_ONE_YEAR": exactly(12),
    "R-UI-EXT RETIREMENT_AGE_REACHED": exactly(0),
    "R-UI-EXT FACTS_CONTRADICT": sex_differs,
    "R-UI-EXT BIRTHDATE_DISPUTED": flag("birth_dates_differ"),
    "R-UI-EXT SPECIAL_GROUP": flag("special_group"),
    "R-UI-PENSION UI-PENSION-C1": flag("draws_unemployment_benefit"),
    "R-UI-PENSION UI-PENSION-C2": under_a_year,
    "R-UI-PENSION UI-PENSION-C3": before_age,
    "R-UI-PENSION UI-PENSION-C4": flag("pension_paid_as_individual"),
    "R-UI-PENSION UI-PENSION-C5": flag("pension_paid_at_benefit_place"),
    "R-UI-PENSION EXACTLY_ONE_YEAR": exactly(12),
    "R-UI-PENSION RETIREMENT_AGE_REACHED": exactly(0),
    "R-UI-PENSION FACTS_CONTRADICT": sex_differs,
    "R-UI-PENSION BIRTHDATE_DISPUTED": flag("birth_dates_differ"),
    "R-UI-PENSION SPECIAL_GROUP": flag("special_group"),
}
