"""Writes a row of the audit chain. Inside the transaction of the act itself: both are kept, or neither."""

from __future__ import annotations

from datetime import datetime

from offline_store.chain import timestamp
from sync.gateway.staff.audit import Act, AuditRow, Result, follow
from sync.gateway.staff.store import StaffStore
from sync.protocol.suites import SuiteName


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
