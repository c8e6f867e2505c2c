"""What to ask a person next: only what is unknown, can be asked, and could still change the answer.

A question is put when two answers to it lead to different answers of the rule, with the other open questions answered
in some way and everything else left as it is. That is found by trying: values on both sides of the rule's own figures
(`samples`), the other open facts first as they favour the person best, then one of them otherwise, then by a fixed
draw. Every find is confirmed by `evaluate` itself, so that no question is put for nothing; that a question is missed is
possible only beyond the bounds of the search. What the person does not know is not asked again.

"The answer" is what the person is told: outcome (a "no" that time or a step can turn is another one than a final "no"),
figures and last days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from kiosk.benefits.compiled_rule import CompiledRule, FactSlot
from kiosk.benefits.evaluation import applied, evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.filling import Facts
from kiosk.benefits.language.typed import Row
from kiosk.benefits.outcome import Outcome
from kiosk.benefits.question import Question
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.samples import values
from kiosk.benefits.vocabulary import FactKind

_CONTRADICT: Final = "FACTS_CONTRADICT"
_DRAWS: Final = 40
_CONFIRMED: Final = 12
_LOOKS, _OTHERS = 12, 8
"""So many values of the fact, and of another one, away from what suits the person best: a page must not wait."""
_ORDER: Final = {"final": 0, "not_yet": 1, "step_open": 2}
_FIGURE_ONLY, _DECIDED, _CAVEAT_ONLY = 3, 4, 5


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to put. `words`: the answers of a choice that contradict nothing known.

    `supposing`, `one`, `other`: with the other open facts so, these two answers are told differently.
    """

    fact: str
    kind: FactKind
    words: tuple[str, ...]
    supposing: Facts = field(repr=False)
    one: Any = field(repr=False)
    other: Any = field(repr=False)


def next_question(book: RuleBook, asked: Question, declined: frozenset[str] = frozenset()) -> Ask | None:
    """The next question, or None when no answer could change anything any more.

    `asked` holds what is known; `declined` are facts, by their name in the store, that the person does not know.
    """
    now = evaluate(book, asked)
    search = _Search(book, asked, now, declined)
    return next((found for slot in search.candidates() if (found := search.ask(slot)) is not None), None)


def told(outcome: Outcome) -> tuple[Any, ...]:
    """What two answers are compared by."""
    return (
        outcome.result,
        outcome.standing,
        tuple(outcome.values.items()),
        tuple(outcome.deadlines.items()),
    )


