"""What the sync process says of its work: of one run, of one pass, and how things stand. No personal data."""

from __future__ import annotations

from dataclasses import dataclass

from offline_store.delivery import Backlog
from offline_store.results import RefusedItem
from offline_store.schema import Manifest, RunRow
from offline_store.standing import OutOfService
from sync.client.outcomes import Done, Later, Outcome, Stopped
from sync.packages import PackageStatus


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of one job."""

    job: str
    outcome: Outcome

    @property
    def word(self) -> str:
        """done, later or stopped."""
        return type(self.outcome).__name__.lower()

    @property
    def detail(self) -> str | None:
        """Why it was not done: one word, and the entry it is about. Of one that was done, what it noted."""
        if isinstance(self.outcome, Done):
            return self.outcome.note
        if isinstance(self.outcome, Later):
            return self.outcome.reason + (", tried again seldom" if self.outcome.seldom else "")
        where = "" if self.outcome.seq is None else f" at {self.outcome.epoch}/{self.outcome.seq}"
        return self.outcome.code + where


@dataclass(frozen=True, slots=True)
class Summary:
    """One pass: how each job ended, and what still waits."""

    terminal: str
    runs: tuple[JobRun, ...]
    backlog: Backlog
    wiped: bool | None = None
    """Whether the stores were wiped, as the centre had ordered; False: others have them open. None: no such order."""

    @property
    def alarms(self) -> tuple[JobRun, ...]:
        """The jobs that stopped: somebody has to look."""
        return tuple(run for run in self.runs if isinstance(run.outcome, Stopped))

    @property
    def complete(self) -> bool:
        """True if every job did what there was to do."""
        return all(isinstance(run.outcome, Done) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The terminal's own certificate, and how old its list of revoked terminals is (None: there is none)."""

    expires_at: str
    revocations_as_of: str | None
    revoked_terminals: int


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand: the backlog, the last run of each job, the last that was done, the snapshot and its lease.

    `refused`: the newest items that the centre refused. `out_of_service`: why nobody is served, if nobody is.
    `wipe_waits_for`: the job without which an order to wipe is not carried out, if one waits.
    """

    terminal: str
    gateway_url: str
    demo: bool
    backlog: Backlog
    last_runs: tuple[tuple[str, RunRow | None], ...]
    last_done: tuple[tuple[str, RunRow | None], ...]
    refused: tuple[RefusedItem, ...]
    snapshot: Manifest | None
    packages: PackageStatus
    certificate: Certificate
    out_of_service: OutOfService | None
    wipe_waits_for: str | None
