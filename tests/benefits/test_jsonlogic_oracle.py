"""The boolean core of the rule language against JSONLogic by another hand (datalogic-py).

The oracle has two values. So an expression is asked of it once for every completion of what is unknown: TRUE or FALSE
of ours must be the answer of all of them, and where they differ ours must be unknown. Where each fact stands once,
ours must also be no more unknown than that.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from datalogic_py import Engine

from kiosk.benefits.language.compiling import compiled
from kiosk.benefits.language.typed import Scope, name
from kiosk.benefits.language.types import COUNT, FLAG, MONTH, Type, choice
from kiosk.benefits.month import Month
from kiosk.benefits.span import Span

ENGINE = Engine()
WORDS = ("red", "green", "blue")
MONTHS = tuple(Month(2025, 10) + more for more in range(6))
FACTS: dict[str, tuple[Type, tuple[Any, ...]]] = {
    **dict.fromkeys(("f", "g", "h", "i"), (FLAG, (False, True))),
    **{each: (COUNT, tuple(range(6))) for each in ("m", "n")},
    **{each: (choice(frozenset(WORDS)), WORDS) for each in ("c", "d")},
    "t": (MONTH, MONTHS),
}
SLOTS = {fact: slot for slot, fact in enumerate(FACTS)}
SCOPE = Scope(names={fact: name(SLOTS[fact], kind, frozenset({fact})) for fact, (kind, _) in FACTS.items()})


@dataclass(frozen=True)
class Pair:
    """One expression in our language and in JSONLogic."""

    ours: str
    theirs: Any


class Maker:
    """Random expressions; `once` uses each fact at most once and only tests that can come out either way."""

    def __init__(self, chance: random.Random, *, once: bool = False) -> None:
        self._chance = chance
        self._once = once
        self._left = list(FACTS)

    def flag(self, depth: int) -> Pair | None:
        chance = self._chance
        if depth == 0 or (self._once and len(self._left) < 2):
            return self._atom()
        match chance.choice(("and", "or", "not", "if", "atom") if not self._once else ("and", "or", "not")):
            case "atom":
                return self._atom()
            case "not":
                inner = self.flag(depth - 1)
                return inner and Pair(f"not ({inner.ours})", {"!": [inner.theirs]})
            case "if":
                test, first, second = (self.flag(depth - 1) for _ in range(3))
                ours = f"(({first.ours}) if ({test.ours}) else ({second.ours}))"
                return Pair(ours, {"if": [test.theirs, first.theirs, second.theirs]})
            case sign:
                parts = [each for each in (self.flag(depth - 1) for _ in range(chance.randint(2, 3))) if each]
                if not parts:
                    return None
                return Pair(f" {sign} ".join(f"({each.ours})" for each in parts), {sign: [e.theirs for e in parts]})

    def _fact(self, *kinds: Type) -> str | None:
        fits = [each for each in self._left if FACTS[each][0] in kinds]
        if not fits:
            return None
        found = self._chance.choice(fits)
        if self._once:
            self._left.remove(found)
        return found

    def _atom(self) -> Pair | None:
        kinds = [FACTS[each][0] for each in self._left]
        if not kinds:
            return None
        kind = self._chance.choice(kinds)
        fact = self._fact(kind)
        match kind.kind.value:
            case "flag":
                return Pair(fact, {"var": fact})
            case "choice":
                return self._of_choice(fact)
            case "month":
                return self._of_month(fact)
        return self._of_count(fact)

    def _of_choice(self, fact: str) -> Pair:
        chance = self._chance
        if not self._once and chance.random() < 0.3:
            other, sign = self._fact(FACTS["c"][0]), chance.choice(("==", "!="))
            return Pair(f"{fact} {sign} {other}", {sign + "=": [{"var": fact}, {"var": other}]})
        if chance.random() < 0.5:
            sign, word = chance.choice(("==", "!=")), chance.choice(WORDS)
            return Pair(f'{fact} {sign} "{word}"', {sign + "=": [{"var": fact}, word]})
        some = chance.sample(WORDS, 2)
        inside = {"in": [{"var": fact}, some]}
        if chance.random() < 0.5:
            return Pair(f"{fact} in ({', '.join(map(repr, some))})", inside)
        return Pair(f"{fact} not in ({', '.join(map(repr, some))})", {"!": [inside]})

    def _of_month(self, fact: str) -> Pair:
        sign, at, more = self._sign(), self._chance.randint(1, 4), self._chance.randint(-2, 2)
        ours = f'{fact} + {more} {sign} month("{MONTHS[at] + more}")' if more >= 0 else (
            f'{fact} - {-more} {sign} month("{MONTHS[at] + more}")'
        )  # fmt: skip
        return Pair(ours, _compared(sign, {"var": fact}, at))

    def _of_count(self, fact: str) -> Pair:
        chance = self._chance
        bound = chance.randint(1, 4)
        if self._once:
            sign = self._sign()
            return Pair(f"{fact} {sign} {bound}", _compared(sign, {"var": fact}, bound))
        match chance.randrange(3):
            case 0:
                low = chance.randint(0, 3)
                ours = f"{low} <= {fact} < {low + bound}"
                return Pair(ours, {"and": [{"<=": [low, {"var": fact}]}, {"<": [{"var": fact}, low + bound]}]})
            case 1:
                first, second, sign = self._number(2), self._number(2), self._sign()
                return Pair(f"{first.ours} {sign} {second.ours}", _compared(sign, first.theirs, second.theirs))
        left, sign = self._number(2), self._sign()
        return Pair(f"{left.ours} {sign} {bound}", _compared(sign, left.theirs, bound))

    def _number(self, depth: int) -> Pair:
        chance = self._chance
        if depth == 0 or chance.random() < 0.3:
            if chance.random() < 0.4:
                figure = chance.randint(0, 9)
                return Pair(str(figure), figure)
            fact = self._fact(COUNT)
            return Pair(fact, {"var": fact})
        match chance.choice(("+", "-", "*", "min", "max", "if", "%")):
            case "if":
                test, first, second = self._atom_of_flags(), self._number(depth - 1), self._number(depth - 1)
                ours = f"({first.ours} if {test.ours} else {second.ours})"
                return Pair(ours, {"if": [test.theirs, first.theirs, second.theirs]})
            case "%":
                # a remainder of something below zero is another one in each language
                fact, figure = self._fact(COUNT), chance.randint(2, 4)
                return Pair(f"{fact} % {figure}", {"%": [{"var": fact}, figure]})
            case "min" | "max" as word:
                first, second = self._number(depth - 1), self._number(depth - 1)
                return Pair(f"{word}({first.ours}, {second.ours})", {word: [first.theirs, second.theirs]})
            case sign:
                first, second = self._number(depth - 1), self._number(depth - 1)
                return Pair(f"({first.ours} {sign} {second.ours})", {sign: [first.theirs, second.theirs]})

    def _atom_of_flags(self) -> Pair:
        fact = self._fact(FLAG)
        return Pair(fact, {"var": fact})

    def _sign(self) -> str:
        return self._chance.choice(("<", "<=", ">", ">=", "==", "!="))


def _compared(sign: str, first: Any, second: Any) -> Any:
    return {sign + "=" if sign in ("==", "!=") else sign: [first, second]}


def plain(value: Any) -> Any:
    """A month as the oracle has it: which of MONTHS."""
    return MONTHS.index(value) if isinstance(value, Month) else value


def completions(facts: dict[str, Any], used: set[str]) -> Iterator[dict[str, Any]]:
    """Every way in which what is unknown, or known between bounds, could be."""
    domains = []
    for fact in used:
        value, (_, domain) = facts[fact], FACTS[fact]
        if value is None:
            domains.append(domain)
        elif isinstance(value, Span):
            domains.append(
                [each for each in domain if value.least <= each and (value.most is None or each <= value.most)]
            )
        else:
            domains.append((value,))
    for values in product(*domains):
        yield {fact: plain(value) for fact, value in zip(used, values, strict=True)}


def known_in_part(chance: random.Random, fact: str, unknown: float) -> Any:
    kind, domain = FACTS[fact]
    if chance.random() >= unknown:
        return chance.choice(domain)
    if kind == COUNT and chance.random() < 0.5:
        least = chance.choice(domain[:-1])
        return Span(least, chance.choice((None, domain[-1])))
    return None


def asked(pair: Pair, facts: dict[str, Any]) -> tuple[bool | None, set[bool]]:
    """Our answer, and those of the oracle for all completions."""
    expression = compiled(pair.ours, SCOPE)
    row = [facts[fact] for fact in FACTS]
    rule = ENGINE.compile(pair.theirs)
    used = set(expression.reads)
    theirs = {rule.evaluate(each) for each in completions(facts, used)}
    assert theirs <= {True, False}, (pair, theirs)
    return expression.run(row), theirs


@pytest.mark.parametrize("seed", range(6))
def test_with_every_fact_known_both_say_the_same(seed):
    chance = random.Random(seed)
    answers = set()
    for _ in range(250):
        pair = Maker(chance).flag(3)
        facts = {fact: chance.choice(domain) for fact, (_, domain) in FACTS.items()}
        ours, theirs = asked(pair, facts)
        assert theirs == {ours}, (pair.ours, facts)
        answers.add(ours)
    assert answers == {True, False}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_said_with_facts_unknown_is_said_by_every_completion(seed):
    chance = random.Random(100 + seed)
    answers: dict[bool | None, int] = {True: 0, False: 0, None: 0}
    decided = 0
    for _ in range(120):
        pair = Maker(chance).flag(2)
        facts = {fact: known_in_part(chance, fact, 0.4) for fact in FACTS}
        ours, theirs = asked(pair, facts)
        if len(theirs) > 1:
            assert ours is None, (pair.ours, facts)
        if ours is not None:
            assert theirs == {ours}, (pair.ours, facts)
        answers[ours] += 1
        decided += len(theirs) == 1 and ours is not None
    assert min(answers.values()) > 5, answers
    assert decided > 20


@pytest.mark.parametrize("seed", range(6))
def test_where_each_fact_stands_once_nothing_is_unknown_that_every_completion_says(seed):
    chance = random.Random(200 + seed)
    answers = set()
    for _ in range(120):
        pair = Maker(chance, once=True).flag(2)
        facts = {fact: known_in_part(chance, fact, 0.4) for fact in FACTS}
        ours, theirs = asked(pair, facts)
        assert ours == (next(iter(theirs)) if len(theirs) == 1 else None), (pair.ours, facts)
        answers.add(ours)
    assert answers == {True, False, None}
