"""The line between terminal and centre, and the sync process at the terminal's end of it, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from night.centre import CentralPlatform
from night.when import LifeSpan, NightClock

from drivers.scheduler import Scheduled, VirtualScheduler
from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.errors import NoSnapshot, StoreError
from offline_store.keys import KeyProvider
from offline_store.runs import Run
from offline_store.schema import Manifest, SnapshotRow
from offline_store.snapshot import Snapshot, build_generation, remove_old_generations
from sync.client import jobs
from sync.client.outcomes import Answer, Job, Later, NoAnswer, Outcome, Stopped
from sync.client.renewal import terminal_revocations
from sync.client.schedule import INTERVALS, Schedule
from sync.protocol.exchange import Request, Response
from sync.protocol.signatures import NONCE_BYTES, sign
from sync.terminal_keys import load_signer
from sync.trust import RevocationFile, TerminalRevocationFile, read_trust

_UNREACHABLE_SECONDS = 5.0
_PATIENCE_SECONDS = 30.0

JOBS = ("upload", "head", "results", "revocations", "terminal-revocations", "snapshot")
"""What a night's sync process does; nobody asks the centre anything, and no certificate ends in one."""


class Line:
    """Slow, lossy, sometimes down, sometimes a captive portal."""

    def __init__(self, scheduler: VirtualScheduler, chance: Random, centre: CentralPlatform) -> None:
        self._scheduler = scheduler
        self._chance = chance
        self._centre = centre
        self.up = True
        self.portal = False
        self.lossy = True

    def send(self, request: Request, done: Callable[[Answer], None]) -> None:
        """`done` is called once, later."""
        there, back = self._chance.uniform(0.02, 1.5), self._chance.uniform(0.02, 1.5)
        draw = self._chance.random()
        if not self.up:
            self._later(_UNREACHABLE_SECONDS, lambda: done(NoAnswer("unreachable")))
        elif self.portal:
            self._later(there, lambda: done(Response(200, {"content-type": "text/html"}, b"<html>Log in</html>")))
        elif self.lossy and draw < 0.04:
            self._later(_PATIENCE_SECONDS, lambda: done(NoAnswer("timeout")))
        elif self.lossy and draw < 0.06:
            self._later(there, lambda: done(Response(503, {"retry-after": "7"}, b"")))
        else:
            lost = self.lossy and draw < 0.13
            self._later(there, lambda: self._arrived(request, back, done, lost=lost))

    def _arrived(self, request: Request, back: float, done: Callable[[Answer], None], *, lost: bool) -> None:
        answer = self._centre.answer(request)
        if lost or not self.up:
            self._later(_PATIENCE_SECONDS, lambda: done(NoAnswer("timeout")))
        else:
            self._later(back, lambda: done(answer))

    def _later(self, seconds: float, function: Callable[[], None]) -> None:
        self._scheduler.call_later(seconds, function)


class _Generations:
    """The snapshot's folder for the snapshot job."""

    def __init__(self, root: Path, key: bytearray) -> None:
        self._root = root
        self._key = key

    def generation(self) -> int:
        try:
            return Snapshot(self._root, self._key).manifest().generation
        except NoSnapshot:
            return 0

    def load(self, manifest: Manifest, rows: Iterable[SnapshotRow]) -> None:
        build_generation(self._root, self._key, manifest, rows)
        remove_old_generations(self._root)


class SyncClient:
    """The production's jobs and schedule; between a request and its answer virtual time passes and others work."""

    def __init__(
        self,
        root: Path,
        keys: KeyProvider,
        line: Line,
        clock: NightClock,
        scheduler: VirtualScheduler,
        chance: Random,
        stopped: list[Stopped],
    ) -> None:
        """`stopped` gets every outcome that raises an alarm."""
        self._trust = read_trust(root)
        self._key = keys.load("store", length=32)
        self._signer = load_signer(keys)
        self.delivery = Delivery(root, self._key.material)
        self._generations = _Generations(root / "snapshot", self._key.material)
        self._revocations = RevocationFile(root, self._trust)
        self._terminal_revocations = TerminalRevocationFile(root, self._trust)
        self._line = line
        self._clock = clock
        self._scheduler = LifeSpan(scheduler)
        self._chance = chance
        intervals = {job: INTERVALS[job] for job in JOBS}
        self._schedule = Schedule(self._trust.terminal, chance.random, scheduler.now(), intervals)
        self._busy: str | None = None
        self._timer: Scheduled | None = None
        self._stopped = stopped
        self._turn()

    def poke(self) -> None:
        """Something urgent was written."""
        self._schedule.poke(self._scheduler.now())
        if self._busy is None:
            self._turn()

    def _turn(self) -> None:
        """Run what is due, one job after the other; else sleep until something is."""
        if self._timer is not None:
            self._timer.cancel()
        due = self._schedule.due(self._scheduler.now())
        if not due:
            self._timer = self._scheduler.call_at(self._schedule.next_at(), self._turn)
            return
        self._busy = due[0]
        run = self.delivery.run_started(self._busy, "schedule", timestamp(self._clock.utc()))
        self._resume(self._made(self._busy), None, run)

    def _resume(self, job: Job, answer: Answer | None, run: Run) -> None:
        try:
            request = next(job) if answer is None else job.send(answer)
        except StopIteration as end:
            self._over(end.value, run)
        except StoreError as error:
            self._over(Later(f"local-fault {type(error).__name__}"), run)
        else:
            signed = sign(
                request,
                self._signer,
                terminal=self._trust.terminal,
                now=int(self._clock.utc().timestamp()),
                nonce=self._chance.randbytes(NONCE_BYTES),
            )
            self._line.send(signed, lambda answer: self._answered(job, answer, run))

    def _answered(self, job: Job, answer: Answer, run: int) -> None:
        if self._scheduler.alive:
            self._resume(job, answer, run)

    def _over(self, outcome: Outcome, run: Run) -> None:
        assert self._busy is not None
        if isinstance(outcome, Stopped):
            self._stopped.append(outcome)
        word = type(outcome).__name__.lower()
        self.delivery.run_ended(run, timestamp(self._clock.utc()), outcome=word, items=outcome.items)
        self._schedule.finished(self._busy, outcome, self._scheduler.now())
        # work takes time: a slot that falls on this very moment is not due again before it is over
        self._scheduler.call_later(0.001, self._free)

    def _free(self) -> None:
        self._busy = None
        self._turn()

    def _made(self, name: str) -> Job:
        utc = self._clock.utc
        if name == "upload":
            return jobs.upload(self.delivery, self._trust.terminal, utc)
        if name == "head":
            return jobs.head(self.delivery, utc)
        if name == "results":
            return jobs.results(self.delivery, self._trust.terminal, utc)
        if name == "snapshot":
            return jobs.snapshot(self._generations, self._trust.package_key, utc)
        if name == "terminal-revocations":
            own = self._trust.terminal_key_fingerprint
            return terminal_revocations(self._terminal_revocations, self._trust.authority_key, own, utc)
        return jobs.revocations(self._revocations, self._trust.issuers, utc)

    @property
    def all_answered(self) -> bool:
        """Nothing waits for the centre any more."""
        backlog = self.delivery.backlog()
        return self._busy is None and backlog.pending == 0 and backlog.awaiting_result == 0

    def close(self) -> None:
        """The end of the process, in the middle of whatever it was doing."""
        self._scheduler.alive = False
        self.delivery.close()
        self._key.close()
