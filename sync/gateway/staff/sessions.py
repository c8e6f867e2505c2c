"""Sessions: five minutes without a request end one, eight hours do in any case. The store knows hashes of ids only.

The id is new at every sign-in. The token that every form carries follows from the id by HMAC, so it needs no place of
its own and is worth nothing after the session.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sync.gateway.staff.store import Account, StaffSession, StaffStore

IDLE_SECONDS: Final = 5 * 60
ABSOLUTE_SECONDS: Final = 8 * 3600
ID_BYTES: Final = 32
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Present:
    """Who is there."""

    account: Account
    id: str = field(repr=False)


def new_id(random: Callable[[int], bytes]) -> str:
    """What a browser holds: 256 bits of chance in base64url."""
    return urlsafe_b64encode(random(ID_BYTES)).rstrip(b"=").decode("ascii")


def is_id(held: str) -> bool:
    """Whether it looks like one that was made here."""
    return _ID.fullmatch(held) is not None


def started(staff: StaffStore, name: str, now: datetime, random: Callable[[int], bytes]) -> str:
    """A new session, the only one of this account."""
    staff.end_sessions_of(name)
    held, at = new_id(random), int(now.timestamp())
    staff.open_session(StaffSession(_hash(held), name, at, at))
    return held


def present(staff: StaffStore, held: str, now: datetime) -> Present | None:
    """Who holds this id; counts as activity. An outdated session is removed."""
    if not is_id(held):
        return None
    session = staff.session(_hash(held))
    if session is None:
        return None
    account, at = staff.account(session.account), int(now.timestamp())
    # a clock that was set back does not make a session younger
    idle, age = at - session.used_at, at - session.started_at
    if account is None or account.disabled or not 0 <= idle <= IDLE_SECONDS or not 0 <= age <= ABSOLUTE_SECONDS:
        staff.end_session(session.id_hash)
        return None
    staff.touch_session(session.id_hash, at)
    return Present(account, held)


def ended(staff: StaffStore, held: str) -> None:
    """End it."""
    staff.end_session(_hash(held))


def wrong_in(staff: StaffStore, held: str) -> int:
    """Count a wrong code or password in this session; how many those are since the last right one. 0: it is over."""
    return staff.count_wrong(_hash(held))


def right_in(staff: StaffStore, held: str) -> None:
    """A code or password was right: what was wrong before counts no more."""
    staff.forget_wrong(_hash(held))


def form_token(held: str) -> str:
    """What every form of this session carries."""
    token = hmac.digest(held.encode("ascii"), b"staff-form-1", "sha256")
    return urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def token_fits(held: str, token: str) -> bool:
    """Whether a form came from a page of this session."""
    return is_id(held) and hmac.compare_digest(form_token(held).encode(), token.encode())


def _hash(held: str) -> bytes:
    return hashlib.sha256(urlsafe_b64decode(held + "=")).digest()
