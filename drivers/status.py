"""Status of devices in the words of XFS4IoT. Frozen values; an event only when something changed.

Every enumeration has ``UNKNOWN`` (we could not find out) and ``NOT_SUPPORTED`` (this device has no such part); neither
is ever folded into a yes or a no. The values are XFS4IoT's own spelling (CEN workshop, classes Common, CardReader,
Printer, KeyManagement, PowerManagement, BarcodeReader, Auxiliaries).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar


class DeviceState(Enum):
    """Common.Status, property ``device``."""

    ONLINE = "online"
    OFFLINE = "offline"
    POWER_OFF = "powerOff"
    NO_DEVICE = "noDevice"
    HARDWARE_ERROR = "hardwareError"
    USER_ERROR = "userError"
    DEVICE_BUSY = "deviceBusy"
    FRAUD_ATTEMPT = "fraudAttempt"
    POTENTIAL_FRAUD = "potentialFraud"
    STARTING = "starting"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class MediaState(Enum):
    """CardReader.Status and Printer.Status, property ``media``: the card or the sheet in the device."""

    PRESENT = "present"
    NOT_PRESENT = "notPresent"
    JAMMED = "jammed"
    ENTERING = "entering"
    LATCHED = "latched"
    RETRACTED = "retracted"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class ChipState(Enum):
    """CardReader.Status, property ``chipPower``. ``HARDWARE_ERROR`` is also a mute card (XFS: "not responding")."""

    ONLINE = "online"
    POWERED_OFF = "poweredOff"
    NO_DEVICE = "noDevice"
    HARDWARE_ERROR = "hardwareError"
    NO_CARD = "noCard"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class PaperState(Enum):
    """Printer.Status, property ``paper``."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class TonerState(Enum):
    """Printer.Status, properties ``toner`` and ``ink``."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class BinState(Enum):
    """Retain bin of a card reader, retract bins of a printer (Printer.Status, ``retractBins``)."""

    OK = "ok"
    HIGH = "high"
    FULL = "full"
    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class CoverState(Enum):
    """Auxiliaries.Status, the door properties; here the cover of a printer."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class EncryptionState(Enum):
    """KeyManagement.Status, property ``encryptionState``: has a PIN pad the keys it needs?"""

    READY = "ready"
    NOT_READY = "notReady"
    NOT_INITIALIZED = "notInitialized"
    INITIALIZED = "initialized"
    BUSY = "busy"
    UNDEFINED = "undefined"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class BatteryState(Enum):
    """PowerManagement.Status, property ``batteryStatus``; here the battery that keeps a PIN pad's keys."""

    FULL = "full"
    OPERATIONAL = "operational"
    LOW = "low"
    CRITICAL = "critical"
    FAILURE = "failure"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


class ScannerState(Enum):
    """BarcodeReader.Status, property ``scanner``: is the lamp on and the reader looking for codes?"""

    ON = "on"
    OFF = "off"
    INOPERATIVE = "inoperative"
    UNKNOWN = "unknown"
    NOT_SUPPORTED = "notSupported"


@dataclass(frozen=True, slots=True)
class CardReaderStatus:
    """Of a reader for chip cards, and of the ID-card reader (which has no chip power we could see)."""

    device: DeviceState = DeviceState.UNKNOWN
    media: MediaState = MediaState.UNKNOWN
    chip: ChipState = ChipState.UNKNOWN
    retain_bin: BinState = BinState.NOT_SUPPORTED


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """Of the receipt printer and of the A4 printer."""

    device: DeviceState = DeviceState.UNKNOWN
    media: MediaState = MediaState.UNKNOWN
    paper: PaperState = PaperState.UNKNOWN
    toner: TonerState = TonerState.UNKNOWN
    cover: CoverState = CoverState.UNKNOWN
    retract_bin: BinState = BinState.NOT_SUPPORTED


@dataclass(frozen=True, slots=True)
class PinPadStatus:
    """Of an encrypting PIN pad. Keys that vanished while we knew the pad are ``POTENTIAL_FRAUD``."""

    device: DeviceState = DeviceState.UNKNOWN
    encryption: EncryptionState = EncryptionState.UNKNOWN
    battery: BatteryState = BatteryState.UNKNOWN


@dataclass(frozen=True, slots=True)
class BarcodeReaderStatus:
    """Of a barcode reader."""

    device: DeviceState = DeviceState.UNKNOWN
    scanner: ScannerState = ScannerState.UNKNOWN


S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class StatusChanged(Generic[S]):
    """A device's status is no longer what it was."""

    device: str
    before: S
    now: S


@dataclass(slots=True)
class StatusCell(Generic[S]):
    """Remembers one device's last status, so that events come only on change."""

    device: str
    current: S

    def update(self, now: S) -> StatusChanged[S] | None:
        """Take a fresh reading. Answer: the event, or None if nothing changed."""
        if now == self.current:
            return None
        event = StatusChanged(self.device, self.current, now)
        self.current = now
        return event
