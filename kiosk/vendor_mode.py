"""Vendor mode: the technician's tools get the devices, by a handshake (XFS4IoT, class VendorMode).

A region of the terminal. The technician's command asks; a session that is running is waited for; then the page says
"maintenance", every lane lets go of its device, and the command is told that it may begin. When the command asks for
the end, or its process is gone, every device is looked at once, and service goes on.

    inactive ──asked──▶ enterPending ──at rest, all let go──▶ active ──asked, or gone──▶ exitPending
       ▲                     │                                                               │
       └──asked, or gone─────┴──────────────────────all looked at────────────────────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.effects import Append, LetGoOfDevices, Outbox, TellTechnician
from kiosk.events import (
    Completed,
    Event,
    VendorModeBegan,
    VendorModeEnding,
    VendorModeOver,
    VendorModeReleased,
    VendorModeRequested,
)


class ServiceState(StrEnum):
    """VendorMode.Status, property ``service``."""

    INACTIVE = "inactive"
    ENTER_PENDING = "enterPending"
    ACTIVE = "active"
    EXIT_PENDING = "exitPending"


@dataclass(frozen=True, slots=True)
class VendorMode:
    """State of the region.

    `holder` is the technician's command that asked, `told` all commands that want to hear of changes. `letting_go` is
    the effect that frees the devices; from then on the page is closed. `entered` is monotonic seconds of the moment the
    devices were free.
    """

    state: ServiceState = ServiceState.INACTIVE
    holder: int | None = None
    told: tuple[int, ...] = ()
    letting_go: int | None = None
    entered: float | None = None

    @property
    def devices_are_theirs(self) -> bool:
        """No device may be touched by the terminal."""
        return self.letting_go is not None or self.state is ServiceState.ACTIVE


def step(mode: VendorMode, event: Event, out: Outbox, *, at_rest: bool, all_looked_at: bool) -> VendorMode:
    """The region's transition table.

    `at_rest`: nobody is served and nothing is printed. `all_looked_at`: every device has answered since it is ours.
    """
    before = mode.state
    mode = _asked(mode, event, out)
    if mode.state is ServiceState.EXIT_PENDING is not before:
        return mode
    if mode.state is ServiceState.ENTER_PENDING and mode.letting_go is None and at_rest:
        out.signal(VendorModeBegan())
        return replace(mode, letting_go=out.perform(LetGoOfDevices(), None))
    if isinstance(event, Completed) and event.effect == mode.letting_go:
        kept = event.result if isinstance(event.result, tuple) else ()
        out.perform(
            Append("audit", {"event": "vendor-mode", "state": "entered", "kept": " ".join(kept) or "none"}), None
        )
        entered = replace(mode, letting_go=None, entered=out.moment.monotonic)
        return _tell(entered, ServiceState.ACTIVE, out, kept)
    if mode.state is ServiceState.EXIT_PENDING and all_looked_at:
        out.signal(VendorModeOver())
        return replace(_tell(mode, ServiceState.INACTIVE, out), told=(), holder=None)
    return mode


def _asked(mode: VendorMode, event: Event, out: Outbox) -> VendorMode:
    """What commands want."""
    match event:
        case VendorModeRequested(visit=visit) if mode.state is ServiceState.INACTIVE:
            return _tell(VendorMode(holder=visit, told=(visit,)), ServiceState.ENTER_PENDING, out)
        case VendorModeRequested(visit=visit):
            out.perform(TellTechnician((visit,), "busy"), None)
        case VendorModeReleased(asker=asker) if mode.state is ServiceState.INACTIVE:
            if asker is not None:
                out.perform(TellTechnician((asker,), ServiceState.INACTIVE.value), None)
        case VendorModeReleased(asker=asker, holder=holder, why=why) if holder is None or holder == mode.holder:
            told = mode.told if asker is None else (*mode.told, asker)
            return _released(replace(mode, told=told), why, out)
    return mode


def _released(mode: VendorMode, why: str, out: Outbox) -> VendorMode:
    match mode.state:
        case ServiceState.ENTER_PENDING if mode.letting_go is None:
            return replace(_tell(mode, ServiceState.INACTIVE, out), told=(), holder=None)
        case ServiceState.ENTER_PENDING | ServiceState.ACTIVE:
            entered = mode.entered if mode.entered is not None else out.moment.monotonic
            seconds = f"{out.moment.monotonic - entered:.0f}"
            header = {"event": "vendor-mode", "state": "left", "why": why, "seconds": seconds}
            out.perform(Append("audit", header), None)
            out.signal(VendorModeEnding())
            return _tell(replace(mode, letting_go=None, entered=None), ServiceState.EXIT_PENDING, out)
    return mode


def _tell(mode: VendorMode, state: ServiceState, out: Outbox, kept: tuple[str, ...] = ()) -> VendorMode:
    out.perform(TellTechnician(mode.told, state.value, kept), None)
    return replace(mode, state=state)
