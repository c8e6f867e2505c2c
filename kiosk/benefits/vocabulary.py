"""What rules talk about: facts about a person and local figures, each with one meaning under one name.

A rule may call a fact by an alias of its own (`contribution_months`), but the fact store has one name for one meaning:
`pension_months`, `ui_months_since_claim`, `ui_months_total` are three facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kiosk.benefits.language.types import COUNT, DAY, DAYS, FLAG, MONTH, NUMBER, TEXT, TEXTS, Type, choice
from kiosk.benefits.month import Month

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Prose = Annotated[str, Field(min_length=1, max_length=600)]
TypeWord = Literal["flag", "count", "number", "month", "day", "choice", "text"]
FigureWord = Literal[TypeWord, "texts", "days"]


def as_tuple(value: Any) -> Any:
    """A TOML list as the tuple that a frozen row keeps."""
    return tuple(value) if isinstance(value, list) else value


class Row(BaseModel):
    """A table of a package file: nothing unknown in it, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Saying(Row):
    """One sentence for people."""

    zh: Prose
    en: Prose


class Asking(Saying):
    """A question to the person; the hint says where the answer is found."""

    hint_zh: Prose | None = None
    hint_en: Prose | None = None


class FactKind(Row):
    """One fact of the vocabulary.

    `unit`: months, yuan_per_month, yuan, children, days, percent or none. `accumulates`: it adds up over places and
    local records lag, so that a figure that was not verified is a lower bound (section 0.5). `least`, `most`: outside
    of them it is a slip. `ask`: None for what a person cannot be asked. `fresh_days`: how long agency data count as
    verified.
    """

    type: TypeWord
    zh: Prose
    en: Prose
    unit: Word | None = None
    words: dict[Word, Saying] = Field(default_factory=dict)
    accumulates: bool = False
    least: str | int | None = None
    most: str | int | None = None
    not_in_future: bool = False
    ask: Asking | None = None
    fresh_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _words_of_choices(self) -> FactKind:
        if (self.type == "choice") != bool(self.words):
            raise ValueError("a choice, and nothing else, has words")
        if self.accumulates and self.type != "count":
            raise ValueError("only a count accumulates")
        if self.type == "text" and self.ask is not None:
            raise ValueError("a text is read from a record: there are no answers to choose from")
        return self

    @cached_property
    def bounds(self) -> tuple[Any, Any]:
        """`least` and `most` as facts hold them; None where there is none."""
        written = (("least", self.least), ("most", self.most))
        least, most = (value_of(name, self.type, (), each) if isinstance(each, str) else each for name, each in written)
        return least, most

    @property
    def kind(self) -> Type:
        """As expressions see it."""
        return _TYPES[self.type] if self.type != "choice" else choice(frozenset(self.words))


class ParameterKind(Row):
    """One local figure of section 8. `by`: the fact-like type of its key; `fields`: what a record of it holds."""

    zh: Prose
    en: Prose
    unit: Word | None = None
    type: FigureWord | None = None
    words: Annotated[tuple[Word, ...], BeforeValidator(as_tuple)] = ()
    by: Literal["year", "word"] | None = None
    keys: Annotated[tuple[Word, ...], BeforeValidator(as_tuple)] = ()
    fields: dict[Word, FigureWord] = Field(default_factory=dict)
    most: dict[Word, int] = Field(default_factory=dict)
    """The national ceiling per field ("value" where there are none)."""
    least: dict[Word, str] = Field(default_factory=dict)
    """The national floor, likewise."""

    @model_validator(mode="after")
    def _value_or_fields(self) -> ParameterKind:
        if (self.type is None) == (not self.fields):
            raise ValueError("a parameter has either a type or fields")
        if (self.by == "word") != bool(self.keys):
            raise ValueError("keys are listed for a parameter by word, and for no other")
        return self

    @property
    def key(self) -> Type | None:
        """The type of its key."""
        return None if self.by is None else COUNT if self.by == "year" else choice(frozenset(self.keys))

    def kind(self, word: FigureWord) -> Type:
        """As expressions see a value or a field of it."""
        return _TYPES[word] if word != "choice" else choice(frozenset(self.words))


_TYPES: Final[Mapping[str, Type]] = {
    "flag": FLAG,
    "count": COUNT,
    "number": NUMBER,
    "month": MONTH,
    "day": DAY,
    "text": TEXT,
    "texts": TEXTS,
    "days": DAYS,
}


# not frozen: a `with` block sets the traceback of what passes through it
@dataclass(eq=False)
class ValueUnfit(Exception):  # noqa: N818 - named by the condition
    """A value is not of its type. `shape`: what was given; `wanted`: what belongs there."""

    name: str
    shape: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.name}: {self.shape} was given; {self.wanted}"


_LONGEST_TEXT: Final = 40
_WANTED: Final[Mapping[str, str]] = {
    "flag": "write true or false",
    "count": "write a whole number, without quotes",
    "number": 'write a decimal number in quotes, like "6543.21"',
    "month": 'write a month like "2025-01"',
    "day": 'write a date that exists, like "2025-01-31"',
    "text": f"write a text of at most {_LONGEST_TEXT} characters",
    "texts": f"write a list of texts, each of at most {_LONGEST_TEXT} characters",
    "days": 'write a list of dates that exist, like ["2025-10-01", "2025-10-02"]',
}
_LARGEST: Final = Decimal("1e12")


def value_of(name: str, type: FigureWord, words: tuple[str, ...], given: Any) -> Any:
    """A JSON or TOML value as expressions take it. Raises ValueUnfit; the value itself is never repeated."""
    wanted = _WANTED.get(type) or f"write one of {', '.join(sorted(words))}"
    try:
        found = _read(type, words, given)
    except (ValueError, ArithmeticError):
        found = None
    if found is None:
        raise ValueUnfit(name, _shape(given), wanted)
    return found


def _read(type: FigureWord, words: tuple[str, ...], given: Any) -> Any:
    match type, given:
        case "flag", bool():
            return given
        case "count", int() if not isinstance(given, bool) and 0 <= given <= 10**9:
            return given
        case "number", str() if given.strip() == given and given.isascii():
            figure = Decimal(given)
            in_range = figure.is_finite() and 0 <= figure < _LARGEST and "e" not in given.lower() and "_" not in given
            return Fraction(figure) if in_range else None
        case "month", str():
            return Month.parse(given)
        case "day", str() if len(given) == 10:
            return date.fromisoformat(given)
        case "day", date():
            return given
        case "choice", str():
            return given if given in words else None
        case "text", str() if given.strip() == given and given.isprintable() and 0 < len(given) <= _LONGEST_TEXT:
            return given
        case "texts", list() if all(isinstance(each, str) for each in given):
            found = frozenset(_read("text", (), each) for each in given)
            return None if None in found else found
        case "days", list():
            days = frozenset(_read("day", (), each) for each in given)
            return None if None in days else days
    return None


def _shape(given: Any) -> str:
    match given:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a binary fraction"
        case str():
            digits = "".join("9" if each.isdigit() else "A" if each.isalpha() else each for each in given[:40])
            return f"text shaped {digits!r}"
        case list():
            return "a list"
        case dict():
            return "an object"
    return "nothing"
