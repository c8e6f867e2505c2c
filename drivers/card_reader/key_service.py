"""Who computes with a card's keys, as the operations see it: the PSAM in the terminal, or the HSM at the centre.

An operation that needs a key takes a ``KeyService``. What the service must yield to do its work becomes part of what
the operation yields: with the PSAM only requests to the card reader, with the centre questions to it as well. So one
text serves both, and only where the centre is asked does a caller have to answer for it.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from drivers.card_reader.files.declaration import Application
from drivers.errors import SamUnfit
from drivers.operation import Request, T

Y = TypeVar("Y")
Y_co = TypeVar("Y_co", covariant=True)
P_contra = TypeVar("P_contra", contravariant=True)

Keyed: TypeAlias = Generator[Request | Y, Any, T]
"""An operation with result T that may also yield what its key service yields. With the PSAM: an ``Operation[T]``."""


class KeyService(Protocol[Y_co]):
    """Computes for one card. Keys are named as on the card: "IRK", "PUK", "DF01.UK2".

    Errors: SamFault and its kinds, or what the centre answers; Refused, ProtocolError.
    """

    def prove(self, key: str, challenge: bytes, raw: bytes) -> Generator[Y_co, Any, bytes]:
        """Authentication data, 8 bytes, over ``raw`` with the session key of ``challenge``."""

    def mac(self, key: str, challenge: bytes, message: bytes) -> Generator[Y_co, Any, bytes]:
        """MAC, 4 bytes, over ``message`` with the session key of ``challenge``."""


class PinKeyService(KeyService[Y_co], Protocol[Y_co, P_contra]):
    """One that can also seal a new PIN: the PSAM takes the digits, the centre a PIN that is sealed for it already."""

    def seal_pin(self, key: str, challenge: bytes, header: bytes, pin: P_contra) -> Generator[Y_co, Any, bytes]:
        """Enciphered PIN ‖ MAC over ``header`` ‖ enciphered PIN. The digits are overwritten, whatever happens."""


@dataclass(frozen=True, slots=True, repr=False)
class PurchaseTerms:
    """What MAC1 of a purchase is about. Amounts in fen.

    random, sequence, key_version, algorithm  as the card said at INITIALIZE FOR PURCHASE
    time                                      YYYYMMDDhhmmss
    """

    random: bytes
    sequence: int
    account: int
    self_paid: int
    fund: int
    time: str
    key_version: int
    algorithm: int


@dataclass(frozen=True, slots=True)
class TerminalMac:
    """The terminal's part of a purchase: its own sequence number (4 bytes) and MAC1 (4 bytes)."""

    sequence: bytes
    mac1: bytes


class PurchaseKeyService(Protocol[Y_co]):
    """Computes the terminal's side of one purchase. Both calls belong to the same purchase, in this order."""

    def terminal_mac(self, terms: PurchaseTerms) -> Generator[Y_co, Any, TerminalMac]:
        """MAC1."""

    def is_cards_mac(self, mac2: bytes) -> Generator[Y_co, Any, bool]:
        """Is this MAC2 that of the card?"""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where one key is: its id on the card (for EXTERNAL AUTHENTICATION), and in the PSAM."""

    card: int
    psam: int


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """Where the keys are. Regions differ in the keys of the DFs and in their PSAMs (section 13)."""

    places: Mapping[str, KeyPlace]

    def place(self, key: str) -> KeyPlace:
        """SamUnfit: the plan does not have this key. A wrong id would cost the card a try, so none is guessed."""
        found = self.places.get(key)
        if found is None:
            raise SamUnfit("card_reader", lacks="key", key=key)
        return found

    def with_places(self, places: Mapping[str, KeyPlace]) -> "KeyPlan":
        """This plan and more, or other, places."""
        return KeyPlan(MappingProxyType({**self.places, **places}))


SHEET_PLAN: Final = KeyPlan(
    MappingProxyType(
        {
            "IRK": KeyPlace(0x00, 0x08),
            "STK": KeyPlace(0x02, 0x02),
            "UK_MF": KeyPlace(0x04, 0x04),
            "BK": KeyPlace(0x05, 0x05),
            "PUK": KeyPlace(0x06, 0x06),
            "RK_SSSE": KeyPlace(0x0A, 0x0A),
        }
    )
)
"""The global keys with the ids of section 8; in the PSAM they have the same, but IRK 08 (section 9)."""


def in_order(application: Application, first: int = 0x82) -> dict[str, KeyPlace]:
    """Places of a DF's keys when a region numbers them from ``first`` on, reading keys first, on the card and the PSAM.

    82–88 were seen, the order is nobody's word (section 13): a region that does otherwise needs a plan of its own.
    """
    names = (f"{application.name}.{key}" for key in application.keys)
    return {name: KeyPlace(number, number) for number, name in enumerate(names, start=first)}
