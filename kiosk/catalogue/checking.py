"""A check of a benefit, and the application it hands over to: one machine for every rule.

  choosing ──▶ fetching ──▶ asking ⇄ asking ──▶ recording ──▶ showing ⇄ printing
  (several       (with the    (one question       (A.4)          │
   checks)        card)        a page)                           ▼
                                                     as every application (`applying`)

What is known comes from the card and the centre's data, the rest is asked as far as it could change the answer. Without
a card nothing of what was typed is kept but that the question was asked. The application goes on whatever came out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact
from kiosk.benefits.question import Question as RuleQuestion
from kiosk.benefits.questionnaire import next_question
from kiosk.benefits.wording import NOES
from kiosk.catalogue import asking, check_page, check_slip
from kiosk.catalogue.answering import Ended, after_end, looking_up, printed, refused
from kiosk.catalogue.applying import (
    Applications,
    Applying,
    Book,
    ConfirmingApplication,
    Filing,
    Numbering,
    PrintingSlip,
    can_print,
)
from kiosk.catalogue.check_page import Checked
from kiosk.catalogue.checks import Check, Topic, check_of
from kiosk.catalogue.entries import Entry, entries
from kiosk.catalogue.item import Case, Desk, GoTo, HandedOn, Over, act_header
from kiosk.catalogue.known_facts import from_holder, from_record
from kiosk.catalogue.person_source import person_query, query_act
from kiosk.effects import Append
from kiosk.events import Completed, Event, Failed, JobSettled
from kiosk.faults import notice, store_fault
from kiosk.identity import Level
from kiosk.intents import ItemChosen, OptionChosen, Press, Pressed
from kiosk.local_number import LocalNumber
from kiosk.records import PersonRecord
from kiosk.screen import Body, Option, Processing, Question, StepState
from kiosk.text import Text, bilingual, text
from offline_store.chain import Position

Facts = Mapping[str, Fact[Any]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is. `answers`: in the order they were given, None for "I don't know"."""

    check: Check
    known: Facts = field(default_factory=dict, repr=False)
    answers: tuple[tuple[str, Fact[Any] | None], ...] = field(default=(), repr=False)
    record: PersonRecord | None = field(default=None, repr=False)

    @property
    def facts(self) -> Facts:
        """What card and data say counts before what was answered."""
        return {**{name: fact for name, fact in self.answers if fact is not None}, **self.known}

    @property
    def declined(self) -> frozenset[str]:
        """What the person does not know."""
        return frozenset(name for name, fact in self.answers if fact is None)

    def handed_on(self, rule: str | None) -> HandedOn:
        """What was answered, for the item that comes next."""
        given = {name: fact for name, fact in self.answers if fact is not None}
        return HandedOn(rule, given, self.declined)

    def answered(self, name: str, fact: Fact[Any] | None) -> Progress:
        """One answer more."""
        return replace(self, answers=(*self.answers, (name, fact)))


@dataclass(frozen=True, slots=True)
class ChoosingCheck:
    """C09: a topic, then a benefit in it."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class FetchingRecord:
    """The snapshot is being read."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class Asking:
    """C09: one question."""

    progress: Progress
    page: asking.Page


@dataclass(frozen=True, slots=True)
class RecordingCheck:
    """The answer is known and goes into the journal."""

    progress: Progress
    checked: Checked = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowingCheck:
    """CE."""

    progress: Progress
    checked: Checked = field(repr=False)
    number: LocalNumber
    prints: int = 0


@dataclass(frozen=True, slots=True)
class PrintingCheck:
    """The print-out is on its way."""

    showing: ShowingCheck
    job: str
    since: float


