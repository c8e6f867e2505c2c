"""The gateway's store on SQLite (`sync.gateway.store.Store`); packages are files in `snapshots/` beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from offline_store.chain import ChainEntry, Position
from sync.gateway.alarm_row import ALARM_AGAIN_SECONDS
from sync.gateway.case_store import StoredResult
from sync.gateway.packages.sqlite_packages import SqlitePackages
from sync.gateway.sqlite_cases import SqliteCases
from sync.gateway.sqlite_client_certificates import SqliteClientCertificates
from sync.gateway.sqlite_database import Database
from sync.gateway.sqlite_heartbeats import SqliteHeartbeats
from sync.gateway.sqlite_questions import SqliteQuestions
from sync.gateway.sqlite_rewinds import SqliteRewinds
from sync.gateway.sqlite_terminal_certificates import SqliteTerminalCertificates
from sync.gateway.staff.sqlite_staff import SqliteStaff
from sync.gateway.store import (
    EnrolledTerminal,
    FleetRow,
    IssuedCode,
    PendingBody,
    PublishedSnapshot,
    RecordRow,
    RegisteredCertificate,
)

_ENTRY: Final = "c.terminal, c.epoch, c.seq, c.kind, c.at, c.header, c.prev, c.body_commitment, c.hash"


_KEPT_SECONDS: Final = 25 * 3600
"""How long a nonce is remembered after its window. A clock that is set back by less brings nothing again and refuses
nothing: more than a day no terminal would follow it in any case."""
_FORGOTTEN_AT_ONCE: Final = 1000
"""After a long rest a day's nonces are outdated: each request takes its share of them away."""
_STRETCH_SECONDS: Final = 3600
"""Nonces forgotten with no longer pause than this between them are one stretch: rows are few, whatever the traffic."""


