"""How the parts of an expression are worked out on a row: three-valued, with spans, without an exception."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kiosk.benefits.language.functions import Function
from kiosk.benefits.language.typed import Lookup, Parameter, Row, Run, Typed
from kiosk.benefits.language.types import Type
from kiosk.benefits.span import Span, hull

# What a slot holds is read where it is needed: a call for it would cost as much as what is done with it.


def of_values(operate: Callable[[Any, Any], Any], first: Typed, second: Typed) -> Run:
    """An operator, which takes spans as it takes figures; unknown where a value is."""
    left, right, fixed = first.run, second.run, second.constant
    at, beside = first.slot, second.slot

    def run(row: Row) -> Any:
        value = left(row) if at is None else row[at]
        if value is None:
            return None
        other = fixed if fixed is not None else right(row) if beside is None else row[beside]
        if other is None:
            return None
        try:
            return operate(value, other)
        except (ValueError, OverflowError):
            # a month or a day outside the calendar is nobody's: unknown
            return None

    return run


def of_one(function: Function, only: Typed) -> Run:
    """A function of one value."""
    call, through, of, at = function.call, function.through, only.run, only.slot
    if function.whole:
        return (lambda row: call(of(row))) if at is None else (lambda row: call(row[at]))

    def run(row: Row) -> Any:
        value = of(row) if at is None else row[at]
        if value is None:
            return None
        try:
            return through(value) if type(value) is Span else call(value)
        except (ValueError, OverflowError):
            return None

    return run


def of_two(function: Function, first: Typed, second: Typed) -> Run:
    """A function of two."""
    call, through, left, right, fixed = function.call, function.through, first.run, second.run, second.constant
    at, beside, spared = first.slot, second.slot, function.spared
    if function.whole:
        if at is not None and beside is not None:
            return lambda row: call(row[at], row[beside])
        return (lambda row: call(left(row), right(row))) if fixed is None else (lambda row: call(left(row), fixed))

    def run(row: Row) -> Any:
        value = left(row) if at is None else row[at]
        if value is None:
            return None
        other = fixed if fixed is not None else right(row) if beside is None else row[beside]
        if other is None:
            return value if spared else None
        try:
            return through(value, other) if type(value) is Span or type(other) is Span else call(value, other)
        except (ValueError, OverflowError):
            return None

    return run


def junction(parts: Sequence[Typed], *, ends: bool) -> Run:
    """A conjunction, which a FALSE ends, or a disjunction, which a TRUE ends; UNKNOWN beats what does not end it."""
    goes_on = not ends
    if len(parts) == 2:
        (left, right), (at, beside) = (parts[0].run, parts[1].run), (parts[0].slot, parts[1].slot)

        def both(row: Row) -> Any:
            value = left(row) if at is None else row[at]
            if value is ends:
                return ends
            other = right(row) if beside is None else row[beside]
            return other if value is goes_on or other is ends else None

        return both
    runs = tuple(each.run for each in parts)

    def run(row: Row) -> Any:
        answer: bool | None = goes_on
        for each in runs:
            value = each(row)
            if value is ends:
                return ends
            if value is None:
                answer = None
        return answer

    return run


def otherwise(first: Typed, second: Typed) -> Run:
    """What is known; else what stands for it, which is worked out only then."""
    left, right, at = first.run, second.run, first.slot

    def run(row: Row) -> Any:
        value = left(row) if at is None else row[at]
        return right(row) if value is None else value

    return run


def looked_up(parameter: Parameter, key: Typed | None, wanted: str | None, kind: Type) -> Typed:
    slot, of = parameter.slot, None if key is None else key.run
    words = frozenset[str]() if parameter.key is None else parameter.key.words

    def run(row: Row) -> Any:
        value = row[slot]
        if value is None or of is None:
            return value if wanted is None or value is None else value.get(wanted)
        at = of(row)
        if at is None and words:
            return _common(value, words, wanted)
        found = None if at is None or type(at) is Span else value.get(at)
        return found if wanted is None or found is None else found.get(wanted)

    reads = frozenset({parameter.name}) | (frozenset() if key is None else key.reads)
    mine = () if of is None else (Lookup(parameter.name, slot, of),)
    return Typed(kind, run, reads, (*mine, *(() if key is None else key.lookups)))


def _common(value: Mapping[Any, Any], words: frozenset[str], wanted: str | None) -> Any:
    """What a parameter says when its word is not known: what it says for every word, if it says something for each."""
    found = [value.get(word) for word in sorted(words)]
    each = [one if wanted is None or one is None else one.get(wanted) for one in found]
    answer = each[0]
    for one in each[1:]:
        answer = hull(answer, one)
    return answer


def any_of(values: Mapping[Any, Any], span: Span | None) -> Any:
    """What a table says when its key is not known: something between its values; a word or a flag only if all agree."""
    found = [value for key, value in values.items() if span is None or (span == key) is not False]
    if not found:
        return None
    answer = found[0]
    for each in found[1:]:
        answer = hull(answer, each)
    return answer


def remainder(value: Any, divisor: int) -> Any:
    """What is left of a count; of a span nothing can be said."""
    return None if type(value) is Span else value % divisor
