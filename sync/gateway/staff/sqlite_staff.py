"""The staff's store on the gateway's SQLite file (`sync.gateway.staff.store.StaffStore`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from sync.gateway.sqlite_database import Database
from sync.gateway.staff.audit import AuditRow
from sync.gateway.staff.roles import Role
from sync.gateway.staff.sqlite_alarms import SqliteAlarms
from sync.gateway.staff.store import Account, Attempts, CountedRefusals, StaffSession
from sync.protocol.suites import SuiteName

_ACCOUNT: Final = (
    "SELECT name, roles, password, password_at, must_change, totp, last_step, disabled, created_at FROM staff_account"
)
_AUDIT: Final = (
    "SELECT n, CAST(at AS BLOB), CAST(actor AS BLOB), CAST(act AS BLOB), CAST(subject AS BLOB), CAST(result AS BLOB),"
    " CAST(reason AS BLOB), CAST(suite AS BLOB), CAST(prev AS BLOB), CAST(hash AS BLOB) FROM staff_audit"
)
"""As octets: a row that somebody changed may hold anything, and it is the one that must be read."""
_AUDIT_STRIDE: Final = 1000


class SqliteStaff:
    """Accounts, sessions and the audit chain in `gateway.db`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.alarms: Final = SqliteAlarms(database)

    # accounts

    def account(self, name: str) -> Account | None:
        row = self._database.one(_ACCOUNT + " WHERE name = ?", name)
        return _account(row) if row else None

    def accounts(self) -> Sequence[Account]:
        return [_account(row) for row in self._database.all(_ACCOUNT + " ORDER BY name")]

    def add_account(self, account: Account) -> None:
        a = account
        self._database.run(
            "INSERT INTO staff_account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                a.name, _roles(a.roles), a.password, a.password_at, a.must_change, a.totp, a.last_step, a.disabled,
                a.created_at,
            ),
        )  # fmt: skip

    def set_password(self, name: str, password: str, at: int, *, must_change: bool) -> None:
        self._database.run(
            "UPDATE staff_account SET password = ?, password_at = ?, must_change = ? WHERE name = ?",
            (password, at, must_change, name),
        )

    def set_totp(self, name: str, totp: bytes) -> None:
        self._database.run("UPDATE staff_account SET totp = ?, last_step = 0 WHERE name = ?", (totp, name))

    def set_roles(self, name: str, roles: frozenset[Role]) -> None:
        self._database.run("UPDATE staff_account SET roles = ? WHERE name = ?", (_roles(roles), name))

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        self._database.run("UPDATE staff_account SET disabled = ? WHERE name = ?", (disabled, name))

    def use_step(self, name: str, step: int) -> bool:
        return (
            self._database.run(
                "UPDATE staff_account SET last_step = ? WHERE name = ? AND last_step < ?", (step, name, step)
            )
            == 1
        )

    # wrong attempts to sign in

    def attempts(self, name: str, source: bytes) -> Attempts:
        row = self._database.one(
            "SELECT failures, lockouts, locked_until FROM staff_attempt WHERE account = ? AND source = ?", name, source
        )
        return Attempts(*row) if row else Attempts()

    def set_attempts(self, name: str, source: bytes, attempts: Attempts, *, forget_at: int) -> None:
        a = attempts
        self._database.run(
            "INSERT OR REPLACE INTO staff_attempt VALUES (?, ?, ?, ?, ?, ?)",
            (name, source, a.failures, a.lockouts, a.locked_until, forget_at),
        )

    def forget_attempts(self, name: str, source: bytes | None = None) -> None:
        self._database.run(
            "DELETE FROM staff_attempt WHERE account = ?1 AND (?2 IS NULL OR source = ?2)", (name, source)
        )

    def forget_outdated_attempts(self, now: int) -> None:
        self._database.run("DELETE FROM staff_attempt WHERE forget_at < ?", (now,))
        self._database.run("DELETE FROM staff_place WHERE forget_at < ?", (now,))

    def know_place(self, name: str, source: bytes, *, forget_at: int) -> None:
        self._database.run("INSERT OR REPLACE INTO staff_place VALUES (?, ?, ?)", (name, source, forget_at))

    def knows_place(self, name: str, source: bytes) -> bool:
        return (
            self._database.one("SELECT 1 FROM staff_place WHERE (account, source) = (?, ?)", name, source) is not None
        )

    def locked_until(self, name: str) -> int:
        row = self._database.one("SELECT coalesce(max(locked_until), 0) FROM staff_attempt WHERE account = ?", name)
        return int(row[0]) if row else 0

    # sessions

    def open_session(self, session: StaffSession) -> None:
        self._database.run(
            "INSERT INTO staff_session (id_hash, account, started_at, used_at) VALUES (?, ?, ?, ?)",
            (session.id_hash, session.account, session.started_at, session.used_at),
        )

    def session(self, id_hash: bytes) -> StaffSession | None:
        row = self._database.one(
            "SELECT id_hash, account, started_at, used_at FROM staff_session WHERE id_hash = ?", id_hash
        )
        return StaffSession(*row) if row else None

    def touch_session(self, id_hash: bytes, at: int) -> None:
        self._database.run("UPDATE staff_session SET used_at = ? WHERE id_hash = ?", (at, id_hash))

    def count_wrong(self, id_hash: bytes) -> int:
        row = self._database.one(
            "UPDATE staff_session SET failures = failures + 1 WHERE id_hash = ? RETURNING failures", id_hash
        )
        return int(row[0]) if row else 0

    def forget_wrong(self, id_hash: bytes) -> None:
        self._database.run("UPDATE staff_session SET failures = 0 WHERE id_hash = ?", (id_hash,))

    def end_session(self, id_hash: bytes) -> None:
        self._database.run("DELETE FROM staff_session WHERE id_hash = ?", (id_hash,))

    def end_sessions_of(self, name: str) -> None:
        self._database.run("DELETE FROM staff_session WHERE account = ?", (name,))

    # audit

    def last_audit(self) -> AuditRow | None:
        row = self._database.one(_AUDIT + " ORDER BY n DESC LIMIT 1")
        return _audit_row(row) if row else None

    def add_audit(self, row: AuditRow) -> None:
        self._database.run(
            "INSERT INTO staff_audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row.n, row.at, row.actor, row.act, row.subject, row.result, row.reason, row.suite, row.prev, row.hash),
        )

    def audit_before(self, n: int, limit: int) -> Sequence[AuditRow]:
        rows = self._database.all(_AUDIT + " WHERE n < ? ORDER BY n DESC LIMIT ?", n, limit)
        return [_audit_row(row) for row in rows]

    def whole_audit(self) -> Iterator[AuditRow]:
        after = -(2**63)
        while rows := self._database.all(_AUDIT + " WHERE n > ? ORDER BY n LIMIT ?", after, _AUDIT_STRIDE):
            yield from (_audit_row(row) for row in rows)
            after = rows[-1][0]

    def count_refusal(self, actor: str, reason: str, minute: int) -> int:
        row = self._database.one(
            "INSERT INTO staff_refusal VALUES (?, ?, ?, 0)"
            " ON CONFLICT (actor, reason) DO UPDATE SET more = more + 1 RETURNING more",
            actor, reason, minute,
        )  # fmt: skip
        return int(row[0]) if row else 0

    def take_refusals(self, minute: int) -> Sequence[CountedRefusals]:
        rows = self._database.all(
            "SELECT actor, reason, more FROM staff_refusal WHERE minute <> ? ORDER BY actor, reason", minute
        )
        self._database.run("DELETE FROM staff_refusal WHERE minute <> ?", (minute,))
        return [CountedRefusals(*row) for row in rows]


def _account(row: tuple[Any, ...]) -> Account:
    roles = frozenset(Role(word) for word in row[1].split())
    return Account(
        name=row[0], roles=roles, password=row[2], password_at=row[3], must_change=bool(row[4]), totp=row[5],
        last_step=row[6], disabled=bool(row[7]), created_at=row[8],
    )  # fmt: skip


def _audit_row(row: tuple[Any, ...]) -> AuditRow:
    at, actor, act, subject, result, reason, suite = (octets.decode(errors="backslashreplace") for octets in row[1:8])
    # a suite that is none is found out with the row's contents
    return AuditRow(row[0], at, actor, act, subject, result, reason, cast(SuiteName, suite), *row[8:])


def _roles(roles: frozenset[Role]) -> str:
    return " ".join(sorted(roles))
