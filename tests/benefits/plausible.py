"""People as they come to a terminal, for seeing how often a rule says what: whoever asks mostly has what it takes.

Not for finding faults: near the figures at which rules turn, and beyond all sense, people are made in `people`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

from kiosk.benefits.compiled_rule import CompiledRule, FactSlot
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from tests.benefits.people import TODAY

_MOSTLY_TRUE = frozenset(
    {
        "hardship_certified", "flexible_work_registered", "first_time_founder", "business_operates_normally",
        "maternity_employer_insured", "medical_insured", "remote_treatment_filed", "pension_relation_at_hukou",
        "employer_agrees", "employee_scheme_member", "deceased_in_employee_scheme", "skill_certificate_verifiable",
        "unemployment_registered", "seeking_work", "unemployment_benefit_used_up", "pension_paid_as_individual",
        "pension_paid_at_benefit_place", "work_death_recognised", "draws_unemployment_benefit", "dependant_spouse",
    }
)  # fmt: skip
"""Who asks about a benefit mostly has done what it wants done; other flags are mostly not so."""
_EVEN = frozenset({"has_employer", "deceased_retired"})
_NUMBERS = {"average_wage_index": ("0.6", "0.85", "1", "1.4", "2.1", "3")}
_MONEY = ("480.00", "2690.50", "6543.21", "11000.00", "48650.75", "103400.10")
_COUNTS: Mapping[str, Callable[[Random], int]] = {
    "retirement_age_months": lambda chance: round(chance.triangular(600, 756, 720)),
    "deemed_months": lambda chance: 0 if chance.random() < 0.8 else chance.randrange(12, 180),
    "ui_months_since_claim": lambda chance: round(chance.triangular(0, 300, 60)),
    "flex_subsidised_months": lambda chance: chance.choice((0, 0, 6, 12, 23, 24, 35)),
    "individual_contribution_months": lambda chance: chance.randrange(0, 60),
    "babies_born": lambda chance: 2 if chance.random() < 0.03 else 1,
    "miscarriage_months": lambda chance: chance.randrange(1, 8),
    "age_when_pension_moved_in": lambda chance: chance.randrange(25, 60),
    "skill_claims_this_year": lambda chance: chance.choice((0, 0, 0, 1, 3)),
    "injury_grade": lambda chance: chance.randrange(1, 11),
}
_LONG_AGO = frozenset({"benefit_started_on", "deceased_pension_started_on", "business_registered_on"})
_OLD_AGE = {"male": 720, "female55": 660, "female50": 600}
_AGES = {
    "R-AGE80": (70, 98, 80),
    "R-PEN-RES": (50, 80, 62),
    **dict.fromkeys(("R-FLEX-SI", "R-UI", "R-UI-PENSION"), (20, 64, 50)),
    "R-UI-EXT": (50, 64, 60),
}
"""Least, most and usual age of who asks."""


def plausible(rule: CompiledRule, chance: Random, known: float = 1.0) -> dict[str, Fact[Any]]:
    """Somebody of whom all is known that there is to know, each fact with this likelihood."""
    sex = chance.choice(("male", "female"))
    category = "male" if sex == "male" else chance.choice(("female55", "female50"))
    born = TODAY - timedelta(days=round(365.25 * chance.triangular(*_AGES.get(rule.id, (45, 75, 58)))))
    retires = Month.of(born) + _OLD_AGE[category] + chance.randrange(-6, 66)
    fixed = {
        "sex": sex,
        "category": category,
        "birth_date": born,
        "birth_month": Month.of(born),
        "retirement_month": retires,
        "pension_claim_month": retires if chance.random() < 0.9 else retires + chance.randrange(1, 24),
        "retirement_notice_date": (retires + chance.randrange(-8, 0)).first_day,
    }
    left_out = _other_ways(chance)
    return {
        slot.store: Fact(fixed.get(slot.store, _value(slot, chance)), Source.VERIFIED, TODAY)
        for slot in rule.facts
        if slot.store not in left_out and chance.random() < known
    }


def _other_ways(chance: Random) -> set[str]:
    """What nobody has beside what he has: of two ways to the same thing only one is his."""
    birth = {"babies_born", "difficult_birth"}
    return {
        # the reason says it already
        "ui_left_involuntarily",
        *(birth if chance.random() < 0.1 else {"miscarriage_months"}),
    }


def _value(slot: FactSlot, chance: Random) -> Any:
    name, kind = slot.store, slot.kind
    match kind.type:
        case "flag":
            likely = 0.85 if name in _MOSTLY_TRUE else 0.5 if name in _EVEN else 0.04
            return chance.random() < likely
        case "choice":
            return chance.choice(tuple(kind.words))
        case "text":
            return "电工"
        case "number":
            return Fraction(chance.choice(_NUMBERS.get(name, _MONEY)))
        case "count":
            draw = _COUNTS.get(name, lambda chance: round(chance.triangular(0, 480, 200)))
            return max(kind.least or 0, min(draw(chance), kind.most or 720))
        case "month":
            return Month.of(TODAY) - chance.randrange(3)
    if name in _LONG_AGO:
        return TODAY - timedelta(days=chance.randrange(400, 5500))
    # few ask about what happened before this year, whose figures a place publishes
    return TODAY - timedelta(days=chance.randrange(400 if chance.random() < 0.2 else 320))
