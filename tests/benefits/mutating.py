"""Packages of rules changed by one: each number, date and operator of them, one at a time.

A mutant is killed when the book refuses it or a literal case comes out otherwise. Formulas are changed in their syntax
tree; tables, dates, local figures and time limits in their rows. Not changed: citations, examples, versions, texts, the
ranges over which ceilings are tried, and the bounds within which a typed value is plausible, since none decides.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kiosk.benefits.month import Month
from kiosk.benefits.package import Content, PackageUnfit
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.vocabulary import ValueUnfit
from tests.benefits.running import Case, answer, differences

_SIGNS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE,),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE,),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
}


@dataclass(frozen=True)
class Mutant:
    """One package with one thing changed. `what` names it; `rule` is whose it is: None of a local figure or a check."""

    what: str
    rule: str | None
    content: Content


def mutants(content: Content) -> Iterator[Mutant]:
    """Every package that differs from this one in one number, date or operator."""
    for place, rule in enumerate(content.rule):
        for what, changed in _changed_parts(rule, f"{rule.id} {rule.version}"):
            yield Mutant(what, rule.id, _with(content, "rule", place, changed))
    for place, overlay in enumerate(content.overlay):
        name = f"{content.package.place} {overlay.rule}"
        for what, changed in _changed_parts(overlay, name):
            yield Mutant(what, overlay.rule, _with(content, "overlay", place, changed))
    for place, row in enumerate(content.check):
        for what, formula in changed_formulas(row.when):
            changed = row.model_copy(update={"when": formula})
            yield Mutant(f"{row.id}: {what}", None, _with(content, "check", place, changed))
    for place, row in enumerate(content.parameter):
        key = "" if row.key is None else f"[{row.key}]"
        for what, changed in _changed_parameter(row, f"{content.package.place} {row.name}{key}"):
            yield Mutant(what, None, _with(content, "parameter", place, changed))


def _with(content: Content, table: str, place: int, changed: Any) -> Content:
    rows = list(getattr(content, table))
    rows[place] = changed
    return content.model_copy(update={table: tuple(rows)})


def _changed_parts(row: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, formula in row.let.items():
        for what, new in changed_formulas(formula):
            yield f"{name} let {word}: {what}", row.model_copy(update={"let": {**row.let, word: new}})
    for word, definition in row.define.items():
        for what, new in changed_formulas(definition.formula):
            changed = definition.model_copy(update={"formula": new})
            yield f"{name} define {word}: {what}", row.model_copy(update={"define": {**row.define, word: changed}})
    for word, figure in row.result.items():
        for what, new in changed_formulas(figure.value):
            changed = figure.model_copy(update={"value": new})
            yield f"{name} result {word}: {what}", row.model_copy(update={"result": {**row.result, word: changed}})
    for table, field in (
        ("condition", "holds"),
        ("condition", "from_"),
        ("condition", "unknown_code_if"),
        ("caveat", "when"),
        ("deadline", "on"),
    ):
        yield from _changed_rows(row, name, table, field)
    yield from _changed_tables(row, name)
    for field in ("governs_from", "governs_to"):
        day = getattr(row, field)
        if day is not None:
            for step in (-1, 1):
                yield f"{name} {field} {step:+}", row.model_copy(update={field: day + timedelta(days=step)})
    step = row.next_step
    if step is not None and step.working_days is not None:
        changed = step.model_copy(update={"working_days": step.working_days + 1})
        yield f"{name} working_days +1", row.model_copy(update={"next_step": changed})
    governing = getattr(row, "governing", None)
    if governing is not None:
        for what, new in changed_formulas(governing):
            yield f"{name} governing: {what}", row.model_copy(update={"governing": new})


def _changed_rows(row: Any, name: str, table: str, field: str) -> Iterator[tuple[str, Any]]:
    rows = getattr(row, table)
    for place, each in enumerate(rows):
        formula = getattr(each, field)
        if formula is None:
            continue
        label = getattr(each, "id", getattr(each, "code", ""))
        for what, new in changed_formulas(formula):
            changed = list(rows)
            changed[place] = each.model_copy(update={field: new})
            yield f"{name} {table} {label} {field}: {what}", row.model_copy(update={table: tuple(changed)})


def _changed_tables(row: Any, name: str) -> Iterator[tuple[str, Any]]:
    for word, table in row.table.items():
        for key, value in table.values.items():
            for new in _beside(value):
                changed = table.model_copy(update={"values": {**table.values, key: new}})
                what = f"{name} table {word}[{key}] {value} -> {new}"
                yield what, row.model_copy(update={"table": {**row.table, word: changed}})


def _changed_parameter(row: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(row.value, dict):
        for field, value in row.value.items():
            for new in _beside(value):
                changed = row.model_copy(update={"value": {**row.value, field: new}})
                yield f"{name}.{field} {value} -> {new}", changed
    else:
        for new in _beside(row.value):
            yield f"{name} {row.value} -> {new}", row.model_copy(update={"value": new})
    for field in ("valid_from", "valid_until"):
        day = getattr(row, field)
        if day is not None:
            for step in (-1, 1):
                yield f"{name} {field} {step:+}", row.model_copy(update={field: day + timedelta(days=step)})


def _beside(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
            yield value - 1
        case date():
            yield value + timedelta(days=1)
        case list():
            for place in range(len(value)):
                yield value[:place] + value[place + 1 :]
        case str() if value.replace(".", "", 1).isdigit():
            figure = Decimal(value)
            yield str(figure + Decimal(1).scaleb(figure.as_tuple().exponent))


def changed_formulas(formula: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the formula) for each number, date and operator in it."""
    tree = ast.parse(" ".join(formula.split()), mode="eval")
    nodes = list(ast.walk(tree))
    for place, node in enumerate(nodes):
        for what, change in _changes(node):
            copied = copy.deepcopy(tree)
            change(list(ast.walk(copied))[place])
            yield what, ast.unparse(copied)


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Constant(value=bool()):
            yield f"{node.value}", lambda copied: setattr(copied, "value", not copied.value)
        case ast.Constant(value=int()):
            for step in (1, -1):
                if node.value + step >= 0:
                    yield (
                        f"{node.value}{step:+}",
                        lambda copied, step=step: setattr(copied, "value", copied.value + step),
                    )
        case ast.Constant(value=float()):
            yield f"{node.value}+0.01", lambda copied: setattr(copied, "value", round(copied.value + 0.01, 6))
        case ast.Call(func=ast.Name(id="month" | "day")):
            for step in (1, -1):
                yield f"{ast.unparse(node)}{step:+}", lambda copied, step=step: _shift(copied, step)
        case ast.Compare():
            for at, sign in enumerate(node.ops):
                for new in _SIGNS.get(type(sign), ()):
                    yield f"{ast.unparse(node)} {new.__name__}", lambda copied, at=at, new=new: _set(copied, at, new)
        case ast.BoolOp() | ast.BinOp():
            for new in _SIGNS.get(type(node.op), ()):
                yield f"{ast.unparse(node)} {new.__name__}", lambda copied, new=new: setattr(copied, "op", new())
        case ast.UnaryOp(op=ast.Not()):
            yield f"{ast.unparse(node)} without not", _without_not


def _set(copied: Any, at: int, new: type[ast.AST]) -> None:
    copied.ops[at] = new()


def _without_not(copied: Any) -> None:
    # `not x` becomes `x and x`, which is x
    inner = copied.operand
    copied.__class__ = ast.BoolOp
    copied._fields = ast.BoolOp._fields
    copied.op, copied.values = ast.And(), [inner, inner]


def _shift(copied: Any, step: int) -> None:
    text = copied.args[0].value
    if copied.func.id == "month":
        copied.args[0].value = str(Month.parse(text) + step)
    else:
        copied.args[0].value = (date.fromisoformat(text) + timedelta(days=step)).isoformat()


def survives(packages: dict[str, tuple[str, Content]], name: str, mutant: Mutant, cases: Sequence[Case]) -> bool:
    """Whether every case comes out as promised although the package `name` was changed."""
    changed = {**packages, name: (packages[name][0], mutant.content)}
    try:
        book = RuleBook(changed.values())
        return all(not differences(case, answer(book, case)) for case in cases)
    except (PackageUnfit, ValueUnfit):
        return False
