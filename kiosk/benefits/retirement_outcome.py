"""The record every rule returns (benefit rules, 0.2): result, reasons, what was missing, what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Generic, TypeVar

from kiosk.benefits.fact import Source
from kiosk.benefits.month import Month
from kiosk.benefits.truth import Truth

R = TypeVar("R")


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


class ReasonCode(Enum):
    """Why an answer is what it is: a closed list, published with the rules."""

    FACT_MISSING = "FACT_MISSING"
    CATEGORY_UNKNOWN = "CATEGORY_UNKNOWN"
    FACTS_CONTRADICT = "FACTS_CONTRADICT"
    BIRTH_MONTH_IMPLAUSIBLE = "BIRTH_MONTH_IMPLAUSIBLE"
    BIRTHDATE_DISPUTED = "BIRTHDATE_DISPUTED"
    SPECIAL_GROUP = "SPECIAL_GROUP"


@dataclass(frozen=True)
class Citation:
    """A place in the law. `mark` is how far the text was checked (section 0.1): T, P, R, K-high, K-med or K-low."""

    id: str
    title: str
    document_number: str
    article: str
    effective_from: date
    effective_to: date | None
    mark: str


@dataclass(frozen=True)
class Sentence:
    """One sentence for people."""

    zh: str
    en: str


@dataclass(frozen=True)
class Reason:
    """One condition: its state, the fact it looked at and where that came from, and the articles behind it."""

    condition_id: str
    state: Truth
    fact_used: str
    fact_source: Source | None
    text: Sentence
    citation_ids: tuple[str, ...]


@dataclass(frozen=True)
class Alternative(Generic[R]):
    """The result as it would be if an unknown fact had this value."""

    assumption: Sentence
    figures: R


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What a rule answers. `figures` are there exactly when the result is COMPUTED.

    `governing_date` is the month whose law counts; None while it is not known. `weakest_source` is the weakest source
    of the facts the answer rests on.
    """

    rule_id: str
    rule_version: str
    jurisdiction_chain: tuple[str, ...]
    as_of: date
    governing_date: Month | None
    result: Result
    reasons: tuple[Reason, ...]
    reason_codes: tuple[ReasonCode, ...]
    missing_facts: tuple[str, ...]
    missing_parameters: tuple[str, ...]
    alternatives: tuple[Alternative[R], ...]
    figures: R | None
    weakest_source: Source | None
    disclaimers: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
