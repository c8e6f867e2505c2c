"""Which checks this terminal offers, in plain words and by topic (`checks.toml`), read and checked once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kiosk.benefits.package import RuleId
from kiosk.benefits.vocabulary import as_tuple
from kiosk.text import Text, bilingual


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str = Field(min_length=2, max_length=24)
    en: str = Field(min_length=2, max_length=60)

    @property
    def title(self) -> Text:
        """In both languages."""
        return bilingual(self.zh, self.en)


class Check(_Named):
    """One check. `item`: the service that takes the application, or under which the check itself stands."""

    rule: RuleId
    also: Annotated[tuple[RuleId, ...], BeforeValidator(as_tuple)] = ()
    item: str | None = None
    suggest: bool = False


class Topic(_Named):
    """Checks that belong together."""

    key: str
    check: Annotated[tuple[Check, ...], BeforeValidator(as_tuple)]


@cache
def topics() -> tuple[Topic, ...]:
    """All topics in the order in which they are shown."""
    table = tomllib.loads(resources.files("kiosk.catalogue").joinpath("checks.toml").read_text("utf-8"))
    return tuple(Topic.model_validate(row) for row in table["topic"])


def all_checks() -> tuple[Check, ...]:
    """Every check of every topic."""
    return tuple(check for topic in topics() for check in topic.check)


def checks_of(item: str) -> tuple[Check, ...]:
    """The checks of a service."""
    return tuple(check for check in all_checks() if check.item == item)


def check_of(rule: str) -> Check:
    """The check of a rule; KeyError if none is offered."""
    found = next((check for check in all_checks() if check.rule == rule), None)
    if found is None:
        raise KeyError(rule)
    return found
