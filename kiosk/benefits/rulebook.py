"""All packages together: vocabulary, law and local layers, checked as one and compiled per place and time.

Nothing is loaded by halves: a book is whole or `PackageUnfit` says what is wrong with which file, and whoever holds an
older book keeps it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Generic, TypeVar

from kiosk.benefits.book_checks import check, check_cites
from kiosk.benefits.compiled_check import CompiledCheck, compiled_check
from kiosk.benefits.compiled_rule import CompiledRule, Formula
from kiosk.benefits.gathering import checks, figures, layers, once, versions
from kiosk.benefits.layers import ALWAYS, NATION, Layer, Merged, Version, chain_of, in_force, merged
from kiosk.benefits.package import CitationRow, Content, OverlayRow, PackageUnfit, RuleRow
from kiosk.benefits.parameters import Parameters
from kiosk.benefits.reason_codes import BUILT_IN_CODES
from kiosk.benefits.rule_compiler import RuleCompiler
from kiosk.benefits.vocabulary import FactKind, ParameterKind, Saying

T = TypeVar("T")


class _Periods(Generic[T]):
    """What holds between two days on which something changes; made when it is asked for."""

    __slots__ = ("_found", "_make", "_many", "days")

    def __init__(self, days: list[date], make: Callable[[date], T]) -> None:
        """`days`: the first of each period, ascending, from the beginning of time."""
        self.days: Final = days
        self._many = len(days) > 1
        self._make = make
        self._found: dict[int, T] = {}

    def on(self, day: date) -> T:
        """What holds on a day."""
        period = bisect_right(self.days, day) - 1 if self._many else 0
        try:
            return self._found[period]
        except KeyError:
            found = self._found[period] = self._make(self.days[period])
            return found


class RuleBook:
    """The rules of a set of packages; compiled as they are asked for. `checked_book` makes one that is whole."""

    def __init__(self, contents: Iterable[tuple[str, Content]]) -> None:
        """`contents`: (file name, package) pairs; of one name and several versions, each from its own first day.

        Raises PackageUnfit.
        """
        packages = sorted(contents, key=lambda each: (each[1].package.name, each[1].package.version))
        self.facts: Final[Mapping[str, FactKind]] = once(packages, "fact")
        self.parameter_kinds: Final[Mapping[str, ParameterKind]] = once(packages, "parameter_kind")
        self.codes: Final[Mapping[str, Saying]] = {**BUILT_IN_CODES, **once(packages, "code")}
        self.citations: Final[Mapping[str, CitationRow]] = once(packages, "citation")
        self.checks: Final = checks(packages)
        self.over: Mapping[str, frozenset[str]] = {}
        """By layer, rules of a signed list whose time is over: they answer that it cannot be said."""
        self.versions: Final = versions(packages)
        self.layers: Final = layers(packages)
        self._parameters: Final = figures(packages, self.parameter_kinds)
        self.places: Final = tuple(
            sorted({place for place, _ in self.layers} | {each.layer for each in self._parameters})
        )
        self._edges: dict[tuple[str, str], list[date]] = {}
        self._aliases: dict[str, Mapping[str, str]] = {}
        self._check_aliases: dict[str, Mapping[str, str]] = {}
        self._figures: dict[str, _Periods[Parameters]] = {}
        self._compiled: dict[tuple[str, str], _Periods[CompiledRule | None]] = {}
        self._in_force: dict[tuple[str, str], _Periods[tuple[CompiledRule | None, Parameters]]] = {}

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self.versions

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule's id, in the order of the packages."""
        return tuple(self.versions)

    def with_over(self, over: Mapping[str, frozenset[str]]) -> RuleBook:
        """The same book, of which these rules are over."""
        if over == self.over:
            return self
        found = copy(self)
        found.over = over
        return found

    def row(self, rule_id: str) -> RuleRow:
        """The newest version of a rule as its package has it."""
        return max(self.versions[rule_id], key=lambda each: each.start).row

    def overlays_of(self, rule_id: str) -> tuple[OverlayRow, ...]:
        """What the places change in a rule, wherever and whenever."""
        return tuple(layer.row for layer in self.layers_of(rule_id))

    def aliases(self, rule_id: str) -> Mapping[str, str]:
        """What a rule calls its facts -> their name in the store; of rules it uses, where it has no own name."""
        if rule_id not in self._aliases:
            found: dict[str, str] = {}
            waiting = [rule_id]
            while waiting:
                row = self.row(waiting.pop(0))
                found |= {alias: store for alias, store in row.facts.items() if alias not in found}
                waiting += row.uses
            for layer in self.overlays_of(rule_id):
                found |= {alias: store for alias, store in layer.facts.items() if alias not in found}
            self._aliases[rule_id] = found
        return self._aliases[rule_id]

    def check_aliases(self, rule_id: str) -> Mapping[str, str]:
        """The same for what the cross-checks after the rule look at and the rule itself does not know."""
        if rule_id not in self._check_aliases:
            own = self.aliases(rule_id)
            found: dict[str, str] = {}
            for check in self.checks:
                if check.row.runs_after(rule_id):
                    known = own.keys() | found.keys()
                    found |= {alias: store for alias, store in check.row.facts.items() if alias not in known}
            self._check_aliases[rule_id] = found
        return self._check_aliases[rule_id]

    def versions_of(self, rule_id: str) -> tuple[Version, ...]:
        """Every version of a rule, the earliest first."""
        return tuple(sorted(self.versions[rule_id], key=lambda each: each.start))

    def layers_of(self, rule_id: str) -> tuple[Layer, ...]:
        """Every overlay of a rule with its place and first day."""
        found = [layer for (_, id), layers in self.layers.items() if id == rule_id for layer in layers]
        return tuple(sorted(found, key=lambda each: (each.place, each.start)))

    def checks_on(self, day: date) -> tuple[CompiledCheck, ...]:
        """The cross-checks of section 7 that are made on a day, over the nation's rules of that day."""
        return self._checks.on(day)

    @property
    def check_edges(self) -> list[date]:
        """The days on which anything changes for the cross-checks."""
        return self._checks.days

    @cached_property
    def _checks(self) -> _Periods[tuple[CompiledCheck, ...]]:
        days = {ALWAYS}
        for each in self.checks:
            days.add(each.start)
            if each.end is not None:
                days.add(each.end + timedelta(days=1))
            for used in each.row.uses:
                if used not in self.versions:
                    raise PackageUnfit(each.file, each.row.id, "uses", f"{used} is in no package")
                days |= set(self.edges_of(used, NATION))
        return _Periods(sorted(days), self._compile_checks)

    def _compile_checks(self, day: date) -> tuple[CompiledCheck, ...]:
        found = []
        for each in self.checks:
            family = {rule_id for used in each.row.uses for rule_id in self._family(used)}
            used = {rule_id: self._merged(rule_id, NATION, day) for rule_id in family}
            # before a rule that it uses had begun there is nothing to hold it against
            begun = {rule_id: rule for rule_id, rule in used.items() if rule is not None}
            if each.holds_on(day) and begun.keys() == family:
                row = compiled_check(each.file, each.row, begun.__getitem__, self.facts, self.parameter_kinds)
                found.append(row)
        return tuple(found)

    def rule(self, rule_id: str, place: str, day: date) -> CompiledRule | None:
        """The rule of a place for a governing date; None when no version had begun."""
        return self.in_force(rule_id, place, day)[0]

    def parameters(self, place: str, day: date) -> Parameters:
        """The local figures of a place that are in force on a day; a nearer layer's come first. Not to be changed."""
        return self._figures_of(place).on(day)

    def _figures_of(self, place: str) -> _Periods[Parameters]:
        line = self._figures.get(place)
        if line is None:
            chain = chain_of(place)
            here = [each for each in self._parameters if each.layer in chain]
            ends = {each.end + timedelta(days=1) for each in here if each.end is not None}
            days = sorted({ALWAYS, *(each.start for each in here), *ends})
            line = self._figures[place] = _Periods(days, lambda day: self._figures_on(place, day))
        return line

    def in_force(self, rule_id: str, place: str, day: date) -> tuple[CompiledRule | None, Parameters]:
        """The rule of a place and the local figures for a governing date."""
        line = self._in_force.get((rule_id, place))
        if line is None:
            rules, figures = self._rules_in(rule_id, self.nearest(rule_id, place)), self._figures_of(place)
            days = sorted({*rules.days, *figures.days})
            line = self._in_force[(rule_id, place)] = _Periods(days, lambda day: (rules.on(day), figures.on(day)))
        return line.on(day)

    def _rules_in(self, rule_id: str, place: str) -> _Periods[CompiledRule | None]:
        line = self._compiled.get((rule_id, place))
        if line is None:
            line = _Periods(self.edges_of(rule_id, place), lambda day: self._compile(rule_id, place, day))
            self._compiled[(rule_id, place)] = line
        return line

    def nearest(self, rule_id: str, place: str) -> str:
        """The layer from a place up that last changes a rule or one that it uses: what holds there holds here."""
        family = self._family(rule_id)
        return next(layer for layer in reversed(chain_of(place)) if layer == NATION or self._changes(layer, family))

    def _changes(self, layer: str, rules: Iterable[str]) -> bool:
        return any((layer, rule_id) in self.layers for rule_id in rules)

    def _figures_on(self, place: str, day: date) -> Parameters:
        found: Parameters = {}
        for layer in chain_of(place):
            for each in self._parameters:
                if each.layer != layer or not each.holds_on(day):
                    continue
                if self.parameter_kinds[each.name].key is None:
                    found[each.name] = each.value
                else:
                    found[each.name] = {**found.get(each.name, {}), each.row.key: each.value}
        return found

    def edges_of(self, rule_id: str, place: str) -> list[date]:
        """The days on which anything changes for a rule in a place: between two of them it is one compiled rule."""
        key = (rule_id, place)
        if key not in self._edges:
            days = {ALWAYS}
            for each in self._family(rule_id):
                days |= {version.start for version in self.versions[each]}
                for layer in chain_of(place):
                    for found in self.layers.get((layer, each), ()):
                        days.add(found.start)
                        if found.end is not None:
                            days.add(found.end + timedelta(days=1))
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
                waiting += [used for version in self.versions.get(each, ()) for used in version.row.uses]
        return found

    def _merged(self, rule_id: str, place: str, day: date) -> Merged | None:
        version = in_force(self.versions[rule_id], day)
        if version is None:
            return None
        layers = [each for layer in chain_of(place) for each in self.layers.get((layer, rule_id), ())]
        over = tuple(each.place for each in layers if each.row.governs_to is not None and each.row.governs_to < day)
        return merged(version, tuple(each for each in layers if each.holds_on(day)), over)

    def _compiler(self, rule_id: str, place: str, day: date) -> RuleCompiler | None:
        """None when no version had begun on that governing date."""
        rule = self._merged(rule_id, place, day)
        if rule is None:
            return None

        def other(used: str) -> Merged:
            found = self._merged(used, place, day) if used in self.versions else None
            if found is None:
                raise PackageUnfit(rule.file, rule_id, "uses", f"{used} is in no package for that time")
            return found

        return RuleCompiler(rule, other, self.facts, self.parameter_kinds)

    def formula(self, rule_id: str, place: str, day: date, text: str, where: str) -> Formula | None:
        """An expression over what a rule of a place knows on a governing date; None when no version had begun.

        `where` names it if it does not fit. Raises PackageUnfit.
        """
        compiler = self._compiler(rule_id, place, day)
        return None if compiler is None else compiler.formula(text, where)

    def _compile(self, rule_id: str, place: str, day: date) -> CompiledRule | None:
        compiler = self._compiler(rule_id, place, day)
        if compiler is None:
            return None
        rule = compiler.compile()
        check_cites(self, rule)
        return rule


def checked_book(contents: Iterable[tuple[str, Content]]) -> RuleBook:
    """The rules of these packages, whole and sound. Raises PackageUnfit when they are not."""
    book = RuleBook(contents)
    check(book)
    return book
