"""Rows of the audit chain about what is done at the console, under the name of the system's user."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync.gateway.staff.audit import Act, AuditRow
from sync.gateway.staff.records import record

if TYPE_CHECKING:
    from sync.gateway.house import House

_LONGEST_NUMBER = 10


def at_console(house: House, act: Act, subject: str = "", *, reason: str = "") -> AuditRow:
    """Append one; inside the transaction of the act."""
    actor = console_actor(os.getuid(), os.environ)
    return record(
        house.store.staff, house.authority.suite, datetime.now(UTC), actor, act, subject=subject, reason=reason
    )


def console_actor(uid: int, environment: Mapping[str, str]) -> str:
    """Who types: the user the process runs as, whom the system names and nobody can choose.

    The environment can say anything, so no name is taken from it. Of whom sudo says he came from the number stands
    beside, marked as sudo's word.
    """
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:  # a number without a name, as in a container
        user = f"uid-{uid}"
    before = environment.get("SUDO_UID", "")
    known = before.isascii() and before.isdigit() and len(before) <= _LONGEST_NUMBER
    return f"console:{user} (SUDO_UID {before})" if known else f"console:{user}"
