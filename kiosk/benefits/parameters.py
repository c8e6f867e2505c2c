"""Local figures (benefit rules, section 8) from packages or handed in: checked for type, ceiling and floor."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from kiosk.benefits.vocabulary import ParameterKind, ValueUnfit, value_of

Parameters: TypeAlias = dict[str, Any]
"""Name -> value; by key, a dict of values; a record, a dict of fields."""


def parameter_value(name: str, kind: ParameterKind, given: Any) -> Any:
    """One value (of one key) as expressions take it. Raises ValueUnfit."""
    if kind.type is not None:
        return _bounded(name, "value", kind, value_of(name, kind.type, kind.words, given))
    if not isinstance(given, dict) or not given:
        raise ValueUnfit(name, "no record", f"write the fields {', '.join(kind.fields)}")
    for field in given:
        if field not in kind.fields:
            raise ValueUnfit(f"{name}.{field}", "a field of another name", f"the fields are {', '.join(kind.fields)}")
    return {
        field: _bounded(f"{name}.{field}", field, kind, value_of(f"{name}.{field}", type, kind.words, given[field]))
        for field, type in kind.fields.items()
        if field in given
    }


def parameters_given(kinds: Mapping[str, ParameterKind], given: Mapping[str, Any]) -> Parameters:
    """Figures that stand for a local layer's, as a program hands them in. Raises ValueUnfit.

    A figure by key is an object of keys; a record by word may be written without its key and then holds for each.
    """
    found: Parameters = {}
    for name, value in given.items():
        kind = kinds.get(name)
        if kind is None:
            raise ValueUnfit(name, "a parameter of this name", "is not in the vocabulary; see kiosk benefits rules")
        if value is not None:
            found[name] = _given(name, kind, value)
    return found


def _given(name: str, kind: ParameterKind, value: Any) -> Any:
    if kind.by is None:
        return parameter_value(name, kind, value)
    if kind.by == "word" and not (isinstance(value, dict) and set(value) <= set(kind.keys)):
        same = parameter_value(name, kind, value)
        return dict.fromkeys(kind.keys, same)
    if not isinstance(value, dict):
        raise ValueUnfit(name, "a value without a key", 'write an object by year, like {"2026": …}')
    try:
        by_year = kind.by == "year"
        return {(int(key) if by_year else key): parameter_value(name, kind, each) for key, each in value.items()}
    except ValueError:
        raise ValueUnfit(name, "a key that is no year", 'write an object by year, like {"2026": …}') from None


def _bounded(name: str, field: str, kind: ParameterKind, value: Any) -> Any:
    most, least = kind.most.get(field), kind.least.get(field)
    if most is not None and value > most:
        raise ValueUnfit(name, f"{value}", f"the national ceiling is {most}")
    if least is not None and value < Fraction(least):
        raise ValueUnfit(name, f"{value}", f"the national floor is {least}")
    return value
