"""National law, then province, then city: which version of a rule holds for a governing date, and what a place changed.

A layer that is above a national ceiling is refused when it is read; one that has expired is left out, and the national
figure shows as the ceiling it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from kiosk.benefits.package import (
    AmountRow,
    CaveatRow,
    ConditionRow,
    DeadlineRow,
    DefinitionRow,
    NextStep,
    OverlayRow,
    PackageUnfit,
    ResultRow,
    RuleRow,
    TableRow,
)
from kiosk.benefits.vocabulary import Saying

NATION: Final = "CN"
ALWAYS: Final = date.min


def chain_of(place: str) -> tuple[str, ...]:
    """The layers above a place (GB/T 2260), from the nation down: 440106 is CN, 440000, 440100, 440106."""
    if place == NATION:
        return (NATION,)
    parts = (place[:2] + "0000", place[:4] + "00", place)
    return tuple(dict.fromkeys((NATION, *parts)))


def place_of(division: str) -> str:
    """The layer of a package: its six digits, 000000 for the nation."""
    return NATION if division == "000000" else division


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as one package has it, in force for governing dates from `start`."""

    row: RuleRow
    file: str
    start: date


class Timed:
    """What holds from `start` to `end`, both included; without end where that is None."""

    __slots__ = ()
    start: date
    end: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day or for a governing date."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Layer(Timed):
    """An overlay of a place, from `start` to `end`."""

    row: OverlayRow
    file: str
    place: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Merged:
    """A rule with what its places changed. `layers`: which of them did; `expired`: those that are over."""

    rule: RuleRow
    file: str
    version: str
    layers: tuple[str, ...]
    reviewed: bool
    facts: Mapping[str, str]
    let: Mapping[str, str]
    conditions: Mapping[str, ConditionRow]
    caveats: tuple[CaveatRow, ...]
    results: Mapping[str, ResultRow]
    deadlines: Mapping[str, DeadlineRow]
    tables: Mapping[str, TableRow]
    definitions: Mapping[str, DefinitionRow]
    amount: AmountRow | None
    next_step: NextStep | None
    notes: tuple[Saying, ...]
    cites: tuple[str, ...]
    ends: date | None
    """The last governing date of the policy; None where it goes on."""
    expired: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Which file a let, condition or result came from, where it is not `file`."""


def merged(version: Version, layers: tuple[Layer, ...], expired: tuple[str, ...] = ()) -> Merged:
    """The rule under these layers, nation first. Raises PackageUnfit."""
    row = version.row
    rule = Merged(
        rule=row,
        file=version.file,
        version=row.version,
        layers=(NATION,),
        reviewed=row.review is None,
        facts=row.facts,
        let=row.let,
        conditions={each.id: each for each in row.condition},
        caveats=row.caveat,
        results=row.result,
        deadlines={each.id: each for each in row.deadline},
        tables=row.table,
        definitions=row.define,
        amount=row.amount,
        next_step=row.next_step,
        notes=row.note,
        cites=row.cites,
        ends=row.governs_to,
        expired=expired,
    )
    for layer in layers:
        rule = _under(rule, layer)
    return rule


def _under(rule: Merged, layer: Layer) -> Merged:
    row = layer.row
    named = {each.id: each for each in row.condition}
    ends = {each.id: each for each in row.deadline}
    for what, there, new in (
        ("let", rule.let, row.let),
        ("condition", rule.conditions, named),
        ("result", rule.results, row.result),
        ("deadline", rule.deadlines, ends),
        ("table", rule.tables, row.table),
        ("define", rule.definitions, row.define),
    ):
        _allowed(layer, what, there, new)
    if row.mode == "narrow" and (row.result or not row.condition):
        raise PackageUnfit(layer.file, row.rule, None, "a layer that narrows brings conditions, and no results")
    for alias, store in row.facts.items():
        if rule.facts.get(alias, store) != store:
            raise PackageUnfit(layer.file, row.rule, f"facts {alias}", f"means {rule.facts[alias]} already")
    came = {**{name: layer.file for part in (row.let, named, row.result, ends) for name in part}}
    return replace(
        rule,
        version=f"{rule.version} + {layer.place} {row.version}",
        layers=(*rule.layers, layer.place),
        reviewed=rule.reviewed or row.reviewed,
        facts={**rule.facts, **row.facts},
        let={**rule.let, **row.let},
        conditions={**rule.conditions, **named},
        caveats=(*rule.caveats, *row.caveat),
        results={**rule.results, **row.result},
        deadlines={**rule.deadlines, **ends},
        tables={**rule.tables, **row.table},
        definitions={**rule.definitions, **row.define},
        amount=row.amount or rule.amount,
        next_step=row.next_step or rule.next_step,
        notes=(*rule.notes, *row.note),
        cites=tuple(dict.fromkeys((*rule.cites, *row.cites))),
        ends=None if row.prolongs else rule.ends,
        files={**rule.files, **came},
    )


def _allowed(layer: Layer, what: str, there: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Replacing names what is there (or helps it with new lets); adding and narrowing leave what is there alone."""
    for name in new:
        if layer.row.mode == "replace":
            helps = what in ("let", "table", "define")
            if name not in there and not helps:
                raise PackageUnfit(layer.file, layer.row.rule, f"{what} {name}", "there is nothing to replace")
        elif name in there:
            raise PackageUnfit(layer.file, layer.row.rule, f"{what} {name}", "is there: only mode replace changes it")


def in_force(versions: tuple[Version, ...], day: date) -> Version | None:
    """The version for a governing date: the last that had begun; None when none had."""
    begun = [each for each in versions if each.start <= day]
    return max(begun, key=lambda each: each.start, default=None)
