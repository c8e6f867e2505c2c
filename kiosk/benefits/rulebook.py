"""All packages together: vocabulary, law and local layers, checked as one and compiled per place and time.

Nothing is loaded by halves: a book is whole or `PackageUnfit` says what is wrong with which file, and whoever holds an
older book keeps it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise, product
from typing import Any, Final, Generic, TypeVar

from kiosk.benefits.compiled_check import CompiledCheck, compiled_check
from kiosk.benefits.compiled_rule import CompiledRule, RuleCompiler
from kiosk.benefits.language.compiling import Run
from kiosk.benefits.language.types import together
from kiosk.benefits.layers import ALWAYS, NATION, Layer, Merged, Version, chain_of, in_force, merged, place_of
from kiosk.benefits.package import CheckRow, CitationRow, Content, OverlayRow, PackageUnfit, ParameterRow, RuleRow
from kiosk.benefits.parameters import Parameters, parameter_value
from kiosk.benefits.reason_codes import BUILT_IN_CODES
from kiosk.benefits.span import ends
from kiosk.benefits.vocabulary import FactKind, ParameterKind, Saying, ValueUnfit

T = TypeVar("T")
_MOST_TRIALS: Final = 20_000


class _Periods(Generic[T]):
    """What holds between two days on which something changes; made when it is asked for."""

    __slots__ = ("_days", "_found", "_make", "_many")

    def __init__(self, days: list[date], make: Callable[[date], T]) -> None:
        """`days`: the first of each period, ascending, from the beginning of time."""
        self._days = days
        self._many = len(days) > 1
        self._make = make
        self._found: dict[int, T] = {}

    def on(self, day: date) -> T:
        """What holds on a day."""
        period = bisect_right(self._days, day) - 1 if self._many else 0
        try:
            return self._found[period]
        except KeyError:
            found = self._found[period] = self._make(self._days[period])
            return found


class RuleBook:
    """The rules of a set of packages; compiled as they are asked for. `checked_book` makes one that is whole."""

    def __init__(self, contents: Iterable[tuple[str, Content]]) -> None:
        """`contents`: (file name, package) pairs; of one name and several versions, each from its own first day.

        Raises PackageUnfit.
        """
        packages = sorted(contents, key=lambda each: (each[1].package.name, each[1].package.version))
        self.facts: Final[Mapping[str, FactKind]] = _once(packages, "fact")
        self.parameter_kinds: Final[Mapping[str, ParameterKind]] = _once(packages, "parameter_kind")
        self.codes: Final[Mapping[str, Saying]] = {**BUILT_IN_CODES, **_once(packages, "code")}
        self.citations: Final[Mapping[str, CitationRow]] = _citations(packages)
        self.checks: Final[tuple[tuple[str, CheckRow], ...]] = tuple(
            (file, row) for file, content in packages for row in content.check
        )
        self.over: Mapping[str, frozenset[str]] = {}
        """By layer, rules of a signed list whose time is over: they answer that it cannot be said."""
        self._versions = _versions(packages)
        self._layers = _layers(packages)
        self._parameters = self._read_parameters(packages)
        self.places: Final = tuple(sorted({place for place, _ in self._layers} | {p for p, _ in self._parameters}))
        self._edges: dict[tuple[str, str], list[date]] = {}
        self._figures: dict[str, _Periods[Parameters]] = {}
        self._compiled: dict[tuple[str, str], _Periods[CompiledRule | None]] = {}

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._versions

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule's id, in the order of the packages."""
        return tuple(self._versions)

    def with_over(self, over: Mapping[str, frozenset[str]]) -> RuleBook:
        """The same book, of which these rules are over."""
        if over == self.over:
            return self
        found = copy(self)
        found.over = over
        return found

    def row(self, rule_id: str) -> RuleRow:
        """The newest version of a rule as its package has it."""
        return max(self._versions[rule_id], key=lambda each: each.start).row

    def overlays_of(self, rule_id: str) -> tuple[OverlayRow, ...]:
        """What the places change in a rule, wherever and whenever."""
        return tuple(layer.row for (_, id), layers in self._layers.items() if id == rule_id for layer in layers)

    def versions_of(self, rule_id: str) -> tuple[Version, ...]:
        """Every version of a rule, the earliest first."""
        return tuple(sorted(self._versions[rule_id], key=lambda each: each.start))

    def layers_of(self, rule_id: str) -> tuple[Layer, ...]:
        """Every overlay of a rule with its place and first day."""
        found = [layer for (_, id), layers in self._layers.items() if id == rule_id for layer in layers]
        return tuple(sorted(found, key=lambda each: (each.place, each.start)))

    @cached_property
    def compiled_checks(self) -> tuple[CompiledCheck, ...]:
        """The cross-checks of section 7, over the nation's newest rules. Raises PackageUnfit."""
        return tuple(self._compiled_check(file, row) for file, row in self.checks)

    def _compiled_check(self, file: str, row: CheckRow) -> CompiledCheck:
        def other(used: str) -> Merged:
            found = self._merged(used, NATION, date.max) if used in self._versions else None
            if found is None:
                raise PackageUnfit(file, row.id, "uses", f"{used} is in no package")
            return found

        return compiled_check(file, row, other, self.facts, self.parameter_kinds)

    def rule(self, rule_id: str, place: str, day: date) -> CompiledRule | None:
        """The rule of a place for a governing date; None when no version had begun."""
        return self.in_force(rule_id, place, day)[0]

    def parameters(self, place: str, day: date) -> Parameters:
        """The local figures of a place that are in force on a day; a nearer layer's come first. Not to be changed."""
        line = self._figures.get(place)
        if line is None:
            ends = [
                each
                for (layer, _), rows in self._parameters.items()
                if layer in chain_of(place)
                for row, _ in rows
                for each in (row.valid_from, row.valid_until and row.valid_until + timedelta(days=1))
            ]
            days = sorted({ALWAYS, *(each for each in ends if each is not None)})
            line = self._figures[place] = _Periods(days, lambda day: self._figures_on(place, day))
        return line.on(day)

    def in_force(self, rule_id: str, place: str, day: date) -> tuple[CompiledRule | None, Parameters]:
        """The rule of a place and the local figures for a governing date."""
        line = self._compiled.get((rule_id, place))
        if line is None:
            edges = self._edges_of(rule_id, place)
            line = self._compiled[(rule_id, place)] = _Periods(edges, lambda day: self._compile(rule_id, place, day))
        figures = self._figures.get(place)
        return line.on(day), self.parameters(place, day) if figures is None else figures.on(day)

    def _figures_on(self, place: str, day: date) -> Parameters:
        found: Parameters = {}
        for layer in chain_of(place):
            for name, row, value in self._in_force(layer, day):
                kind = self.parameter_kinds[name]
                if kind.key is None:
                    found[name] = value
                else:
                    found[name] = {**found.get(name, {}), row.key: value}
        return found

    def parameter_rows(self, place: str, day: date) -> Iterator[tuple[str, str, ParameterRow]]:
        """(layer, name, row) of the figures in force, for whoever shows their documents."""
        for layer in chain_of(place):
            for name, row, _ in self._in_force(layer, day):
                yield layer, name, row

    def _in_force(self, layer: str, day: date) -> Iterator[tuple[str, ParameterRow, Any]]:
        for (place, name), rows in self._parameters.items():
            if place == layer:
                for row, value in rows:
                    if row.valid_from <= day and (row.valid_until is None or day <= row.valid_until):
                        yield name, row, value

    # building

    def _read_parameters(
        self, packages: list[tuple[str, Content]]
    ) -> dict[tuple[str, str], list[tuple[ParameterRow, Any]]]:
        found: dict[tuple[str, str], list[tuple[ParameterRow, Any]]] = {}
        for file, content in packages:
            place = place_of(content.package.place)
            for row in content.parameter:
                kind = self.parameter_kinds.get(row.name)
                if kind is None:
                    raise PackageUnfit(file, None, f"parameter {row.name}", "is not in the vocabulary")
                if (kind.key is None) != (row.key is None):
                    needs = "has no key" if kind.key is None else f"needs a key: {kind.key}"
                    raise PackageUnfit(file, None, f"parameter {row.name}", needs)
                if (kind.by == "word" and row.key not in kind.keys) or (kind.by == "year" and type(row.key) is not int):
                    raise PackageUnfit(file, None, f"parameter {row.name}", f"the key is {kind.key}")
                try:
                    value = parameter_value(row.name, kind, row.value)
                except ValueUnfit as error:
                    raise PackageUnfit(file, None, f"parameter {row.name}", str(error)) from None
                found.setdefault((place, row.name), []).append((row, value))
        return found

    def _edges_of(self, rule_id: str, place: str) -> list[date]:
        """The days on which anything changes for a rule in a place: between two of them it is one compiled rule."""
        key = (rule_id, place)
        if key not in self._edges:
            days = {ALWAYS}
            for each in self._family(rule_id):
                days |= {version.start for version in self._versions[each]}
                for layer in chain_of(place):
                    for found in self._layers.get((layer, each), ()):
                        days.add(found.start)
                        if found.row.governs_to is not None and found.row.governs_to < date.max:
                            days.add(found.row.governs_to + timedelta(days=1))
            self._edges[key] = sorted(days)
        return self._edges[key]

    def _family(self, rule_id: str) -> set[str]:
        """The rule and all that it uses, near and far."""
        found: set[str] = set()
        waiting = [rule_id]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += [used for version in self._versions.get(each, ()) for used in version.row.uses]
        return found

    def _merged(self, rule_id: str, place: str, day: date) -> Merged | None:
        version = in_force(self._versions[rule_id], day)
        if version is None:
            return None
        layers = [each for layer in chain_of(place) for each in self._layers.get((layer, rule_id), ())]
        over = tuple(each.place for each in layers if each.row.governs_to is not None and each.row.governs_to < day)
        return merged(version, tuple(each for each in layers if each.holds_on(day)), over)

    def _compiler(self, rule_id: str, place: str, day: date) -> RuleCompiler | None:
        rule = self._merged(rule_id, place, day)
        if rule is None:
            return None

        def other(used: str) -> Merged:
            found = self._merged(used, place, day) if used in self._versions else None
            if found is None:
                raise PackageUnfit(rule.file, rule_id, "uses", f"{used} is in no package for that time")
            return found

        return RuleCompiler(rule, other, self.facts, self.parameter_kinds)

    def _compile(self, rule_id: str, place: str, day: date) -> CompiledRule | None:
        compiler = self._compiler(rule_id, place, day)
        if compiler is None:
            return None
        rule = compiler.compile()
        self._check_cites(rule)
        return rule

    # checks when the book is made

    def check(self) -> None:
        """Compile every rule for every place and time; hold layers to the national ceilings. Raises PackageUnfit."""
        for rule_id in self._versions:
            self._check_circle(rule_id, ())
        for (place, rule_id), layers in self._layers.items():
            if rule_id not in self._versions:
                raise PackageUnfit(layers[0].file, rule_id, None, "an overlay of a rule that is in no package")
            _check_overlap(place, layers)
        for rule_id in self._versions:
            for place in (NATION, *self.places):
                for edge in self._edges_of(rule_id, place):
                    compiled = self.rule(rule_id, place, edge)
                    if compiled is not None and place != NATION:
                        self._check_types(compiled, rule_id, edge)
                        self._check_ceilings(compiled, rule_id, place, edge)
        for check in self.compiled_checks:
            file, row = check.rule.merged.file, check.row
            self._check_citations(file, row.id, row.cites)
            for rule_id in row.after:
                if rule_id not in self._versions:
                    raise PackageUnfit(file, row.id, "after", f"{rule_id} is in no package")

    def _check_circle(self, rule_id: str, way: tuple[str, ...]) -> None:
        if rule_id in way:
            file = self._versions[rule_id][0].file
            raise PackageUnfit(file, rule_id, "uses", f"a circle: {' -> '.join((*way[way.index(rule_id) :], rule_id))}")
        for version in self._versions.get(rule_id, ()):
            for used in version.row.uses:
                if used not in self._versions:
                    raise PackageUnfit(version.file, rule_id, "uses", f"{used} is in no package")
                self._check_circle(used, (*way, rule_id))

    def _check_cites(self, rule: CompiledRule) -> None:
        merged_rule = rule.merged
        for condition in merged_rule.conditions.values():
            self._check_citations(merged_rule.file, rule.id, condition.cites, f"condition {condition.id}")
            for code in (condition.false_code, condition.unknown_code, condition.open_code):
                self._check_code(merged_rule.file, rule.id, code, f"condition {condition.id}")
        for caveat in merged_rule.caveats:
            self._check_citations(merged_rule.file, rule.id, caveat.cites, f"caveat {caveat.code}")
            self._check_code(merged_rule.file, rule.id, caveat.code, f"caveat {caveat.code}")
        for deadline in merged_rule.deadlines.values():
            self._check_citations(merged_rule.file, rule.id, deadline.cites, f"deadline {deadline.id}")
        if not merged_rule.cites:
            raise PackageUnfit(merged_rule.file, rule.id, "cites", "a rule without a legal basis cannot be published")
        self._check_citations(merged_rule.file, rule.id, merged_rule.cites)
        if merged_rule.next_step is not None:
            self._check_citations(merged_rule.file, rule.id, merged_rule.next_step.cites, "next_step")

    def _check_citations(self, file: str, rule_id: str, ids: Iterable[str], place: str = "cites") -> None:
        for id in ids:
            if id not in self.citations:
                raise PackageUnfit(file, rule_id, place, f"there is no citation {id}")

    def _check_code(self, file: str, rule_id: str, code: str | None, place: str) -> None:
        if code is not None and code not in self.codes:
            raise PackageUnfit(file, rule_id, place, f"the reason code {code} is not in the list of codes")

    def _check_types(self, compiled: CompiledRule, rule_id: str, day: date) -> None:
        """A result means the same everywhere: a place may give another figure, not another kind of thing."""
        national = self.rule(rule_id, NATION, day)
        if national is None or national is compiled:
            return
        for name, figure in national.figures.items():
            here = compiled.figures[name].type
            if together(here, figure.type) is None:
                file = compiled.merged.files.get(name, compiled.merged.file)
                wrong = f"is a {here} here and a {figure.type} in the nation's rule"
                raise PackageUnfit(file, rule_id, f"result {name}", wrong)

    def _check_ceilings(self, compiled: CompiledRule, rule_id: str, place: str, day: date) -> None:
        """No local figure above what the nation says is the most, tried for every count that matters."""
        ceilings = compiled.merged.rule.ceiling
        if not ceilings or compiled.merged.layers == (NATION,):
            return
        local, national = self._compiler(rule_id, place, day), self._compiler(rule_id, NATION, day)
        if local is None or national is None:
            return
        here, there = local.compile(), national.compile()
        file = next(layer.file for layer in self._layers[(compiled.merged.layers[-1], rule_id)])
        for row in ceilings:
            mine = local.formula(row.let, f"ceiling {row.let}").run
            for bound, above in ((row.most, True), (row.least, False)):
                if bound is not None:
                    theirs = national.formula(bound, f"ceiling {row.let}").run
                    for facts, value, limit in _trials(row.over, here, mine, there, theirs):
                        if (value > limit) if above else (value < limit):
                            at = ", ".join(f"{name} {count}" for name, count in facts.items())
                            word = "ceiling" if above else "floor"
                            raise PackageUnfit(
                                file, rule_id, f"let {row.let}", f"is {value} at {at}: the national {word} is {limit}"
                            )


