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
    disabled: bool
    """Locked by a person."""
    created_at: str


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong attempts to sign in with one name from one place."""

    failures: int = 0
    lockouts: int = 0
    locked_until: int = 0


@dataclass(frozen=True, slots=True)
class CountedRefusals:
    """So many more refused attempts to sign in, for the same reason, than have a row of the audit chain."""

    actor: str
    reason: str
    more: int


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
    def use_step(self, name: str, step: int) -> bool:
        """Use up a time step and all before it; False if it was used already."""

    # wrong attempts to sign in, by place

    def attempts(self, name: str, source: bytes) -> Attempts: ...
    def set_attempts(self, name: str, source: bytes, attempts: Attempts, *, forget_at: int) -> None: ...
    def forget_attempts(self, name: str, source: bytes | None = None) -> None:
        """Of one place, or of all."""

    def know_place(self, name: str, source: bytes, *, forget_at: int) -> None:
        """Somebody signed in rightly with this name from there."""

    def knows_place(self, name: str, source: bytes) -> bool: ...
    def forget_outdated_attempts(self, now: int) -> None:
        """Attempts and places whose time is over."""

    def locked_until(self, name: str) -> int:
        """The latest end of a lock that wrong attempts from some place brought about; 0 if there was none."""

    # sessions

    def open_session(self, session: StaffSession) -> None: ...
    def session(self, id_hash: bytes) -> StaffSession | None: ...
    def touch_session(self, id_hash: bytes, at: int) -> None: ...
    def count_wrong(self, id_hash: bytes) -> int:
        """One more wrong code or password in this session; how many those are."""

    def forget_wrong(self, id_hash: bytes) -> None: ...
    def end_session(self, id_hash: bytes) -> None: ...
    def end_sessions_of(self, name: str) -> None: ...

    # audit

    def last_audit(self) -> AuditRow | None: ...
    def add_audit(self, row: AuditRow) -> None: ...
    def audit_before(self, n: int, limit: int) -> Sequence[AuditRow]:
        """Up to `limit` rows with smaller numbers, the newest first."""

    def whole_audit(self) -> Iterator[AuditRow]:
        """All rows in order."""

    def count_refusal(self, actor: str, reason: str, minute: int) -> int:
        """Count one more; answers how many were counted before it in this minute."""

    def take_refusals(self, minute: int) -> Sequence[CountedRefusals]:
        """What was counted in other minutes; it is forgotten here."""
