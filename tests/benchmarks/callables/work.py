"""Help in finding work and in founding a business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kiosk.benefits.counting import months_after
from kiosk.benefits.month import Month
from tests.benchmarks.callables.person import TODAY, Call, Person, conjunction, flag, once, unknown
from tests.benchmarks.callables.retirement import sex_differs
from tests.benchmarks.callables.unemployment import months_to_age


def either(*values: bool | None) -> bool | None:
    """TRUE beats UNKNOWN beats FALSE."""
    if True in values:
        return True
    return None if None in values else False


def hardship_or_graduate(p: Person) -> bool | None:
    hardship, graduated, employer = p.get("hardship_certified"), p.get("graduated_on"), p.get("has_employer")
    if hardship is True:
        return True
    recent = None
    if p.get("flex_subsidised_months") == 0 and graduated is not None:
        recent = graduated <= TODAY <= months_after(graduated, 24)
    return either(hardship, conjunction(recent, None if employer is None else not employer))


def paid_oneself(p: Person) -> bool | None:
    months = p.get("individual_contribution_months")
    return None if months is None else months >= 1


@once
def until_retirement(p: Person) -> bool | None:
    """Whoever had under five years to go at the first approval has it until then."""
    first, hardship, months = p.get("flex_first_approved_on"), p.get("hardship_certified"), months_to_age(p)
    if hardship is False:
        return False
    if p.get("flex_subsidised_months") == 0:
        first = TODAY
    if first is None or hardship is None or months is None:
        return None
    return (Month.of(TODAY) + months).months_since(Month.of(first)) < 60


def not_over(p: Person) -> bool | None:
    """How many months there are otherwise is a local figure, from one to two years or three."""
    to_age, left, had = until_retirement(p), months_to_age(p), p.get("flex_subsidised_months")
    if to_age is True:
        return None if left is None or left == 0 else left > 0
    if to_age is None or had is None:
        return None
    most = 36 if p.get("hardship_certified") else 24
    return True if had < 1 else False if had >= most else None


def age_reached(p: Person) -> bool | None:
    left = months_to_age(p)
    return conjunction(until_retirement(p), None if left is None else left == 0)


def small_business(p: Person) -> bool | None:
    kind = p.get("business_kind")
    return None if kind is None else kind in ("small_or_micro", "individual")


def a_year_old(p: Person) -> bool | None:
    begun = p.get("business_registered_on")
    return None if begun is None else months_after(begun, 12) <= TODAY


def founder_group(p: Person) -> bool | None:
    graduated, begun = p.get("graduated_on"), p.get("business_registered_on")
    if p.get("hardship_certified") is True:
        return True
    if graduated is not None and begun is not None and graduated <= TODAY <= months_after(graduated, 24):
        return True
    returning = p.get("returning_migrant_or_veteran")
    return False if p.get("hardship_certified") is False and graduated is not None and returning is False else None


def graduates_by_this_year(p: Person) -> bool | None:
    graduated = p.get("graduated_on")
    return None if graduated is None else graduated.year <= TODAY.year


def graduates_not_before(p: Person) -> bool | None:
    graduated = p.get("graduated_on")
    return None if graduated is None else graduated.year >= TODAY.year


def helped_group(p: Person) -> bool | None:
    group = p.get("jobseek_group")
    return None if group is None else group != "none"


CALLABLES: Final[Mapping[str, Call]] = {
    "R-HARD AGENCY_FINDING": lambda p: True,
    "R-LOAN CREDIT_CHECK": lambda p: True,
    "R-FLEX-SI FLEX-SI-C1": hardship_or_graduate,
    "R-FLEX-SI FLEX-SI-C2": flag("flexible_work_registered"),
    "R-FLEX-SI FLEX-SI-C3": paid_oneself,
    "R-FLEX-SI FLEX-SI-C4": not_over,
    "R-FLEX-SI RETIREMENT_AGE_REACHED": age_reached,
    "R-FLEX-SI FACTS_CONTRADICT": sex_differs,
    "R-FLEX-SI BIRTHDATE_DISPUTED": lambda p: conjunction(p.get("birth_dates_differ"), p.get("hardship_certified")),
    "R-FLEX-SI SPECIAL_GROUP": lambda p: conjunction(p.get("special_group"), p.get("hardship_certified")),
    "R-STARTUP STARTUP-C1": flag("first_time_founder"),
    "R-STARTUP STARTUP-C2": small_business,
    "R-STARTUP STARTUP-C3": a_year_old,
    "R-STARTUP STARTUP-C4": flag("business_operates_normally"),
    "R-STARTUP STARTUP-C5": founder_group,
    "R-STARTUP STARTUP-C6": unknown,
    "R-JOBSEEK JOBSEEK-C1": graduates_by_this_year,
    "R-JOBSEEK JOBSEEK-C2": graduates_not_before,
    "R-JOBSEEK JOBSEEK-C3": helped_group,
    "R-JOBSEEK JOBSEEK-C4": unknown,
    "R-JOBSEEK JOBSEEK-C5": unknown,
}
