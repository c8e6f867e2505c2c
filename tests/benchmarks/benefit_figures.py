"""Benefit rules against the same conditions as plain functions, against OpenFisca, and against reading JSON alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.lines import Line, answered, document, written
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Outcome, Result
from kiosk.benefits.question import Question
from kiosk.benefits.rulebook import RuleBook
from tests.benchmarks import openfisca_system
from tests.benchmarks.callables.every import CALLABLES
from tests.benchmarks.callables.person import PERSON, TODAY, Call
from tests.benchmarks.figures import Figure
from tests.benchmarks.pairs import measure, timed
from tests.benchmarks.surroundings import Surroundings
from tests.benefits.running import all_cases, asked

ROUNDS: Final = 40
TIMES: Final = 20
"""Of what takes microseconds, in one sample."""
PEOPLE: Final = 50
LINES: Final = 40


def all_rules_vs_callables(around: Surroundings) -> Figure:
    """One person, every rule that has its callables: outcomes with each condition, against the conditions alone.

    The person is known wholly; what the callables say is compared with the outcomes before anything is timed.
    """
    book = shipped_book()
    outcomes = {rule: _outcome(book, rule) for rule in book.rules}
    rules = [rule for rule, outcome in outcomes.items() if wanting(outcome) == ()]
    if left_out := [rule for rule in book.rules if rule not in rules]:
        around.say(f"without hand-written callables and left out: {', '.join(left_out)}")
    for rule in rules:
        if wrong := differing(outcomes[rule]):
            raise RuntimeError(f"{rule}: the callables say another thing than the rule for {', '.join(wrong)}")
    calls = [[CALLABLES[name] for name in names(outcomes[rule])] for rule in rules]
    around.say(f"{len(rules)} rules, {sum(map(len, calls))} conditions and caveats")

    def own() -> None:
        for _ in range(TIMES):
            for rule in rules:
                _outcome(book, rule)

    def bare() -> None:
        for _ in range(TIMES):
            for each in calls:
                _called(each)

    value, limit = measure(ROUNDS, timed(own), timed(bare), warm=5)
    return Figure("benefits.all_rules_vs_callables", value / TIMES * 1e6, limit / TIMES * 1e6)


def _called(calls: list[Call]) -> list[bool | None]:
    person = PERSON.copy()
    return [call(person) for call in calls]


def names(outcome: Outcome) -> tuple[str, ...]:
    """What a rule asks, each by the name that its callable has."""
    rule = outcome.rule
    conditions = (f"{rule.id} {each.row.id}" for each in rule.conditions)
    return (*conditions, *(f"{rule.id} {each.row.code}" for each in rule.caveats))


def wanting(outcome: Outcome) -> tuple[str, ...]:
    """What has no callable yet."""
    return tuple(name for name in names(outcome) if name not in CALLABLES)


def differing(outcome: Outcome) -> tuple[str, ...]:
    """Where the callable says another thing than the rule: a caveat is there when it is TRUE."""
    rule = outcome.rule
    held = {each.row.code for each in outcome.caveats}
    touched = {id for each in outcome.caveats for id in each.row.touches or [c.row.id for c in rule.conditions]}
    states = {each.condition.row.id: each.state for each in outcome.reasons}
    said = dict(zip(names(outcome), _called([CALLABLES[name] for name in names(outcome)]), strict=True))
    found = [
        f"{rule.id} {id}"
        for id, state in states.items()
        # a caveat makes it unknown whatever it says itself
        if id not in touched and said[f"{rule.id} {id}"] is not state
    ]
    codes = {each.row.code for each in rule.caveats}
    found += [f"{rule.id} {code}" for code in codes if (said[f"{rule.id} {code}"] is True) != (code in held)]
    return tuple(found)


def _outcome(book: RuleBook, rule: str) -> Outcome:
    return evaluate(book, Question(rule, PERSON_FACTS, TODAY))


PERSON_FACTS: Final = {name: Fact(value, Source.VERIFIED, TODAY) for name, value in PERSON.items()}


def vs_openfisca(around: Surroundings) -> Figure:
    """Retirement age, minimum contribution and unemployment benefit of one person after the other.

    Both systems are made before, both begin with typed values. OpenFisca gives figures; ours gives each condition
    beside them, with its state, what it looked at and where that came from.
    """
    book, system, month = shipped_book(), openfisca_system.system(), str(Month.of(TODAY))
    people = [_someone(number) for number in range(PEOPLE)]
    for person in people:
        theirs, ours = openfisca_system.asked(system, person, month), _asked(book, person)
        if theirs != ours:
            raise RuntimeError(f"two answers for one person: {theirs} and {ours} for {person}")

    def own() -> None:
        for person in people:
            _asked(book, person)

    def bare() -> None:
        for person in people:
            openfisca_system.asked(system, person, month)

    value, limit = measure(ROUNDS, timed(own), timed(bare), warm=2)
    return Figure("benefits.vs_openfisca", value / PEOPLE * 1e6, limit / PEOPLE * 1e6)


def _someone(number: int) -> dict[str, int | bool | str]:
    """Somebody as OpenFisca is told: months are year * 12 + month - 1."""
    reasons = [each.name for each in openfisca_system.Reason]
    stops = {stop: number % 11 == place for place, stop in enumerate(openfisca_system.STOPS)}
    return {
        "birth_month": 1960 * 12 + 7 * number,
        "category": ("male", "female55", "female50")[number % 3],
        "claim_month": 2025 * 12 + 5 * number,
        "pension_months": 100 + 5 * number,
        "ui_months": 3 * number,
        "ui_left_over": 4 * (number % 2),
        "leaving_reason": reasons[number % len(reasons)],
        "registered": number % 9 != 8,
        "seeking": True,
        **stops,
    }


STORED: Final = {
    "birth_month": "birth_month",
    "category": "category",
    "claim_month": "pension_claim_month",
    "pension_months": "pension_months",
    "ui_months": "ui_months_since_claim",
    "ui_left_over": "ui_prior_unclaimed_months",
    "leaving_reason": "ui_leaving_reason",
    "registered": "unemployment_registered",
    "seeking": "seeking_work",
    "new_job": "new_job",
    "in_military_service": "in_military_service",
    "moved_abroad": "moved_abroad",
    "draws_pension": "draws_pension",
    "refused_offer": "refused_suitable_offer",
}
MONTHS: Final = frozenset({"birth_month", "claim_month"})


def _asked(book: RuleBook, person: Mapping[str, int | bool | str]) -> tuple[int | bool, ...]:
    facts: dict[str, Fact[Any]] = {"deemed_months": Fact(0, Source.VERIFIED, TODAY)}
    for name, store in STORED.items():
        value: Any = person[name]
        facts[store] = Fact(_month(value) if name in MONTHS else value, Source.VERIFIED, TODAY)
    age, least, benefit = (evaluate(book, Question(rule, facts, TODAY)) for rule in ("R-RET-AGE", "R-RET-MIN", "R-UI"))
    statutory = age.values["statutory_month"]
    return (
        statutory.year * 12 + statutory.month - 1,
        least.values["minimum_months"],
        least.result is Result.ELIGIBLE,
        benefit.values["months"],
        benefit.result is Result.ELIGIBLE,
    )


def _month(count: int) -> Month:
    return Month(count // 12, count % 12 + 1)


def bulk_evaluate_rate(around: Surroundings) -> Figure:
    """A line from its octets to its answer's octets, against reading and writing the same JSON and nothing else.

    Per line, over lines of every rule that has cases.
    """
    book = shipped_book()
    cases = all_cases()
    questions = [json.dumps(asked(each)).encode() for each in cases[:: max(1, len(cases) // LINES)]]
    lines = [Line(number, octets) for number, octets in enumerate(questions, 1)]
    answers = [document(book, line, answered(book, line)) for line in lines]
    if wrong := [each for each in answers if "error" in each]:
        raise RuntimeError(f"{len(wrong)} of {len(lines)} lines are errors, the first: {wrong[0]}")

    def own() -> None:
        for line in lines:
            written(document(book, line, answered(book, line)))

    def bare() -> None:
        for octets, answer in zip(questions, answers, strict=True):
            json.loads(octets)
            json.dumps(answer, ensure_ascii=False).encode("utf-8")

    value, limit = measure(ROUNDS, timed(own), timed(bare), warm=5)
    around.say(f"{len(lines) / value:.0f} lines of {len({each.rule for each in cases})} rules a second on one core")
    return Figure("benefits.bulk_evaluate_rate", value / len(lines) * 1e6, limit / len(lines) * 1e6)
