"""What a rule is asked: of whose facts, on which day, in which place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kiosk.benefits.filling import Facts
from kiosk.benefits.parameters import Parameters


# not frozen, as Outcome is not: one is made for each check; nobody changes one
@dataclass(slots=True)
class Question:
    """A rule asked of a person: facts by their name in the store, the day of asking, the place (CN or six digits).

    `parameters` stand for a local layer's and win over those of the packages.
    """

    rule: str
    facts: Facts = field(repr=False)
    as_of: date
    place: str = "CN"
    parameters: Parameters = field(default_factory=dict)
