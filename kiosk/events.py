"""Everything that can happen to the terminal, as values: the one queue carries these and `kiosk.intents`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from drivers.pin_buffer import PinHandle
from drivers.print_outcome import PrintResult
from kiosk.intents import Intent


class Device(StrEnum):
    """What the terminal depends on; each can be well or ill on its own."""

    CARD_READER = "card-reader"
    RECEIPT_PRINTER = "receipt-printer"
    DOCUMENT_PRINTER = "document-printer"
    ID_READER = "id-reader"
    PIN_PAD = "pin-pad"
    BARCODE_READER = "barcode-reader"
    STORE = "store"
    SNAPSHOT = "snapshot"
    PAPERS = "papers"


class Contact(StrEnum):
    """Whether a device answers at all, whatever it answers: what the recovery ladder goes by."""

    ANSWERED = "answered"
    SILENT = "silent"
    LOST = "lost"
    """Unplugged, or what stands between is gone: certain."""
    UNCLEAR = "unclear"
    """Busy, or half an answer: says nothing either way."""


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card with an ATR lies in the user reader."""


@dataclass(frozen=True, slots=True)
class CardMute:
    """Something lies in the user reader and gives no ATR (upside down, broken)."""


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The user reader is empty."""


@dataclass(frozen=True, slots=True)
class SlotsChecked:
    """After start: every slot was looked at once; what lies in one was reported before this."""


@dataclass(frozen=True, slots=True)
class DeviceReported:
    """A device's health, as far as it matters here: can it be used, and if not which fault (UX guide, section 5)."""

    device: Device
    fault: str | None  # fault code, None = fine
    detail: str = ""  # for staff: status words of the driver
    contact: Contact = Contact.ANSWERED


@dataclass(frozen=True, slots=True)
class DeliveryReported:
    """What the sync process left in the journal's delivery rows.

    ``out_of_service``: the centre's word why this disk may serve nobody (`offline_store.standing`), None when it may;
    ``out_since``: since when, in the hall's time.
    """

    online: bool
    pending: int
    oldest_pending: str | None
    data_as_of: str | None
    out_of_service: str | None = None
    out_since: str = ""


@dataclass(frozen=True, slots=True)
class PinCounted:
    """The PIN pad holds so many digits now."""

    count: int


@dataclass(frozen=True, slots=True)
class PinEntered:
    """The person confirmed the PIN; the handle gives the digits once, to the card and to nobody else."""

    handle: PinHandle = field(repr=False)


@dataclass(frozen=True, slots=True)
class PinCancelled:
    """The person does not want to enter a PIN."""


@dataclass(frozen=True, slots=True)
class TimeIsUp:
    """A deadline of one region has come."""

    region: str
    timer: str


@dataclass(frozen=True, slots=True)
class Completed:
    """An effect was carried out; `result` is the action's result type."""

    effect: int
    session: str | None
    result: object


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect met an expected fault; `error` is a typed exception of drivers, offline_store or papers."""

    effect: int
    session: str | None
    error: Exception


@dataclass(frozen=True, slots=True)
class Progressed:
    """An effect is under way."""

    effect: int
    session: str | None
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class VendorModeRequested:
    """A technician's command wants the devices (VendorMode.EnterModeRequest); `visit` names the command."""

    visit: int


@dataclass(frozen=True, slots=True)
class VendorModeReleased:
    """The devices may be taken back: asked for by the command `asker`, or the command `holder` is gone.

    `holder` None: whoever holds them.
    """

    why: str  # asked | gone
    asker: int | None = None
    holder: int | None = None


# What one region tells the others; handled at once, before the next event of the queue.


@dataclass(frozen=True, slots=True)
class JobWanted:
    """The session wants something printed."""

    job: str
    session: str
    item: str
    kind: str  # receipt | paper
    document: object = field(repr=False)
    header: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class JobSettled:
    """A print came to an end, whatever end."""

    job: str
    session: str
    kind: str
    result: PrintResult
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CardOffered:
    """The session needs the card no more: the person may take it."""

    session: str | None


@dataclass(frozen=True, slots=True)
class CustodyChanged:
    """An item changed hands; `state` as in `kiosk.custody`."""

    item: str
    state: str


@dataclass(frozen=True, slots=True)
class VendorModeBegan:
    """The devices go to the technician: nobody is served from now on."""


@dataclass(frozen=True, slots=True)
class VendorModeEnding:
    """The devices are the terminal's again; how they are nobody knows yet."""


@dataclass(frozen=True, slots=True)
class VendorModeOver:
    """Each device was looked at: service goes on."""


Signal = JobWanted | JobSettled | CardOffered | CustodyChanged | VendorModeBegan | VendorModeEnding | VendorModeOver

Event = (
    Intent
    | CardInserted
    | CardMute
    | CardRemoved
    | SlotsChecked
    | DeviceReported
    | DeliveryReported
    | PinCounted
    | PinEntered
    | PinCancelled
    | VendorModeRequested
    | VendorModeReleased
    | TimeIsUp
    | Completed
    | Failed
    | Progressed
    | Signal
)
