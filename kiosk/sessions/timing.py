"""When something must happen by itself in a session: phase and clock in, next deadline out (UX guide, section 2)."""

from __future__ import annotations

from kiosk.catalogue.item import ItemMachine
from kiosk.screen import TextSize
from kiosk.sessions.state import (
    Choosing,
    EnteringPin,
    Identifying,
    InMenu,
    Leaving,
    Serving,
    Session,
    Taking,
)
from kiosk.settings import Timeouts

IDLE = "idle"
PHASE = "phase"
ITEM = "item"


def patience(session: Session) -> float:
    """Times are doubled in elder mode (×2)."""
    return 2.0 if session.preferences.text_size is TextSize.ELDER else 1.0


def idle_limit(session: Session, timeouts: Timeouts, *, busy: bool) -> float | None:
    """Seconds without activity before the warning; None where a page never idles out.

    A page that waits for a device, a card or a PIN has a limit of its own and no idle warning.
    """
    match session.phase:
        case InMenu():
            return timeouts.idle_private * patience(session)
        case Serving() if not busy:
            private = session.identity.holder is not None
            return (timeouts.idle_private if private else timeouts.idle_session) * patience(session)
    return None


def phase_deadline(session: Session, timeouts: Timeouts, *, things_left: bool) -> float | None:
    """The phase's own limit, monotonic seconds."""
    match session.phase:
        case Choosing():
            return session.idle_since + timeouts.attract
        case Identifying(until=until) | Leaving(until=until):
            return until
        case EnteringPin(until=until, gap_until=gap_until):
            return min(until, gap_until)
        case Taking(since=since) if not things_left:
            return since + (timeouts.paper_take if session.papers else timeouts.goodbye)
    return None


def deadline(
    session: Session, timeouts: Timeouts, machine: ItemMachine | None, *, things_left: bool
) -> tuple[float, str] | None:
    """The next deadline of the region: (monotonic seconds, which timer)."""
    found: list[tuple[float, str]] = []
    own = phase_deadline(session, timeouts, things_left=things_left)
    if own is not None:
        found.append((own, PHASE))
    if session.warned_at is not None:
        found.append((session.warned_at + timeouts.idle_warning * patience(session), IDLE))
    else:
        busy = session.awaiting is not None or (
            machine is not None and isinstance(session.phase, Serving) and machine.busy(session.phase.state)
        )
        limit = idle_limit(session, timeouts, busy=busy)
        if limit is not None:
            found.append((session.idle_since + limit, IDLE))
    if machine is not None and isinstance(session.phase, Serving):
        wanted = machine.deadline(session.phase.state)
        if wanted is not None:
            found.append((wanted, ITEM))
    return min(found, default=None)
