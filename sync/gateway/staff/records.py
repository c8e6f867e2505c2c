"""Writes a row of the audit chain. Inside the transaction of the act itself: both are kept, or neither.

Rows are for good, so strangers must not be able to make as many as they like: of refused attempts to sign in that
anybody can repeat without end, the first in a minute has a row, and one more row says how many followed it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from offline_store.chain import timestamp
from sync.gateway.staff.audit import Act, AuditRow, Result, follow
from sync.gateway.staff.store import StaffStore
from sync.protocol.suites import SuiteName

_MINUTE: Final = 60


def record(
    staff: StaffStore,
    suite: SuiteName,
    now: datetime,
    actor: str,
    act: Act,
    *,
    subject: str = "",
    result: Result = Result.DONE,
    reason: str = "",
) -> AuditRow:
    """Append who did what to whom, and how it ended."""
    record_counted(staff, suite, now)
    return _append(staff, suite, now, actor, act, subject, result, reason)


def record_refused_sign_in(staff: StaffStore, suite: SuiteName, now: datetime, actor: str, reason: str) -> None:
    """Append it if it is the first of its kind in this minute, else count it."""
    record_counted(staff, suite, now)
    if staff.count_refusal(actor, reason, _minute(now)) == 0:
        _append(staff, suite, now, actor, Act.SIGN_IN, "", Result.REFUSED, reason)


def record_counted(staff: StaffStore, suite: SuiteName, now: datetime) -> None:
    """Append how many were counted in minutes that are over: `+17` as the subject."""
    for counted in staff.take_refusals(_minute(now)):
        if counted.more:
            subject = f"+{counted.more}"
            _append(staff, suite, now, counted.actor, Act.SIGN_IN, subject, Result.REFUSED, counted.reason)


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // _MINUTE


def _append(
    staff: StaffStore,
    suite: SuiteName,
    now: datetime,
    actor: str,
    act: Act,
    subject: str,
    result: Result,
    reason: str,
) -> AuditRow:
    row = follow(
        staff.last_audit(),
        at=timestamp(now),
        actor=actor,
        act=act,
        subject=subject,
        result=result,
        reason=reason,
        suite_name=suite,
    )
    staff.add_audit(row)
    return row