def checked_book(contents: Iterable[tuple[str, Content]]) -> RuleBook:
    """The rules of these packages, whole and sound. Raises PackageUnfit when they are not."""
    book = RuleBook(contents)
    book.check()
    return book


def _trials(
    over: Mapping[str, tuple[int, int]], here: CompiledRule, mine: Run, there: CompiledRule, theirs: Run
) -> Iterator[tuple[dict[str, int], Any, Any]]:
    ranges = [range(first, last + 1) for first, last in over.values()]
    steps = 1
    for each in ranges:
        steps *= len(each)
    if steps > _MOST_TRIALS:
        raise PackageUnfit(here.merged.file, here.id, "ceiling", f"tries {steps} cases: at most {_MOST_TRIALS}")
    for counts in product(*ranges):
        facts = dict(zip(over, counts, strict=True))
        value, limit = mine(_row(here, facts)), theirs(_row(there, facts))
        if value is not None and limit is not None:
            top, bound = ends(value)[1], ends(limit)[1]
            if top is not None and bound is not None:
                yield facts, top, bound


def _row(rule: CompiledRule, facts: Mapping[str, int]) -> list[Any]:
    row: list[Any] = [None] * rule.size
    for fact in rule.facts:
        row[fact.slot] = facts.get(fact.alias)
    for slot, run in rule.lets:
        row[slot] = run(row)
    return row


