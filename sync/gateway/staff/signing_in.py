"""Signing in: name, password and a code at once, one answer for every way of being wrong.

An attempt is counted as wrong before the password is looked at and taken back when it was right: a hundred attempts at
the same moment are then five. Five wrong ones lock the account for 15 minutes, the next five for 30, and so on up to a
day. Unknown and locked accounts take as long as any other. The slow hash runs outside every transaction, for terminals
write to the same file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sync.gateway.staff.audit import NOBODY, Act, Result
from sync.gateway.staff.door import Door
from sync.gateway.staff.passwords import MAX_CHARACTERS, STAND_IN, matches
from sync.gateway.staff.records import record
from sync.gateway.staff.second_factor import SecretUnreadable, opened, step_of
from sync.gateway.staff.sessions import started
from sync.gateway.staff.store import NAME, Account, StaffStore
from sync.gateway.store import Store

ATTEMPTS: Final = 5
LOCK_SECONDS: Final = 15 * 60
MAX_LOCK_SECONDS: Final = 86_400
_UNREADABLE: Final = "factor-unreadable"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed."""

    name: str
    password: str
    code: str


def sign_in(attempt: Attempt, store: Store, door: Door, now: datetime) -> str | None:
    """The new session's id for the browser, or None. Every attempt leaves a row in the audit chain.

    Raises SecretUnreadable, and only for the right password: to anybody else it would say that there is such a name.
    """
    with store.transaction():
        before = store.staff.account(attempt.name) if NAME.fullmatch(attempt.name) else None
        allowed = before is not None and not before.locked(int(now.timestamp()))
        locks = allowed and before is not None and count_attempt(store.staff, before, now)
    password = attempt.password[: MAX_CHARACTERS + 1]
    right = matches(password, STAND_IN if before is None else before.password)
    with store.transaction():
        account = None if before is None else store.staff.account(before.name)
        if account is None or before is None:
            _refuse(store.staff, door, now, NOBODY, "unknown-name")
            return None
        if not allowed or account.disabled:
            _refuse(store.staff, door, now, account.name, "locked")
            return None
        # the password may have been changed while the hash ran
        reason = _wrong_factor(
            account, right and account.password == before.password, attempt.code, store.staff, door, now
        )
        if reason is None:
            store.staff.set_attempts(account.name, failures=0, lockouts=0, locked_until=0)
            record(store.staff, door.suite, now, account.name, Act.SIGN_IN)
            return started(store.staff, account.name, now, door.random)
        _refuse(store.staff, door, now, account.name, reason)
        if locks:
            _locked(store.staff, door, now, account.name)
    if reason == _UNREADABLE:
        raise SecretUnreadable(f"the second factor of {account.name} must be reset")
    return None


def confirmed(account_name: str, code: str, staff: StaffStore, door: Door, now: datetime) -> bool:
    """A fresh code before an act that cannot be taken back. A wrong one counts like a wrong sign-in."""
    account = staff.account(account_name)
    if account is None or account.locked(int(now.timestamp())):
        return False
    locks = count_attempt(staff, account, now)
    if _wrong_factor(account, True, code, staff, door, now) is None:
        staff.set_attempts(account.name, failures=0, lockouts=account.lockouts, locked_until=0)
        return True
    if locks:
        # whoever sits there is not who signed in; wrong attempts from outside end nobody's session
        staff.end_sessions_of(account.name)
        _locked(staff, door, now, account.name)
    return False


def count_attempt(staff: StaffStore, account: Account, now: datetime) -> bool:
    """Count one as wrong, for the time being; True if that locks the account."""
    failures = account.failures + 1
    if failures < ATTEMPTS:
        staff.set_attempts(account.name, failures=failures, lockouts=account.lockouts, locked_until=0)
        return False
    seconds = min(LOCK_SECONDS * 2**account.lockouts, MAX_LOCK_SECONDS)
    until = int(now.timestamp()) + seconds
    # no more doublings than it takes to reach a day
    staff.set_attempts(account.name, failures=0, lockouts=min(account.lockouts + 1, 16), locked_until=until)
    return True


def _wrong_factor(
    account: Account, password_right: bool, code: str, staff: StaffStore, door: Door, now: datetime
) -> str | None:
    """What is wrong with the two factors; None if both are right, and then the code's step is used up."""
    try:
        # for a wrong password too, or the time would say which of the two was wrong
        step = step_of(code, opened(account.totp, account=account.name, key=door.key), now)
    except SecretUnreadable:
        return _UNREADABLE if password_right else "wrong-password"
    if not password_right:
        return "wrong-password"
    if step is None:
        return "wrong-code"
    return None if staff.use_step(account.name, step) else "code-used"


def _refuse(staff: StaffStore, door: Door, now: datetime, actor: str, reason: str) -> None:
    record(staff, door.suite, now, actor, Act.SIGN_IN, result=Result.REFUSED, reason=reason)


def _locked(staff: StaffStore, door: Door, now: datetime, name: str) -> None:
    record(staff, door.suite, now, name, Act.ACCOUNT_LOCKED, subject=name, reason="attempts")
