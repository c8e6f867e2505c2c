"""Reads the figures of a rule: TOML with citation and validity, checked before any of it is used."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from kiosk.benefits.month import Month
from kiosk.benefits.retirement_outcome import Citation


class ParametersUnusableError(Exception):
    """A rule's data cannot be used. The message names the rule, the field and the remedy."""

    def __init__(self, name: str, wrong: str) -> None:
        super().__init__(f"{name}: {wrong}; install the rule package again")
        self.name = name
        self.wrong = wrong


def _month(value: Any) -> Any:
    return Month.parse(value) if isinstance(value, str) else value


MonthText = Annotated[Month, BeforeValidator(_month)]
Category = Literal["male", "female55", "female50"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)


class CitationRow(_Table):
    """One `[[citation]]`."""

    id: str
    title: str
    document_number: str
    article: str
    effective_from: date
    effective_to: date | None = None
    mark: Literal["T", "P", "R", "K-high", "K-med", "K-low"]

    def as_citation(self) -> Citation:
        """For an outcome."""
        return Citation(**self.model_dump())


class CategoryRow(_Table):
    """One `[category.*]`: the original age and how it is delayed."""

    original_age_years: Annotated[int, Field(ge=40, le=70)]
    first_birth_month: MonthText
    step_months: Annotated[int, Field(ge=1, le=12)]
    cap_months: Annotated[int, Field(ge=0, le=120)]
    zh: str
    en: str


class RetirementAgeParameters(_Table):
    """`r-ret-age.toml`."""

    rule_id: Literal["R-RET-AGE"]
    version: str
    jurisdiction: Annotated[tuple[str, ...], BeforeValidator(tuple)]
    effective_from: date
    reform_from: MonthText
    cites: Annotated[tuple[str, ...], BeforeValidator(tuple)]
    category: dict[Category, CategoryRow]
    citation: Annotated[tuple[CitationRow, ...], BeforeValidator(tuple)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> RetirementAgeParameters:
        if set(self.category) != {"male", "female55", "female50"}:
            raise ValueError("all three categories are needed")
        for name, row in self.category.items():
            if row.first_birth_month.plus(12 * row.original_age_years) != self.reform_from:
                raise ValueError(f"{name}: first_birth_month does not agree with reform_from")
        known = {row.id for row in self.citation}
        if missing := set(self.cites) - known:
            raise ValueError(f"no citation {sorted(missing)}")
        return self


def retirement_age_parameters(text: str | None = None) -> RetirementAgeParameters:
    """The parameters in `text`, by default those that come with the program. Raises ParametersUnusableError."""
    name = "r-ret-age.toml"
    if text is None:
        text = (resources.files("kiosk.benefits") / name).read_text("utf-8")
    try:
        return RetirementAgeParameters.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ParametersUnusableError(name, f"not TOML ({error})") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        raise ParametersUnusableError(name, f"{where}: {first['msg']}") from error