class CheckItem:
    """The machine of every item that checks. With several checks it lets the person choose."""

    def __init__(self, book: Book, topics: tuple[Topic, ...]) -> None:
        """`book`: the rules in force now. `topics`: what this item offers."""
        self._book = book
        self._topics = topics
        self._applications = Applications(book)

    def begin(self, desk: Desk) -> object:
        """Go on with what was handed on, else choose."""
        handed = desk.case.handed_on or HandedOn()
        answers = (*handed.facts.items(), *((name, None) for name in sorted(handed.declined)))
        if handed.rule is not None:
            return self._start(Progress(check_of(handed.rule), answers=answers), desk)
        offered = [check for topic in self._topics for check in self._offered(topic)]
        return self._start(Progress(offered[0]), desk) if len(offered) == 1 else self._choosing()

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """The transition table."""
        match state, event:
            case ChoosingCheck(), _:
                return self._choose(state, event, desk)
            case FetchingRecord(progress=progress), Completed(result=PersonRecord() as record):
                known = {**progress.known, **from_record(record, self._book().facts, desk.moment.today)}
                return self._go_on(replace(progress, known=known, record=record), desk)
            case FetchingRecord(progress=progress), Failed():
                # no data of the centre: the card and the person still say enough for most rules
                return self._go_on(progress, desk)
            case Asking(), _:
                return self._asked(state, event, desk)
            case RecordingCheck(progress=progress, checked=checked), Completed(result=Position() as position):
                number = LocalNumber.of(desk.case.terminal, desk.moment.today, position.epoch, position.seq)
                return ShowingCheck(progress, checked, number)
            case RecordingCheck(), Failed(error=error):
                return refused(notice(store_fault(error)))
            case ShowingCheck(), Pressed(press=press):
                return self._shown(state, press, desk)
            case ShowingCheck(checked=checked), ItemChosen(item=item):
                step = _step(checked, desk.case)
                there = step is not None and step[0] == item
                return GoTo(item, state.progress.handed_on(None)) if there else state
            case PrintingCheck(showing=showing, job=job), JobSettled(job=settled) if settled == job:
                return Ended(printed(event, showing.number))
            case ((ConfirmingApplication() | Numbering() | Applying() | PrintingSlip()), _):
                return self._applications.step(state, event, desk)
            case Ended(), _:
                return after_end(event) or state
        return state

    # choosing

    def _offered(self, topic: Topic) -> tuple[Check, ...]:
        """Only checks whose rule is in the book."""
        book = self._book()
        return tuple(check for check in topic.check if check.rule in book)

    def _choosing(self) -> ChoosingCheck:
        return ChoosingCheck(self._topics[0].key if len(self._topics) == 1 else None)

    def _choose(self, state: ChoosingCheck, event: Event, desk: Desk) -> object:
        match event:
            case Pressed(press=Press.BACK | Press.DECLINE):
                at_topics = state.topic is None or len(self._topics) == 1
                return Over.MENU if at_topics else ChoosingCheck()
            case OptionChosen(key=key) if state.topic is None:
                return ChoosingCheck(key) if any(topic.key == key for topic in self._topics) else state
            case OptionChosen(key=key):
                offered = (check for topic in self._topics for check in self._offered(topic))
                check = next((check for check in offered if check.rule == key), None)
                return state if check is None else self._start(Progress(check), desk)
        return state

    # asking

    def _start(self, progress: Progress, desk: Desk) -> object:
        if desk.moment.before_bound:
            return refused(notice("CK-01"))
        identity = desk.case.identity
        if identity.holder is None:
            return self._go_on(progress, desk)
        known = replace(progress, known=from_holder(identity.holder, desk.moment.today))
        if identity.level < Level.L2:
            return self._go_on(known, desk)
        desk.ask(person_query(desk.case))
        return FetchingRecord(known)

    def _question(self, progress: Progress, desk: Desk) -> RuleQuestion:
        return self._question_of(progress.check.rule, progress, desk)

    def _question_of(self, rule: str, progress: Progress, desk: Desk) -> RuleQuestion:
        return RuleQuestion(rule, progress.facts, desk.moment.today, desk.case.place.region)

    def _go_on(self, progress: Progress, desk: Desk) -> object:
        ask = next_question(self._book(), self._question(progress, desk), progress.declined)
        return self._finished(progress, desk) if ask is None else Asking(progress, asking.Page.of(ask))

    def _asked(self, state: Asking, event: Event, desk: Desk) -> object:
        if isinstance(event, Pressed) and event.press is Press.BACK:
            return self._back(state.progress, desk)
        answer = state.page.step(event, desk.moment.today)
        if isinstance(answer, asking.Page):
            return replace(state, page=answer)
        return self._go_on(state.progress.answered(state.page.fact, answer.fact), desk)

    def _back(self, progress: Progress, desk: Desk) -> object:
        """To the question before; before the first one to the list, or out."""
        if progress.answers:
            return self._go_on(replace(progress, answers=progress.answers[:-1]), desk)
        several = sum(len(self._offered(topic)) for topic in self._topics) > 1
        topic = next((each.key for each in self._topics if progress.check in each.check), None)
        return ChoosingCheck(topic) if several and topic is not None else Over.MENU

    def _finished(self, progress: Progress, desk: Desk) -> RecordingCheck:
        book, case = self._book(), desk.case
        outcome = evaluate(book, self._question(progress, desk))
        beside = tuple(
            evaluate(book, self._question_of(rule, progress, desk)) for rule in progress.check.also if rule in book
        )
        checked = Checked(progress.check, outcome, beside, progress.facts, progress.record)
        word = outcome.result.code.lower().replace("_", "-")
        rule = {"rule": outcome.rule.id, "rule_version": outcome.rule.merged.version}
        record = progress.record
        known = record is not None and record.person is not None
        holder = case.identity.holder
        act = query_act(case, record, word) if record is not None and known else None
        desk.ask(Append("act", act_header(case, word) | rule, act, holder.id_number if holder else None))
        return RecordingCheck(progress, checked)

    # showing

    def _shown(self, state: ShowingCheck, press: Press, desk: Desk) -> object:
        match press:
            case Press.PRINT:
                return self._print(state, desk)
            case Press.CONFIRM:
                entry = _application(state.checked.check)
                if _apply_text(state.checked, desk.case) is None:
                    return state
                if entry is None:
                    return self._print(state, desk)
                if desk.case.identity.level >= entry.level:
                    return ConfirmingApplication(self._filing(state, entry), state)
                return GoTo(entry.code, state.progress.handed_on(state.checked.check.rule))
            case Press.BACK:
                return self._back(state.progress, desk)
            case Press.ANOTHER:
                return Over.MENU
            case Press.FINISH:
                return Over.LEAVE
        return state

    def _print(self, state: ShowingCheck, desk: Desk) -> object:
        case = desk.case
        if not can_print(case):
            return state
        job = f"{case.session}-{state.number.text}-{state.prints + 1}"
        more = _more(state.checked, case)
        document = check_slip.slip(
            self._book(), state.checked, state.number, case, desk.moment, copy=state.prints, more=more
        )
        desk.print(job, document, ("number", state.number.text))
        return PrintingCheck(replace(state, prints=state.prints + 1), job, desk.moment.monotonic)

    def _filing(self, state: ShowingCheck, entry: Entry) -> Filing:
        """The facts of the rule, in its order, with what the check said."""
        checked = state.checked
        names = tuple(slot.store for slot in checked.outcome.rule.facts)
        flags = tuple(hit.id for hit in check_page.hits(self._book(), checked))
        return Filing(entry.code, checked.facts, names, checked.outcome, flags)

    # what the person sees

    def body(self, state: object, case: Case, now: float) -> Body:
        """The page of each state."""
        match state:
            case ChoosingCheck(topic=topic):
                return self._list(topic)
            case Asking(page=page):
                return page.body()
            case ShowingCheck(checked=checked):
                shown = check_page.result(
                    self._book(),
                    checked,
                    apply=_apply_text(checked, case),
                    more=_more(checked, case),
                    step=_step(checked, case),
                )
                prints = case.entry.medium == "receipt"
                fault = case.print_fault
                why_not = text(f"fault.{fault}.title") if prints and fault else None
                return replace(shown, can_print=can_print(case), print_reason=why_not)
            case ConfirmingApplication() | Numbering() | Applying() | PrintingSlip():
                return self._applications.body(state, case, now)
            case Ended(result=result):
                return result
        return _processing(state, case, now)

    def _list(self, key: str | None) -> Question:
        topic = next((each for each in self._topics if each.key == key), None)
        if topic is not None:
            options = tuple(Option(check.rule, check.title) for check in self._offered(topic))
            return Question(topic.title, text("check.choose.hint"), options)
        return Question(
            text("check.choose.topic"),
            text("check.choose.topic.hint"),
            tuple(
                Option(each.key, each.title, _some(self._offered(each))) for each in self._topics if self._offered(each)
            ),
        )

    def deadline(self, state: object) -> float | None:
        """Nothing happens by itself."""
        return None

    def busy(self, state: object) -> bool:
        """While the store, the journal or the printer is at work."""
        return isinstance(state, FetchingRecord | RecordingCheck | PrintingCheck | Numbering | Applying | PrintingSlip)


