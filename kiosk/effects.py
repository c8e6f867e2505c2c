"""What the terminal can ask the world to do, as values. `kiosk.performer` does them and posts what came of it.

Every effect carries the session it was asked for and an id of its own; a completion that nobody waits for any more is
dropped and journalled. Each action names its result type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from drivers.pin_buffer import PinHandle
from drivers.supervisor import Rung
from kiosk.clock import Moment
from kiosk.events import Device, Signal


@dataclass(frozen=True, slots=True)
class ReadCard:
    """Power on, prove, read (card sheet, section 12, steps 1 to 5). Result: drivers CardFacts."""

    today: date


@dataclass(frozen=True, slots=True)
class AskPinTries:
    """VERIFY with Lc 00: tries left, counter untouched. Result: drivers PinTries."""


@dataclass(frozen=True, slots=True)
class EnterPin:
    """Let the person type the card's PIN on the PIN pad. Result: drivers CardPinResult; progress: count of digits."""

    seconds: float


@dataclass(frozen=True, slots=True)
class VerifyPin:
    """VERIFY once; never repeated by program. Result: drivers PinVerified | PinWrong | PinLocked | PinNotSet."""

    handle: PinHandle = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReleaseCard:
    """Take power from the card: no verified PIN outlives the session. Result: None."""


@dataclass(frozen=True, slots=True)
class CheckRoom:
    """Could an act be recorded now? Result: None; a typed refusal of the store as failure."""


@dataclass(frozen=True, slots=True)
class Query:
    """Read one person's data from the snapshot. Result: PersonRecord of `kiosk.records`."""

    item: str
    id_number: str = field(repr=False)
    card_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Append:
    """Record in the journal, on disk before it completes. Result: offline_store Position.

    `header` holds no personal data; the performer adds the subject's pseudonym. `body` is sealed to the centre.
    """

    kind: str
    header: Mapping[str, str]
    body: Mapping[str, object] | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)  # 社会保障号码


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Result: drivers PrintOutcome."""

    document: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class WarmPapers:
    """A card came in: let the papers process load its parts. Result: None."""


@dataclass(frozen=True, slots=True)
class MakePaper:
    """Make and sign a certificate. Result: kiosk.certificates Paper."""

    request: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintPaper:
    """Result: drivers PrintOutcome, with the hash of the bytes sent."""

    name: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PollDevice:
    """Ask a device how it is. Result: DeviceReported."""

    device: Device


@dataclass(frozen=True, slots=True)
class RecoverDevice:
    """Try a rung of the recovery ladder, then ask the device how it is. Result: DeviceReported."""

    device: Device
    rung: Rung


@dataclass(frozen=True, slots=True)
class LetGoOfDevices:
    """Close every wire, so that a technician's tools can use the devices. Result: names of devices still held."""


@dataclass(frozen=True, slots=True)
class TellTechnician:
    """Tell the technician's commands `visits` how it stands. `kept`: devices that could not be freed. Result: None."""

    visits: tuple[int, ...]
    service: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseBooks:
    """End of a session: head file, WAL truncation, snapshot transaction closed. Result: None."""


@dataclass(frozen=True, slots=True)
class LookAtDelivery:
    """What waits to be sent, and when the centre was last reached. Result: DeliveryReported."""


@dataclass(frozen=True, slots=True)
class Poke:
    """Tell the sync process that something is urgent. Result: None."""


Action = (
    ReadCard
    | AskPinTries
    | EnterPin
    | VerifyPin
    | ReleaseCard
    | CheckRoom
    | Query
    | Append
    | PrintReceipt
    | WarmPapers
    | MakePaper
    | PrintPaper
    | PollDevice
    | RecoverDevice
    | LetGoOfDevices
    | TellTechnician
    | CloseBooks
    | LookAtDelivery
    | Poke
)


@dataclass(frozen=True, slots=True)
class Effect:
    """An action with its id and the session it is for (None: the terminal's own)."""

    id: int
    session: str | None
    action: Action


class Outbox:
    """Collects what one step wants done: effects for the world, signals for the other regions."""

    def __init__(self, next_id: int, moment: Moment) -> None:
        """`next_id` is the number of the first effect; `moment` is when the step happens."""
        self.next_id = next_id
        self.moment = moment
        self.effects: list[Effect] = []
        self.signals: list[Signal] = []

    def perform(self, action: Action, session: str | None) -> int:
        """Ask for an action; the id under which its completion will come."""
        effect = Effect(self.next_id, session, action)
        self.next_id += 1
        self.effects.append(effect)
        return effect.id

    def signal(self, signal: Signal) -> None:
        """Tell the other regions."""
        self.signals.append(signal)
