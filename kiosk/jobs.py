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
    """State of the region."""

    running: Mapping[str, Job] = field(default_factory=dict)

    @property
    def printing(self) -> bool:
        """A device is at work or about to be."""
        return bool(self.running)


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
            job = next((job for job in jobs.running.values() if job.awaiting == effect), None)
            if job is None:
                return jobs
            return _completed(jobs, job, event, out) if isinstance(event, Completed) else _failed(jobs, job, event, out)
    return jobs


def _with(jobs: Jobs, job: Job) -> Jobs:
    return Jobs({**jobs.running, job.wanted.job: job})


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
            evidence = (("sha256", outcome.sha256),)
            return _end(jobs, job, outcome.result, " ".join(outcome.reasons), evidence, out)
        case JobState.ENDED:
            return _settle(jobs, job, out)


def _failed(jobs: Jobs, job: Job, event: Failed, out: Outbox) -> Jobs:
    reason = type(event.error).__name__
    match job.state:
        case JobState.QUEUED | JobState.SENDING:
            # the journal refused: nothing was sent, so the answer is a plain no
            return _settle(jobs, replace(job, result=PrintResult.FAILED, reason=reason), out)
        case JobState.PRINTING:
            # a driver raises before the first byte is sent; only the end of its time may strike afterwards
            late = isinstance(event.error, Timeout | Cancelled)
            return _end(jobs, job, PrintResult.UNKNOWN if late else PrintResult.FAILED, reason, (), out)
        case JobState.ENDED:
            return _settle(jobs, job, out)


def _send(wanted: JobWanted) -> Action:
    if wanted.kind == "paper":
        if not isinstance(wanted.document, bytes):
            raise TypeError("a paper job carries the PDF's bytes")
        return PrintPaper(wanted.job, wanted.document)
    return PrintReceipt(wanted.document)


def _end(
    jobs: Jobs, job: Job, result: PrintResult, reason: str, evidence: tuple[tuple[str, str], ...], out: Outbox
) -> Jobs:
    more = (*evidence, ("reason", reason)) if reason else evidence
    awaiting = out.perform(Append("print", _header(job.wanted, result.value, *more)), None)
    return _with(
        jobs, replace(job, state=JobState.ENDED, awaiting=awaiting, result=result, reason=reason, evidence=evidence)
    )


def _settle(jobs: Jobs, job: Job, out: Outbox) -> Jobs:
    wanted = job.wanted
    out.signal(JobSettled(wanted.job, wanted.session, wanted.kind, job.result, job.reason))
    return Jobs({id: other for id, other in jobs.running.items() if id != wanted.job})
