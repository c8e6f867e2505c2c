"""An expression's text becomes a typed closure over a row of values; what is not in the language is refused by name.

The grammar is a part of Python's own, read by `ast`: names, whole and decimal numbers, quoted words, months and days
(`month("2025-01")`, `day("2025-01-01")`), + - * / // %, comparisons (chains too), and/or/not, x if c else y, `in (…)`,
table[key], parameter[key].field, otherwise(value, instead), and the functions of `functions`. Decimal numbers are read
from their text, exactly.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from kiosk.benefits.language.functions import FUNCTIONS, alike
from kiosk.benefits.language.running import (
    any_of,
    junction,
    looked_up,
    of_one,
    of_two,
    of_values,
    otherwise,
    remainder,
)
from kiosk.benefits.language.typed import (
    Lacking,
    Parameter,
    Row,
    Scope,
    Table,
    Typed,
    all_lacking,
    constant,
    joined,
    name,
)
from kiosk.benefits.language.types import COUNT, DAY, FLAG, MONTH, NUMBER, ORDERED, Kind, Type, choice, together
from kiosk.benefits.month import Month
from kiosk.benefits.span import Span, divided, hull

_DEEPEST: Final = 60
_LONGEST: Final = 2000


class ExpressionUnfit(Exception):  # noqa: N818 - named by the condition
    """An expression is not in the language, or its types do not fit. Says what and where."""


def compiled(text: str, scope: Scope) -> Typed:
    """The expression, typed and compiled. Raises ExpressionUnfit."""
    if len(text) > _LONGEST:
        raise ExpressionUnfit(f"longer than {_LONGEST} characters: name parts of it with let")
    source = " ".join(text.split())
    return _Compiler(source, scope).typed(_tree(source), 0)


@lru_cache(maxsize=1024)
def _tree(source: str) -> ast.expr:
    """Not to be changed: a formula is compiled for each place and time, and read once (the shipped rules have 400)."""
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionUnfit(f"cannot be read: {source!r} ({error})") from None


_COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divided,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: remainder,
}


class _Compiler:
    def __init__(self, source: str, scope: Scope) -> None:
        self._source = source
        self._scope = scope

    def typed(self, node: ast.expr, depth: int) -> Typed:
        if depth > _DEEPEST:
            raise ExpressionUnfit("nested too deeply: name parts of it with let")
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self._unfit(node, f"{type(node).__name__} is not in the language")
        result: Typed = method(node, depth + 1)
        return result

    def _unfit(self, node: ast.AST, why: str) -> ExpressionUnfit:
        part = ast.get_source_segment(self._source, node)
        return ExpressionUnfit(f"{part!r}: {why}" if part else why)

    def _constant(self, node: ast.Constant, depth: int) -> Typed:
        value = node.value
        if isinstance(value, bool):
            return constant(value, FLAG)
        if isinstance(value, int):
            return constant(value, COUNT)
        if isinstance(value, float):
            # the text, never the float
            written = ast.get_source_segment(self._source, node) or ""
            if set(written) <= set("0123456789."):
                return constant(Fraction(written), NUMBER)
        if isinstance(value, str):
            return constant(value, choice(frozenset({value})))
        raise self._unfit(node, "is no whole number, decimal number or word")

    def _name(self, node: ast.Name, depth: int) -> Typed:
        found = self._scope.names.get(node.id)
        if found is not None:
            return found
        parameter = self._scope.parameters.get(node.id)
        if parameter is not None and parameter.key is None and parameter.value is not None:
            return name(parameter.slot, parameter.value, frozenset({parameter.name}))
        if parameter is not None:
            raise self._unfit(node, "this parameter needs a key in brackets" if parameter.key else "name its field")
        raise self._unfit(node, "no fact, parameter or let of this name is known to this rule")

    def _boolop(self, node: ast.BoolOp, depth: int) -> Typed:
        parts = [self._flag(each, depth) for each in node.values]

        def lacks(row: Row, found: Lacking) -> None:
            # what is known already lacks nothing
            all_lacking(row, [each for each in parts if each.run(row) is None] or parts, found)

        whole = joined(FLAG, junction(parts, ends=isinstance(node.op, ast.Or)), *parts)
        return replace(whole, lacks=lacks)

    def _flag(self, node: ast.expr, depth: int) -> Typed:
        found = self.typed(node, depth)
        if found.type != FLAG:
            raise self._unfit(node, f"is a {found.type}, a flag is needed")
        return found

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Typed:
        if not isinstance(node.op, ast.Not):
            raise self._unfit(node, "only `not` stands before a value")
        inner = self._flag(node.operand, depth)
        of, at = inner.run, inner.slot

        def run(row: Row) -> bool | None:
            value = of(row) if at is None else row[at]
            return None if value is None else not value

        return joined(FLAG, run, inner)

    def _binop(self, node: ast.BinOp, depth: int) -> Typed:
        first, second = self.typed(node.left, depth), self.typed(node.right, depth)
        operate = _ARITHMETIC.get(type(node.op))
        kind = _arithmetic_type(node.op, first.type, second.type)
        if operate is None or kind is None:
            raise self._unfit(node, f"{first.type} and {second.type} cannot be reckoned so")
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod) and not second.constant:
            raise self._unfit(node, "divides by something that is no number above zero written there")
        return joined(kind, of_values(operate, first, second), first, second)

    def _compare(self, node: ast.Compare, depth: int) -> Typed:
        parts = [self.typed(node.left, depth)]
        tests: list[Typed] = []
        for sign, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(sign, ast.In | ast.NotIn):
                tests.append(self._one_of(node, sign, parts[-1], right))
                continue
            parts.append(self.typed(right, depth))
            tests.append(self._comparison(node, sign, parts[-2], parts[-1]))
        if len(tests) == 1:
            return tests[0]
        return joined(FLAG, junction(tests, ends=False), *tests)

    def _comparison(self, node: ast.Compare, sign: ast.cmpop, first: Typed, second: Typed) -> Typed:
        operate = _COMPARE.get(type(sign))
        if operate is None:
            raise self._unfit(node, f"{type(sign).__name__} is not in the language")
        kind = together(first.type, second.type)
        equality = isinstance(sign, ast.Eq | ast.NotEq)
        if kind is None or not (kind.kind in ORDERED or (equality and kind.kind is Kind.CHOICE)):
            raise self._unfit(node, f"{first.type} and {second.type} cannot be compared so")
        self._known_words(node, first, second)
        return joined(FLAG, of_values(operate, first, second), first, second)

    def _known_words(self, node: ast.AST, first: Typed, second: Typed) -> None:
        for word, of in ((first.constant, second.type), (second.constant, first.type)):
            if isinstance(word, str) and of.kind is Kind.CHOICE and word not in of.words:
                raise self._unfit(node, f"{word!r} is not {of}")

    def _one_of(self, node: ast.Compare, sign: ast.cmpop, first: Typed, right: ast.expr) -> Typed:
        if first.type.kind is Kind.TEXT:
            return self._listed(node, sign, first, right)
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or first.type.kind is not Kind.CHOICE:
            raise self._unfit(node, "`in` takes a choice and words in brackets")
        words = frozenset(each.value for each in right.elts if isinstance(each, ast.Constant))
        if len(words) != len(right.elts) or not words <= first.type.words:
            raise self._unfit(right, f"each must be {first.type}, once")
        wanted = isinstance(sign, ast.In)
        of, at = first.run, first.slot

        def run(row: Row) -> bool | None:
            value = of(row) if at is None else row[at]
            return None if value is None else (value in words) is wanted

        return joined(FLAG, run, first)

    def _listed(self, node: ast.Compare, sign: ast.cmpop, first: Typed, right: ast.expr) -> Typed:
        listed = self.typed(right, 0)
        if listed.type.kind is not Kind.TEXTS:
            raise self._unfit(node, "a text is looked for in a list of texts")
        wanted = isinstance(sign, ast.In)
        of, among = first.run, listed.run

        def run(row: Row) -> bool | None:
            value, found = of(row), among(row)
            return None if value is None or found is None else (value in found) is wanted

        return joined(FLAG, run, first, listed)

    def _ifexp(self, node: ast.IfExp, depth: int) -> Typed:
        test = self._flag(node.test, depth)
        first, second = self.typed(node.body, depth), self.typed(node.orelse, depth)
        kind = together(first.type, second.type)
        if kind is None:
            raise self._unfit(node, f"is a {first.type} or a {second.type}")
        condition, at, left, right = test.run, test.slot, first.run, second.run

        def run(row: Row) -> Any:
            value = condition(row) if at is None else row[at]
            if value is None:
                return hull(left(row), right(row))
            return left(row) if value else right(row)

        def lacks(row: Row, found: Lacking) -> None:
            value = condition(row)
            taken = (first, second) if value is None else (first,) if value else (second,)
            all_lacking(row, (test, *taken), found)

        whole = joined(kind, run, test, first, second)
        return replace(whole, twice=whole.twice | test.reads, lacks=lacks)

    def _call(self, node: ast.Call, depth: int) -> Typed:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._unfit(node, "only the functions of the language are called, without keywords")
        called = node.func.id
        if called in ("month", "day"):
            return self._literal(node, called)
        if called in self._scope.definitions:
            return self._defined(node, called, depth)
        if called == "otherwise":
            kind, parts = self._given(node, called, alike, depth)
            return _otherwise(kind, *parts)
        function = FUNCTIONS.get(called)
        if function is None:
            raise self._unfit(node, f"there is no function {called}")
        kind, parts = self._given(node, called, function.gives, depth)
        if len(parts) == 1:
            single = joined(kind, of_one(function, parts[0]), *parts)
            return replace(single, insists=True) if called == "known" else single
        first, second = parts
        both = joined(kind, of_two(function, first, second), *parts)
        if function.whole:
            both = replace(both, twice=both.twice | both.reads)
        if function.spared:
            return replace(both, reads=first.reads, lookups=first.lookups, lacks=first.lacks)
        return both

    def _given(
        self, node: ast.Call, called: str, gives: Callable[[list[Type]], Type | None], depth: int
    ) -> tuple[Type, list[Typed]]:
        """The type of the answer, and the values."""
        parts = [self.typed(each, depth) for each in node.args]
        kind = gives([each.type for each in parts])
        if kind is None:
            raise self._unfit(node, f"{called} does not take ({', '.join(str(each.type) for each in parts)})")
        return kind, parts

    def _literal(self, node: ast.Call, called: str) -> Typed:
        only = node.args[0] if len(node.args) == 1 else None
        written = only.value if isinstance(only, ast.Constant) else None
        try:
            if not isinstance(written, str):
                raise ValueError(written)
            if called == "month":
                return constant(Month.parse(written), MONTH)
            return constant(date.fromisoformat(written), DAY)
        except ValueError:
            raise self._unfit(node, f'write {called}("2025-01{"" if called == "month" else "-01"}")') from None

    def _defined(self, node: ast.Call, called: str, depth: int) -> Typed:
        definition = self._scope.definitions[called]
        if called in self._scope.inside:
            raise self._unfit(node, f"a circle: {' -> '.join((*self._scope.inside, called))}")
        if len(node.args) != len(definition.takes):
            raise self._unfit(node, f"{called} takes {len(definition.takes)} values")
        arguments = {}
        for (word, wanted), given in zip(definition.takes, node.args, strict=True):
            found = self.typed(given, depth)
            if together(found.type, wanted) != wanted:
                raise self._unfit(given, f"is a {found.type}, {called} takes a {wanted}")
            arguments[word] = found
        # a definition knows its arguments, tables and definitions, and no fact
        inside = (*self._scope.inside, called)
        return compiled(definition.formula, Scope(arguments, self._scope.tables, {}, self._scope.definitions, inside))

    def _subscript(self, node: ast.Subscript, depth: int) -> Typed:
        if not isinstance(node.value, ast.Name):
            raise self._unfit(node, "only a table or a parameter has a key")
        table = self._scope.tables.get(node.value.id)
        if table is not None:
            return self._in_table(node, table, depth)
        parameter, key = self._keyed(node, depth)
        if parameter.value is None:
            raise self._unfit(node, f"name the field: one of {', '.join(sorted(parameter.fields))}")
        return looked_up(parameter, key, None, parameter.value)

    def _keyed(self, node: ast.Subscript, depth: int) -> tuple[Parameter, Typed]:
        named = node.value.id if isinstance(node.value, ast.Name) else ""
        parameter = self._scope.parameters.get(named)
        if parameter is None or parameter.key is None:
            raise self._unfit(node, "no table and no parameter by key has this name")
        key = self.typed(node.slice, depth)
        if together(key.type, parameter.key) is None:
            raise self._unfit(node.slice, f"is a {key.type}, the key is {parameter.key}")
        return parameter, key

    def _in_table(self, node: ast.Subscript, table: Table, depth: int) -> Typed:
        key = self.typed(node.slice, depth)
        if key.type != table.key and not (key.type.kind is table.key.kind is Kind.CHOICE):
            raise self._unfit(node.slice, f"is a {key.type}, the table is by {table.key}")
        if key.type.kind is Kind.CHOICE and not key.type.words <= table.key.words:
            raise self._unfit(node.slice, f"may be {key.type}, the table knows {table.key}")
        of, at, values = key.run, key.slot, table.values
        any_value = any_of(values, None)

        def run(row: Row) -> Any:
            value = of(row) if at is None else row[at]
            if value is None:
                return any_value
            return any_of(values, value) if type(value) is Span else values.get(value)

        return replace(joined(table.value, run, key), twice=key.reads)

    def _attribute(self, node: ast.Attribute, depth: int) -> Typed:
        if isinstance(node.value, ast.Subscript):
            parameter, key = self._keyed(node.value, depth)
        elif isinstance(node.value, ast.Name) and node.value.id in self._scope.parameters:
            parameter, key = self._scope.parameters[node.value.id], None
        else:
            raise self._unfit(node, "only a parameter has fields")
        kind = parameter.fields.get(node.attr)
        if kind is None:
            raise self._unfit(node, f"the fields are {', '.join(sorted(parameter.fields)) or 'none'}")
        return looked_up(parameter, key, node.attr, kind)


def _otherwise(kind: Type, first: Typed, second: Typed) -> Typed:
    """`otherwise(value, instead)`: what is known, else what stands for it."""
    both = joined(kind, otherwise(first, second), first, second)
    both = replace(both, twice=both.twice | both.reads)
    if not second.reads:
        # what has a stand-in is never what is missing
        return replace(both, reads=frozenset(), lookups=(), lacks=None)

    def lacks(row: Row, found: Lacking) -> None:
        all_lacking(row, (first, second) if first.run(row) is None else (first,), found)

    return replace(both, lacks=lacks)


def _arithmetic_type(sign: ast.operator, first: Type, second: Type) -> Type | None:
    kinds = first.kind, second.kind
    plain = {Kind.COUNT, Kind.NUMBER}
    match sign:
        case ast.Add() | ast.Sub() if kinds == (Kind.MONTH, Kind.COUNT):
            return MONTH
        case ast.Sub() if kinds == (Kind.MONTH, Kind.MONTH):
            return COUNT
        case ast.Add() | ast.Sub() | ast.Mult() if set(kinds) <= plain:
            return together(first, second)
        case ast.Div() if set(kinds) <= plain:
            return NUMBER
        case ast.FloorDiv() | ast.Mod() if kinds == (Kind.COUNT, Kind.COUNT):
            return COUNT
    return None
