"""Many people asked in lines of JSON (NDJSON): one line in, one line out, in order; an error is an answer, too.

Reading is strict where JSON readers are lenient: no binary fractions (money would be rounded before it is seen), no
name twice in an object (RFC 8259, section 4: which one counts is anybody's guess), no NaN, UTF-8 alone. Nothing is kept
from line to line, so a file may be as long as it likes. No value of a person's is repeated in an error, only its shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn, Protocol

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.outcome import Outcome
from kiosk.benefits.reading import question_of
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.vocabulary import ValueUnfit

MOST_OCTETS: Final = 1 << 20
"""Of one line: all facts of a person are a few thousand."""
_DECIMAL: Final = 'write money and other decimal numbers in quotes, like "6543.21", and counts as whole numbers'


class Source(Protocol):
    """What lines are read from: a binary file or pipe."""

    def readline(self, limit: int, /) -> bytes:
        """Up to the end of the line or `limit` octets; empty at the end."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input, numbered from 1. `octets` is None when it was longer than `MOST_OCTETS`."""

    number: int
    octets: bytes | None


def lines_of(source: Source) -> Iterator[Line]:
    """Every line as it comes; of one that is too long the rest is read and dropped."""
    number = 0
    while octets := source.readline(MOST_OCTETS + 1):
        number += 1
        whole = octets.endswith(b"\n") or len(octets) <= MOST_OCTETS
        yield Line(number, octets.rstrip(b"\r\n") if whole else None)
        while not whole:
            rest = source.readline(MOST_OCTETS)
            whole = not rest or rest.endswith(b"\n")


def answered(book: RuleBook, line: Line) -> Outcome | ValueUnfit:
    """What the rule says, or what is wrong with the line."""
    try:
        return evaluate(book, question_of(book, parsed(line.octets)))
    except ValueUnfit as unfit:
        return unfit


def document(book: RuleBook, line: Line, answer: Outcome | ValueUnfit) -> dict[str, Any]:
    """The line for programs: the record, or `{"line", "error": {"field", "given", "wanted"}}`."""
    if isinstance(answer, Outcome):
        return record(book, answer)
    return {"line": line.number, "error": {"field": answer.name, "given": answer.shape, "wanted": answer.wanted}}


def written(value: dict[str, Any]) -> bytes:
    """One line of JSON in UTF-8 with its end; half a surrogate pair in a field's name stays an escape."""
    return (_ENCODER.encode(value) + "\n").encode("utf-8", "backslashreplace")


def parsed(octets: bytes | None) -> Any:
    """The JSON value of a line. Raises ValueUnfit."""
    if octets is None:
        raise ValueUnfit("line", f"more than {MOST_OCTETS} octets", "write one question a line")
    if not octets.strip(b" \t"):
        raise ValueUnfit("line", "an empty line", "write one question on every line")
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueUnfit("line", f"octets that are no UTF-8, from octet {error.start + 1}", "write UTF-8") from None
    try:
        return _DECODER.decode(text)
    except _Refused:
        _name_what_is_wrong(text)
    except json.JSONDecodeError as error:
        at = f"no JSON at character {error.colno}"
        raise ValueUnfit("line", at, 'write one JSON object, like {"rule": "R-RET-AGE", "facts": {…}}') from None
    except RecursionError:
        raise ValueUnfit("line", "JSON nested too deeply", "a question has objects in objects, three deep") from None
    except ValueError:
        # a whole number of more digits than Python reads
        _name_what_is_wrong(text)


class _Refused(Exception):  # noqa: N818 - found while reading, where its place is not known yet
    """There is something in the line that strict reading does not take."""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Stands where a value was that is not taken."""

    given: str
    wanted: str
    key: str | None = None


def _refuse(_text: str) -> NoReturn:
    raise _Refused


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused
    return found


def _object_or_wrong(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Wrong:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return _Wrong("the same name twice", "write each name once", key)
        seen.add(key)
    return dict(pairs)


def _whole(text: str) -> int | _Wrong:
    try:
        return int(text)
    except ValueError:
        return _Wrong(f"a number of {len(text)} digits", "write a number that can be")


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse)
# a second reading, only of lines that are wrong: by then something must say where
_FINDER: Final = json.JSONDecoder(
    object_pairs_hook=_object_or_wrong,
    parse_float=lambda _: _Wrong("a binary fraction (a JSON number with a point or exponent)", _DECIMAL),
    parse_constant=lambda _: _Wrong("NaN or Infinity, which is no JSON", _DECIMAL),
    parse_int=_whole,
)


def _name_what_is_wrong(text: str) -> NoReturn:
    """The first thing in the line that is not taken, by its path."""
    try:
        waiting: list[tuple[str, Any]] = [("", _FINDER.decode(text))]
    except (ValueError, RecursionError):
        # what was refused stands before something that is no JSON at all
        raise ValueUnfit("line", "no JSON", "write one JSON object") from None
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, _Wrong):
            field = ".".join(each for each in (path, None if value.key is None else value.key[:40]) if each)
            raise ValueUnfit(field or "line", value.given, value.wanted)
        if isinstance(value, dict):
            deeper = [(f"{path}.{key[:40]}".lstrip("."), each) for key, each in value.items()]
        elif isinstance(value, list):
            deeper = [(f"{path}[{place}]", each) for place, each in enumerate(value)]
        else:
            continue
        waiting += reversed(deeper)
    raise AssertionError("refused, and nothing was found that is wrong")