def _once(packages: list[tuple[str, Content]], table: str) -> dict[str, Any]:
    """The rows of a table by name, each with one meaning."""
    found: dict[str, Any] = {}
    owner: dict[str, str] = {}
    for file, content in packages:
        for name, row in getattr(content, table).items():
            if name in found and owner[name] != content.package.name and found[name] != row:
                raise PackageUnfit(file, None, f"{table} {name}", f"{owner[name]} gives it another meaning")
            found[name] = row
            owner[name] = content.package.name
    return found


def _citations(packages: list[tuple[str, Content]]) -> dict[str, CitationRow]:
    found: dict[str, CitationRow] = {}
    owner: dict[str, str] = {}
    for file, content in packages:
        for row in content.citation:
            if row.id in found and owner[row.id] != content.package.name and found[row.id] != row:
                raise PackageUnfit(file, None, f"citation {row.id}", f"{owner[row.id]} means another text by it")
            found[row.id] = row
            owner[row.id] = content.package.name
    return found


def _begins(content: Content, first: Mapping[str, int], said: date | None) -> date:
    """A later version of a package changes nothing before its first day; the first one is all there was."""
    own = said or ALWAYS
    if content.package.version == first[content.package.name]:
        return own
    return max(own, content.package.valid_from)


def _firsts(packages: list[tuple[str, Content]]) -> dict[str, int]:
    first: dict[str, int] = {}
    for _, content in packages:
        first[content.package.name] = min(
            first.get(content.package.name, content.package.version), content.package.version
        )
    return first


