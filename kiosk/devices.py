"""Devices: which of them can be used now, and the fault code when one cannot.

A region of the terminal. Health comes from the card watcher, from polls of the other devices while they are not at
work, and from the outcome of real work; a device nobody has heard of yet is *unknown*, which offers nothing but refuses
nothing either. A device that does not answer is brought back by its ladder (`kiosk.recovery`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kiosk import recovery
from kiosk.effects import Append, CheckRoom, LookAtDelivery, Outbox, PollDevice
from kiosk.events import (
    Completed,
    Contact,
    DeliveryReported,
    Device,
    DeviceReported,
    Event,
    Failed,
    TimeIsUp,
    VendorModeEnding,
    VendorModeOver,
)
from kiosk.recovery import Recovery
from kiosk.settings import Settings
from offline_store.errors import SnapshotUnavailable, StoreError
from offline_store.journal import NoRoom, Room

REGION = "devices"
POLL, RECOVER = "poll", "recover"


@dataclass(frozen=True, slots=True)
class Health:
    """One device. `known` is false until the first report."""

    known: bool = False
    fault: str | None = None
    detail: str = ""
    since: str = ""

    @property
    def usable(self) -> bool:
        """Known to be fine."""
        return self.known and self.fault is None


def _nothing_known() -> Mapping[Device, Health]:
    return {device: Health() for device in Device}


@dataclass(frozen=True, slots=True)
class Devices:
    """State of the region."""

    health: Mapping[Device, Health] = field(default_factory=_nothing_known)
    delivery: DeliveryReported = field(default_factory=lambda: DeliveryReported(False, 0, None, None))
    next_poll: float = 0.0
    polled: bool = False
    polls: Mapping[int, Device] = field(default_factory=dict)
    recovery: Recovery = field(default_factory=Recovery)

    def usable(self, device: Device) -> bool:
        """Whether a service may count on the device."""
        return self.health[device].usable

    def fault(self, device: Device) -> str | None:
        """The fault code, None when fine or not yet known."""
        return self.health[device].fault


def polled(settings: Settings) -> tuple[Device, ...]:
    """Devices that are asked how they are; the card reader tells by itself. A printer that is not fitted says so."""
    fitted = settings.devices
    extra = (
        (Device.ID_READER, fitted.id_reader),
        (Device.PIN_PAD, fitted.pin_pad),
        (Device.BARCODE_READER, fitted.barcode_reader),
    )
    return (Device.RECEIPT_PRINTER, Device.DOCUMENT_PRINTER, *(device for device, port in extra if port))


def all_looked_at(devices: Devices) -> bool:
    """A round of polls is over, and every device has answered in it."""
    return devices.polled and not devices.polls


def deadline(devices: Devices, busy: frozenset[Device]) -> tuple[float, str]:
    """When something must happen by itself: (monotonic seconds, timer name)."""
    wakes_at = recovery.deadline(devices.recovery, busy)
    poll = (devices.next_poll, POLL)
    return poll if wakes_at is None else min(poll, (wakes_at, RECOVER))


def step(devices: Devices, event: Event, out: Outbox, settings: Settings, busy: frozenset[Device]) -> Devices:
    """The region's transition table. A device in `busy` is at work for somebody, and is not asked in between."""
    match event:
        case DeviceReported(device=device) if device in busy:
            # known, and left alone: what is done about it waits until the device is ours again
            return _reported(devices, event, device, out)
        case DeviceReported():
            return _looked(devices, event, out)
        case VendorModeEnding():
            # whatever was wrong before the technician came may not be any more: each is looked at now
            afresh = replace(devices.recovery, ladders={})
            return replace(devices, recovery=afresh, polled=False, next_poll=out.moment.monotonic)
        case VendorModeOver() if (fault := devices.fault(Device.CARD_READER)) is not None:
            gone = DeviceReported(Device.CARD_READER, fault, contact=Contact.LOST)
            return replace(devices, recovery=recovery.reported(devices.recovery, gone, fault, out))
        case DeliveryReported() | Completed(result=DeliveryReported()):
            return _delivered(devices, event if isinstance(event, DeliveryReported) else event.result, out)
        case TimeIsUp(region=region, timer=timer) if region == REGION and timer == RECOVER:
            faults = {device: health.fault for device, health in devices.health.items()}
            return replace(devices, recovery=recovery.woken(devices.recovery, busy, faults, out))
        case TimeIsUp(region=region) if region == REGION:
            polls = dict(devices.polls)
            for device in polled(settings):
                if device not in busy and device not in devices.polls.values():
                    polls[out.perform(PollDevice(device), None)] = device
            out.perform(CheckRoom(), None)
            out.perform(LookAtDelivery(), None)
            now = out.moment.monotonic
            return replace(devices, polls=polls, polled=True, next_poll=now + settings.timeouts.poll_devices)
        case Completed(effect=effect, result=DeviceReported() as report) if effect in devices.polls:
            return _looked(_polled(devices, effect), report, out)
        case Completed(effect=effect, result=DeviceReported() as report) if effect in devices.recovery.trying:
            fault = report.fault or devices.fault(report.device)
            after = replace(devices, recovery=recovery.tried(devices.recovery, effect, report, fault, out))
            # where a card lies is told by the watcher alone, and so is whether its reader is there
            return after if report.device is Device.CARD_READER else _reported(after, report, report.device, out)
        case Completed(result=NoRoom() as refusal):
            return _reported(devices, DeviceReported(Device.STORE, "SY-01", refusal.reason), Device.STORE, out)
        case Completed(result=Room()):
            return _reported(devices, DeviceReported(Device.STORE, None), Device.STORE, out)
        case Failed(error=SnapshotUnavailable() as error):
            report = DeviceReported(Device.SNAPSHOT, "DT-01", type(error).__name__)
            return _reported(devices, report, Device.SNAPSHOT, out)
        case Failed(error=StoreError() as error):
            return _reported(devices, DeviceReported(Device.STORE, "SY-01", type(error).__name__), Device.STORE, out)
    return devices


