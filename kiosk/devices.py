"""Devices: which of them can be used now, and the fault code when one cannot.

A region of the terminal. Health comes from the card watcher, from polls of the printers between jobs, and from the
outcome of real work; a device nobody has heard of yet is *unknown*, which offers nothing but refuses nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kiosk.effects import Append, CheckRoom, LookAtDelivery, Outbox, PollDocumentPrinter, PollReceiptPrinter
from kiosk.events import Completed, DeliveryReported, Device, DeviceReported, Event, Failed, TimeIsUp
from kiosk.faults import fault_of
from kiosk.settings import Timeouts
from offline_store.errors import SnapshotUnavailable, StoreError
from offline_store.journal import NoRoom, Room

REGION = "devices"


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
    polls: Mapping[int, Device] = field(default_factory=dict)

    def usable(self, device: Device) -> bool:
        """Whether a service may count on the device."""
        return self.health[device].usable

    def fault(self, device: Device) -> str | None:
        """The fault code, None when fine or not yet known."""
        return self.health[device].fault


def deadline(devices: Devices) -> tuple[float, str]:
    """When the printers are asked again."""
    return devices.next_poll, "poll"


def step(devices: Devices, event: Event, out: Outbox, timeouts: Timeouts, *, printing: bool) -> Devices:
    """The region's transition table. While a job prints, its printer is not asked in between."""
    match event:
        case DeviceReported(device=device):
            return _reported(devices, event, device, out)
        case DeliveryReported() | Completed(result=DeliveryReported()):
            return _delivered(devices, event if isinstance(event, DeliveryReported) else event.result, out)
        case TimeIsUp(region=region) if region == REGION:
            polls = dict(devices.polls)
            if not printing and not polls:
                polls[out.perform(PollReceiptPrinter(), None)] = Device.RECEIPT_PRINTER
                polls[out.perform(PollDocumentPrinter(), None)] = Device.DOCUMENT_PRINTER
            out.perform(CheckRoom(), None)
            out.perform(LookAtDelivery(), None)
            return replace(devices, polls=polls, next_poll=out.moment.monotonic + timeouts.poll_devices)
        case Completed(effect=effect, result=result) if effect in devices.polls:
            devices = _polled(devices, effect)
            return _reported(devices, result, result.device, out) if isinstance(result, DeviceReported) else devices
        case Failed(effect=effect, error=error) if effect in devices.polls:
            device = devices.polls[effect]
            report = DeviceReported(device, fault_of(error, device), type(error).__name__)
            return _reported(_polled(devices, effect), report, device, out)
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


def _polled(devices: Devices, effect: int) -> Devices:
    return replace(devices, polls={id: device for id, device in devices.polls.items() if id != effect})


def _delivered(devices: Devices, report: object, out: Outbox) -> Devices:
    if not isinstance(report, DeliveryReported):
        raise TypeError(f"delivery is a DeliveryReported, not a {type(report).__name__}")
    # the snapshot's own health comes with it: there is one with a lease, or there is none
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
