"""What the staff's rooms keep, as values, and the store they keep it in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sync.gateway.staff.alarms import AlarmStore
from sync.gateway.staff.audit import AuditRow
from sync.gateway.staff.roles import Role

NAME: Final = re.compile(r"[a-z][a-z0-9.-]{1,31}")
"""An account's name: 2 to 32 small letters, digits, dots and dashes, a letter first. An upper-case letter would be a
second spelling of the same person."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. Whole numbers are Unix seconds, or counts."""

    name: str
    roles: frozenset[Role]
    password: str = field(repr=False)
    password_at: int
    must_change: bool
    """Somebody else has seen the password, so it is good for choosing another and for nothing else."""
    totp: bytes = field(repr=False)
    last_step: int
    failures: int
    lockouts: int
    locked_until: int
    disabled: bool
    created_at: str

    def locked(self, now: int) -> bool:
        """Locked by a person, or for a while by wrong attempts."""
        return self.disabled or now < self.locked_until


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in browser; `id_hash` is the SHA-256 of what it holds."""

    id_hash: bytes = field(repr=False)
    account: str
    started_at: int
    used_at: int


class StaffStore(Protocol):
    """Accounts, sessions and the audit chain. Everything is called inside a transaction of the gateway's store."""

    @property
    def alarms(self) -> AlarmStore:
        """Alarms, and who has looked at them."""

    # accounts

    def account(self, name: str) -> Account | None: ...
    def accounts(self) -> Sequence[Account]: ...
    def add_account(self, account: Account) -> None: ...
    def set_password(self, name: str, password: str, at: int, *, must_change: bool) -> None: ...
    def set_totp(self, name: str, totp: bytes) -> None: ...
    def set_roles(self, name: str, roles: frozenset[Role]) -> None: ...
    def set_disabled(self, name: str, *, disabled: bool) -> None: ...
    def set_attempts(self, name: str, *, failures: int, lockouts: int, locked_until: int) -> None: ...
    def use_step(self, name: str, step: int) -> bool:
        """Use up a time step and all before it; False if it was used already."""

    # sessions

    def open_session(self, session: StaffSession) -> None: ...
    def session(self, id_hash: bytes) -> StaffSession | None: ...
    def touch_session(self, id_hash: bytes, at: int) -> None: ...
    def end_session(self, id_hash: bytes) -> None: ...
    def end_sessions_of(self, name: str) -> None: ...

    # audit

    def last_audit(self) -> AuditRow | None: ...
    def add_audit(self, row: AuditRow) -> None: ...
    def audit_before(self, n: int, limit: int) -> Sequence[AuditRow]:
        """Up to `limit` rows with smaller numbers, the newest first."""

    def whole_audit(self) -> Iterator[AuditRow]:
        """All rows in order."""
