"""Somebody wholly known, and three-valued logic as anybody writes it: None is unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

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
    "life_benefit_kind": "pension",
    "last_certified_on": date(2026, 4, 9),
    "benefit_started_on": date(2024, 6, 1),
    "medical_insured": True,
    "remote_treatment_reason": "long_resident",
    "remote_treatment_filed": True,
    "remote_treatment_filed_on": date(2026, 2, 3),
    "resident_pension_months": 200,
    "resident_account_balance": 30_000,
    "employee_scheme_member": True,
    "working_capacity_finding": "complete",
    "sickness_allowance_applied_on": date(2026, 8, 20),
    "deceased_in_employee_scheme": True,
    "deceased_retired": False,
    "deceased_pension_months": 190,
    "deceased_pension_started_on": date(2020, 1, 1),
    "deceased_own_contributions": 60_000,
    "deceased_account_balance": 40_000,
    "funeral_grant_taken": False,
    "unemployment_benefit_used_up": True,
    "draws_unemployment_benefit": True,
    "pension_paid_as_individual": True,
    "pension_paid_at_benefit_place": True,
    "pension_paid_a_month": 900,
    "hardship_certified": True,
    "hardship_certified_on": date(2025, 9, 2),
    "graduated_on": date(2025, 7, 1),
    "flexible_work_registered": True,
    "individual_contribution_months": 20,
    "individual_contribution_paid": 900,
    "flex_subsidised_months": 10,
    "flex_first_approved_on": date(2025, 12, 1),
    "first_time_founder": True,
    "business_kind": "individual",
    "business_registered_on": date(2025, 3, 1),
    "business_operates_normally": True,
    "returning_migrant_or_veteran": False,
    "jobseek_group": "disabled",
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


def unknown(_: Person) -> bool | None:
    """What rests on a local figure, which there is none of here."""
    return None
