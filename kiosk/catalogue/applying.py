"""From "I want to apply" to the slip: shared by all items that take an application for the centre (延时办理).

  confirming (C10) ──▶ numbering (journal) ──▶ applying (journal, sealed) ──▶ printing the slip ──▶ ended

The number is that of the request's own entry, so that it stands in the application that is sealed after it. Recorded
means recorded: nothing here says that the centre has it, and no printer's fault takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivers.print_outcome import PrintResult
from kiosk.benefits.fact import Fact
from kiosk.benefits.outcome import Outcome
from kiosk.benefits.rulebook import RuleBook
from kiosk.catalogue import application, check_slip
from kiosk.catalogue.answering import Ended, refused
from kiosk.catalogue.entries import entries
from kiosk.catalogue.item import Case, Desk, act_header
from kiosk.catalogue.person_source import holder_of
from kiosk.effects import Append, Poke
from kiosk.events import Completed, Event, Failed, JobSettled
from kiosk.faults import notice, store_fault
from kiosk.intents import Press, Pressed
from kiosk.local_number import LocalNumber
from kiosk.screen import Body, Confirm, Notice, Processing, Result, ResultKind, StepState
from kiosk.text import Text, text
from offline_store.chain import Position

Book = Callable[[], RuleBook]
"""The benefit rules in force now."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What is applied for. `names`: which facts, in their order; `outcome`: of the check before it, if one was."""

    item: str
    facts: Mapping[str, Fact[Any]] = field(repr=False)
    names: tuple[str, ...]
    outcome: Outcome | None = field(default=None, repr=False)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmingApplication:
    """C10: what will be handed over. `back`: the state that Back leads to."""

    filing: Filing
    back: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Numbering:
    """The request goes into the journal; its place there is its number."""

    filing: Filing
    since: float


@dataclass(frozen=True, slots=True)
class Applying:
    """The application goes into the journal."""

    filing: Filing
    number: LocalNumber
    since: float


@dataclass(frozen=True, slots=True)
class PrintingSlip:
    """Recorded; the slip is on its way."""

    filing: Filing
    number: LocalNumber
    job: str
    since: float


State = ConfirmingApplication | Numbering | Applying | PrintingSlip


class Applications:
    """The part of a machine that files."""

    def __init__(self, book: Book) -> None:
        """`book` knows the vocabulary of the facts."""
        self._book = book

    def step(self, state: State, event: Event, desk: Desk) -> object:
        """The transition table."""
        match state, event:
            case ConfirmingApplication(back=back), Pressed(press=Press.BACK | Press.DECLINE):
                return back
            case ConfirmingApplication(filing=filing), Pressed(press=Press.CONFIRM):
                desk.ask(
                    Append(
                        "act",
                        act_header(desk.case, "asked", entries()[filing.item]),
                        None,
                        holder_of(desk.case).id_number,
                    )
                )
                return Numbering(filing, desk.moment.monotonic)
            case Numbering(filing=filing), Completed(result=Position() as position):
                number = LocalNumber.of(desk.case.terminal, desk.moment.today, position.epoch, position.seq)
                return self._record(filing, number, desk)
            case Applying(filing=filing, number=number), Completed(result=Position()):
                return self._slip(filing, number, desk)
            case ((Numbering() | Applying()), Failed(error=error)):
                return refused(notice(store_fault(error)))
            case PrintingSlip(number=number, job=job), JobSettled(job=settled, result=result) if settled == job:
                return Ended(_recorded(number, None if result is PrintResult.PRINTED else notice("PR-03")))
        return state

    def _record(self, filing: Filing, number: LocalNumber, desk: Desk) -> Applying:
        holder = holder_of(desk.case)
        kinds = self._book().facts
        body = application.act(
            filing.item, holder, number, filing.facts, kinds, filing.names, filing.outcome, filing.flags
        )
        header = act_header(desk.case, "recorded", entries()[filing.item]) | {"number": number.text}
        desk.ask(Append("act", header, body, holder.id_number))
        return Applying(filing, number, desk.moment.monotonic)

    def _slip(self, filing: Filing, number: LocalNumber, desk: Desk) -> object:
        """On disk: the person may go, whatever the printer does."""
        case = desk.case
        desk.tell(Poke())
        if not can_print(case):
            return Ended(_recorded(number, None if case.print_fault is None else notice(case.print_fault)))
        job = f"{case.session}-{number.text}-1"
        title = entries()[filing.item].title
        document = check_slip.application_slip(title, number, case, desk.moment)
        desk.print(job, document, ("number", number.text))
        return PrintingSlip(filing, number, job, desk.moment.monotonic)

    def _rows(self, filing: Filing, case: Case) -> tuple[tuple[Text, Text], ...]:
        return application.confirmed(holder_of(case), filing.facts, self._book().facts, filing.names)

    def body(self, state: State, case: Case, now: float) -> Body:
        """What the person sees in each state."""
        if isinstance(state, ConfirmingApplication):
            remarks = (text("apply.remark.waits"), text("apply.remark.decides"))
            title = entries()[state.filing.item].title
            return Confirm(title, self._rows(state.filing, case), text("apply.verb"), remarks)
        done, running, waiting = StepState.DONE, StepState.RUNNING, StepState.WAITING
        printing = isinstance(state, PrintingSlip)
        return Processing(
            text("processing.apply.title"),
            (
                (text("processing.step.recorded"), done if printing else running),
                (text("processing.step.receipt"), running if printing else waiting),
            ),
            patience=now - state.since >= case.timeouts.host_slow,
        )


def can_print(case: Case) -> bool:
    """Whether the item prints receipts and its printer does now."""
    return case.entry.medium == "receipt" and case.print_fault is None


def _recorded(number: LocalNumber, why: Notice | None) -> Result:
    lines = (text("apply.recorded.line"), text("apply.recorded.decides"))
    return Result(ResultKind.RECORDED, text("apply.recorded.title"), lines, number.text, why)