class SqliteStore(Database):
    """The gateway's memory in `folder`."""

    def __init__(self, folder: Path, *, create: bool = False, busy_seconds: float = 10.0) -> None:
        super().__init__(folder, create=create, busy_seconds=busy_seconds)
        self._folder = folder
        self.staff: Final = SqliteStaff(self)
        self.packages: Final = SqlitePackages(self)
        self.client_certificates: Final = SqliteClientCertificates(self)
        self.questions: Final = SqliteQuestions(self)
        self.cases: Final = SqliteCases(self)
        self.heartbeats: Final = SqliteHeartbeats(self)
        self.terminal_certificates: Final = SqliteTerminalCertificates(self)
        self.rewinds: Final = SqliteRewinds(self)

    # who

    def terminal(self, number: str) -> EnrolledTerminal | None:
        row = self.one(
            "SELECT t.number, k.key, k.fingerprint, k.seal_key, k.enrolled_at, t.last_seen_at FROM terminal t"
            " JOIN terminal_key k ON k.terminal = t.number WHERE t.number = ? ORDER BY k.id DESC LIMIT 1",
            number,
        )
        return EnrolledTerminal(*row) if row else None

    def keys_of(self, number: str) -> tuple[bytes, ...]:
        return tuple(
            row[0] for row in self.all("SELECT key FROM terminal_key WHERE terminal=? ORDER BY id DESC", number)
        )

    def seen(self, number: str, at: str) -> None:
        self.run("UPDATE terminal SET last_seen_at = ? WHERE number = ?", (at, number))

    def use_nonce(self, fingerprint: str, nonce: str, *, until: int, now: int) -> bool:
        outdated = self.all(
            "SELECT until FROM nonce WHERE until < ? ORDER BY until LIMIT ?", now - _KEPT_SECONDS, _FORGOTTEN_AT_ONCE
        )
        if outdated:
            self._forget_nonces(outdated[0][0], outdated[-1][0])
        return self.run("INSERT OR IGNORE INTO nonce VALUES (?, ?)", (until, fingerprint[:8] + nonce)) == 1

    def forgotten_until(self, until: int, fingerprint: str) -> int | None:
        row = self.one(
            "SELECT max(last) FROM forgotten_nonces WHERE first <= ? AND last >= ? AND newest_key >="
            " coalesce((SELECT min(id) FROM terminal_certificate WHERE fingerprint = ?), 0)",
            until, until, fingerprint,
        )  # fmt: skip
        return row[0] if row else None

    def forgotten_after(self, until: int) -> Sequence[tuple[int, int]]:
        return self.all("SELECT first, last FROM forgotten_nonces WHERE last >= ? ORDER BY first", until)

    def _forget_nonces(self, first: int, last: int) -> None:
        """Delete them, and remember the stretch of time they were of; one that follows soon is the same stretch."""
        self.run("DELETE FROM nonce WHERE until BETWEEN ? AND ?", (first, last))
        near = self.one(
            "SELECT min(first), max(last) FROM forgotten_nonces WHERE first <= ? AND last >= ?",
            last + _STRETCH_SECONDS,
            first - _STRETCH_SECONDS,
        )
        if near is not None and near[0] is not None:
            self.run("DELETE FROM forgotten_nonces WHERE first BETWEEN ? AND ?", near)
            first, last = min(first, near[0]), max(last, near[1])
        self.run(
            "INSERT INTO forgotten_nonces SELECT ?, ?, coalesce(max(id), 0) FROM terminal_certificate", (first, last)
        )

    # enrolment

    def add_code(self, code: IssuedCode) -> None:
        self.run("UPDATE enrolment_code SET cancelled = 1 WHERE terminal = ? AND used_by IS NULL", (code.terminal,))
        self.run(
            "INSERT INTO enrolment_code (code_id, terminal, proof_key, expires, used_by, answer)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (code.code_id, code.terminal, code.proof_key, code.expires, code.used_by, code.answer),
        )

    def code(self, code_id: bytes) -> IssuedCode | None:
        row = self.one(
            "SELECT code_id, terminal, proof_key, expires, used_by, answer, cancelled FROM enrolment_code"
            " WHERE code_id = ?",
            code_id,
        )
        return replace(IssuedCode(*row[:-1]), cancelled=bool(row[-1])) if row else None

    def enrol(self, terminal: EnrolledTerminal, code_id: bytes, answer: bytes) -> None:
        self.run("INSERT OR IGNORE INTO terminal (number) VALUES (?)", (terminal.number,))
        self.run(
            "INSERT INTO terminal_key (terminal, key, fingerprint, seal_key, enrolled_at) VALUES (?, ?, ?, ?, ?)",
            (terminal.number, terminal.key, terminal.fingerprint, terminal.seal_key, terminal.enrolled_at),
        )
        self.run(
            "UPDATE enrolment_code SET used_by = ?, answer = ? WHERE code_id = ?",
            (terminal.fingerprint, answer, code_id),
        )

    # chain

    def head(self, terminal: str, epoch: int) -> Position | None:
        row = self.one(
            "SELECT epoch, seq, hash FROM chain WHERE terminal = ? AND epoch = ? ORDER BY seq DESC LIMIT 1",
            terminal,
            epoch,
        )
        return Position(*row) if row else None

    def hash_at(self, terminal: str, epoch: int, seq: int) -> bytes | None:
        row = self.one("SELECT hash FROM chain WHERE terminal = ? AND epoch = ? AND seq = ?", terminal, epoch, seq)
        return row[0] if row else None

    def prev_at(self, terminal: str, epoch: int, seq: int) -> bytes | None:
        row = self.one("SELECT prev FROM chain WHERE terminal = ? AND epoch = ? AND seq = ?", terminal, epoch, seq)
        return row[0] if row else None

    def opening(self, terminal: str, epoch: int) -> ChainEntry | None:
        row = self.one(
            f"SELECT {_ENTRY} FROM chain c WHERE terminal = ? AND epoch = ? AND seq = 1",  # noqa: S608 - constant
            terminal, epoch,
        )  # fmt: skip
        return ChainEntry(*row) if row else None

    def openings_after(self, terminal: str, epoch: int) -> Sequence[ChainEntry]:
        rows = self.all(
            f"SELECT {_ENTRY} FROM chain c WHERE terminal = ? AND epoch > ? AND seq = 1 ORDER BY epoch",  # noqa: S608 - constant
            terminal, epoch,
        )  # fmt: skip
        return [ChainEntry(*row) for row in rows]

    def receive(self, entry: ChainEntry, sealed: bytes | None, at: str) -> None:
        place = (entry.terminal, entry.epoch, entry.seq)
        self.run(
            "INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*place, entry.kind, entry.at, entry.header, entry.prev, entry.body_commitment, entry.hash, at),
        )
        if sealed is not None:
            self.run("INSERT INTO body VALUES (?, ?, ?, ?)", (*place, sealed))
        self.run("INSERT INTO pending (terminal, epoch, seq) VALUES (?, ?, ?)", place)

    def alarm(self, terminal: str, code: str, epoch: int, seq: int, at: str) -> None:
        self.run(
            "INSERT INTO alarm (at, terminal, code, epoch, seq) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (terminal, code, epoch, seq) DO UPDATE SET times = times + 1, last_at = excluded.at"
            " WHERE abs(unixepoch(excluded.at) - unixepoch(coalesce(last_at, at))) >= ?",
            (at, terminal, code, epoch, seq, ALARM_AGAIN_SECONDS),
        )

    # processing

    def pending(self, limit: int) -> Sequence[PendingBody]:
        rows = self.all(
            f"SELECT {_ENTRY}, b.sealed FROM pending p JOIN chain c USING (terminal, epoch, seq)"  # noqa: S608 - constant
            " LEFT JOIN body b USING (terminal, epoch, seq) ORDER BY p.id LIMIT ?",
            limit,
        )
        return [PendingBody(ChainEntry(*row[:-1]), row[-1]) for row in rows]

    def add_result(
        self,
        entry: ChainEntry,
        state: Literal["accepted", "refused"],
        reason: str | None,
        at: str,
        case_number: str | None = None,
    ) -> None:
        place = (entry.terminal, entry.epoch, entry.seq)
        self.cases.add_result(
            StoredResult(0, entry.epoch, entry.seq, entry.hash, state, reason, at, case_number, None, None),
            entry.terminal,
        )
        self.run("DELETE FROM pending WHERE terminal = ? AND epoch = ? AND seq = ?", place)

    def add_act(self, entry: ChainEntry, kind: str, content: bytes) -> None:
        self.run(
            "INSERT INTO act (terminal, epoch, seq, type, content, submitted_at) VALUES (?, ?, ?, ?, ?, ?)",
            (entry.terminal, entry.epoch, entry.seq, kind, content, entry.at),
        )

    def results_after(self, terminal: str, n: int, limit: int) -> Sequence[StoredResult]:
        rows = self.all(
            "SELECT r.n, r.epoch, r.seq, c.hash, r.state, r.reason, r.processed_at, r.case_number, r.decision,"
            " r.correction FROM result r JOIN chain c USING (terminal, epoch, seq) WHERE r.terminal = ? AND r.n > ?"
            " ORDER BY r.n LIMIT ?",
            terminal, n, limit,
        )  # fmt: skip
        return [StoredResult(*row) for row in rows]

    # certificates

    def register(self, certificate: RegisteredCertificate) -> None:
        c = certificate
        self.run(
            "INSERT INTO register VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                c.number, c.terminal, c.epoch, c.seq, c.item, c.issued_at, c.expires_at,
                c.pdf_sha256, c.code_sha256, c.seal_key_id, c.state, c.revoked_at,
            ),
        )  # fmt: skip

    def certificate(self, number: str) -> RegisteredCertificate | None:
        row = self.one("SELECT * FROM register WHERE number = ?", number)
        return RegisteredCertificate(*row) if row else None

    def revoke(self, number: str, at: str) -> None:
        self.run("UPDATE register SET state = 'revoked', revoked_at = ? WHERE number = ?", (at, number))

    def revoked_numbers(self) -> Sequence[str]:
        return [row[0] for row in self.all("SELECT number FROM register WHERE state = 'revoked' ORDER BY number")]

    # snapshots

    def publish(self, snapshot: PublishedSnapshot) -> None:
        self.run(
            "INSERT INTO snapshot VALUES (?, ?, ?, ?)",
            (snapshot.generation, snapshot.manifest, snapshot.file, snapshot.made_at),
        )

    def latest_snapshot(self) -> PublishedSnapshot | None:
        row = self.one("SELECT generation, manifest, file, made_at FROM snapshot ORDER BY generation DESC LIMIT 1")
        return PublishedSnapshot(*row) if row else None

    def snapshot(self, generation: int) -> PublishedSnapshot | None:
        row = self.one("SELECT generation, manifest, file, made_at FROM snapshot WHERE generation = ?", generation)
        return PublishedSnapshot(*row) if row else None

    def package(self, snapshot: PublishedSnapshot) -> Path | None:
        file = self._folder / "snapshots" / snapshot.file
        return file if file.is_file() else None

    # overview

    def fleet(self) -> Sequence[FleetRow]:
        rows = self.all(
            "SELECT t.number,"
            " (SELECT max(enrolled_at) FROM terminal_key k WHERE k.terminal = t.number), t.last_seen_at,"
            " (SELECT count(*) FROM chain c WHERE c.terminal = t.number),"
            " (SELECT count(*) FROM pending p WHERE p.terminal = t.number),"
            " (SELECT count(*) FROM result r WHERE r.terminal = t.number AND r.state = 'refused' AND NOT EXISTS"
            " (SELECT 1 FROM result l WHERE (l.terminal, l.epoch, l.seq) = (r.terminal, r.epoch, r.seq)"
            " AND l.n > r.n)),"
            " (SELECT count(*) FROM alarm a WHERE a.terminal = t.number AND NOT EXISTS"
            " (SELECT 1 FROM alarm_acknowledgement k WHERE (k.alarm, k.times) = (a.id, a.times)))"
            " FROM terminal t ORDER BY t.number"
        )
        return [FleetRow(*row) for row in rows]

    def records(self, limit: int) -> Sequence[RecordRow]:
        rows = self.all(
            "SELECT c.terminal, c.epoch, c.seq, c.kind, c.at, c.received_at, coalesce(r.state, 'received'), r.reason,"
            " CAST(a.content AS TEXT), a.submitted_at, k.number, k.decision FROM chain c"
            " LEFT JOIN result r ON r.terminal = c.terminal AND r.n = (SELECT max(n) FROM result l"
            " WHERE l.terminal = c.terminal AND l.epoch = c.epoch AND l.seq = c.seq)"
            " LEFT JOIN act a ON (a.terminal, a.epoch, a.seq) = (c.terminal, c.epoch, c.seq)"
            " LEFT JOIN opened_case k ON (k.terminal, k.epoch, k.seq) = (c.terminal, c.epoch, c.seq)"
            " ORDER BY c.received_at DESC, c.terminal DESC, c.epoch DESC, c.seq DESC LIMIT ?",
            limit,
        )
        return [RecordRow(*row) for row in reversed(rows)]
