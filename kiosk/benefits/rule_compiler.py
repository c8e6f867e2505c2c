"""Makes compiled rules: names are resolved once; a circle of lets or of rules is refused with its way round."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from kiosk.benefits.compiled_rule import Caveat, CompiledRule, Condition, Deadline, FactSlot, Figure, Formula, Hot
from kiosk.benefits.language.compiling import ExpressionUnfit, compiled
from kiosk.benefits.language.typed import Definition, Parameter, Run, Scope, Table, Typed, name, named
from kiosk.benefits.language.types import COUNT, DAY, FLAG, NUMBER, Kind, Type, choice
from kiosk.benefits.layers import Merged
from kiosk.benefits.package import CaveatRow, ConditionRow, PackageUnfit, ResultRow, TableRow
from kiosk.benefits.vocabulary import FactKind, ParameterKind

TODAY: Final = "today"
_TYPES: Final = {"count": COUNT, "number": NUMBER, "flag": FLAG}


class RuleCompiler:
    """Compiles one rule with those it uses, or one formula of it.

    `other` finds a used rule, merged for the same place and time.
    """

    def __init__(
        self,
        rule: Merged,
        other: Callable[[str], Merged],
        facts: Mapping[str, FactKind],
        parameters: Mapping[str, ParameterKind],
    ) -> None:
        self._rule = rule
        self._other = other
        self._fact_kinds = facts
        self._parameter_kinds = parameters
        self._size = 1
        self._facts: dict[str, tuple[FactSlot, Typed]] = {}
        self._parameters: dict[str, Parameter] = {}
        self._lets: dict[tuple[str, str], Typed] = {}
        self._order: list[tuple[int, Run]] = []
        self._open: list[str] = []
        self._scopes: dict[str, Scope] = {}

    def compile(self) -> CompiledRule:
        """The whole rule. Raises PackageUnfit."""
        rule = self._rule
        scope = self.scope_of(rule)
        self._own_facts()
        governing = None
        if rule.rule.governing is not None:
            typed = self._expression(rule.rule.governing, scope, "governing", (Kind.MONTH, Kind.DAY))
            governing = typed.run
        conditions = tuple(self._condition(row, scope) for row in rule.conditions.values())
        caveats = tuple(self._caveat(row, scope) for row in rule.caveats)
        figures = {word: self._figure(word, row, scope) for word, row in rule.results.items()}
        deadlines = tuple(
            Deadline(row, self._expression(row.on, scope, f"deadline {row.id}", (Kind.DAY, Kind.MONTH)).run)
            for row in rule.deadlines.values()
        )
        for word in rule.let:
            self.let(rule, word)
        shown = self._shown(scope)
        self._check_names()
        return CompiledRule(
            rule,
            self._size,
            tuple(slot for slot, _ in self._facts.values()),
            tuple((each.name, each.slot) for each in self._parameters.values()),
            tuple(self._order),
            governing,
            conditions,
            caveats,
            figures,
            deadlines,
            shown,
            self._hot(conditions, caveats, figures),
        )

    def _hot(
        self, conditions: tuple[Condition, ...], caveats: tuple[Caveat, ...], figures: Mapping[str, Figure]
    ) -> Hot:
        rule = self._rule
        word = rule.rule.alternatives
        return Hot(
            fills=tuple((slot.store, slot.slot, slot.kind.accumulates) for slot, _ in self._facts.values()),
            names=tuple((slot.store, slot.alias, slot.slot) for slot, _ in self._facts.values()),
            conditions=tuple(each.run for each in conditions),
            coded=tuple(
                (place, each)
                for place, each in enumerate(conditions)
                if each.row.false_code or each.row.unknown_code or each.row.open_code
            ),
            caveats=tuple((each, each.run) for each in caveats),
            figures=tuple((name, each.run, each.lacking) for name, each in figures.items()),
            needed=tuple(name for name, each in figures.items() if each.row.needed),
            decides=rule.rule.decides,
            reviewed=rule.reviewed,
            ends=rule.ends,
            alternatives=None if word is None else self._facts[rule.facts[word]][0],
        )

    def formula(self, text: str, place: str) -> Formula:
        """One expression of the rule and the lets that it rests on, for a check at loading. Raises PackageUnfit."""
        self._own_facts()
        typed = self._expression(text, self.scope_of(self._rule), place)
        slots = {slot.alias: slot.slot for slot, _ in self._facts.values()}
        return Formula(self._size, slots, tuple(self._order), typed.run)

    def _own_facts(self) -> None:
        """Before those of used rules: they keep the names that this rule has for them."""
        for alias in self._rule.facts:
            self.fact(self._rule, alias)

    def _condition(self, row: ConditionRow, scope: Scope) -> Condition:
        place = f"condition {row.id}"
        typed = self._expression(row.holds, scope, f"{place} holds", (Kind.FLAG,))
        begins = None
        if row.from_ is not None:
            begins = self._expression(row.from_, scope, f"{place} from", (Kind.DAY, Kind.MONTH)).run
        code_if = None
        if row.unknown_code_if is not None:
            code_if = self._expression(row.unknown_code_if, scope, f"{place} unknown_code_if", (Kind.FLAG,)).run
        twice = frozenset[str]() if typed.insists else typed.twice
        return Condition(row, typed.run, typed.reads, typed.lacking, begins, code_if, twice)

    def _caveat(self, row: CaveatRow, scope: Scope) -> Caveat:
        typed = self._expression(row.when, scope, f"caveat {row.code}", (Kind.FLAG,))
        for id in row.touches:
            if id not in self._rule.conditions:
                raise self._unfit(f"caveat {row.code}", f"touches {id}, which is no condition of the rule")
        return Caveat(row, typed.run, typed.reads)

    def _figure(self, word: str, row: ResultRow, scope: Scope) -> Figure:
        typed = self._expression(row.value, scope, f"result {word}")
        return Figure(row, typed.run, typed.type, typed.reads, typed.lacking)

    def _expression(self, text: str, scope: Scope, place: str, kinds: tuple[Kind, ...] = ()) -> Typed:
        try:
            typed = compiled(text, scope)
        except ExpressionUnfit as error:
            raise self._unfit(place, str(error)) from None
        if kinds and typed.type.kind not in kinds:
            raise self._unfit(place, f"is a {typed.type}, a {' or '.join(kinds)} is needed")
        return typed

    def _unfit(self, place: str, wrong: str) -> PackageUnfit:
        """Names the file in which the let, condition or result stands: a layer's or the nation's."""
        word = place.split()[1] if " " in place else place
        return PackageUnfit(self._rule.files.get(word, self._rule.file), self._rule.rule.id, place, wrong)

    def _shown(self, scope: Scope) -> dict[str, tuple[Run, Type, str | None]]:
        rule = self._rule
        texts = [(f"condition {row.id}", text) for row in rule.conditions.values() for text in _texts(row)]
        texts += [(f"caveat {row.code}", text) for row in rule.caveats for text in (row.zh, row.en)]
        texts += [(f"deadline {row.id}", text) for row in rule.deadlines.values() for text in (row.zh, row.en)]
        texts += [("note", text) for row in rule.notes for text in (row.zh, row.en)]
        if rule.next_step is not None:
            texts += [("next_step", rule.next_step.zh), ("next_step", rule.next_step.en)]
        if rule.amount is not None:
            texts += [("amount", rule.amount.zh), ("amount", rule.amount.en)]
            if rule.amount.value not in rule.results:
                raise self._unfit("amount", f"{rule.amount.value} is no result of the rule")
        found: dict[str, tuple[Run, Type, str | None]] = {}
        for place, text in texts:
            for word in _fields(text):
                typed = scope.names.get(word)
                if typed is None:
                    raise self._unfit(place, f"its text names {{{word}}}, which is no fact or let")
                found[word] = (typed.run, typed.type, rule.facts.get(word))
        for alias in rule.facts:
            typed = scope.names[alias]
            found[alias] = (typed.run, typed.type, rule.facts[alias])
        return found

    def _check_names(self) -> None:
        """What stands in the rule's head names what there is."""
        row = self._rule.rule
        if row.alternatives is not None and self._kind_of(row.alternatives) is not Kind.CHOICE:
            raise self._unfit("alternatives", f"{row.alternatives} is no choice among the facts")
        if row.duration is not None and row.duration not in self._rule.results:
            raise self._unfit("duration", f"{row.duration} is no result of the rule")
        for alias in row.monotone:
            if alias not in self._rule.facts:
                raise self._unfit("monotone", f"{alias} is no fact of the rule")

    def _kind_of(self, alias: str) -> Kind | None:
        store = self._rule.facts.get(alias)
        return None if store is None else self._fact_kinds[store].kind.kind

    # names

    def scope_of(self, rule: Merged) -> Scope:
        """What names mean in a rule: its facts and lets, then the lets of rules it uses, then parameters."""
        found = self._scopes.get(rule.rule.id)
        if found is None:
            used = [self._other(each) for each in rule.rule.uses]
            tables = {word: table for each in (*used, rule) for word, table in self._tables_of(each).items()}
            definitions = {
                word: Definition(
                    tuple((argument, _argument(kind)) for argument, kind in row.takes.items()), row.formula
                )
                for each in (*used, rule)
                for word, row in each.definitions.items()
            }
            found = Scope(_Names(self, rule, used), tables, _Parameters(self), definitions)
            self._scopes[rule.rule.id] = found
        return found

    def _tables_of(self, rule: Merged) -> dict[str, Table]:
        return {word: self._table(word, row) for word, row in rule.tables.items()}

    def _table(self, word: str, row: TableRow) -> Table:
        try:
            keys = {(int(key) if row.by == "count" else key): value for key, value in row.values.items()}
            values = {key: _figure_of(row.type, value) for key, value in keys.items()}
        except ValueError as error:
            raise self._unfit(f"table {word}", str(error)) from None
        key = COUNT if row.by == "count" else choice(frozenset(str(each) for each in keys))
        kind = choice(frozenset(values.values())) if row.type == "choice" else _TYPES[row.type]
        return Table(key, kind, values)

    def fact(self, rule: Merged, alias: str) -> Typed:
        """A fact by what a rule calls it."""
        store = rule.facts[alias]
        known = self._facts.get(store)
        if known is None:
            kind = self._fact_kinds.get(store)
            if kind is None:
                raise self._unfit(f"facts {alias}", f"{store} is not in the vocabulary")
            slot = FactSlot(alias, store, self._new_slot(), kind)
            known = slot, name(slot.slot, kind.kind, frozenset({store}))
            self._facts[store] = known
        return known[1]

    def let(self, rule: Merged, word: str) -> Typed:
        """A let of a rule, compiled when it is first named, so that lets stand in the order they need."""
        key = (rule.rule.id, word)
        known = self._lets.get(key)
        if known is None:
            mark = f"{rule.rule.id} {word}"
            if mark in self._open:
                circle = " -> ".join((*self._open[self._open.index(mark) :], mark))
                raise self._unfit(f"let {word}", f"a circle: {circle}")
            self._open.append(mark)
            typed = self._expression(rule.let[word], self.scope_of(rule), f"let {word}")
            self._open.pop()
            if typed.constant is not None or typed.slot is not None:
                # another word for what stands somewhere already
                self._lets[key] = typed
                return typed
            slot = self._new_slot()
            self._order.append((slot, typed.run))
            known = named(slot, typed)
            self._lets[key] = known
        return known

    def parameter(self, word: str) -> Parameter | None:
        """A local figure by its name."""
        kind = self._parameter_kinds.get(word)
        if kind is None:
            return None
        if word not in self._parameters:
            fields = {field: kind.kind(type) for field, type in kind.fields.items()}
            value = None if kind.type is None else kind.kind(kind.type)
            self._parameters[word] = Parameter(word, self._new_slot(), kind.key, fields, value)
        return self._parameters[word]

    def _new_slot(self) -> int:
        self._size += 1
        return self._size - 1


