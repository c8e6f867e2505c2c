"""What a device operation is, and the requests it may yield.

An operation never blocks: it is a generator that yields a request, is sent the answer, and returns a frozen result.
A failure of the wire, the end of its time and a cancel are thrown in at the yield as ``drivers.errors``.
An operation that must tidy up catches ``DeviceError`` (never a bare ``finally`` with a yield in it: a generator that
is closed may not yield), yields what is needed, and raises again; the lane grants it a short time for that.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")


class Slot(Enum):
    """The two places for a card: the citizen's card, and the terminal's own secure module (PSAM)."""

    USER = "user"
    SAM = "sam"


@dataclass(frozen=True, slots=True)
class PowerOn:
    """Power the card in a slot up from nothing. Answer: its ATR (ISO 7816-3), bytes."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class PowerOff:
    """Take the power from a slot, so that nothing verified outlives the session. Answer: None. Without power: no-op."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class Exchange:
    """Send one command APDU (ISO 7816-4). Answer: the response with its status word, at least 2 bytes."""

    slot: Slot
    apdu: bytes

    def __repr__(self) -> str:
        # Bodies of commands may be personal; the header is enough for a trace.
        return f"Exchange({self.slot.name}, {self.apdu[:4].hex()}, {len(self.apdu)} bytes)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SecretExchange:
    """As ``Exchange``, for a command that holds a PIN.

    ``make`` is called by the link immediately before sending, once, and returns the command in a bytearray of its own,
    which the link overwrites as soon as the wire has taken it. It refuses pickling and copying.
    """

    slot: Slot
    make: Callable[[], bytearray]

    def __repr__(self) -> str:
        return f"SecretExchange({self.slot.name})"

    def __reduce_ex__(self, protocol: object) -> str:
        raise TypeError("a secret exchange is not recorded or copied")


@dataclass(frozen=True, slots=True)
class Write:
    """Send bytes on a serial line. Answer: None."""

    data: bytes

    def __repr__(self) -> str:
        return f"Write({len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class ReadUntil:
    """Wait at most ``deadline`` seconds (from now) for bytes on a serial line.

    Answer: whatever arrived first, as soon as something is there; ``b""`` means silence until the deadline.
    """

    deadline: float


@dataclass(frozen=True, slots=True)
class SetBaud:
    """Set the speed of a serial line, in baud. Answer: None."""

    rate: int


@dataclass(frozen=True, slots=True)
class Post:
    """Send a body to a resource of the device over HTTP (RFC 8010 for IPP). Answer: the body of the response."""

    resource: str
    body: bytes
    content_type: str

    def __repr__(self) -> str:
        return f"Post({self.resource!r}, {len(self.body)} bytes, {self.content_type})"


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let ``seconds`` pass. Answer: None. Lanes do this themselves; no link sees it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FindReaders:
    """Which reader has which role, by name and by the answer of the card in it. Answer: ``FoundReaders``."""


@dataclass(frozen=True, slots=True)
class FoundReaders:
    """Names of PC/SC readers. ``user``: where a citizen's card may lie; ``sam``: where a PSAM answered, or None."""

    user: tuple[str, ...]
    sam: str | None


@dataclass(frozen=True, slots=True)
class LetGo:
    """Give the device up: cards lose their power, tty and service are closed. Answer: None.

    The next request opens it anew. Lanes do this themselves through their link's ``close``.
    """


@dataclass(frozen=True, slots=True)
class Progress:
    """Tell whoever started the operation how far it is. Answer: None, at once. ``step`` is a short word, no data."""

    step: str


Request: TypeAlias = (
    PowerOn
    | PowerOff
    | Exchange
    | SecretExchange
    | FindReaders
    | Write
    | ReadUntil
    | SetBaud
    | Post
    | Sleep
    | LetGo
    | Progress
)
"""Everything an operation may yield."""

Operation: TypeAlias = Generator[Request, Any, T]
"""A device operation with result ``T``."""