def _looked(devices: Devices, report: DeviceReported, out: Outbox) -> Devices:
    fault = report.fault or devices.fault(report.device)
    after = _reported(devices, report, report.device, out)
    return replace(after, recovery=recovery.reported(after.recovery, report, fault, out))


def _polled(devices: Devices, effect: int) -> Devices:
    return replace(devices, polls={id: device for id, device in devices.polls.items() if id != effect})


def _delivered(devices: Devices, report: object, out: Outbox) -> Devices:
    if not isinstance(report, DeliveryReported):
        raise TypeError(f"delivery is a DeliveryReported, not a {type(report).__name__}")
    # the snapshot's own health comes with it: there is one with a lease, or there is none
    if report.out_of_service != devices.delivery.out_of_service:
        out.perform(Append("audit", {"event": "standing", "out_of_service": report.out_of_service or "none"}), None)
    fault = None if report.data_as_of else "DT-01"
    snapshot = DeviceReported(Device.SNAPSHOT, fault, "" if report.data_as_of else "no-usable-snapshot")
    return _reported(replace(devices, delivery=report), snapshot, Device.SNAPSHOT, out)


def _reported(devices: Devices, report: DeviceReported, device: Device, out: Outbox) -> Devices:
    before = devices.health[device]
    after = Health(True, report.fault, report.detail, before.since)
    if before.known and before.fault == after.fault and before.detail == after.detail:
        return devices
    after = replace(after, since=out.moment.stamp)
    if before.fault != after.fault and not (device is Device.STORE and report.fault):
        # a store that cannot be written to cannot be told so
        header = {"event": "device", "device": device.value, "fault": report.fault or "none", "detail": report.detail}
        out.perform(Append("audit", header), None)
    return replace(devices, health={**devices.health, device: after})
