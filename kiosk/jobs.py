"""Jobs: prints that may outlive the session that asked for them.

A region of the terminal. Record first, then act: each step is in the journal, on disk, before the next one starts.

  queued ──on disk──▶ sending ──on disk──▶ at the printer ──▶ printed | failed | unknown ──on disk──▶ settled

Unknown is a state of its own. Nothing is ever sent twice by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from drivers.errors import Cancelled, Timeout
from drivers.print_outcome import PrintOutcome, PrintResult
from kiosk.effects import Action, Append, Outbox, PrintPaper, PrintReceipt
from kiosk.events import Completed, Event, Failed, JobSettled, JobWanted
from offline_store.journal import Room


class JobState(StrEnum):
    """What the job waits for."""

    QUEUED = "queued"  # for the journal
    SENDING = "sending"  # for the journal
    PRINTING = "printing"  # for the printer
    ENDED = "ended"  # for the journal


@dataclass(frozen=True, slots=True)
class Job:
    """One print. The document is dropped as soon as it has been sent."""

    wanted: JobWanted
    state: JobState
    awaiting: int
    result: PrintResult = PrintResult.UNKNOWN
    reason: str = ""
    evidence: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Jobs:
    """State of the region. `owed`: ends that the journal refused; `writing`: those that go into it now, by effect."""

    running: Mapping[str, Job] = field(default_factory=dict)
    owed: tuple[Append, ...] = ()
    writing: Mapping[int, Append] = field(default_factory=dict)

    @property
    def printing(self) -> bool:
        """A device is at work or about to be."""
        return bool(self.running)

    @property
    def sessions(self) -> frozenset[str]:
        """Whose prints are on their way."""
        return frozenset(job.wanted.session for job in self.running.values())


def _header(job: JobWanted, state: str, *more: tuple[str, str]) -> dict[str, str]:
    return {"job": job.job, "session": job.session, "item": job.item, "medium": job.kind, "state": state} | dict(
        (*job.header, *more)
    )


def step(jobs: Jobs, event: Event, out: Outbox) -> Jobs:
    """The region's transition table."""
    match event:
        case JobWanted():
            awaiting = out.perform(Append("print", _header(event, "queued")), None)
            return _with(jobs, Job(event, JobState.QUEUED, awaiting))
        case Completed(effect=effect) | Failed(effect=effect):
            jobs = _paid(jobs, event, out)
            job = next((job for job in jobs.running.values() if job.awaiting == effect), None)
            if job is None:
                return jobs
            return _completed(jobs, job, event, out) if isinstance(event, Completed) else _failed(jobs, job, event, out)
    return jobs


def _with(jobs: Jobs, job: Job) -> Jobs:
    return replace(jobs, running={**jobs.running, job.wanted.job: job})


def _owing(jobs: Jobs, job: Job) -> Jobs:
    """The journal does not take the end of a print: it is written as soon as there is room again."""
    return replace(jobs, owed=(*jobs.owed, Append("print", _end_header(job))))


def _paid(jobs: Jobs, event: Completed | Failed, out: Outbox) -> Jobs:
    """What is owed goes to the journal when it has room, and is owed again if it is refused again."""
    if event.effect in jobs.writing:
        owed = (*jobs.owed, jobs.writing[event.effect]) if isinstance(event, Failed) else jobs.owed
        writing = {effect: end for effect, end in jobs.writing.items() if effect != event.effect}
        return replace(jobs, owed=owed, writing=writing)
    if jobs.owed and isinstance(event, Completed) and isinstance(event.result, Room):
        return replace(jobs, owed=(), writing={**jobs.writing, **{out.perform(end, None): end for end in jobs.owed}})
    return jobs


def _completed(jobs: Jobs, job: Job, event: Completed, out: Outbox) -> Jobs:
    match job.state:
        case JobState.QUEUED:
            awaiting = out.perform(Append("print", _header(job.wanted, "sending")), None)
            return _with(jobs, replace(job, state=JobState.SENDING, awaiting=awaiting))
        case JobState.SENDING:
            awaiting = out.perform(_send(job.wanted), None)
            kept = replace(job.wanted, document=None)
            return _with(jobs, replace(job, wanted=kept, state=JobState.PRINTING, awaiting=awaiting))
        case JobState.PRINTING:
            outcome = event.result
            if not isinstance(outcome, PrintOutcome):
                raise TypeError(f"a print ended with {type(outcome).__name__}, a PrintOutcome is expected")
            # out of paper, a jam: what the printer still holds comes out when somebody mends it, so it is on record
            rest = (("rest", "in-printer"),) if outcome.rest_in_printer else ()
            evidence = (("sha256", outcome.sha256), *rest)
            return _end(jobs, job, outcome.result, " ".join(outcome.reasons), evidence, out)
        case JobState.ENDED:
            return _settle(jobs, job, out)


def _failed(jobs: Jobs, job: Job, event: Failed, out: Outbox) -> Jobs:
    reason = type(event.error).__name__
    match job.state:
        case JobState.QUEUED | JobState.SENDING:
            # the journal refused: nothing was sent, so the answer is a plain no
            failed = replace(job, result=PrintResult.FAILED, reason=reason)
            queued = job.state is JobState.SENDING
            return _settle(_owing(jobs, failed) if queued else jobs, failed, out)
        case JobState.PRINTING:
            # a driver raises before the first byte is sent; only the end of its time may strike afterwards
            late = isinstance(event.error, Timeout | Cancelled)
            return _end(jobs, job, PrintResult.UNKNOWN if late else PrintResult.FAILED, reason, (), out)
        case JobState.ENDED:
            return _settle(_owing(jobs, job), job, out)


def _send(wanted: JobWanted) -> Action:
    if wanted.kind == "paper":
        if not isinstance(wanted.document, bytes):
            raise TypeError("a paper job carries the PDF's bytes")
        return PrintPaper(wanted.job, wanted.document)
    return PrintReceipt(wanted.document)


def _end(
    jobs: Jobs, job: Job, result: PrintResult, reason: str, evidence: tuple[tuple[str, str], ...], out: Outbox
) -> Jobs:
    ended = replace(job, state=JobState.ENDED, result=result, reason=reason, evidence=evidence)
    return _with(jobs, replace(ended, awaiting=out.perform(Append("print", _end_header(ended)), None)))


def _end_header(job: Job) -> dict[str, str]:
    more = (*job.evidence, ("reason", job.reason)) if job.reason else job.evidence
    return _header(job.wanted, job.result.value, *more)


def _settle(jobs: Jobs, job: Job, out: Outbox) -> Jobs:
    wanted = job.wanted
    out.signal(JobSettled(wanted.job, wanted.session, wanted.kind, job.result, job.reason))
    return replace(jobs, running={id: other for id, other in jobs.running.items() if id != wanted.job})