class _Names(Mapping[str, Typed]):
    """Names of one rule; compiled as they are asked for."""

    def __init__(self, compiler: RuleCompiler, rule: Merged, used: list[Merged]) -> None:
        self._compiler = compiler
        self._rule = rule
        self._used = used
        self._words = {TODAY, *rule.facts, *rule.let, *(word for each in used for word in each.let)}

    def __getitem__(self, word: str) -> Typed:
        rule = self._rule
        if word == TODAY:
            return name(0, DAY, frozenset())
        if word in rule.facts:
            return self._compiler.fact(rule, word)
        if word in rule.let:
            return self._compiler.let(rule, word)
        for each in self._used:
            if word in each.let:
                return self._compiler.let(each, word)
        raise KeyError(word)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


class _Parameters(Mapping[str, Parameter]):
    """Parameters of the vocabulary; each gets its slot when it is named."""

    def __init__(self, compiler: RuleCompiler) -> None:
        self._compiler = compiler

    def __getitem__(self, word: str) -> Parameter:
        found = self._compiler.parameter(word)
        if found is None:
            raise KeyError(word)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _argument(word: str) -> Type:
    return {**_TYPES, "month": Type(Kind.MONTH), "day": DAY}[word]


def _figure_of(type: str, value: int | str | bool) -> Any:
    match type, value:
        case ("count", int()) | ("flag", bool()) | ("choice", str()):
            return value
        case "number", str():
            return Fraction(value)
    raise ValueError(f"a value is no {type}")


def _texts(row: ConditionRow) -> Iterator[str]:
    yield row.zh
    yield row.en
    if row.false_zh is not None and row.false_en is not None:
        yield row.false_zh
        yield row.false_en


def _fields(text: str) -> Iterator[str]:
    for _, word, _, _ in string.Formatter().parse(text):
        if word:
            yield word
