"""Packages of rules, items and texts as one line of the report: which versions are in use, and until when. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from kiosk.clock import HALL_ZONE
from kiosk.diagnostics.findings import Answer, Found, Identity, NotFitted, Result, Step
from sync.packages import PackageStatus

RENEW_BEFORE = timedelta(days=30)
"""Two persons have to sign anew; that takes its time."""


def packages(status: PackageStatus, now: datetime, port: str) -> Answer:
    """Are they what two persons signed, and do they still hold? A terminal that was never given a root has none."""
    if not status.root_laid:
        return NotFitted()
    if status.state == "unusable":
        step = Step("signatures", Result.FAIL, None, status.why or "")
        return Found(Identity(port=port), steps=(step,), causes=("unusable",))
    holds = status.state != "expired"
    soon = holds and status.expires is not None and status.expires - now < RENEW_BEFORE
    warnings = ("unconfirmed",) if status.state == "unconfirmed" else ("expires_soon",) if soon else ()
    return Found(
        Identity(port=port),
        {
            "count": str(len(status.packages)),
            "list": str(status.list_version or "-"),
            **{f"{one.kind}/{one.name}": f"{one.version} ({one.place}, {one.valid_from})" for one in status.packages},
            "confirmed_until": _minute(status.confirmed_until),
            "expires": _minute(status.expires),
        },
        steps=(
            Step("signatures", Result.PASS),
            Step("time", Result.PASS if holds else Result.FAIL, None, "" if holds else "over"),
        ),
        causes=() if holds else ("expired",),
        warnings=warnings,
    )


def _minute(moment: datetime | None) -> str:
    return "-" if moment is None else moment.astimezone(HALL_ZONE).isoformat(timespec="minutes")
