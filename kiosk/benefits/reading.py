"""A person's facts and a question as programs write them: every value checked for type and sense before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from kiosk.benefits.parameters import Parameters, parameters_given
from kiosk.benefits.question import Question
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.vocabulary import FactKind, ValueUnfit, value_of

_SOURCES: Final = {each.name.lower(): each for each in Source}
_FACT_FIELDS: Final = frozenset({"value", "source", "as_of", "complete_on"})
_QUESTION_FIELDS: Final = frozenset({"rule", "facts", "as_of", "place", "parameters"})
_EARLIEST: Final = date(1900, 1, 1)
_LATEST: Final = date(2199, 12, 31)


def question_of(book: RuleBook, line: Any) -> Question:
    """One line of `kiosk benefits evaluate`. Raises ValueUnfit, which names the field and the remedy."""
    if not isinstance(line, dict):
        raise ValueUnfit("line", _shape(line), 'write an object like {"rule": "R-RET-AGE", "facts": {…}, "as_of": …}')
    if more := sorted(set(line) - _QUESTION_FIELDS):
        raise ValueUnfit(
            str(more[0])[:40], "a field of this name", f"the fields are {', '.join(sorted(_QUESTION_FIELDS))}"
        )
    rule = line.get("rule")
    if not isinstance(rule, str) or rule not in book:
        raise ValueUnfit("rule", _shape(rule), f"the rules are {', '.join(book.rules)}")
    if "as_of" not in line:
        raise ValueUnfit("as_of", "nothing", 'write the day of asking, like "2026-11-22"')
    as_of = value_of("as_of", "day", (), line["as_of"])
    if not _EARLIEST <= as_of <= _LATEST:
        raise ValueUnfit("as_of", "a day far away", f"write one from {_EARLIEST} to {_LATEST}")
    facts = line.get("facts", {})
    if not isinstance(facts, dict):
        raise ValueUnfit("facts", _shape(facts), 'write an object like {"birth_month": "1965-01"}')
    parameters = {} if line.get("parameters") is None else line["parameters"]
    if not isinstance(parameters, dict):
        raise ValueUnfit("parameters", _shape(parameters), "write an object of local figures by name")
    return Question(
        rule,
        facts_of(book, rule, facts, as_of),
        as_of,
        place_given(line.get("place", "CN")),
        _parameters_of(book, parameters),
    )


def _parameters_of(book: RuleBook, given: Mapping[str, Any]) -> Parameters:
    try:
        return parameters_given(book.parameter_kinds, given)
    except ValueUnfit as unfit:
        raise ValueUnfit(f"parameters.{unfit.name[:60]}", unfit.shape, unfit.wanted) from None


def place_given(place: Any) -> str:
    """CN or six digits. Raises ValueUnfit."""
    if place == "CN":
        return "CN"
    if not isinstance(place, str) or len(place) != 6 or not (place.isascii() and place.isdigit()):
        raise ValueUnfit("place", _shape(place), 'write "CN" or the six digits of the division, like "440000"')
    return place


def facts_of(book: RuleBook, rule_id: str, given: Mapping[Any, Any], as_of: date) -> dict[str, Fact[Any]]:
    """Facts by the names of the rule and its cross-checks as facts of the store; null is unknown. Raises ValueUnfit."""
    names, more = book.aliases(rule_id), book.check_aliases(rule_id)
    found: dict[str, Fact[Any]] = {}
    for alias, value in given.items():
        store = names.get(alias) or more.get(alias)
        if store is None:
            known = ", ".join((*names, *more))
            raise ValueUnfit(f"facts.{str(alias)[:40]}", "a fact of this name", f"{rule_id} knows {known}")
        if value is not None:
            found[store] = fact_of(f"facts.{alias}", book.facts[store], value, as_of)
    return found


def fact_of(name: str, kind: FactKind, given: Any, as_of: date) -> Fact[Any]:
    """A bare value is verified and complete; an object says its source and day. Raises ValueUnfit."""
    source, on, complete = Source.VERIFIED, as_of, None
    if isinstance(given, dict):
        if more := sorted(set(given) - _FACT_FIELDS):
            raise ValueUnfit(f"{name}.{str(more[0])[:40]}", "a field of this name", "write value, source, as_of")
        if "value" not in given:
            raise ValueUnfit(f"{name}.value", "nothing", "write the value, or leave the fact out")
        word = given.get("source", "verified")
        if not isinstance(word, str) or word not in _SOURCES:
            raise ValueUnfit(f"{name}.source", _shape(word), f"write one of {', '.join(_SOURCES)}")
        source = _SOURCES[word]
        on = value_of(f"{name}.as_of", "day", (), given["as_of"]) if given.get("as_of") is not None else as_of
        if given.get("complete_on") is not None:
            complete = value_of(f"{name}.complete_on", "day", (), given["complete_on"])
        given = given["value"]
    value = value_of(name, kind.type, tuple(kind.words), given)
    _plausible(name, kind, value, as_of)
    return Fact(value, source, on, complete)


def _plausible(name: str, kind: FactKind, value: Any, as_of: date) -> None:
    least, most = kind.bounds
    if least is not None and value < least:
        raise ValueUnfit(name, "a value too small", f"the least is {least}")
    if most is not None and value > most:
        raise ValueUnfit(name, "a value too large", f"the most is {most}")
    if kind.not_in_future and value > (Month.of(as_of) if isinstance(value, Month) else as_of):
        raise ValueUnfit(name, "a time after the day of asking", f"it lies at or before {as_of}")


def _shape(given: Any) -> str:
    match given:
        case None:
            return "nothing"
        case str():
            return "a text"
        case bool() | int() | float():
            return "a number or flag"
        case list():
            return "a list"
    return "an object"
