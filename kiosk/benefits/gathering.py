"""Putting packages together: one meaning for each name, and each version of a package in its own time.

A later version of a package changes nothing before its first day, neither rules nor layers, figures nor checks; the
first one is all there was. From the later one's first day the earlier one's layers, figures and checks are over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from kiosk.benefits.layers import ALWAYS, NATION, Layer, Timed, Version, place_of
from kiosk.benefits.package import CheckRow, Content, PackageUnfit, ParameterRow
from kiosk.benefits.parameters import parameter_value
from kiosk.benefits.vocabulary import ParameterKind, ValueUnfit

Packages: TypeAlias = list[tuple[str, Content]]
"""(file name, package), by name and version."""


@dataclass(frozen=True, slots=True)
class Figure(Timed):
    """A local figure of a layer, and the days for which it counts."""

    layer: str
    name: str
    row: ParameterRow
    value: Any
    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Check(Timed):
    """A cross-check of section 7, and the days on which it is made."""

    file: str
    row: CheckRow
    start: date
    end: date | None


def once(packages: Packages, table: str) -> dict[str, Any]:
    """The rows of a table by name, each with one meaning; of a list of rows the name is their `id`."""
    found: dict[str, Any] = {}
    owner: dict[str, str] = {}
    for file, content in packages:
        rows = getattr(content, table)
        for name, row in rows.items() if isinstance(rows, dict) else ((each.id, each) for each in rows):
            if name in found and owner[name] != content.package.name and found[name] != row:
                raise PackageUnfit(file, None, f"{table} {name}", f"{owner[name]} gives it another meaning")
            found[name] = row
            owner[name] = content.package.name
    return found


def _times(packages: Packages) -> dict[tuple[str, int], tuple[date, date | None]]:
    """From when to when each version of a package counts."""
    by_name: dict[str, list[Content]] = {}
    for _, content in packages:
        by_name.setdefault(content.package.name, []).append(content)
    found: dict[tuple[str, int], tuple[date, date | None]] = {}
    for name, contents in by_name.items():
        for place, content in enumerate(contents):
            start = content.package.valid_from if place else ALWAYS
            later = contents[place + 1].package.valid_from if place + 1 < len(contents) else None
            found[name, content.package.version] = (start, None if later is None else later - timedelta(days=1))
    return found


def versions(packages: Packages) -> dict[str, tuple[Version, ...]]:
    times = _times(packages)
    found: dict[str, dict[date, tuple[Version, str]]] = {}
    for file, content in packages:
        for row in content.rule:
            start = max(times[content.package.name, content.package.version][0], row.governs_from or ALWAYS)
            there = found.setdefault(row.id, {})
            if start in there and there[start][1] != content.package.name:
                raise PackageUnfit(file, row.id, "governs_from", f"{there[start][1]} has a version for the same time")
            there[start] = Version(row, file, start), content.package.name
    return {id: tuple(version for version, _ in versions.values()) for id, versions in found.items()}


def layers(packages: Packages) -> dict[tuple[str, str], tuple[Layer, ...]]:
    times = _times(packages)
    found: dict[tuple[str, str], list[Layer]] = {}
    for file, content in packages:
        place = place_of(content.package.place)
        for row in content.overlay:
            if place == NATION:
                raise PackageUnfit(file, row.rule, None, "an overlay belongs to a place; change the rule itself")
            start, end = times[content.package.name, content.package.version]
            ends = [each for each in (row.governs_to, end) if each is not None]
            layer = Layer(row, file, place, max(start, row.governs_from or ALWAYS), min(ends, default=None))
            if layer.end is None or layer.start <= layer.end:
                found.setdefault((place, row.rule), []).append(layer)
    return {key: tuple(layers) for key, layers in found.items()}


def checks(packages: Packages) -> tuple[Check, ...]:
    """Every cross-check."""
    times = _times(packages)
    return tuple(
        Check(file, row, *times[content.package.name, content.package.version])
        for file, content in packages
        for row in content.check
    )


def figures(packages: Packages, kinds: Mapping[str, ParameterKind]) -> tuple[Figure, ...]:
    """Every local figure. Raises PackageUnfit for one of the wrong shape, above a ceiling or below a floor."""
    return tuple(_figures(packages, kinds))


def _figures(packages: Packages, kinds: Mapping[str, ParameterKind]) -> Iterator[Figure]:
    times = _times(packages)
    for file, content in packages:
        start, end = times[content.package.name, content.package.version]
        for row in content.parameter:
            kind = kinds.get(row.name)
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
            ends = [each for each in (row.valid_until, end) if each is not None]
            layer = place_of(content.package.place)
            yield Figure(layer, row.name, row, value, max(start, row.valid_from), min(ends, default=None))
