"""What the gateway's core asks of a store: rows as frozen values, and the `Store` protocol.

SQLite implements it for one machine; another database would implement the same. Every method is called inside
`transaction()`, one that only reads also inside `reading()`; a transaction that ends without an exception is on disk
before its answer leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from offline_store.chain import ChainEntry, Position
from sync.gateway.case_store import CaseStore, StoredResult
from sync.gateway.client_certificate_store import ClientCertificateStore
from sync.gateway.heartbeat_store import HeartbeatStore
from sync.gateway.packages.store import PackageStore
from sync.gateway.question_store import QuestionStore
from sync.gateway.rewind_store import RewindStore
from sync.gateway.staff.store import StaffStore
from sync.gateway.terminal_certificate_store import TerminalCertificateStore


class StoreUnavailable(Exception):  # noqa: N818 - named by the condition
    """The store takes nothing now: another process holds it too long, or its disk fails. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class EnrolledTerminal:
    """A terminal and the keys it speaks with now. Times as in the chain."""

    number: str
    key: bytes
    fingerprint: str
    seal_key: bytes
    enrolled_at: str
    last_seen_at: str | None


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """An enrolment code as the centre keeps it: enough to check a proof, not enough to enrol."""

    code_id: bytes
    terminal: str
    proof_key: bytes = field(repr=False)
    expires: int
    """Unix seconds."""
    used_by: str | None
    """Fingerprint of the key that was enrolled with it."""
    answer: bytes | None = field(repr=False)
    cancelled: bool = False
    """Before it was used a newer code was made for the same number, or the terminal was revoked."""


@dataclass(frozen=True, slots=True)
class PendingBody:
    """An entry that was received and not yet processed; `sealed` is None if no body came with it."""

    entry: ChainEntry
    sealed: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisteredCertificate:
    """What the register says about one certificate number; no name, no ID number."""

    number: str
    terminal: str
    epoch: int
    seq: int
    item: str
    issued_at: str
    expires_at: str
    pdf_sha256: str
    code_sha256: str
    seal_key_id: str
    state: Literal["known", "revoked"]
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class PublishedSnapshot:
    """A generation on offer: the signed manifest as it is sent, and the name of its package file."""

    generation: int
    manifest: bytes
    file: str
    made_at: str


@dataclass(frozen=True, slots=True)
class FleetRow:
    """One terminal for the operator's overview."""

    number: str
    enrolled_at: str
    last_seen_at: str | None
    entries: int
    pending: int
    refused: int
    alarms: int
    """Those that nobody has acknowledged."""


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One received entry and what became of it by the latest result; `act` is the opened body's JSON, if it was opened.

    `submitted_at`: the act's signed time of capture, from which deadlines count.
    """

    terminal: str
    epoch: int
    seq: int
    kind: str
    at: str
    received_at: str
    state: str
    reason: str | None
    act: str | None = field(repr=False)
    submitted_at: str | None = None
    case_number: str | None = None
    decision: str | None = None


class Store(Protocol):
    """The gateway's memory."""

    @property
    def questions(self) -> QuestionStore:
        """Interactive questions."""

    @property
    def cases(self) -> CaseStore:
        """Cases that acts opened, and results that follow the first."""

    @property
    def heartbeats(self) -> HeartbeatStore:
        """Heartbeats and orders."""

    @property
    def terminal_certificates(self) -> TerminalCertificateStore:
        """Which key of a terminal counts, and what was taken back."""

    @property
    def rewinds(self) -> RewindStore:
        """Entries of forked branches, and whether this store goes on from a backup."""

    @property
    def packages(self) -> PackageStore:
        """Packages of rules, items and texts, and their metadata."""

    @property
    def client_certificates(self) -> ClientCertificateStore:
        """TLS certificates that terminals came with."""

    @property
    def staff(self) -> StaffStore:
        """Accounts, sessions and the audit chain of the gateway's own people."""

    def transaction(self) -> AbstractContextManager[None]:
        """One atomic, durable step; nothing of it is kept if an exception leaves it. May raise StoreUnavailable."""

    def reading(self) -> AbstractContextManager[None]:
        """One look at what stands, for methods that only read. May raise StoreUnavailable."""

    # who

    def terminal(self, number: str) -> EnrolledTerminal | None: ...
    def keys_of(self, number: str) -> tuple[bytes, ...]:
        """Every key the terminal ever had, the present one first."""

    def seen(self, number: str, at: str) -> None: ...
    def use_nonce(self, fingerprint: str, nonce: str, *, until: int, now: int) -> bool:
        """Remember a nonce until a day after that time; False if it was used before. Forgets what is outdated then."""

    def forgotten_until(self, until: int, fingerprint: str) -> int | None:
        """When nonces of this key that ended at this time may have been forgotten: the last such time in one stretch.

        A clock that was set back by more than a day brings such a time again; None is the usual answer.
        """

    def forgotten_after(self, until: int) -> Sequence[tuple[int, int]]:
        """The stretches of such times that have not ended by then: first and last."""

    # enrolment

    def add_code(self, code: IssuedCode) -> None:
        """Keep a new code; unused ones of the same number are cancelled by it."""

    def code(self, code_id: bytes) -> IssuedCode | None: ...
    def enrol(self, terminal: EnrolledTerminal, code_id: bytes, answer: bytes) -> None:
        """The terminal has this key from now on, the code is used up, and this was the answer."""

    # chain

    def head(self, terminal: str, epoch: int) -> Position | None: ...
    def hash_at(self, terminal: str, epoch: int, seq: int) -> bytes | None: ...
    def prev_at(self, terminal: str, epoch: int, seq: int) -> bytes | None: ...
    def opening(self, terminal: str, epoch: int) -> ChainEntry | None:
        """The first entry of an epoch."""

    def openings_after(self, terminal: str, epoch: int) -> Sequence[ChainEntry]:
        """The first entries of the terminal's later epochs."""

    def receive(self, entry: ChainEntry, sealed: bytes | None, at: str) -> None: ...
    def alarm(self, terminal: str, code: str, epoch: int, seq: int, at: str) -> None:
        """Raise it. The same one again is counted and open again, in the same row, once in `ALARM_AGAIN_SECONDS`."""

    # processing

    def pending(self, limit: int) -> Sequence[PendingBody]:
        """In order of receipt."""

    def add_result(
        self,
        entry: ChainEntry,
        state: Literal["accepted", "refused"],
        reason: str | None,
        at: str,
        case_number: str | None = None,
    ) -> None:
        """The entry is processed; its result gets the terminal's next n."""

    def add_act(self, entry: ChainEntry, kind: str, content: bytes) -> None: ...
    def results_after(self, terminal: str, n: int, limit: int) -> Sequence[StoredResult]: ...

    # certificates

    def register(self, certificate: RegisteredCertificate) -> None: ...
    def certificate(self, number: str) -> RegisteredCertificate | None: ...
    def revoke(self, number: str, at: str) -> None: ...
    def revoked_numbers(self) -> Sequence[str]: ...

    # snapshots

    def publish(self, snapshot: PublishedSnapshot) -> None: ...
    def latest_snapshot(self) -> PublishedSnapshot | None: ...
    def snapshot(self, generation: int) -> PublishedSnapshot | None: ...
    def package(self, snapshot: PublishedSnapshot) -> Path | None:
        """The package's file, which never changes; None when it is gone, the folder having been lost."""

    # overview

    def fleet(self) -> Sequence[FleetRow]: ...
    def records(self, limit: int) -> Sequence[RecordRow]:
        """The latest entries, newest last."""
