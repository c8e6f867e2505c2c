"""Rows of the audit chain about what is done at the console, under the name of the system's user."""

from __future__ import annotations

import getpass
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.gateway.staff.audit import Act, AuditRow
from sync.gateway.staff.records import record

if TYPE_CHECKING:
    from sync.gateway.house import House


def at_console(house: House, act: Act, subject: str = "", *, reason: str = "") -> AuditRow:
    """Append one; inside the transaction of the act."""
    actor = f"console:{_user()}"
    return record(
        house.store.staff, house.authority.suite, datetime.now(UTC), actor, act, subject=subject, reason=reason
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        return str(os.getuid())
