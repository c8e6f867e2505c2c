"""Example answers of checks: each way an answer can come out, from the real rules, of people who do not exist.

Pictures, the page matrix and the sample print-outs show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.question import Question
from kiosk.catalogue.check_page import Checked, result
from kiosk.catalogue.checks import check_of
from kiosk.screen import CheckResult
from kiosk.text import Text, text

TODAY: Final = date(2026, 11, 22)
LATELY: Final = date(2026, 11, 20)
LONG_AGO: Final = date(2026, 8, 31)

Facts = Mapping[str, Fact[Any]]


@dataclass(frozen=True, slots=True)
class Sample:
    """A check that came to its end, and the words of its main button."""

    rule: str
    facts: Facts
    place: str = "CN"
    apply: str = ""

    @property
    def checked(self) -> Checked:
        """Asked on the day of all pictures."""
        book, check = shipped_book(), check_of(self.rule)
        outcome = evaluate(book, Question(self.rule, self.facts, TODAY, self.place))
        beside = tuple(evaluate(book, Question(rule, self.facts, TODAY, self.place)) for rule in check.also)
        return Checked(check, outcome, beside, self.facts, None)

    @property
    def page(self) -> CheckResult:
        """As the terminal shows it; what can be printed is for the example to say."""
        words: Text | None = text(self.apply) if self.apply else None
        return result(shipped_book(), self.checked, apply=words)


def _declared(**values: Any) -> Facts:
    return {name: Fact(value, Source.DECLARED, TODAY) for name, value in values.items()}


def _data(as_of: date, **values: Any) -> Facts:
    return {name: Fact(value, Source.SNAPSHOT, as_of) for name, value in values.items()}


def _card(**values: Any) -> Facts:
    return {name: Fact(value, Source.VERIFIED, TODAY) for name, value in values.items()}


_OUT_OF_WORK: Final = _declared(
    ui_leaving_reason="contract_expired",
    ui_prior_unclaimed_months=0,
    new_job=False,
    in_military_service=False,
    moved_abroad=False,
    draws_pension=False,
    refused_suitable_offer=False,
    unemployment_registered=True,
    seeking_work=True,
    unemployment_registered_on=date(2026, 11, 10),
)


def samples() -> Mapping[str, Sample]:
    """Name -> sample."""
    paid = _data(LATELY, ui_months_since_claim=74)
    few = _declared(ui_months_since_claim=6)
    return {
        "yes": Sample("R-UI", {**_OUT_OF_WORK, **paid}, "440000", "apply.go"),
        "no": Sample(
            "R-UI", {**_OUT_OF_WORK, **paid, **_declared(ui_leaving_reason="resigned")}, "440000", "apply.anyway"
        ),
        "one-step": Sample(
            "R-UI", {**_OUT_OF_WORK, **paid, **_declared(unemployment_registered=False)}, "440000", "apply.anyway"
        ),
        "policy-ended": Sample("R-UI-ALLOW", _declared(ui_allowance_applied_on=TODAY), apply="apply.anyway.counter"),
        "declared": Sample("R-UI", {**_OUT_OF_WORK, **_declared(ui_months_since_claim=74)}, apply="apply.go"),
        "stale": Sample("R-UI", {**_OUT_OF_WORK, **_data(LONG_AGO, ui_months_since_claim=9)}, apply="apply.go"),
        "category-unknown": Sample(
            "R-RET-AGE", _card(birth_month=Month(1975, 11), birth_date=date(1975, 11, 3), sex="female")
        ),
        "missing-parameter": Sample(
            "R-LIFE", _declared(life_benefit_kind="pension", last_certified_on=date(2026, 3, 1))
        ),
        "not-yet": Sample(
            "R-PEN-EMP",
            {
                **_card(birth_month=Month(1967, 3), birth_date=date(1967, 3, 9), sex="male"),
                **_data(LATELY, pension_months=236),
                **_declared(birth_dates_differ=False, special_group=False),
            },
            apply="apply.anyway.counter",
        ),
        "computed": Sample(
            "R-RET-AGE",
            {
                **_card(birth_month=Month(1965, 8), birth_date=date(1965, 8, 14), sex="male"),
                **_declared(birth_dates_differ=False, special_group=False),
            },
        ),
        "carried-over": Sample(
            "R-UI", {**_OUT_OF_WORK, **few, **_declared(ui_prior_unclaimed_months=9)}, "440000", "apply.go"
        ),
    }
