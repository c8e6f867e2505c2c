"""Skill subsidy, maternity, work injury, treatment elsewhere, survivors, and what no terminal decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kiosk.benefits.counting import months_after
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
    if issued is None:
        return None
    by = months_after(issued, 12)
    if applied is None:
        # before today, or today
        return True if by >= TODAY else None
    return bool(applied <= by)


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


# treatment elsewhere


LONG_TERM: Final = ("settled_retiree", "long_resident", "posted_worker")


def filed_or_rescue(p: Person) -> bool | None:
    reason, filed = p.get("remote_treatment_reason"), p.get("remote_treatment_filed")
    if reason == "emergency" or filed is True:
        return True
    return None if reason is None else filed


def filing_lasts(p: Person) -> bool | None:
    """How long it lasts is a local figure, at least six months."""
    reason, filed = p.get("remote_treatment_reason"), p.get("remote_treatment_filed_on")
    if reason in LONG_TERM or reason == "emergency":
        return True
    return True if filed is not None and months_after(filed, 6) >= TODAY else None


CALLABLES: Final[Mapping[str, Call]] = {
    "R-DIBAO MEANS_TEST": lambda p: True,
    "R-TEMP MEANS_TEST": lambda p: True,
    "R-AGE80 MEANS_TEST": lambda p: True,
    "R-CHILD AGENCY_FINDING": lambda p: True,
    "R-MAT MAT-C1": maternity_insured,
    "R-MAT MAT-C2": maternity_days,
    "R-MAT MAT-C3": unknown,
    "R-MAT MAT-C4": unknown,
    "R-MAT FACTS_CONTRADICT": maternity_contradiction,
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
    "R-MED-REMOTE MED-C1": flag("medical_insured"),
    "R-MED-REMOTE MED-C2": filed_or_rescue,
    "R-MED-REMOTE MED-C3": filing_lasts,
    "R-DEATH DEATH-C1": flag("deceased_in_employee_scheme"),
    "R-DEATH DEATH-C2": is_known("death_on"),
}
