"""One terminal's jobs on its own disk: each run leaves a row in the journal and one line in the log.

A fault of one job (no network, a refusal, a full disk while the snapshot is loaded) never keeps another from running.
Only a store key that is not the stores' any more ends them all: the process that starts next loads the right one.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

import structlog

from offline_store.chain import ChainEntry, timestamp
from offline_store.delivery import BODY_RETENTION_DAYS, Backlog, Delivery
from offline_store.errors import CountsDiffer, RowRefused, StoreError, WrongKey
from offline_store.journal import delete_uploaded
from offline_store.keys import KeyBuffer, KeyProvider
from offline_store.rekeying import load_store_key
from offline_store.runs import KEPT_DAYS as RUNS_KEPT_DAYS
from offline_store.schema import QuestionRow
from offline_store.serving import in_session
from sync.carrying_out import HEARTBEAT, NOT_SIGNED, TERMINAL_REVOCATIONS, UPLOAD, Orders
from sync.client import jobs
from sync.client.heartbeat import heartbeat
from sync.client.outcomes import Answer, Job, Later, Outcome, Stopped
from sync.client.packages import packages
from sync.client.questions import Ages, questions
from sync.client.renewal import KEY_CHANGED, REVOKED, expires, renewal, terminal_revocations
from sync.client.salvage import WRONG_KEY
from sync.client.salvage import salvage as salvage_job
from sync.client.schedule import INTERVALS, PERSON
from sync.client.session import Session
from sync.former_keys import former_keys_that_signed
from sync.generations import Generations
from sync.moved_aside import MovedAside
from sync.packages import PackageFolder, package_status
from sync.protocol.encoding import canonical_json
from sync.protocol.enrolment import Trust
from sync.protocol.exchange import Request
from sync.protocol.heartbeat import Order
from sync.protocol.messages import FormerKey
from sync.protocol.suites import suite_of_public_key
from sync.renewing import Own
from sync.reports import Certificate, JobRun, Status, Summary
from sync.standing import ABOUT_THE_KEY, judge
from sync.trust import RevocationFile, TerminalRevocationFile, read_trust
from sync.trusted_time import TrustedTime
from sync.vitals import Vitals

SNAPSHOT_FOLDER: Final = "snapshot"
_LOCAL_FAULT: Final = "local-fault"
_AFTER_A_RESTORE: Final = ("salvage", "head")

StartedBy: TypeAlias = Literal["start", "schedule", "poke", "operator"]


class Sender(Protocol):
    """What reaches the gateway."""

    def __call__(self, request: Request) -> Answer: ...
    def end(self) -> None:
        """Wait for no answer any more. From any thread."""

    def close(self) -> None: ...


class Worker:
    """Runs jobs for one data directory. One thread owns it; beside it may stand others for other jobs (`sync.lanes`).

    What the terminal trusts may change beside it, by a renewal or an operator: looked at before each job.
    """

    def __init__(
        self,
        data_dir: Path,
        own: Own,
        session: Session,
        delivery: Delivery,
        store_key: KeyBuffer,
        sender: Sender,
        sender_for: Callable[[str], Sender],
    ) -> None:
        self.terminal: Final = own.trust.terminal
        self._session = session
        self._delivery = delivery
        self._store_key = store_key
        self._sender = sender
        self._sender_for = sender_for
        self._generations = Generations(data_dir / SNAPSHOT_FOLDER, store_key)
        self._moved_aside = MovedAside(data_dir, store_key)
        self._own = own
        self._data_dir = data_dir
        self.orders: Final = Orders(
            data_dir,
            _utc,
            self._drained,
            delivery.audit_names_order,
            self._tell_terminal,
            self._given_up,
            self._waits_for_the_list,
        )
        self._ages = Ages(time.monotonic)
        self._believe(own.trust)
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )

    def all_jobs(self, started_by: StartedBy) -> Summary:
        """One pass, uploads before downloads; an order to wipe is brought as far as it goes."""
        runs = [self.job(name, started_by) for name in INTERVALS]
        while self.orders.wipe_ordered and not self.orders.wipe_due and (wanted := self.orders.take_wanted()):
            runs.extend(self.job(name, started_by) for name in wanted)
        return Summary(self.terminal, tuple(runs), self._delivery.backlog())

    def job(self, name: str, started_by: StartedBy) -> JobRun:
        """Run one job. Its row is written whatever happens, but to a disk that takes nothing.

        Raises WrongKey: the stores' key was changed while this process started, and it holds the old one.
        """
        try:
            run = self._run(name, started_by)
            backlog = self._delivery.backlog()
        except WrongKey:
            raise
        except StoreError as error:
            # a full or busy disk: the next run may find it better; what is fatal, the terminal finds when it opens
            run, backlog = JobRun(name, Later(f"{_LOCAL_FAULT} {type(error).__name__}")), None
        self._report(run, started_by, backlog)
        return run

    def _run(self, name: str, started_by: StartedBy) -> JobRun:
        self._own_again()
        if name not in PERSON:
            self.orders.begin()
        run_id = self._delivery.run_started(name, started_by, self._at())
        outcome: Outcome
        generation = self._delivery.results_generation()
        try:
            outcome = self._session.run(self._made(name))
            if name == "results":
                if self._delivery.results_generation() != generation:
                    # the centre's store may have been restored from a backup: it is told at once what it has lost
                    self.orders.wanted += _AFTER_A_RESTORE
                self._delete_old_rows()
            elif name == "salvage":
                delete_uploaded(self._moved_aside.folder, _retained_since())
        except (CountsDiffer, RowRefused) as error:
            outcome = Stopped(f"package-unfit {type(error).__name__}")
        except WrongKey:
            raise
        except StoreError as error:
            outcome = Later(f"{_LOCAL_FAULT} {type(error).__name__}")
        if isinstance(outcome, Stopped) and outcome.code in ABOUT_THE_KEY and self._own_again():
            # the key was changed beside this job: what the centre said is about the old one
            outcome = Later(KEY_CHANGED, items=outcome.items)
        if name not in PERSON:
            # nobody who waits at the terminal waits for the book of orders too
            self.orders.go_on(name, outcome)
        judge(self._delivery, name, outcome, self._at())
        run = JobRun(name, outcome)
        self._delivery.run_ended(run_id, self._at(), outcome=run.word, items=outcome.items, detail=run.detail)
        return run

    def status(self) -> Status:
        """How things stand."""
        last_runs = {job: self._delivery.last_run(job) for job in INTERVALS}
        refused = any(run is not None and run.detail == REVOKED for run in map(last_runs.get, (UPLOAD, HEARTBEAT)))
        return Status(
            terminal=self.terminal,
            gateway_url=self._trust.gateway_url,
            demo=self._trust.demo,
            backlog=self._delivery.backlog(),
            last_runs=tuple(last_runs.items()),
            last_done=tuple((job, self._delivery.last_run(job, outcome="done")) for job in INTERVALS),
            refused=self._delivery.refused(),
            snapshot=self._generations.manifest(),
            packages=package_status(self._data_dir, self._not_before_known()),
            certificate=self._certificate(),
            out_of_service=self._delivery.out_of_service(),
            wipe_waits_for=self.orders.wipe_waits_for(refused=refused),
        )

    def _certificate(self) -> Certificate:
        listed = self._terminal_revocations.current()
        return Certificate(
            expires_at=timestamp(expires(self._trust)),
            revocations_as_of=None if listed is None else listed.issued_at,
            revoked_terminals=0 if listed is None else len(listed.revoked),
        )

    def end_line(self) -> None:
        """Break off the request under way and let no other through: the process is to end. From any thread."""
        self._sender.end()

    def close(self) -> None:
        """Give connection, files and key back."""
        self._sender.close()
        self._delivery.close()
        self._store_key.close()

    def _made(self, name: str) -> Job:
        if name == "head":
            return jobs.head(self._delivery, _utc)
        if name == "upload":
            return jobs.upload(self._delivery, self.terminal, _utc, self._former_keys)
        if name == "questions":
            key = self._trust.authority_key
            return questions(self._delivery.questions, self.terminal, key, _utc, self._note_question, self._ages)
        if name == "heartbeat":
            return heartbeat(self._vitals, self.terminal, self._trust.authority_key, _utc, os.urandom)
        if name == "salvage":
            generation = self._delivery.results_generation()
            return salvage_job(self._moved_aside, self.terminal, _utc, generation, self._former_keys)
        if name == "results":
            return jobs.results(self._delivery, self.terminal, _utc)
        if name == "snapshot":
            return jobs.snapshot(self._generations, self._trust.package_key, _utc)
        if name == "packages":
            return packages(PackageFolder(self._data_dir), self._not_before_known)
        if name == "renewal":
            return renewal(self._own.renewing, _utc)
        if name == TERMINAL_REVOCATIONS:
            own = self._trust.terminal_key_fingerprint
            return terminal_revocations(self._terminal_revocations, self._trust.authority_key, own, _utc)
        return jobs.revocations(self._revocations, self._trust.issuers, _utc)

    def _former_keys(self, entries: Sequence[ChainEntry]) -> tuple[FormerKey, ...]:
        return former_keys_that_signed(self._data_dir, self._trust, entries)

    def _believe(self, trust: Trust) -> None:
        self._trust = trust
        self._revocations = RevocationFile(self._data_dir, trust)
        self._terminal_revocations = TerminalRevocationFile(self._data_dir, trust)
        self._trusted_time = TrustedTime(self._data_dir, trust)
        self._vitals = Vitals(
            data_dir=self._data_dir,
            delivery=self._delivery,
            orders=self.orders,
            trusted_time=self._trusted_time,
            suite=suite_of_public_key(trust.authority_key).name,
            generation=self._generations.in_use,
        )

    def _own_again(self) -> bool:
        """Trust and key as they are on disk now: renewed by us, or enrolled again by an operator beside us.

        Whether they are others than before.
        """
        if not self._own.look():
            return False
        before, trust = self._trust, self._own.trust
        self._believe(trust)
        self._session.signer = self._own.signer
        if trust.gateway_url != before.gateway_url:
            # the centre has moved: nobody may be left at the old address
            old, self._sender = self._sender, self._sender_for(trust.gateway_url)
            self._session.send = self._sender
            old.close()
        return True

    def _not_before_known(self) -> datetime:
        """The time, but never earlier than what the centre signed: a clock put back brings nothing back to life."""
        known = self._trusted_time.bound()
        return _utc() if known is None else max(_utc(), known)

    def _note_question(self, row: QuestionRow, state: str) -> None:
        """The inbox says what became of it, without a word of what was asked or answered."""
        said = canonical_json({"question": row.id, "kind": row.kind, "state": state}).decode()
        self._delivery.store_inbox("question", said, self._at())

    def _tell_terminal(self, order: Order) -> None:
        self._delivery.store_inbox("order", order.to_wire().decode(), self._at())

    def _drained(self) -> bool:
        """Nothing recorded waits for the centre, here or in a journal that was moved aside, and nobody is served."""
        # first: what a session that ends in between has recorded is counted
        if in_session(self._data_dir, self._store_key.material):
            return False
        return self._delivery.backlog().pending == 0 and not self._moved_aside.can_be_sent()

    def _given_up(self) -> str | None:
        """Journals under a key that is gone keep no wipe from ending; log and centre are told which it takes."""
        given_up = self._moved_aside.cannot_be_sent()
        if not given_up:
            return None
        self._log.error("wipe-gives-up", alarm=True, why=WRONG_KEY, moved_aside=given_up)
        return WRONG_KEY

    def _waits_for_the_list(self) -> None:
        self._log.error("wipe-waits", alarm=True, why=NOT_SIGNED, waits_for=TERMINAL_REVOCATIONS)

    def _delete_old_rows(self) -> None:
        while self._delivery.delete_old_bodies(_retained_since(), limit=200) == 200:
            continue
        self._delivery.delete_old_runs(timestamp(_utc() - timedelta(days=RUNS_KEPT_DAYS)))

    def _report(self, run: JobRun, started_by: str, backlog: Backlog | None) -> None:
        write = self._log.error if isinstance(run.outcome, Stopped) else self._log.info
        write(
            "sync-run",
            alarm=isinstance(run.outcome, Stopped),
            job=run.job,
            started_by=started_by,
            outcome=run.word,
            items=run.outcome.items,
            detail=run.detail,
            pending=backlog.pending if backlog else None,
            oldest_pending_at=backlog.oldest_at if backlog else None,
            awaiting_result=backlog.awaiting_result if backlog else None,
        )

    @staticmethod
    def _at() -> str:
        return timestamp(_utc())


def open_worker(data_dir: Path, keys: KeyProvider, sender_for: Callable[[str], Sender]) -> Worker:
    """The worker of an enrolled terminal. `sender_for` makes a sender for the gateway's address.

    Raises NotEnrolled, and the stores' and keys' errors.
    """
    trust = read_trust(data_dir)
    sender = sender_for(trust.gateway_url)
    with ExitStack() as undone:
        store_key = undone.enter_context(load_store_key(data_dir, keys))
        delivery = undone.enter_context(closing(Delivery(data_dir, store_key.material)))
        own = Own(data_dir, keys)
        session = Session(trust.terminal, own.signer, sender, _utc, os.urandom, measured=delivery.clock_offset)
        worker = Worker(data_dir, own, session, delivery, store_key, sender, sender_for)
        undone.pop_all()
    return worker


def _retained_since() -> str:
    return timestamp(_utc() - timedelta(days=BODY_RETENTION_DAYS))


def _utc() -> datetime:
    return datetime.now(UTC)
