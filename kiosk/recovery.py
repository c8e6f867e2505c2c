"""Brings ill devices back: one recovery ladder per device, climbed through effects, recorded in the chain.

Part of the devices' region. What is recorded: each rung of the first round, whether a technician was asked for, and the
end with its seconds and tries; rounds in vain after the first say nothing new and are only counted. A printer that is
off all night leaves a handful of entries. Nothing personal is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers import supervisor
from drivers.supervisor import (
    Action,
    AskTechnician,
    Looked,
    Lost,
    Policy,
    Reading,
    Recovered,
    Rung,
    RungEnded,
    Supervised,
    Tick,
    Tried,
    Try,
)
from kiosk.effects import Append, Outbox, RecoverDevice
from kiosk.events import Contact, Device, DeviceReported

LADDERS: Mapping[Device, Policy] = {
    # PC/SC has no command that resets a reader; the service is not ours to restart
    Device.CARD_READER: Policy(ladder=(Rung.LIST_AGAIN, Rung.NEW_CONTEXT)),
    Device.RECEIPT_PRINTER: Policy(),
    # every request has a connection of its own: there is no context to make anew
    Device.DOCUMENT_PRINTER: Policy(ladder=(Rung.LIST_AGAIN,)),
    Device.ID_READER: Policy(),
    Device.PIN_PAD: Policy(),
    Device.BARCODE_READER: Policy(ladder=(Rung.LIST_AGAIN, Rung.NEW_CONTEXT)),
}
"""What each device has of the ladder; what is not a device on a wire has none."""

_EVENTS: Mapping[Contact, supervisor.Event] = {
    Contact.ANSWERED: Looked(Reading.GOOD),
    Contact.SILENT: Looked(Reading.BAD),
    Contact.UNCLEAR: Looked(Reading.INCONCLUSIVE),
    Contact.LOST: Lost(),
}


@dataclass(frozen=True, slots=True)
class Recovery:
    """State: a ladder per device that was heard of, and the rungs that are being tried, by effect."""

    ladders: Mapping[Device, Supervised] = field(default_factory=dict)
    trying: Mapping[int, tuple[Device, Rung]] = field(default_factory=dict)


def reported(recovery: Recovery, report: DeviceReported, fault: str | None, out: Outbox) -> Recovery:
    """A device was looked at, by whomever. `fault` is the one it has, or had until now."""
    return _step(recovery, report.device, _EVENTS[report.contact], fault, out)


def tried(recovery: Recovery, effect: int, report: DeviceReported, fault: str | None, out: Outbox) -> Recovery:
    """A rung that was asked for came to its end; `report` is the look after it, `fault` as in `reported`."""
    device, rung = recovery.trying[effect]
    trying = {id: each for id, each in recovery.trying.items() if id != effect}
    well = report.contact is Contact.ANSWERED
    return _step(replace(recovery, trying=trying), device, Tried(rung, well), fault, out)


def woken(recovery: Recovery, busy: frozenset[Device], faults: Mapping[Device, str | None], out: Outbox) -> Recovery:
    """Pauses that are over. A device that works for somebody is left alone until it has done."""
    now = out.moment.monotonic
    for device, ladder in recovery.ladders.items():
        if device not in busy and ladder.wakes_at is not None and ladder.wakes_at <= now:
            recovery = _step(recovery, device, Tick(), faults.get(device), out)
    return recovery


def deadline(recovery: Recovery, busy: frozenset[Device]) -> float | None:
    """When `woken` is due, monotonic seconds."""
    ladders = ((device, ladder.wakes_at) for device, ladder in recovery.ladders.items() if device not in busy)
    return min((at for _, at in ladders if at is not None), default=None)


def _step(recovery: Recovery, device: Device, event: supervisor.Event, fault: str | None, out: Outbox) -> Recovery:
    policy = LADDERS.get(device)
    if policy is None:
        return recovery
    now = out.moment.monotonic
    ladder, actions = supervisor.step(recovery.ladders.get(device) or supervisor.begin(now, policy), event, now)
    trying = dict(recovery.trying)
    for action in actions:
        if isinstance(action, Try):
            trying[out.perform(RecoverDevice(device, action.rung), None)] = (device, action.rung)
        else:
            header = {"event": "recovery", "device": device.value, "fault": fault or "none", **_words(action)}
            out.perform(Append("audit", header), None)
    return Recovery({**recovery.ladders, device: ladder}, trying)


def _words(action: Action) -> dict[str, str]:
    match action:
        case RungEnded(rung=rung, helped=helped, seconds=seconds, round=number):
            outcome = "helped" if helped else "in-vain"
            return {"step": rung.value, "outcome": outcome, "seconds": f"{seconds:.1f}", "round": str(number)}
        case AskTechnician(seconds=seconds, tries=tries):
            return {"step": "technician", "seconds": f"{seconds:.1f}", "tries": str(tries)}
        case Recovered(seconds=seconds, tries=tries, by=by):
            how = by.value if by is not None else "by-itself"
            return {"step": "recovered", "by": how, "seconds": f"{seconds:.1f}", "tries": str(tries)}
    raise TypeError(f"a {type(action).__name__} is not recorded")
