"""Literal cases of the benefit rules: facts in, what must come out, with the source of the expected value.

A case file is `cases/RULE….toml`: `rule`, then `[[case]]` rows (see `Case`). They are asked as `kiosk benefits
evaluate` asks: through the same reading of facts and the same record.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.reading import question_of
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import RuleBook

CASES = Path(__file__).parent / "cases"


class Case(BaseModel):
    """One promise: its name is a sentence with the condition's id; `source` is where the expected value stands.

    Every field after `parameters` that is given must come out: `result` and `states` for the names given, `codes` and
    `missing_*` as sets that are wholly there (`codes` may have more beside), `no_codes` none of which is there.
    """

    model_config = ConfigDict(extra="forbid")
    rule: str
    name: str
    source: str
    facts: dict[str, Any] = Field(default_factory=dict)
    as_of: date = date(2026, 11, 22)
    place: str = "CN"
    parameters: dict[str, Any] = Field(default_factory=dict)
    outcome: str
    standing: str | None = None
    result: dict[str, Any] = Field(default_factory=dict)
    unknown_results: list[str] = Field(default_factory=list)
    result_status: str | None = None
    states: dict[str, str] = Field(default_factory=dict)
    codes: list[str] = Field(default_factory=list)
    no_codes: list[str] = Field(default_factory=list)
    missing_facts: list[str] | None = None
    missing_parameters: list[str] | None = None
    deadlines: dict[str, str] = Field(default_factory=dict)
    begins: dict[str, str] = Field(default_factory=dict)
    chain: list[str] | None = None
    governing_date: str | None = None
    rule_version: str | None = None
    working_days: int | None = None
    cross_checks: list[str] | None = None


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every file."""
    found = []
    for path in sorted(CASES.glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        found += [Case(**{"rule": table["rule"], **row}) for row in table["case"]]
    return tuple(found)


def asked(case: Case) -> dict[str, Any]:
    """The case as a line of `kiosk benefits evaluate`."""
    return {
        "rule": case.rule,
        "facts": case.facts,
        "as_of": case.as_of.isoformat(),
        "place": case.place,
        "parameters": case.parameters,
    }


def answer(book: RuleBook, case: Case) -> dict[str, Any]:
    """The record that comes out."""
    return record(book, evaluate(book, question_of(book, asked(case))))


def differences(case: Case, found: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What came out otherwise than promised: name -> (promised, found). Empty when the promise is kept."""
    states = {each["condition_id"]: each["state"] for each in found["reasons"]}
    begins = {each["condition_id"]: each["from"] for each in found["reasons"]}
    deadlines = {each["id"]: each["on"] for each in found["deadlines"]}
    pairs: dict[str, tuple[Any, Any]] = {"outcome": (case.outcome, found["outcome"])}
    for word, promised, there in (
        ("result", case.result, found["result"]),
        ("state", case.states, states),
        ("from", case.begins, begins),
        ("deadline", case.deadlines, deadlines),
    ):
        pairs |= {f"{word} {name}": (value, there.get(name, "(none)")) for name, value in promised.items()}
    pairs |= {f"result {name}": (None, found["result"].get(name, "(none)")) for name in case.unknown_results}
    for word, value in (
        ("standing", case.standing),
        ("result_status", case.result_status),
        ("governing_date", case.governing_date),
        ("rule_version", case.rule_version),
    ):
        if value is not None:
            pairs[word] = (value, found[word])
    for word, names in (("missing_facts", case.missing_facts), ("missing_parameters", case.missing_parameters)):
        if names is not None:
            pairs[word] = (sorted(names), sorted(found[word]))
    if case.working_days is not None:
        pairs["working_days"] = (case.working_days, (found["next_step"] or {}).get("working_days"))
    if case.cross_checks is not None:
        pairs["cross_checks"] = (case.cross_checks, [each["id"] for each in found["cross_checks"]])
    if case.chain is not None:
        pairs["chain"] = (case.chain, found["jurisdiction_chain"])
    codes = set(found["reason_codes"])
    pairs |= {f"code {code}": (True, code in codes) for code in case.codes}
    pairs |= {f"code {code}": (False, code in codes) for code in case.no_codes}
    # a promised flag or count is compared with its type: True is not 1
    return {
        word: pair
        for word, pair in pairs.items()
        if pair[0] != pair[1] or isinstance(pair[0], bool) != isinstance(pair[1], bool)
    }
