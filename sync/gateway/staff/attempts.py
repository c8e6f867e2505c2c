"""Wrong attempts to sign in: counted for each name and place they come from, and for each name from anywhere.

Five wrong ones lock the name for the place they came from: 15 minutes, then 30, and so on up to a day. Whoever knows a
name can do that to his own place only. From anywhere a name has twenty; after that each wrong one is followed by half a
minute in which none is looked at, which takes the worth from guessing by many machines. That does not hold for a place
where the name was signed in with lately: many machines keep its owner out only where he never was. Places are told
apart only behind a proxy; without one all are the same.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import replace
from datetime import datetime
from typing import Final

from sync.gateway.staff.store import Attempts, StaffStore
from sync.protocol.exchange import Request

ATTEMPTS: Final = 5
LOCK_SECONDS: Final = 15 * 60
MAX_LOCK_SECONDS: Final = 86_400
ATTEMPTS_FROM_ANYWHERE: Final = 20
PAUSE_SECONDS: Final = 30
KEPT_SECONDS: Final = 86_400
"""How long after its end a lock, and after its time a wrong attempt, is remembered."""
KNOWN_SECONDS: Final = 30 * 86_400
"""How long after a sign-in its place is known."""
ANYWHERE: Final = b""
LOCKED: Final = "locked"
PAUSED: Final = "paused"
ADDRESS: Final = "x-client-address"
_HOST_BITS: Final = 64
"""Whoever has one IPv6 address has a whole network of them."""


def source_of(request: Request, *, proxied: bool, key: bytes) -> bytes:
    """Where a request comes from: a keyed hash, for an address would be a trace of somebody.

    ``proxied``: only what a proxy says is believed, and it replaces what a browser sent under this name.
    """
    try:
        address = ipaddress.ip_address(request.headers.get(ADDRESS, "") if proxied else "")
    except ValueError:
        place = ""
    else:
        if isinstance(address, ipaddress.IPv6Address):
            network = ipaddress.IPv6Network((int(address) >> _HOST_BITS << _HOST_BITS, 128 - _HOST_BITS))
            place = str(address.ipv4_mapped or network)
        else:
            place = str(address)
    return hmac.digest(key, b"staff-source-1:" + place.encode(), "sha256")


def refused_or_counted(staff: StaffStore, name: str, source: bytes, now: datetime) -> tuple[str | None, bool]:
    """Why an attempt is not looked at; or None, and it is counted as wrong for the time being: whether that locks.

    Something is written in every case, so that the time it takes says nothing.
    """
    at = int(now.timestamp())
    staff.forget_outdated_attempts(at)
    here, anywhere = staff.attempts(name, source), staff.attempts(name, ANYWHERE)
    paused = at < anywhere.locked_until and not staff.knows_place(name, source)
    if at < here.locked_until or paused:
        _keep(staff, name, source, here, at)
        return (LOCKED if at < here.locked_until else PAUSED), False
    failures = anywhere.failures + 1
    until = at + PAUSE_SECONDS if failures >= ATTEMPTS_FROM_ANYWHERE else 0
    _keep(staff, name, ANYWHERE, replace(anywhere, failures=failures, locked_until=until), at)
    locks = here.failures + 1 >= ATTEMPTS
    if locks:
        seconds = min(LOCK_SECONDS * 2**here.lockouts, MAX_LOCK_SECONDS)
        # no more doublings than it takes to reach a day
        here = Attempts(failures=0, lockouts=min(here.lockouts + 1, 16), locked_until=at + seconds)
    else:
        here = replace(here, failures=here.failures + 1)
    _keep(staff, name, source, here, at)
    return None, locks


def forgiven(staff: StaffStore, name: str, source: bytes, now: datetime) -> None:
    """The attempt was right: wrong ones from this place, and from anywhere together, count no more."""
    staff.know_place(name, source, forget_at=int(now.timestamp()) + KNOWN_SECONDS)
    staff.forget_attempts(name, source)
    staff.forget_attempts(name, ANYWHERE)


def _keep(staff: StaffStore, name: str, source: bytes, attempts: Attempts, at: int) -> None:
    staff.set_attempts(name, source, attempts, forget_at=max(at, attempts.locked_until) + KEPT_SECONDS)
