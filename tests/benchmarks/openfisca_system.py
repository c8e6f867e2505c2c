"""Retirement age and minimum contribution as variables of OpenFisca, as its own handbook writes them.

Months are whole numbers (year * 12 + month - 1), so that its arrays can hold them.
"""

from __future__ import annotations

from typing import Any

import numpy
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERSON = Entity("person", "persons", "A person", "")
REFORM = 2025 * 12


class Category(Enum):
    """原法定退休年龄类别."""

    male = "male"
    female55 = "female55"
    female50 = "female50"


class birth_month(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.ETERNITY


class category(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = Enum
    possible_values = Category
    default_value = Category.male
    entity = PERSON
    definition_period = DateUnit.ETERNITY


class claim_month(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.ETERNITY


class contribution_months(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.ETERNITY


class delay_months(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:  # noqa: N805 - OpenFisca calls it so
        kind = person("category", period)
        original = person("original_month", period)
        step = numpy.where(kind == Category.female50, 2, 4)
        most = numpy.where(kind == Category.female50, 60, 36)
        since = original - REFORM
        return numpy.where(since < 0, 0, numpy.minimum(since // step + 1, most))


class original_month(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:  # noqa: N805 - OpenFisca calls it so
        kind = person("category", period)
        years = numpy.select([kind == Category.male, kind == Category.female55], [60, 55], 50)
        return person("birth_month", period) + 12 * years


class statutory_month(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:  # noqa: N805 - OpenFisca calls it so
        return person("original_month", period) + person("delay_months", period)


class minimum_months(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = int
    entity = PERSON
    definition_period = DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:  # noqa: N805 - OpenFisca calls it so
        year = person("claim_month", period) // 12
        return numpy.where(year <= 2029, 180, numpy.minimum(240, 180 + 6 * (year - 2029)))


class enough(Variable):  # noqa: N801 - OpenFisca names variables by their class
    value_type = bool
    entity = PERSON
    definition_period = DateUnit.MONTH

    def formula(person: Any, period: Any) -> Any:  # noqa: N805 - OpenFisca calls it so
        return person("contribution_months", period) >= person("minimum_months", period)


def system() -> TaxBenefitSystem:
    """The system; built once."""
    found = TaxBenefitSystem([PERSON])
    found.add_variables(
        birth_month, category, claim_month, contribution_months, delay_months, original_month, statutory_month,
        minimum_months, enough,
    )  # fmt: skip
    return found


def asked(of: TaxBenefitSystem, born: int, kind: str, claimed: int, months: int, month: str) -> tuple[int, int, bool]:
    """One person in a month like 2026-11, as its web API asks: statutory month, months needed, whether it is enough."""
    always = str(DateUnit.ETERNITY)
    person = {
        "birth_month": {always: born},
        "category": {always: kind},
        "claim_month": {always: claimed},
        "contribution_months": {always: months},
    }
    simulation = SimulationBuilder().build_from_entities(of, {"persons": {"one": person}})
    names = ("statutory_month", "minimum_months", "enough")
    statutory, needed, fits = (simulation.calculate(name, month)[0] for name in names)
    return int(statutory), int(needed), bool(fits)
