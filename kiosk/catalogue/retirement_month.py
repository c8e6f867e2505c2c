"""SI-11 退休时间测算: the statutory retirement month, from the law's own steps, with the article (R-RET-AGE).

  asking birth month ──▶ asking category ──▶ recording ──▶ showing
  (skipped where the card tells it)

Without a card the figures are the person's own and nothing of them is recorded but that the question was asked. With a
card, birth month and sex are the card's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from kiosk.benefits.retirement_outcome import Citation, Outcome, Sentence
from kiosk.benefits.retirement_parameters import Category, retirement_age_parameters
from kiosk.benefits.retirement_age import RetirementFacts, RetirementMonth, Sex, retirement_age
from kiosk.catalogue.answer import Answer
from kiosk.catalogue.answering import AnsweringItem
from kiosk.catalogue.item import Case, Desk, Over
from kiosk.events import Event
from kiosk.intents import DigitTyped, OptionChosen, Press, Pressed
from kiosk.screen import Body, Cell, Notice, Option, Question, Tone
from kiosk.text import Text, bilingual, text, verbatim

MASK = "YYYY-MM"
_DIGITS = MASK.count("Y") + MASK.count("M")
_UNKNOWN_WOMAN = "female"


@dataclass(frozen=True, slots=True)
class AskingBirthMonth:
    """C09: typed on the page's own keypad."""

    typed: str = field(default="", repr=False)
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class AskingCategory:
    """C09: which of the old retirement ages; "I don't know" is always possible."""

    born: Fact[Month] = field(repr=False)
    sex: Fact[Sex] | None = field(default=None, repr=False)


class RetirementMonthItem(AnsweringItem):
    """The machine of SI-11."""

    def begin(self, desk: Desk) -> object:
        """With a card, start from what it says."""
        holder = desk.case.identity.holder
        if holder is None:
            return AskingBirthMonth()
        today = desk.moment.today
        born = Fact(Month.of(holder.birth_date), Source.VERIFIED, today)
        sexes: dict[str, Sex] = {"1": "male", "2": "female"}
        if holder.sex not in sexes:
            return AskingCategory(born)
        sex = Fact(sexes[holder.sex], Source.VERIFIED, today)
        return self._answered(born, sex, None, desk) if sex.value == "male" else AskingCategory(born, sex)

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """Questions first, then the common way of answering items."""
        match state, event:
            case ((AskingBirthMonth() | AskingCategory()), Pressed(press=Press.BACK | Press.DECLINE)):
                return Over.MENU
            case AskingBirthMonth(), DigitTyped(digit=digit):
                return AskingBirthMonth((state.typed + digit)[:_DIGITS])
            case AskingBirthMonth(), Pressed(press=Press.DELETE):
                return AskingBirthMonth(state.typed[:-1])
            case AskingBirthMonth(), Pressed(press=Press.CONFIRM):
                return self._birth_month(state, desk)
            case AskingCategory(born=born, sex=sex), OptionChosen(key=key):
                return self._category(born, sex, key, desk)
        return super().step(state, event, desk)

    def body(self, state: object, case: Case, now: float) -> Body:
        """The questions, or what answering items show."""
        match state:
            case AskingBirthMonth(typed=typed, notice=why):
                return Question(
                    text("retirement.birth_month"), text("retirement.birth_month.hint"), (), MASK, typed, why
                )
            case AskingCategory(sex=sex):
                return Question(text("retirement.category"), text("retirement.category.hint"), _options(sex))
        return super().body(state, case, now)

    def _birth_month(self, state: AskingBirthMonth, desk: Desk) -> object:
        wrong = Notice(Tone.WARNING, text("retirement.birth_month.wrong"), text("retirement.birth_month.hint"))
        if len(state.typed) != _DIGITS:
            return replace(state, notice=wrong)
        try:
            born = Month.parse(f"{state.typed[:4]}-{state.typed[4:]}")
        except ValueError:
            return AskingBirthMonth(notice=wrong)
        if not Month(1900, 1) <= born <= Month.of(desk.moment.today):
            return AskingBirthMonth(notice=wrong)
        return AskingCategory(Fact(born, Source.DECLARED, desk.moment.today))

    def _category(self, born: Fact[Month], sex: Fact[Sex] | None, key: str, desk: Desk) -> object:
        today = desk.moment.today
        categories: dict[str, Category] = {"male": "male", "female55": "female55", "female50": "female50"}
        if key not in {option.key for option in _options(sex)}:
            return AskingCategory(born, sex)
        if key in categories:
            return self._answered(born, sex, Fact(categories[key], Source.DECLARED, today), desk)
        woman: Fact[Sex] = sex or Fact("female", Source.DECLARED, today)
        return self._answered(born, woman, None, desk)

    def _answered(
        self, born: Fact[Month], sex: Fact[Sex] | None, category: Fact[Category] | None, desk: Desk
    ) -> object:
        outcome = retirement_age(
            RetirementFacts(birth_month=born, sex=sex, category=category),
            desk.moment.today,
            retirement_age_parameters(),
        )
        return self.record(_answer(outcome, desk.case), desk)


def _options(sex: Fact[Sex] | None) -> tuple[Option, ...]:
    keys = (*(() if sex is not None else ("male",)), "female55", "female50", _UNKNOWN_WOMAN)
    return tuple(Option(key, text(f"retirement.{key}"), text(f"retirement.{key}.detail")) for key in keys)


def _answer(outcome: Outcome[RetirementMonth], case: Case) -> Answer:
    summary: tuple[tuple[Text, Cell], ...]
    if outcome.figures is not None:
        summary = _figures(outcome.figures)
    else:
        summary = tuple(
            (_say(each.assumption), Cell(_month(each.figures.retirement_month))) for each in outcome.alternatives
        ) or ((text("retirement.result"), Cell(text("retirement.cannot_say"))),)
    holder = case.identity.holder
    return Answer(
        title=case.entry.title,
        as_of=text("answer.by_law"),
        outcome=outcome.result.code.lower(),
        summary=summary,
        columns=(text("column.condition"), text("column.finding")),
        rows=tuple(
            (Cell(text(f"retirement.condition.{reason.condition_id}")), Cell(_say(reason.text)))
            for reason in outcome.reasons
        ),
        remarks=(*(_say(each) for each in outcome.disclaimers), *(_cited(each) for each in outcome.citations)),
        subject=holder.id_number if holder else None,
        header=(("rule", outcome.rule_id), ("rule_version", outcome.rule_version)),
    )


def _figures(figures: RetirementMonth) -> tuple[tuple[Text, Cell], ...]:
    years, months = figures.age
    return (
        (text("retirement.result"), Cell(_month(figures.retirement_month))),
        (text("retirement.age"), Cell(text("unit.age", years=years, months=months))),
        (text("retirement.delay"), Cell(text("unit.months", n=figures.delay_months))),
    )


def _month(month: Month) -> Text:
    return text("unit.month", year=month.year, month=f"{month.month:02d}")


def _say(sentence: Sentence) -> Text:
    return bilingual(sentence.zh, sentence.en)


def _cited(citation: Citation) -> Text:
    return verbatim(f"《{citation.title}》{citation.article}")
