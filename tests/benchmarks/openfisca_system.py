"""Retirement age, minimum contribution and unemployment benefit as variables of OpenFisca, as its handbook writes them.

Months are whole numbers (year * 12 + month - 1), so that its arrays can hold them. A variable without a formula is what
is said of a person; the others are worked out, each once for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON: Final = Entity("person", "persons", "A person", "")
REFORM: Final = 2025 * 12
Formula = Callable[[Any, Any], Any]


class Category(Enum):
    """原法定退休年龄类别."""

    male = "male"
    female55 = "female55"
    female50 = "female50"


class Reason(Enum):
    """Why the employment ended: those of the benefit, then those that are none of it."""

    contract_expired = "contract_expired"
    employer_bankrupt = "employer_bankrupt"
    employer_closed = "employer_closed"
    dismissed = "dismissed"
    struck_off = "struck_off"
    resigned_employer_breach = "resigned_employer_breach"
    resigned = "resigned"


def original_month(person: Any, period: Any) -> Any:
    kind = person("category", period)
    years = numpy.select([kind == Category.male, kind == Category.female55], [60, 55], 50)
    return person("birth_month", period) + 12 * years


def delay_months(person: Any, period: Any) -> Any:
    worker = person("category", period) == Category.female50
    since = person("original_month", period) - REFORM
    delay = numpy.minimum(since // numpy.where(worker, 2, 4) + 1, numpy.where(worker, 60, 36))
    return numpy.where(since < 0, 0, delay)


def statutory_month(person: Any, period: Any) -> Any:
    return person("original_month", period) + person("delay_months", period)


def minimum_months(person: Any, period: Any) -> Any:
    year = person("claim_month", period) // 12
    return numpy.where(year <= 2029, 180, numpy.minimum(240, 180 + 6 * (year - 2029)))


def enough(person: Any, period: Any) -> Any:
    return person("pension_months", period) >= person("minimum_months", period)


def paid_or_left_over(person: Any, period: Any) -> Any:
    return (person("ui_months", period) >= 12) + (person("ui_left_over", period) > 0)


def involuntary(person: Any, period: Any) -> Any:
    return person("leaving_reason", period) != Reason.resigned


def registered_and_seeking(person: Any, period: Any) -> Any:
    return person("registered", period) * person("seeking", period)


def at_retirement_age(person: Any, period: Any) -> Any:
    now = period.start.year * 12 + period.start.month - 1
    return (now >= person("statutory_month", period)) * numpy.logical_not(person("draws_pension", period))


def ui_months_due(person: Any, period: Any) -> Any:
    paid = person("ui_months", period)
    band = numpy.select([paid < 12, paid < 60, paid < 120], [0, 12, 18], 24)
    return numpy.minimum(24, band + person("ui_left_over", period))


def entitled(person: Any, period: Any) -> Any:
    found = person("paid_or_left_over", period) * person("involuntary", period)
    found = found * person("registered_and_seeking", period)
    for stop in STOPS:
        found = found * numpy.logical_not(person(stop, period))
    return found * numpy.logical_not(person("at_retirement_age", period))


STOPS: Final = ("new_job", "in_military_service", "moved_abroad", "draws_pension", "refused_offer")
SAID: Final[Mapping[str, Any]] = {
    "birth_month": int,
    "category": Category,
    "claim_month": int,
    "pension_months": int,
    "ui_months": int,
    "ui_left_over": int,
    "leaving_reason": Reason,
    "registered": bool,
    "seeking": bool,
    **dict.fromkeys(STOPS, bool),
}
WORKED_OUT: Final[tuple[tuple[Formula, type], ...]] = (
    (original_month, int),
    (delay_months, int),
    (statutory_month, int),
    (minimum_months, int),
    (enough, bool),
    (paid_or_left_over, bool),
    (involuntary, bool),
    (registered_and_seeking, bool),
    (at_retirement_age, bool),
    (ui_months_due, int),
    (entitled, bool),
)


def system() -> TaxBenefitSystem:
    """The system; built once."""
    found = TaxBenefitSystem([PERSON])
    for name, kind in SAID.items():
        of = {"value_type": kind}
        if issubclass(kind, Enum):
            of = {"value_type": Enum, "possible_values": kind, "default_value": next(iter(kind))}
        found.add_variable(type(name, (Variable,), {**of, "entity": PERSON, "definition_period": DateUnit.MONTH}))
    for formula, kind in WORKED_OUT:
        parts = {"value_type": kind, "entity": PERSON, "definition_period": DateUnit.MONTH, "formula": formula}
        found.add_variable(type(formula.__name__, (Variable,), parts))
    return found


ASKED: Final = ("statutory_month", "minimum_months", "enough", "ui_months_due", "entitled")


def asked(of: TaxBenefitSystem, person: Mapping[str, int | bool | str], month: str) -> tuple[int | bool, ...]:
    """`ASKED` of one person in a month like 2026-11, as its web API asks."""
    said = {name: {month: value} for name, value in person.items()}
    simulation = SimulationBuilder().build_from_entities(of, {"persons": {"one": said}})
    return tuple(simulation.calculate(name, month)[0].item() for name in ASKED)
