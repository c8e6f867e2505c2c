"""Running the examples that rules and overlays carry: what they promise, what comes out, and which carry none.

An example is asked as `kiosk benefits evaluate` asks, so that what a package's author tries is what people get.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.layers import NATION, place_of
from kiosk.benefits.package import Content, ExampleRow, OverlayRow, RuleRow
from kiosk.benefits.reading import question_of
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.vocabulary import ValueUnfit

NOTHING: Final = "(nothing of this name)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise: `what` is outcome, result NAME, code NAME, or facts of a question unfit."""

    what: str
    expected: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Tried:
    """One example that was run; no differences is a promise kept."""

    file: str
    rule: str
    version: str
    place: str
    example: str
    source: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a set of packages. `without`: (file, rule, version) of rules and overlays with no example."""

    tried: tuple[Tried, ...]
    without: tuple[tuple[str, str, str], ...]

    @property
    def failed(self) -> tuple[Tried, ...]:
        """Those that came out otherwise."""
        return tuple(each for each in self.tried if each.differences)


def examples_tried(book: RuleBook, packages: Iterable[tuple[str, Content]]) -> Report:
    """The examples of these packages, which are in the book."""
    tried: list[Tried] = []
    without: list[tuple[str, str, str]] = []
    for file, content in packages:
        for rule, row, place in _carriers(content):
            if not row.example:
                without.append((file, rule, row.version))
            for example in row.example:
                where = example.place if "place" in example.model_fields_set else place
                differences = tuple(_differences(book, rule, example, where))
                tried.append(Tried(file, rule, row.version, where, example.name, example.source, differences))
    return Report(tuple(tried), tuple(without))


def _carriers(content: Content) -> Iterator[tuple[str, RuleRow | OverlayRow, str]]:
    """Rules are asked of the nation, overlays of their place, where the example does not say."""
    for rule in content.rule:
        yield rule.id, rule, NATION
    for overlay in content.overlay:
        yield overlay.rule, overlay, place_of(content.package.place)


def _differences(book: RuleBook, rule: str, example: ExampleRow, place: str) -> Iterator[Difference]:
    asked = {
        "rule": rule,
        "facts": _as_json(example.facts),
        "as_of": example.as_of.isoformat(),
        "place": place,
        "parameters": _as_json(example.parameters),
    }
    try:
        found = record(book, evaluate(book, question_of(book, asked)))
    except ValueUnfit as unfit:
        yield Difference(unfit.name, unfit.wanted, unfit.shape)
        return
    if found["outcome"] != example.outcome:
        yield Difference("outcome", example.outcome, found["outcome"])
    for name, expected in _as_json(example.result).items():
        value = found["result"].get(name, NOTHING)
        # a count is no flag: True is not 1
        if value != expected or isinstance(value, bool) != isinstance(expected, bool):
            yield Difference(f"result {name}", expected, value)
    for code in example.codes:
        if code not in found["reason_codes"]:
            yield Difference(f"code {code}", "given", found["reason_codes"])


def _as_json(value: Any) -> Any:
    """TOML has dates of its own; a question has text."""
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
