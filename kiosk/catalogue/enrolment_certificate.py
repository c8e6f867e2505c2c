"""SI-04 参保证明打印: a sealed certificate on A4, its number in the journal before the paper exists.

  fetching ──▶ confirming ──▶ numbering ──▶ making ──▶ issuing ──▶ printing ──▶ ended
                 (C10)         (journal)    (papers)   (journal)   (job)

The number comes from the journal's own counter, so that it is used once whatever breaks afterwards. The certificate's
hash is recorded before a byte of it goes to the printer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from drivers.print_outcome import PrintResult
from kiosk.catalogue.answering import Ended, after_end, refused
from kiosk.catalogue.item import Case, Desk, Over, act_header
from kiosk.catalogue.person_source import holder_of, known_person, person_query
from kiosk.certificates.facts import VALID_FOR, EnrolmentCertificate, NothingToCertifyError, from_record
from kiosk.certificates.number import CertificateNumber
from kiosk.certificates.pipe import Paper, Refused
from kiosk.effects import Append, MakePaper, Poke
from kiosk.events import Completed, Event, Failed, JobSettled
from kiosk.faults import notice, store_fault
from kiosk.intents import Press, Pressed
from kiosk.masking import mask_id_number
from kiosk.records import PersonRecord
from kiosk.screen import Body, Confirm, Notice, Processing, Result, ResultKind, StepState, Tone
from kiosk.text import Text, text, verbatim
from offline_store.chain import Position
from offline_store.errors import StoreError


@dataclass(frozen=True, slots=True)
class Fetching:
    """The snapshot is being read."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """C10: what will be issued, to whom."""

    record: PersonRecord = field(repr=False)


@dataclass(frozen=True, slots=True)
class Numbering:
    """The request goes into the journal; its place there gives the certificate its number."""

    record: PersonRecord = field(repr=False)
    since: float


@dataclass(frozen=True, slots=True)
class Making:
    """The papers process makes and signs."""

    certificate: EnrolmentCertificate = field(repr=False)
    since: float


@dataclass(frozen=True, slots=True)
class Issuing:
    """The certificate's number and hash go into the journal, sealed to the centre's register."""

    certificate: EnrolmentCertificate = field(repr=False)
    paper: Paper = field(repr=False)
    since: float


@dataclass(frozen=True, slots=True)
class Printing:
    """A job prints it."""

    number: str
    job: str
    since: float


class EnrolmentCertificateItem:
    """The machine of SI-04."""

    def begin(self, desk: Desk) -> object:
        """Read first."""
        desk.ask(person_query(desk.case))
        return Fetching()

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """The transition table of the drawing above."""
        match state, event:
            case Fetching(), Completed(result=result):
                record = known_person(result)
                if isinstance(record, Notice):
                    return refused(record)
                return Confirming(record) if record.enrolments else refused(notice("DT-03"))
            case Confirming(record=record), Pressed(press=Press.CONFIRM):
                return self._number(record, desk)
            case Confirming(), Pressed(press=Press.DECLINE | Press.BACK):
                return Over.MENU
            case Numbering(record=record), Completed(result=Position() as position):
                return self._make(record, position, desk)
            case Making(certificate=certificate, since=since), Completed(result=Paper() as paper):
                desk.ask(_issued(certificate, paper, desk.case))
                return Issuing(certificate, paper, since)
            case Issuing(certificate=certificate, paper=paper, since=since), Completed(result=Position()):
                job = f"{desk.case.session}-{certificate.number}"
                desk.print(job, paper.pdf, ("number", certificate.number))
                # the register should know the number before somebody checks the paper
                desk.tell(Poke())
                return Printing(certificate.number, job, since)
            case Printing(number=number, job=job), JobSettled(job=settled) if settled == job:
                return Ended(_printed(event, number))
            case Making(), Completed(result=Refused(reason=reason)):
                # numbered and not made: the journal says so, and nothing was issued
                header = {"session": desk.case.session, "item": desk.case.entry.code, "event": "paper-refused"}
                desk.tell(Append("audit", {**header, "reason": reason}))
                return refused(notice("DP-02"))
            case Making(), Failed(error=error) if not isinstance(error, StoreError):
                return refused(notice("DP-02"))
            case ((Fetching() | Numbering() | Making() | Issuing()), Failed(error=error)):
                return refused(notice(store_fault(error)))
            case Ended(), _:
                return after_end(event) or state
        return state

    def _number(self, record: PersonRecord, desk: Desk) -> object:
        if desk.case.print_fault:
            return refused(notice(desk.case.print_fault))
        case = desk.case
        desk.ask(Append("act", act_header(case, "requested"), None, holder_of(case).id_number))
        return Numbering(record, desk.moment.monotonic)

    def _make(self, record: PersonRecord, position: Position, desk: Desk) -> object:
        case = desk.case
        number = CertificateNumber(case.terminal, desk.moment.today, position.epoch, position.seq)
        try:
            certificate = from_record(
                record,
                number=str(number),
                agency=case.place.agency_zh,
                place=case.place.city_zh,
                terminal=case.terminal,
                printed_at=desk.moment.wall.replace(microsecond=0),
            )
        except NothingToCertifyError:
            return refused(notice("DT-03"))
        desk.ask(MakePaper(certificate))
        return Making(certificate, desk.moment.monotonic)

    def body(self, state: object, case: Case, now: float) -> Body:
        """What the person sees in each state."""
        match state:
            case Confirming(record=record):
                return _confirm(record, case)
            case Ended(result=result):
                return result
            case Fetching():
                return Processing(text("processing.query.title"), ((text("processing.step.found"), StepState.RUNNING),))
        order = (Numbering, Making, Issuing, Printing)
        at = next(n for n, kind in enumerate(order) if isinstance(state, kind))
        names = ("recorded", "made", "issued", "paper")
        steps = tuple(
            (
                text(f"processing.step.{name}"),
                StepState.DONE if n < at else StepState.RUNNING if n == at else StepState.WAITING,
            )
            for n, name in enumerate(names)
        )
        since = state.since if isinstance(state, Numbering | Making | Issuing | Printing) else now
        return Processing(text("processing.paper.title"), steps, patience=now - since >= case.timeouts.host_slow)

    def deadline(self, state: object) -> float | None:
        """Nothing here happens by itself: papers and printer have limits of their own."""
        return None

    def busy(self, state: object) -> bool:
        """From the number on there is no way back."""
        return isinstance(state, Fetching | Numbering | Making | Issuing | Printing)


def _confirm(record: PersonRecord, case: Case) -> Confirm:
    holder = holder_of(case)
    facts: tuple[tuple[Text, Text], ...] = (
        (text("certificate.for"), verbatim(holder.masked_name)),
        (text("certificate.id_number"), verbatim(mask_id_number(holder.id_number))),
        (text("certificate.data"), verbatim(record.data_time)),
        (text("certificate.kinds"), text("unit.kinds", n=len(record.enrolments))),
        (text("certificate.validity"), text("unit.days", n=VALID_FOR.days)),
        (text("certificate.fee"), text("certificate.free")),
    )
    return Confirm(
        title=text("certificate.confirm.title"),
        facts=facts,
        verb=text("certificate.confirm.verb"),
        remarks=(text("certificate.shared_data"),),
    )


def _issued(certificate: EnrolmentCertificate, paper: Paper, case: Case) -> Append:
    header = {
        "session": case.session,
        "item": certificate.item,
        "number": certificate.number,
        "pdf_sha256": paper.sha256,
    }
    body: dict[str, object] = {
        "type": "certificate-issued",
        "number": certificate.number,
        "item": certificate.item,
        "id_number": certificate.id_number,
        "name": certificate.name,
        "facts": [[line.kind, f"{line.status} {line.since} {line.months}"] for line in certificate.lines],
        "data_as_of": _utc(certificate.data_as_of),
        "issued_at": _utc(certificate.printed_at),
        "expires_at": _utc(certificate.expires_at),
        "pdf_sha256": paper.sha256,
        "code_sha256": paper.code_sha256,
        "seal_key_id": paper.seal_key_id,
    }
    return Append("certificate-issued", header, body, certificate.id_number)


def _printed(event: JobSettled, number: str) -> Result:
    match event.result:
        case PrintResult.PRINTED:
            lines = (text("result.paper_printed.line"),)
            return Result(ResultKind.DONE, text("result.paper_printed.title"), lines, number)
        case PrintResult.FAILED:
            lines = (text("result.paper_failed.line"),)
            return Result(ResultKind.NOT_DONE, text("result.paper_failed.title"), lines, number, notice("DP-01"))
        case PrintResult.UNKNOWN:
            lines = (text("result.paper_unknown.line"),)
            why = Notice(Tone.WARNING, text("result.print_unknown.notice"), None, "DP-01")
            return Result(ResultKind.UNKNOWN, text("result.paper_unknown.title"), lines, number, why)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
