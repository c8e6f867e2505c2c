"""What a check answers (benefit rules, 0.2), as a value: outcome, conditions and their state, figures, what is missing.

Sentences are made from it in `wording`, the record for programs in `record`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from kiosk.benefits.compiled_rule import Caveat, CompiledRule, Condition
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.filling import Facts
from kiosk.benefits.month import Month
from kiosk.benefits.question import Question
from kiosk.benefits.span import Span


class Result(Enum):
    """The codes of section 0.2 with their wording."""

    ELIGIBLE = ("ELIGIBLE", "符合（初步）", "eligible (preliminary)")
    NOT_ELIGIBLE = ("NOT_ELIGIBLE", "不符合（初步）", "not eligible (preliminary)")
    UNDETERMINED = ("UNDETERMINED", "离线无法判定", "cannot be determined offline")
    COMPUTED = ("COMPUTED", "已测算（初步）", "computed (preliminary)")

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en


class Standing(Enum):
    """How an outcome is told: a "no" that time or a step can turn is never told as one."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"
    ONE_STEP = "one_step"
    CANNOT_SAY = "cannot_say"
    COMPUTED = "computed"


class ResultStatus(Enum):
    """What the figures are worth."""

    WHOLE = "whole"
    PARTIAL = "partial"
    """Some cannot be said."""
    LOWER_BOUND = "lower_bound"
    """From months that may be more."""
    UNREVIEWED = "unreviewed"
    """A person has not confirmed the text yet."""
    DISPUTED = "disputed"
    """A caveat holds: the figures are those of the ordinary case."""
    NONE = "none"


class Reason(NamedTuple):
    """One condition and how it stands: True, False or None. `begins`: from when, of one that time makes true."""

    condition: Condition
    state: bool | None
    begins: date | Month | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """The answer as it would be if the unknown fact had this value. `fact`: the rule's word for it."""

    fact: str
    store: str
    word: str
    outcome: Result
    values: Mapping[str, Any] = field(repr=False)


# not frozen: setting a score of fields one by one would be the dearest part of a check; nobody changes one
@dataclass(slots=True, eq=False)
class Outcome:
    """What a rule answers for facts. `row` holds every value that was used: personal, and in no repr.

    `plain` is the row with lower bounds taken as the figures that they are. `governing`: None when no governing date
    was given.
    """

    rule: CompiledRule
    question: Question
    governing: date | Month | None
    result: Result
    states: Sequence[bool | None]
    caveats: Sequence[Caveat]
    codes: tuple[str, ...]
    missing_facts: tuple[str, ...]
    missing_parameters: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    values: Mapping[str, Any] = field(repr=False)
    ranges: Mapping[str, Any] = field(repr=False)
    status: ResultStatus
    row: list[Any] = field(repr=False)
    plain: list[Any] = field(repr=False)

    @property
    def place(self) -> str:
        """Where it was asked: CN or six digits."""
        return self.question.place

    @property
    def as_of(self) -> date:
        """The day of asking."""
        return self.question.as_of

    @property
    def given(self) -> Facts:
        """All facts that were handed in, by their name in the store."""
        return self.question.facts

    @property
    def governing_assumed(self) -> bool:
        """No governing date was given, and the day of asking stands for it."""
        return self.governing is None

    @property
    def governing_date(self) -> date | Month:
        """The day or month whose law answers."""
        return self.as_of if self.governing is None else self.governing

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Each condition with its state, in the order of the rule."""
        row = self.row
        return tuple(
            [
                Reason(each, state, None if state is True or each.begins is None else figure(each.begins(row)))
                for each, state in zip(self.rule.conditions, self.states, strict=True)
            ]
        )

    @property
    def deadlines(self) -> dict[str, date | Month | None]:
        """The last day for each thing that has one."""
        return {each.row.id: figure(each.run(self.plain)) for each in self.rule.deadlines}

    @property
    def facts(self) -> dict[str, Fact[Any]]:
        """Those of the rule that are known, by their name in the store."""
        given = self.given
        return {each.store: given[each.store] for each in self.rule.facts if each.store in given}

    @property
    def source(self) -> Source | None:
        """The weakest source of the facts it rests on."""
        return min((fact.source for fact in self.facts.values()), default=None)

    @property
    def latest_begin(self) -> date | Month | None:
        """From when nothing stands in the way that time alone removes."""
        begins = [each.begins for each in self.reasons if each.state is False and each.begins is not None]
        return max(begins, key=lambda each: (each.year, each.month, getattr(each, "day", 1)), default=None)

    @property
    def standing(self) -> Standing:
        """How it is told."""
        match self.result:
            case Result.ELIGIBLE:
                return Standing.YES
            case Result.COMPUTED:
                return Standing.COMPUTED
            case Result.UNDETERMINED:
                return Standing.CANNOT_SAY
        kinds = {each.row.kind for each, state in zip(self.rule.conditions, self.states, strict=True) if state is False}
        if not kinds or "final" in kinds:
            return Standing.NO
        return Standing.NOT_YET if "not_yet" in kinds else Standing.ONE_STEP


def figure(value: Any) -> Any:
    """A value that is known; None for one that is only known within bounds."""
    return None if isinstance(value, Span) else value
