"""Terminals' certificates on SQLite (`sync.gateway.terminal_certificate_store`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sync.gateway.alarm_row import AlarmRow
from sync.gateway.sqlite_database import Database
from sync.gateway.terminal_certificate_store import RETIRED, CertifiedKey, NewKey

_LATEST: Final = "(SELECT fingerprint FROM terminal_key l WHERE l.terminal = c.terminal ORDER BY l.id DESC LIMIT 1)"
_KEY: Final = (
    "SELECT c.id, c.terminal, k.key, k.seal_key, c.fingerprint, c.serial, c.not_before, c.not_after, c.revoked_at,"  # noqa: S608 - constants
    f" c.reason, c.fingerprint = {_LATEST} OR EXISTS (SELECT 1 FROM key_renewal r WHERE r.terminal = c.terminal"
    f" AND r.old = c.fingerprint AND r.new = {_LATEST} AND r.used_at IS NULL),"
    " c.forked_at, c.least_epoch FROM terminal_certificate c"
    " JOIN terminal_key k ON k.id = (SELECT max(id) FROM terminal_key t WHERE t.terminal = c.terminal"
    " AND t.fingerprint = c.fingerprint) "
)


class SqliteTerminalCertificates:
    """See the protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key(self, terminal: str, fingerprint: str) -> CertifiedKey | None:
        found = self._keys(
            "WHERE c.terminal = ? AND c.fingerprint = ? ORDER BY c.id DESC LIMIT 1", terminal, fingerprint
        )
        return found[0] if found else None

    def fingerprints_after(self, row: int) -> Sequence[tuple[int, str]]:
        return self._database.all("SELECT id, fingerprint FROM terminal_key WHERE id > ? ORDER BY id", row)

    def keys(self, terminal: str) -> Sequence[CertifiedKey]:
        return self._keys("WHERE c.terminal = ? ORDER BY c.id DESC", terminal)

    def other_holder(self, terminal: str, fingerprint: str) -> str | None:
        row = self._database.one(
            "SELECT terminal FROM terminal_certificate WHERE fingerprint = ? AND terminal <> ? LIMIT 1",
            fingerprint,
            terminal,
        )
        return str(row[0]) if row else None

    def certify(self, new: NewKey, least_epoch: int) -> None:
        self._database.run(
            "INSERT INTO terminal_certificate"
            " (terminal, fingerprint, serial, not_before, not_after, signed, least_epoch) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (new.terminal, new.fingerprint, new.serial, new.not_before, new.not_after, new.signed, least_epoch),
        )

    def is_revoked(self, terminal: str, fingerprint: str) -> bool:
        row = self._database.one(
            "SELECT 1 FROM terminal_certificate WHERE terminal = ? AND fingerprint = ? AND revoked_at IS NOT NULL",
            terminal,
            fingerprint,
        )
        return row is not None

    def seal_is_revoked(self, seal_key: bytes) -> bool:
        row = self._database.one(
            "SELECT 1 FROM terminal_certificate c JOIN terminal_key k USING (terminal, fingerprint)"
            " WHERE c.revoked_at IS NOT NULL AND c.reason <> ? AND k.seal_key = ? LIMIT 1",
            RETIRED,
            seal_key,
        )
        return row is not None

    def mark_forked(self, terminal: str, epoch: int, at: str) -> None:
        self._database.run(
            "UPDATE terminal_certificate SET forked_at = ?"
            " WHERE terminal = ? AND least_epoch <= ? AND forked_at IS NULL",
            (at, terminal, epoch),
        )

    def revoke(self, terminal: str, at: str, reason: str) -> int:
        # what reaches the centre only later must not be of use to whoever holds the machine
        self._database.run(
            "UPDATE question SET state = 'expired', settled_at = ?, content = NULL"
            " WHERE terminal = ? AND state = 'waiting'",
            (at, terminal),
        )
        self._database.run(
            "UPDATE enrolment_code SET cancelled = 1 WHERE terminal = ? AND used_by IS NULL", (terminal,)
        )
        taken = self._database.run(
            "UPDATE terminal_certificate SET revoked_at = ?, reason = ? WHERE terminal = ? AND revoked_at IS NULL",
            (at, reason, terminal),
        )
        if taken or reason == RETIRED:
            return taken
        return self._database.run(
            "UPDATE terminal_certificate SET revoked_at = ?, reason = ? WHERE reason = ?"
            " AND id = (SELECT max(id) FROM terminal_certificate WHERE terminal = ?)",
            (at, reason, RETIRED, terminal),
        )

    def revoked(self) -> Sequence[CertifiedKey]:
        return self._keys("WHERE c.revoked_at IS NOT NULL ORDER BY c.serial")

    def renewed(self, terminal: str, old: str, new: str) -> bytes | None:
        row = self._database.one(
            "SELECT answer FROM key_renewal WHERE terminal = ? AND old = ? AND new = ?", terminal, old, new
        )
        return row[0] if row else None

    def renew(self, new: NewKey, old: str, answer: bytes) -> None:
        self._database.run(
            "INSERT INTO terminal_key (terminal, key, fingerprint, seal_key, enrolled_at) VALUES (?, ?, ?, ?, ?)",
            (new.terminal, new.key, new.fingerprint, new.seal_key, new.at),
        )
        before = self.key(new.terminal, old)
        self.certify(new, 1 if before is None else before.least_epoch)
        self._database.run(
            "INSERT OR REPLACE INTO key_renewal (terminal, old, new, answer, asked_at) VALUES (?, ?, ?, ?, ?)",
            (new.terminal, old, new.fingerprint, answer, new.at),
        )

    def used(self, terminal: str, fingerprint: str, at: str) -> None:
        self._database.run(
            "UPDATE key_renewal SET used_at = ? WHERE terminal = ? AND new = ? AND used_at IS NULL",
            (at, terminal, fingerprint),
        )

    def enrolled_at(self, terminal: str) -> str:
        row = self._database.one(
            "SELECT k.enrolled_at FROM terminal_key k WHERE k.terminal = ? AND NOT EXISTS (SELECT 1 FROM key_renewal r"
            " WHERE r.terminal = k.terminal AND r.new = k.fingerprint) ORDER BY k.id DESC LIMIT 1",
            terminal,
        )
        return row[0] if row else ""

    def last_epoch(self, terminal: str) -> int:
        row = self._database.one("SELECT coalesce(max(epoch), 0) FROM chain WHERE terminal = ?", terminal)
        return int(row[0]) if row else 0

    def alarms(self, terminal: str) -> Sequence[AlarmRow]:
        rows = self._database.all(
            "SELECT at, terminal, code, epoch, seq, last_seq, times, coalesce(last_at, at) FROM alarm"
            " WHERE terminal = ? ORDER BY id",
            terminal,
        )
        return [AlarmRow(*row) for row in rows]

    def _keys(self, where: str, *values: object) -> list[CertifiedKey]:
        rows = self._database.all(_KEY + where, *values)
        return [CertifiedKey(*(*row[:10], bool(row[10]), *row[11:])) for row in rows]
