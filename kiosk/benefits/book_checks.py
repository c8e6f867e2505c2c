"""What is checked before a book of rules is used: names, circles, citations, kinds of results, national ceilings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, Final

from kiosk.benefits.compiled_rule import CompiledRule, Formula
from kiosk.benefits.language.types import together
from kiosk.benefits.layers import ALWAYS, NATION, Layer
from kiosk.benefits.package import PackageUnfit
from kiosk.benefits.span import ends

if TYPE_CHECKING:
    from kiosk.benefits.rulebook import RuleBook

_MOST_TRIALS: Final = 20_000


def check(book: RuleBook) -> None:
    """Compile every rule for every place and time; hold layers to the national ceilings. Raises PackageUnfit."""
    for rule_id in book.versions:
        _check_circle(book, rule_id, ())
    for (place, rule_id), layers in book.layers.items():
        if rule_id not in book.versions:
            raise PackageUnfit(layers[0].file, rule_id, None, "an overlay of a rule that is in no package")
        _check_overlap(place, layers)
    for rule_id in book.versions:
        for place in (NATION, *book.places):
            if book.nearest(rule_id, place) != place:
                continue  # what holds here is what holds there
            for edge in book.edges_of(rule_id, place):
                compiled = book.rule(rule_id, place, edge)
                if compiled is not None and place != NATION:
                    _check_types(book, compiled, rule_id, edge)
                    _check_ceilings(book, compiled, rule_id, place, edge)
    for each in book.checks:
        _check_citations(book, each.file, each.row.id, each.row.cites)
        for rule_id in each.row.after:
            if rule_id not in book.versions:
                raise PackageUnfit(each.file, each.row.id, "after", f"{rule_id} is in no package")
    for edge in book.check_edges:
        book.checks_on(edge)


def _check_circle(book: RuleBook, rule_id: str, way: tuple[str, ...]) -> None:
    if rule_id in way:
        file = book.versions[rule_id][0].file
        raise PackageUnfit(file, rule_id, "uses", f"a circle: {' -> '.join((*way[way.index(rule_id) :], rule_id))}")
    for version in book.versions.get(rule_id, ()):
        for used in version.row.uses:
            if used not in book.versions:
                raise PackageUnfit(version.file, rule_id, "uses", f"{used} is in no package")
            _check_circle(book, used, (*way, rule_id))


def check_cites(book: RuleBook, rule: CompiledRule) -> None:
    merged_rule = rule.merged
    for condition in merged_rule.conditions.values():
        _check_citations(book, merged_rule.file, rule.id, condition.cites, f"condition {condition.id}")
        for code in (condition.false_code, condition.unknown_code, condition.open_code):
            _check_code(book, merged_rule.file, rule.id, code, f"condition {condition.id}")
    for caveat in merged_rule.caveats:
        _check_citations(book, merged_rule.file, rule.id, caveat.cites, f"caveat {caveat.code}")
        _check_code(book, merged_rule.file, rule.id, caveat.code, f"caveat {caveat.code}")
    for deadline in merged_rule.deadlines.values():
        _check_citations(book, merged_rule.file, rule.id, deadline.cites, f"deadline {deadline.id}")
    if not merged_rule.cites:
        raise PackageUnfit(merged_rule.file, rule.id, "cites", "a rule without a legal basis cannot be published")
    _check_citations(book, merged_rule.file, rule.id, merged_rule.cites)
    if merged_rule.next_step is not None:
        _check_citations(book, merged_rule.file, rule.id, merged_rule.next_step.cites, "next_step")


def _check_citations(book: RuleBook, file: str, rule_id: str, ids: Iterable[str], place: str = "cites") -> None:
    for id in ids:
        if id not in book.citations:
            raise PackageUnfit(file, rule_id, place, f"there is no citation {id}")


def _check_code(book: RuleBook, file: str, rule_id: str, code: str | None, place: str) -> None:
    if code is not None and code not in book.codes:
        raise PackageUnfit(file, rule_id, place, f"the reason code {code} is not in the list of codes")


def _check_types(book: RuleBook, compiled: CompiledRule, rule_id: str, day: date) -> None:
    """A result means the same everywhere: a place may give another figure, not another kind of thing."""
    national = book.rule(rule_id, NATION, day)
    if national is None or national is compiled:
        return
    for name, figure in national.figures.items():
        here = compiled.figures[name].type
        if together(here, figure.type) is None:
            file = compiled.merged.files.get(name, compiled.merged.file)
            wrong = f"is a {here} here and a {figure.type} in the nation's rule"
            raise PackageUnfit(file, rule_id, f"result {name}", wrong)


def _check_ceilings(book: RuleBook, compiled: CompiledRule, rule_id: str, place: str, day: date) -> None:
    """No local figure above what the nation says is the most, tried for every count that matters."""
    ceilings = compiled.merged.rule.ceiling
    if not ceilings or compiled.merged.layers == (NATION,):
        return
    file = next(layer.file for layer in book.layers[(compiled.merged.layers[-1], rule_id)])
    for row in ceilings:
        mine = book.formula(rule_id, place, day, row.let, f"ceiling {row.let}")
        for bound, above in ((row.most, True), (row.least, False)):
            if bound is None:
                continue
            theirs = book.formula(rule_id, NATION, day, bound, f"ceiling {row.let}")
            if mine is None or theirs is None:
                continue
            for facts, value, limit in _trials(compiled, row.over, mine, theirs):
                if (value > limit) if above else (value < limit):
                    at = ", ".join(f"{name} {count}" for name, count in facts.items())
                    word = "ceiling" if above else "floor"
                    raise PackageUnfit(
                        file, rule_id, f"let {row.let}", f"is {value} at {at}: the national {word} is {limit}"
                    )


def _trials(
    rule: CompiledRule, over: Mapping[str, tuple[int, int]], mine: Formula, theirs: Formula
) -> Iterator[tuple[dict[str, int], Any, Any]]:
    ranges = [range(first, last + 1) for first, last in over.values()]
    steps = 1
    for each in ranges:
        steps *= len(each)
    if steps > _MOST_TRIALS:
        raise PackageUnfit(rule.merged.file, rule.id, "ceiling", f"tries {steps} cases: at most {_MOST_TRIALS}")
    for counts in product(*ranges):
        facts = dict(zip(over, counts, strict=True))
        # on a day of the far past: no ceiling turns on the day of asking
        value, limit = mine.at(facts, ALWAYS), theirs.at(facts, ALWAYS)
        if value is not None and limit is not None:
            top, bound = ends(value)[1], ends(limit)[1]
            if top is not None and bound is not None:
                yield facts, top, bound


def _check_overlap(place: str, layers: tuple[Layer, ...]) -> None:
    ordered = sorted(layers, key=lambda each: each.start)
    for earlier, later in pairwise(ordered):
        if earlier.row.mode == later.row.mode == "replace" and (earlier.end is None or earlier.end >= later.start):
            raise PackageUnfit(later.file, later.row.rule, "governs_from", f"another layer of {place} holds then, too")