def _some(checks: tuple[Check, ...]) -> Text:
    """The first few by name, so that people find theirs."""
    names = checks[:3]
    return bilingual("、".join(each.zh for each in names), " · ".join(each.en for each in names))


def _application(check: Check) -> Entry | None:
    """The service that takes an application for this benefit at the terminal; None if only a counter does."""
    entry = entries().get(check.item or "")
    return entry if entry is not None and entry.offline == "D" else None


def _apply_text(checked: Checked, case: Case) -> Text | None:
    """Words of the button: a "no" never ends here."""
    entry, no = _application(checked.check), checked.outcome.standing in NOES
    if entry is not None:
        return None if entry.code in case.closed else text("apply.anyway" if no else "apply.go")
    return text("apply.anyway.counter") if no and can_print(case) else None


def _more(checked: Checked, case: Case) -> tuple[Text, ...]:
    """What else to do next: where the application is taken, when it is not taken here now."""
    entry = _application(checked.check)
    if entry is None:
        return (text("apply.at_counter"),) if checked.outcome.rule.merged.rule.decides else ()
    if entry.code in case.closed:
        return (text("apply.closed", why=text(f"fault.{case.closed[entry.code]}.title")),)
    return ()


def _step(checked: Checked, case: Case) -> tuple[str, Text] | None:
    """The first open step that a service of this terminal does, and that can be done now."""
    for reason in checked.outcome.reasons:
        entry = entries().get(reason.condition.row.step or "") if reason.state is False else None
        if entry is not None and entry.code not in case.closed and entry.code != case.entry.code:
            return entry.code, text("check.step", item=entry.title)
    return None


def _processing(state: object, case: Case, now: float) -> Processing:
    if not isinstance(state, PrintingCheck):
        return looking_up(found=isinstance(state, RecordingCheck))
    steps = (
        (text("processing.step.recorded"), StepState.DONE),
        (text("processing.step.receipt"), StepState.RUNNING),
    )
    return Processing(text("processing.print.title"), steps, now - state.since >= case.timeouts.host_slow)
