"""PO-03 我可能符合的政策: every suggested check over what card and data say, asked for by the person, never pushed.

  agreeing ──▶ fetching ──▶ recording ──▶ choosing ──▶ (the check itself, PO-02)
  (C10, PIPL 14)

Nothing is refused here: what the data speak against is left out without a word, what they cannot say is offered as a
few questions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Outcome, Standing
from kiosk.benefits.question import Question as RuleQuestion
from kiosk.benefits.wording import Wording
from kiosk.catalogue.answering import Ended, after_end, looking_up, refused
from kiosk.catalogue.applying import Book
from kiosk.catalogue.bundles import CHECKS
from kiosk.catalogue.checks import Check, all_checks
from kiosk.catalogue.item import Case, Desk, GoTo, HandedOn, Over, act_header
from kiosk.catalogue.known_facts import from_holder, from_record
from kiosk.catalogue.person_source import as_of, holder_of, known_person, person_query, query_act
from kiosk.effects import Append
from kiosk.events import Completed, Event, Failed
from kiosk.faults import notice, store_fault
from kiosk.intents import OptionChosen, Press, Pressed
from kiosk.records import PersonRecord
from kiosk.screen import Body, Confirm, Notice, Option, Question
from kiosk.text import Text, bilingual, text
from offline_store.chain import Position

_NEAR: Final = 24
"""Months: what begins later fits nobody yet."""
_ORDER: Final = (Standing.YES, Standing.ONE_STEP, Standing.NOT_YET, Standing.CANNOT_SAY)


@dataclass(frozen=True, slots=True)
class Agreeing:
    """C10: what is looked at, and for what."""


@dataclass(frozen=True, slots=True)
class FetchingForAll:
    """The snapshot is being read."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A check that may be worth while, and how it stands so far."""

    check: Check
    said: Text


@dataclass(frozen=True, slots=True)
class RecordingLook:
    """That the data were looked at goes into the journal."""

    found: tuple[Suggestion, ...] = field(repr=False)
    as_of: Text


@dataclass(frozen=True, slots=True)
class ChoosingSuggestion:
    """C09: what may fit; each leads to its check."""

    found: tuple[Suggestion, ...] = field(repr=False)
    as_of: Text


class SuggestionItem:
    """The machine of PO-03."""

    def __init__(self, book: Book) -> None:
        """`book`: the rules in force now."""
        self._book = book

    def begin(self, desk: Desk) -> object:
        """Only if the person wants it."""
        return Agreeing()

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """The transition table."""
        match state, event:
            case Agreeing(), Pressed(press=Press.BACK | Press.DECLINE):
                return Over.MENU
            case Agreeing(), Pressed(press=Press.CONFIRM):
                if desk.moment.before_bound:
                    return refused(notice("CK-01"))
                desk.ask(person_query(desk.case))
                return FetchingForAll()
            case FetchingForAll(), Completed(result=result):
                record = known_person(result)
                return refused(record) if isinstance(record, Notice) else self._look(record, desk)
            case ((FetchingForAll() | RecordingLook()), Failed(error=error)):
                return refused(notice(store_fault(error)))
            case RecordingLook(found=found, as_of=when), Completed(result=Position()):
                return ChoosingSuggestion(found, when)
            case ChoosingSuggestion(), Pressed(press=Press.BACK | Press.DECLINE):
                return Over.MENU
            case ChoosingSuggestion(found=found), OptionChosen(key=key):
                known = any(each.check.rule == key for each in found)
                return GoTo(CHECKS, HandedOn(key)) if known else state
            case Ended(), _:
                return after_end(event) or state
        return state

    def _look(self, record: PersonRecord, desk: Desk) -> RecordingLook:
        book, case, today = self._book(), desk.case, desk.moment.today
        holder = holder_of(case)
        facts = {**from_record(record, book.facts, today), **from_holder(holder, today)}
        asked = [
            (check, evaluate(book, RuleQuestion(check.rule, facts, today, case.place.region)))
            for check in all_checks()
            if check.suggest and check.rule in book
        ]
        worth = [(check, outcome) for check, outcome in asked if outcome.standing in _ORDER and _is_near(outcome)]
        worth.sort(key=lambda pair: _ORDER.index(pair[1].standing))
        found = tuple(Suggestion(check, self._said(outcome)) for check, outcome in worth)
        header = act_header(case, "looked-at")
        desk.ask(Append("act", header, query_act(case, record, "looked-at"), holder.id_number))
        return RecordingLook(found, as_of(record))

    def _said(self, outcome: Outcome) -> Text:
        if outcome.standing is Standing.CANNOT_SAY:
            return text("suggest.guide" if outcome.rule.merged.rule.guide else "suggest.questions")
        headline = Wording(self._book(), outcome).headline
        return bilingual(headline.zh, headline.en)

    def body(self, state: object, case: Case, now: float) -> Body:
        """What the person sees in each state."""
        match state:
            case Agreeing():
                facts = (
                    (text("suggest.purpose"), text("suggest.purpose.said")),
                    (text("suggest.data"), text("suggest.data.said")),
                    (text("suggest.kept"), text("suggest.kept.said")),
                )
                return Confirm(case.entry.title, facts, text("suggest.agree"), (text("suggest.free"),))
            case ChoosingSuggestion(found=found, as_of=when):
                options = tuple(Option(each.check.rule, each.check.title, each.said) for each in found)
                return Question(text("suggest.title"), when, options)
            case Ended(result=result):
                return result
        return looking_up(found=isinstance(state, RecordingLook))

    def deadline(self, state: object) -> float | None:
        """Nothing happens by itself."""
        return None

    def busy(self, state: object) -> bool:
        """While the store or the journal is at work."""
        return isinstance(state, FetchingForAll | RecordingLook)


def _is_near(outcome: Outcome) -> bool:
    begins = outcome.latest_begin
    if outcome.standing is not Standing.NOT_YET or begins is None:
        return True
    month = begins if isinstance(begins, Month) else Month.of(begins)
    return month.months_since(Month.of(outcome.as_of)) <= _NEAR
