"""How often each rule says what, over invented people: a rule that always says "cannot be said" is worth nothing."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.question import Question
from tests.benefits.people import TODAY
from tests.benefits.plausible import plausible
from tests.soak_record import record

BOOK = shipped_book()
OUTCOMES = ("ELIGIBLE", "NOT_ELIGIBLE", "COMPUTED", "UNDETERMINED")


def shares(people, seed, known):
    """Rule -> how many of the people got which outcome; each fact is known with the likelihood `known`."""
    found = {}
    for rule_id in BOOK.rules:
        chance = Random(f"{rule_id} {seed}")
        rule = BOOK.rule(rule_id, "990100", TODAY)
        counted = Counter()
        while counted.total() < people:
            facts = plausible(rule, chance, known)
            counted[evaluate(BOOK, Question(rule_id, facts, TODAY, "990100")).result.code] += 1
        found[rule_id] = counted
    return found


def table(found, people):
    """Lines for reading: percent of each outcome per rule."""
    lines = [f"{'rule':<14}" + "".join(f"{outcome:>14}" for outcome in OUTCOMES)]
    for rule_id, counted in found.items():
        lines.append(f"{rule_id:<14}" + "".join(f"{100 * counted[outcome] / people:>13.1f}%" for outcome in OUTCOMES))
    return lines


def test_most_people_of_whom_all_is_known_get_an_answer_from_every_rule_that_can_decide():
    found = shares(300, 1, 1.0)
    for rule_id, counted in found.items():
        row = BOOK.row(rule_id)
        open_to_all = row.review is not None or any(each.when == "True" for each in row.caveat)
        # half of those who ask about flexible retirement have no employer: that is the agency's
        most = 200 if rule_id == "R-RET-FLEX" else 100
        assert open_to_all or counted["UNDETERMINED"] < most, (rule_id, counted)


@pytest.mark.soak
@pytest.mark.parametrize("known", [1.0, 0.8])
def test_the_share_of_each_outcome_over_ten_thousand_people(known, soak_seed):
    found = shares(10_000, soak_seed, known)
    lines = [
        f"10 000 invented people in 990100, each fact known in {known:.0%}, seed {soak_seed}",
        *table(found, 10_000),
    ]
    print("\n".join(lines))
    path = Path("build") / f"benefit-shares-{int(100 * known)}.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    record({"name": "benefits.shares", "seed": soak_seed, "known": known, "people": 10_000, "rules": len(found),
            "shares": {rule: dict(counted) for rule, counted in found.items()}})  # fmt: skip
    assert all(counted.total() == 10_000 for counted in found.values())
