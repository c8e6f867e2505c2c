"""Signing in: name, password and a code at once, one answer for every way of being wrong.

An attempt is counted as wrong before the password is looked at and taken back when it was right: a hundred attempts at
the same moment are then five (`attempts`). Unknown and locked accounts take as long as any other. The slow hash runs
outside every transaction, for terminals write to the same file.

Who is signed in is not touched by what others try: wrong codes within a session are counted in the session, and five
end it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sync.gateway.staff.attempts import ATTEMPTS, LOCKED, forgiven, refused_or_counted
from sync.gateway.staff.audit import NOBODY, Act, Result
from sync.gateway.staff.door import Door
from sync.gateway.staff.passwords import MAX_CHARACTERS, STAND_IN, matches
from sync.gateway.staff.records import record, record_refused_sign_in
from sync.gateway.staff.second_factor import SecretUnreadable, opened, step_of
from sync.gateway.staff.sessions import Present, present, right_in, started, wrong_in
from sync.gateway.staff.store import NAME, Account, StaffStore
from sync.gateway.store import Store

UNREADABLE: Final = "factor-unreadable"
SIGNED_OUT: Final = "signed-out"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and where."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    source: bytes = field(repr=False)


def sign_in(attempt: Attempt, store: Store, door: Door, now: datetime) -> str | None:
    """The new session's id for the browser, or None. Every attempt is in the audit chain.

    Raises SecretUnreadable, and only for the right password: to anybody else it would say that there is such a name.
    """
    with store.transaction():
        before = store.staff.account(attempt.name) if NAME.fullmatch(attempt.name) else None
        name = NOBODY if before is None else before.name
        refused, locks = refused_or_counted(store.staff, name, attempt.source, now)
    password = attempt.password[: MAX_CHARACTERS + 1]
    right = matches(password, STAND_IN if before is None else before.password)
    with store.transaction():
        account = None if before is None else store.staff.account(before.name)
        if account is None or before is None:
            record_refused_sign_in(store.staff, door.suite, now, NOBODY, "unknown-name")
            return None
        if refused is not None or account.disabled:
            record_refused_sign_in(store.staff, door.suite, now, account.name, refused or LOCKED)
            return None
        # the password may have been changed while the hash ran
        reason = _wrong_factor(
            account, right and account.password == before.password, attempt.code, store.staff, door, now
        )
        if reason is None:
            forgiven(store.staff, account.name, attempt.source, now)
            record(store.staff, door.suite, now, account.name, Act.SIGN_IN)
            return started(store.staff, account.name, now, door.random)
        record(store.staff, door.suite, now, account.name, Act.SIGN_IN, result=Result.REFUSED, reason=reason)
        if locks:
            record(
                store.staff, door.suite, now, account.name, Act.ACCOUNT_LOCKED,
                subject=account.name, reason="attempts",
            )  # fmt: skip
    if reason == UNREADABLE:
        raise SecretUnreadable(f"the second factor of {account.name} must be reset")
    return None


def unconfirmed(who: Present, code: str, staff: StaffStore, door: Door, now: datetime) -> str | None:
    """Why a code does not confirm an act that cannot be taken back; None if it does.

    A lock by wrong attempts to sign in does not count: anybody who knows a name can bring one about. A wrong code is
    counted in the session.
    """
    account = staff.account(who.account.name)
    if account is None or account.disabled:
        return LOCKED
    tries = wrong_in(staff, who.id)
    if present(staff, who.id, now) is None:
        return SIGNED_OUT
    reason = _wrong_factor(account, True, code, staff, door, now)
    if reason is None:
        right_in(staff, who.id)
    elif tries >= ATTEMPTS:
        end_session(staff, who, door, now)
    return reason


def end_session(staff: StaffStore, who: Present, door: Door, now: datetime) -> None:
    """Whoever sits there is not who signed in."""
    name = who.account.name
    staff.end_sessions_of(name)
    record(staff, door.suite, now, name, Act.SESSION_ENDED, subject=name, reason="attempts")


def _wrong_factor(
    account: Account, password_right: bool, code: str, staff: StaffStore, door: Door, now: datetime
) -> str | None:
    """What is wrong with the two factors; None if both are right, and then the code's step is used up."""
    try:
        # for a wrong password too, or the time would say which of the two was wrong
        step = step_of(code, opened(account.totp, account=account.name, key=door.key), now)
    except SecretUnreadable:
        return UNREADABLE if password_right else "wrong-password"
    if not password_right:
        return "wrong-password"
    if step is None:
        return "wrong-code"
    return None if staff.use_step(account.name, step) else "code-used"
