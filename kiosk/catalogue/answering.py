"""The common way of items that answer a question: read, record, show, and print a receipt if wanted.

fetching ──▶ recording ──▶ showing ⇄ printing ──▶ ended
                 (A.4: the record is on disk before the result is shown)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from drivers.print_outcome import PrintResult
from kiosk.catalogue.answer import Answer
from kiosk.catalogue.item import Case, Desk, Over, act_header
from kiosk.effects import Action, Append
from kiosk.events import Completed, Event, Failed, JobSettled, TimeIsUp
from kiosk.faults import notice, store_fault
from kiosk.intents import Press, Pressed
from kiosk.local_number import LocalNumber
from kiosk.receipts import receipt
from kiosk.screen import Body, Notice, Processing, Result, ResultKind, ResultTable, StepState, TextSize, Tone
from kiosk.text import text
from offline_store.chain import Position

ROWS_A_PAGE = {TextSize.STANDARD: 10, TextSize.ELDER: 5}


@dataclass(frozen=True, slots=True)
class Fetching:
    """The snapshot is being read."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The answer is known and goes into the journal."""

    answer: Answer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Showing:
    """The person reads. `uncovered_until`: monotonic seconds, None = covered."""

    answer: Answer = field(repr=False)
    number: LocalNumber
    page: int = 1
    uncovered_until: float | None = None
    prints: int = 0
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Printing:
    """A receipt is on its way."""

    showing: Showing = field(repr=False)
    job: str
    since: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The result page: nothing goes on from here but leaving or another service."""

    result: Result


class AnsweringItem:
    """Base of the machines that answer. A subclass says what to read (`source`) and what the answer is (`answer`)."""

    def source(self, case: Case) -> Action:
        """The action whose result `answer` takes."""
        raise TypeError(f"{type(self).__name__} does not say what it reads")

    def answer(self, result: object, case: Case, desk: Desk) -> Answer | Notice:
        """The answer, or why there is none (never a 'no' where the truth is 'cannot be said')."""
        raise TypeError(f"{type(self).__name__} does not say what it answers")

    def begin(self, desk: Desk) -> object:
        """Read first."""
        desk.ask(self.source(desk.case))
        return Fetching()

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """The common transition table."""
        match state, event:
            case Fetching(), Completed(result=result):
                found = self.answer(result, desk.case, desk)
                return self.record(found, desk) if isinstance(found, Answer) else refused(found)
            case ((Fetching() | Recording()), Failed(error=error)):
                return refused(notice(store_fault(error)))
            case Recording(answer=answer), Completed(result=Position() as position):
                number = LocalNumber.of(desk.case.terminal, desk.moment.today, position.epoch, position.seq)
                return Showing(answer, number)
            case Showing(), _:
                return self._showing(state, event, desk)
            case Printing(showing=showing, job=job), JobSettled(job=settled) if settled == job:
                return Ended(printed(event, showing.number))
            case Ended(), _:
                return after_end(event) or state
        return state

    def record(self, answer: Answer, desk: Desk) -> Recording:
        """Into the journal before anything is shown."""
        header = act_header(desk.case, answer.outcome) | dict(answer.header)
        desk.ask(Append("act", header, answer.act, answer.subject))
        return Recording(answer)

    def _showing(self, state: Showing, event: Event, desk: Desk) -> object:
        pages = _pages(state.answer, desk.case)
        match event:
            case Pressed(press=Press.NEXT_PAGE):
                return replace(state, page=min(state.page + 1, pages))
            case Pressed(press=Press.PREVIOUS_PAGE):
                return replace(state, page=max(state.page - 1, 1))
            case Pressed(press=Press.TEXT_SIZE):
                return replace(state, page=1)
            case Pressed(press=Press.UNCOVER):
                covered = state.uncovered_until is None
                until = desk.moment.monotonic + desk.case.timeouts.uncover if covered else None
                return replace(state, uncovered_until=until)
            case TimeIsUp() if state.uncovered_until is not None and state.uncovered_until <= desk.moment.monotonic:
                return replace(state, uncovered_until=None)
            case Pressed(press=Press.PRINT):
                if desk.case.entry.medium != "receipt" or desk.case.print_fault:
                    return state
                job = f"{desk.case.session}-{state.number.text}-{state.prints + 1}"
                document = receipt(state.answer, state.number, desk.case, desk.moment, copy=state.prints)
                desk.print(job, document, ("number", state.number.text))
                return Printing(replace(state, prints=state.prints + 1), job, desk.moment.monotonic)
            case Pressed(press=Press.BACK | Press.ANOTHER):
                return Over.MENU
            case Pressed(press=Press.FINISH):
                return Over.LEAVE
        return state

    def body(self, state: object, case: Case, now: float) -> Body:
        """What the person sees in each state."""
        match state:
            case Showing():
                return _table(state, case)
            case Printing(since=since):
                return Processing(
                    text("processing.print.title"),
                    (
                        (text("processing.step.found"), StepState.DONE),
                        (text("processing.step.recorded"), StepState.DONE),
                        (text("processing.step.receipt"), StepState.RUNNING),
                    ),
                    patience=now - since >= case.timeouts.host_slow,
                )
            case Ended(result=result):
                return result
        return looking_up(found=isinstance(state, Recording))

    def deadline(self, state: object) -> float | None:
        """When uncovered amounts are covered again."""
        return state.uncovered_until if isinstance(state, Showing) else None

    def busy(self, state: object) -> bool:
        """While the journal or the printer is at work."""
        return isinstance(state, Fetching | Recording | Printing)


def after_end(event: Event) -> Over | None:
    """How a person leaves the result page; None for what leads nowhere."""
    match event:
        case Pressed(press=Press.ANOTHER | Press.BACK):
            return Over.MENU
        case Pressed(press=Press.FINISH | Press.CONFIRM):
            return Over.LEAVE
    return None


def looking_up(*, found: bool) -> Processing:
    """C11 while the data are read, and once they are found while that is recorded."""
    return Processing(
        text("processing.query.title"),
        (
            (text("processing.step.found"), StepState.DONE if found else StepState.RUNNING),
            (text("processing.step.recorded"), StepState.RUNNING if found else StepState.WAITING),
        ),
    )


def refused(why: Notice) -> Ended:
    """No answer was possible, and why; nothing is claimed about the person."""
    return Ended(Result(ResultKind.NOT_DONE, text("result.no_answer.title"), (), "", why))


def _pages(answer: Answer, case: Case) -> int:
    a_page = ROWS_A_PAGE[case.preferences.text_size]
    return max(1, -(-len(answer.rows) // a_page))


def _table(state: Showing, case: Case) -> ResultTable:
    answer = state.answer
    a_page = ROWS_A_PAGE[case.preferences.text_size]
    pages = _pages(answer, case)
    page = min(state.page, pages)
    prints = case.entry.medium == "receipt"
    return ResultTable(
        title=answer.title,
        as_of=answer.as_of,
        summary=answer.summary,
        columns=answer.columns,
        rows=answer.rows[(page - 1) * a_page : page * a_page],
        page=page,
        pages=pages,
        covered=answer.private and state.uncovered_until is None,
        can_print=prints and case.print_fault is None,
        print_reason=text(f"fault.{case.print_fault}.title") if prints and case.print_fault else None,
        remarks=answer.remarks,
        notice=state.notice,
    )


def printed(event: JobSettled, number: LocalNumber) -> Result:
    """The end of a print of an answer."""
    match event.result:
        case PrintResult.PRINTED:
            return Result(ResultKind.DONE, text("result.printed.title"), (text("result.printed.line"),), number.text)
        case PrintResult.FAILED:
            return Result(
                ResultKind.NOT_DONE,
                text("result.print_failed.title"),
                (text("result.print_failed.line"),),
                number.text,
                notice("PR-03"),
            )
        case PrintResult.UNKNOWN:
            return Result(
                ResultKind.UNKNOWN,
                text("result.print_unknown.title"),
                (text("result.print_unknown.line"),),
                number.text,
                Notice(Tone.WARNING, text("result.print_unknown.notice"), None, "PR-03"),
            )
