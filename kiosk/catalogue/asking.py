"""A question of the questionnaire as a page, and what was typed or chosen there as a fact the person declares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from kiosk.benefits.fact import Fact
from kiosk.benefits.questionnaire import Ask
from kiosk.benefits.reading import fact_of
from kiosk.benefits.vocabulary import FactKind, ValueUnfit
from kiosk.benefits.wording import UNITS
from kiosk.events import Event
from kiosk.intents import DigitTyped, OptionChosen, Press, Pressed
from kiosk.screen import Figure, Notice, Option, Question, Tone
from kiosk.text import Text, bilingual, text

UNSURE: Final = "?"
_MASKS: Final = {"month": "YYYY-MM", "day": "YYYY-MM-DD"}
_DECIMALS: Final = 2
_DIGITS: Final = 7
"""Before the point, of a number without a greatest value."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The question is over; no fact is "I don't know"."""

    fact: Fact[Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """A question on the glass and what was typed so far. `words`: the answers of a choice that are offered."""

    fact: str
    kind: FactKind
    words: tuple[str, ...]
    typed: str = field(default="", repr=False)
    notice: Notice | None = None

    @classmethod
    def of(cls, ask: Ask) -> Page:
        """The page of a question of the questionnaire."""
        return cls(ask.fact, ask.kind, ask.words)

    def step(self, event: Event, today: date) -> Page | Answered:
        """One touch."""
        chosen_from = self.kind.type in ("flag", "choice")
        match event:
            case Pressed(press=Press.DECLINE) | OptionChosen(key="?"):
                return Answered(None)
            case OptionChosen(key=key):
                fact = _chosen(self, key, today)
                return self if fact is None else Answered(fact)
            case DigitTyped(digit=digit) if not chosen_from:
                return replace(self, typed=typed_with(self.kind, self.typed, digit), notice=None)
            case Pressed(press=Press.DELETE):
                return replace(self, typed=self.typed[:-1])
            case Pressed(press=Press.CONFIRM) if not chosen_from:
                read = _read(self, today)
                return replace(self, typed="", notice=read) if isinstance(read, Notice) else Answered(read)
        return self

    def body(self) -> Question:
        """C09 for this question; "I don't know" is always possible."""
        kind = self.kind
        if kind.ask is None:
            raise ValueError(f"{self.fact} is no question for a person")
        title = bilingual(kind.ask.zh, kind.ask.en)
        hint = bilingual(kind.ask.hint_zh, kind.ask.hint_en) if kind.ask.hint_zh and kind.ask.hint_en else _how(kind)
        unsure = text("question.unsure")
        if kind.type in ("flag", "choice"):
            return Question(title, hint, (*_options(self), Option(UNSURE, unsure)), notice=self.notice)
        mask = _MASKS.get(kind.type, "")
        figure = None if mask else figure_of(kind)
        return Question(title, hint, (), mask, self.typed, self.notice, figure, unsure)


def _options(page: Page) -> tuple[Option, ...]:
    if page.kind.type == "flag":
        return Option("yes", text("question.yes")), Option("no", text("question.no"))
    words = ((word, page.kind.words[word]) for word in page.words)
    return tuple(Option(word, bilingual(said.zh, said.en)) for word, said in words)


def _how(kind: FactKind) -> Text | None:
    match kind.type:
        case "month":
            return text("question.how.month")
        case "day":
            return text("question.how.day")
    return None


def figure_of(kind: FactKind) -> Figure:
    """How many digits may be typed, and the unit beside them."""
    digits = len(str(kind.most)) if isinstance(kind.most, int) else _DIGITS
    unit = UNITS.get(kind.unit or "")
    shown = None if unit is None else bilingual(unit[0], unit[1])
    return Figure(digits, 0 if kind.type == "count" else _DECIMALS, shown)


def typed_with(kind: FactKind, typed: str, key: str) -> str:
    """After one more key; a key that fits nowhere leaves it as it is."""
    if kind.type in _MASKS:
        places = sum(letter.isalpha() for letter in _MASKS[kind.type])
        return (typed + key)[:places] if key.isdigit() else typed
    figure = figure_of(kind)
    whole, point, decimals = typed.partition(".")
    if key == ".":
        return f"{typed}." if figure.decimals and typed and not point else typed
    if not key.isdigit():
        return typed
    room = len(decimals) < figure.decimals if point else len(whole) < figure.digits
    return typed + key if room else typed


def _chosen(page: Page, key: str, today: date) -> Fact[Any] | None:
    """The fact behind a pressed option; None for a key that is none of them."""
    if page.kind.type == "flag":
        return _declared(page, key == "yes", today) if key in ("yes", "no") else None
    return _declared(page, key, today) if key in page.words else None


def _read(page: Page, today: date) -> Fact[Any] | Notice:
    """The fact that was typed, or what is wrong with it and how to put it right."""
    typed = page.typed
    given: Any = typed
    match page.kind.type:
        case "month":
            given = f"{typed[:4]}-{typed[4:]}"
        case "day":
            given = f"{typed[:4]}-{typed[4:6]}-{typed[6:]}"
        case "count":
            given = int(typed) if typed.isdigit() else typed
    try:
        return _declared(page, given, today)
    except ValueUnfit:
        return Notice(Tone.WARNING, text("question.wrong"), _limits(page.kind))


def _declared(page: Page, given: Any, today: date) -> Fact[Any]:
    return fact_of(page.fact, page.kind, {"value": given, "source": "declared", "as_of": today.isoformat()}, today)


def _limits(kind: FactKind) -> Text:
    if kind.not_in_future:
        return text("question.wrong.future")
    if kind.most is not None:
        return text("question.wrong.range", least=str(kind.least or 0), most=str(kind.most))
    return text("question.wrong.again")