class _Search:
    """The open facts of one rule and how they could come out."""

    def __init__(self, book: RuleBook, asked: Question, now: Outcome, declined: frozenset[str]) -> None:
        self._book = book
        self._asked = asked
        self._now = now
        rule = now.rule
        self._open = [
            each
            for each in rule.facts
            if each.kind.ask is not None and each.store not in asked.facts and each.store not in declined
        ]
        used = (book.rule(each, asked.place, asked.as_of) for each in rule.merged.rule.uses)
        merged = [rule.merged, *(each.merged for each in used if each is not None)]
        self._values = {each.store: values(each.kind, merged, asked.as_of) for each in self._open}
        self._trial = _Trial(book, asked)
        self._best: dict[str, Any] | None = None

    def candidates(self) -> list[FactSlot]:
        """Open facts: what decides for good first, what only casts doubt last."""
        return sorted(self._open, key=self._rank)

    def _rank(self, slot: FactSlot) -> int:
        """What is decided comes late: only a fact that something stands in for can still turn it."""
        now, rule = self._now, self._now.rule
        reading = [each for each in now.reasons if slot.store in each.condition.reads]
        kinds = [_ORDER[each.condition.row.kind] for each in reading if each.state is None]
        if kinds:
            return min(kinds)
        figures = [each for name, each in rule.figures.items() if now.values[name] is None or name in now.ranges]
        if any(slot.store in each.reads for each in figures):
            return _FIGURE_ONLY
        doubtful = any(slot.store in each.reads for each in rule.caveats)
        return _CAVEAT_ONLY if doubtful and not reading else _DECIDED

    def ask(self, slot: FactSlot) -> Ask | None:
        """The question about this fact, if an answer could change what is told."""
        supposed = {store: value for store, value in self._favourable().items() if store != slot.store}
        return self._differs(slot, supposed, self._values[slot.store]) or self._differs_elsewhere(slot, supposed)

    def _favourable(self) -> dict[str, Any]:
        """The open facts as they suit the person best: one after the other, twice."""
        if self._best is None:
            best = {store: found[0] for store, found in self._values.items() if found}
            for _ in range(2):
                for store in best:
                    best[store] = max(self._values[store], key=lambda each: self._trial.worth({**best, store: each}))
            self._best = best
        return self._best

    def _differs_elsewhere(self, slot: FactSlot, supposed: Mapping[str, Any]) -> Ask | None:
        """With another open fact otherwise; with none of them known; then as the draw has it."""
        confirmed = 0
        for others in self._contexts(slot, supposed):
            seen: dict[Any, Any] = {}
            for value in _few(self._values[slot.store], _LOOKS):
                look = self._trial.look({**others, slot.store: value})
                if look is not None:
                    seen.setdefault(look, value)
            if len(seen) > 1:
                found = self._differs(slot, others, tuple(seen.values()))
                confirmed += 1
                if found is not None or confirmed == _CONFIRMED:
                    return found
        return None

    def _contexts(self, slot: FactSlot, supposed: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        yield {}
        for store in supposed:
            yield from ({**supposed, store: value} for value in _few(self._values[store], _OTHERS))
        for store in supposed:
            yield from ({store: value} for value in _few(self._values[store], _OTHERS))
        draw = Random(f"{self._asked.rule} {slot.store}")  # noqa: S311 - which values are tried, nothing secret
        for _ in range(_DRAWS):
            yield {store: draw.choice(self._values[store]) for store in supposed}

    def _differs(self, slot: FactSlot, others: Mapping[str, Any], tried: tuple[Any, ...]) -> Ask | None:
        supposing = {store: self._declared(value) for store, value in others.items()}
        first: tuple[Any, tuple[Any, ...]] | None = None
        for value in tried:
            outcome = self._outcome({**supposing, slot.store: self._declared(value)})
            if _CONTRADICT in outcome.codes:
                continue
            if first is None:
                first = value, told(outcome)
            elif told(outcome) != first[1]:
                return Ask(slot.store, slot.kind, self._words(slot), supposing, first[0], value)
        return None

    def _words(self, slot: FactSlot) -> tuple[str, ...]:
        def fits(word: str) -> bool:
            return _CONTRADICT not in self._outcome({slot.store: self._declared(word)}).codes

        return tuple(word for word in slot.kind.words if fits(word))

    def _outcome(self, more: Facts) -> Outcome:
        return evaluate(self._book, replace(self._asked, facts={**self._asked.facts, **more}))

    def _declared(self, value: Any) -> Fact[Any]:
        return Fact(value, Source.DECLARED, self._asked.as_of)


def _few(found: tuple[Any, ...], most: int) -> tuple[Any, ...]:
    """All of them, or so many evenly out of the whole list."""
    return found[:: max(1, -(-len(found) // most))]


class _Trial:
    """A quick look at how the rule comes out, without words and without trying what is left unknown.

    Half of what a search tries it tries again: another fact's turn, or the same draw. That is remembered as long as the
    search lasts.
    """

    def __init__(self, book: RuleBook, asked: Question) -> None:
        self._book = book
        self._asked = asked
        self._worths: dict[frozenset[tuple[str, Any]], tuple[int, ...]] = {}
        self._looks: dict[frozenset[tuple[str, Any]], tuple[Any, ...] | None] = {}

    def worth(self, more: Mapping[str, Any]) -> tuple[int, ...]:
        """How well it suits the person: nothing doubtful, nothing missed, as much as possible known."""
        supposed = frozenset(more.items())
        if supposed not in self._worths:
            self._worths[supposed] = self._worth(more)
        return self._worths[supposed]

    def _worth(self, more: Mapping[str, Any]) -> tuple[int, ...]:
        rule, row = self._filled(more)
        doubts = sum(each.run(row) is True for each in rule.caveats)
        states = [(each.run(row), each.row.kind) for each in rule.conditions]
        missed = sum((4 if kind == "final" else 1) for state, kind in states if state is False)
        met = sum(state is True for state, _ in states)
        known = sum(each.run(row) is not None for each in rule.figures.values())
        return (-doubts, -missed, met, known)

    def look(self, more: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Something that differs where what is told may differ; None where the facts contradict one another."""
        supposed = frozenset(more.items())
        if supposed not in self._looks:
            self._looks[supposed] = self._look(more)
        return self._looks[supposed]

    def _look(self, more: Mapping[str, Any]) -> tuple[Any, ...] | None:
        rule, row = self._filled(more)
        held = tuple(each.row.code for each in rule.caveats if each.run(row) is True)
        if _CONTRADICT in held:
            return None
        states = tuple(each.run(row) for each in rule.conditions)
        figures = tuple(each.run(row) for each in rule.figures.values())
        last_days = tuple(each.run(row) for each in rule.deadlines)
        return (rule.merged.version, held, states, figures, last_days)

    def _filled(self, more: Mapping[str, Any]) -> tuple[CompiledRule, Row]:
        declared = {store: Fact(value, Source.DECLARED, self._asked.as_of) for store, value in more.items()}
        rule, (row, _), *_ = applied(self._book, replace(self._asked, facts={**self._asked.facts, **declared}))
        return rule, row
