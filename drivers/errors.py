"""The faults a device operation can end with. Each has a device, a short code and facts; none holds personal data.

One catalogue on purpose: whoever writes the texts for people walks over ``all_codes()`` and finds every fault.
A status word is a fact (``sw``, four hex digits).
"""
# ruff: noqa: N818  the names are the conditions themselves, in the words of PC/SC and the sheets

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

Fact = str | int


class DeviceError(Exception):
    """An expected fault of a device.

    device  which device, as the terminal names it ("card_reader", "receipt_printer", a lane's name)
    code    short word, the same for every instance of the class
    facts   what is known about it: short words and numbers, never personal data
    """

    code: ClassVar[str] = "device_error"

    def __init__(self, device: str, **facts: Fact) -> None:
        self.device = device
        self.facts: Mapping[str, Fact] = MappingProxyType(dict(facts))
        super().__init__(device, self.code, dict(facts))

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.device}: {self.code}" + (f" ({told})" if told else "")


# --- any device ---


class LinkLost(DeviceError):
    """The wire to the device broke, or the device left it."""

    code = "link_lost"


class NoDevice(DeviceError):
    """There is no such device at all: no reader fits the role, no tty at the path, no host at the address."""

    code = "no_device"


class DeviceBusy(DeviceError):
    """Somebody else holds the device (PC/SC sharing violation, tty opened exclusively)."""

    code = "device_busy"


class ServiceGone(DeviceError):
    """The service between us and the device (pcscd) is not running or has died."""

    code = "service_gone"


class ProtocolError(DeviceError):
    """The device answered something its protocol does not allow. Facts: ``shape`` says what was wrong."""

    code = "protocol_error"


class Timeout(DeviceError):
    """The time for the operation is over, or the device stayed silent where it must answer."""

    code = "timeout"


class Cancelled(DeviceError):
    """Whoever started the operation no longer wants it."""

    code = "cancelled"


# --- cards: the wire and the chip ---


class CardGone(DeviceError):
    """No card in the slot, or it was pulled out. The handle is dropped for good: power on again and identify again."""

    code = "card_gone"


class CardMute(DeviceError):
    """A card is in, but gives no ATR: upside down, dirty, broken, or no chip card."""

    code = "card_mute"


class Refused(DeviceError):
    """The device refused a command. Facts: ``command``, ``sw`` (status word, four hex digits)."""

    code = "refused"

    def __init__(self, device: str, *, command: str, sw: str, **facts: Fact) -> None:
        super().__init__(device, command=command, sw=sw, **facts)


# --- cards: what they turned out to be ---


class ForeignCard(DeviceError):
    """A chip card, but not a social security card (no SSSE on it)."""

    code = "foreign_card"


class NotGenuine(DeviceError):
    """The card did not prove that it knows the issuer's key (INTERNAL AUTHENTICATION)."""

    code = "not_genuine"


class CardBlocked(DeviceError):
    """The issuer blocked the card (6A81) or its application (9303), for good. Facts: ``scope`` card | application."""

    code = "card_blocked"


class CardExpired(DeviceError):
    """The card's validity is over. Facts: ``expired`` (ISO date)."""

    code = "card_expired"


class CardMalformed(DeviceError):
    """Data on the card break the card's own rules. Facts: ``element`` and ``shape`` (what rule it breaks)."""

    code = "card_malformed"


class CardUnsupported(DeviceError):
    """A card this terminal cannot serve, or not in this: ``what`` algorithm | version | application | certificates |
    bank card | write, ``value``."""

    code = "card_unsupported"


class CardChanged(DeviceError):
    """The card in the slot is not the card of this session."""

    code = "card_changed"


class TerminalRefused(DeviceError):
    """The card did not accept the terminal (EXTERNAL AUTHENTICATION). Facts: ``tries_left``. Never tried again."""

    code = "terminal_refused"


class DataUnfit(DeviceError):
    """Data that were to be written do not fit their place on the card. Facts: ``file``, ``tag``, ``shape``."""

    code = "data_unfit"


# --- the terminal's own secure module; on each of these the centre's HSM can take over ---


class SamFault(DeviceError):
    """The PSAM cannot do what the card needs. The HSM of the centre could (section 12 of the sheet)."""

    code = "sam_fault"


class SamMissing(SamFault):
    """No PSAM in the terminal, or it is mute."""

    code = "sam_missing"


class SamUnfit(SamFault):
    """The PSAM lacks something. Facts: ``lacks`` application | algorithm | level | key, ``key`` IRK | RK_SSSE."""

    code = "sam_unfit"


def all_codes() -> dict[str, type[DeviceError]]:
    """Code to class, for everything declared here."""
    found: dict[str, type[DeviceError]] = {}
    waiting: list[type[DeviceError]] = [DeviceError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting.extend(kind.__subclasses__())
    return found