def _versions(packages: list[tuple[str, Content]]) -> dict[str, tuple[Version, ...]]:
    first = _firsts(packages)
    found: dict[str, dict[date, tuple[Version, str]]] = {}
    for file, content in packages:
        for row in content.rule:
            start = _begins(content, first, row.governs_from)
            there = found.setdefault(row.id, {})
            if start in there and there[start][1] != content.package.name:
                raise PackageUnfit(file, row.id, "governs_from", f"{there[start][1]} has a version for the same time")
            there[start] = Version(row, file, start), content.package.name
    return {id: tuple(version for version, _ in versions.values()) for id, versions in found.items()}


def _layers(packages: list[tuple[str, Content]]) -> dict[tuple[str, str], tuple[Layer, ...]]:
    first = _firsts(packages)
    found: dict[tuple[str, str], list[Layer]] = {}
    for file, content in packages:
        place = place_of(content.package.place)
        for row in content.overlay:
            if place == NATION:
                raise PackageUnfit(file, row.rule, None, "an overlay belongs to a place; change the rule itself")
            layer = Layer(row, file, place, _begins(content, first, row.governs_from))
            found.setdefault((place, row.rule), []).append(layer)
    return {key: tuple(layers) for key, layers in found.items()}


def _check_overlap(place: str, layers: tuple[Layer, ...]) -> None:
    ordered = sorted(layers, key=lambda each: each.start)
    for earlier, later in pairwise(ordered):
        to = earlier.row.governs_to
        if earlier.row.mode == later.row.mode == "replace" and (to is None or to >= later.start):
            raise PackageUnfit(later.file, later.row.rule, "governs_from", f"another layer of {place} holds then, too")
