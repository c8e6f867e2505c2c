"""Every result code of PC/SC, as one of our errors. Shared by the card link and by the monitor."""

from types import MappingProxyType

from smartcard import scard

from drivers.errors import (
    Cancelled,
    CardGone,
    CardMute,
    DeviceBusy,
    DeviceError,
    LinkLost,
    NoDevice,
    ServiceGone,
    Timeout,
)

SUCCESS: int = scard.SCARD_S_SUCCESS

_KINDS: tuple[tuple[type[DeviceError], tuple[str, ...]], ...] = (
    (
        CardGone,
        # NOT_TRANSACTED is what the second command after a pull gets; a card somebody reset is no longer our session's.
        (
            "W_REMOVED_CARD",
            "E_NO_SMARTCARD",
            "E_NOT_TRANSACTED",
            "W_RESET_CARD",
            "W_UNPOWERED_CARD",
            "E_COMM_DATA_LOST",
        ),
    ),
    (
        CardMute,
        (
            "W_UNRESPONSIVE_CARD",
            "W_UNSUPPORTED_CARD",
            "E_CARD_UNSUPPORTED",
            "E_UNKNOWN_CARD",
            "E_INVALID_ATR",
            "E_PROTO_MISMATCH",
        ),
    ),
    (NoDevice, ("E_NO_READERS_AVAILABLE", "E_UNKNOWN_READER", "E_READER_UNAVAILABLE", "E_READER_UNSUPPORTED")),
    (DeviceBusy, ("E_SHARING_VIOLATION",)),
    (
        ServiceGone,
        # After a restart of pcscd old contexts and handles are invalid for ever: a new context is the only way on.
        (
            "E_NO_SERVICE",
            "E_SERVICE_STOPPED",
            "F_COMM_ERROR",
            "E_SERVER_TOO_BUSY",
            "E_INVALID_HANDLE",
            "E_NO_ACCESS",
            "W_SECURITY_VIOLATION",
        ),
    ),
    (Timeout, ("E_TIMEOUT", "F_WAITED_TOO_LONG")),
    (Cancelled, ("E_CANCELLED", "E_SYSTEM_CANCELLED", "W_CANCELLED_BY_USER")),
)


def _code(name: str) -> int:
    return int(getattr(scard, f"SCARD_{name}")) & 0xFFFFFFFF


_KIND_OF = MappingProxyType({_code(name): kind for kind, names in _KINDS for name in names})
_NAME_OF = MappingProxyType(
    {
        _code(name.removeprefix("SCARD_")): name
        for name in dir(scard)
        if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_"))
    }
)


def fault(hresult: int, *, slot: str = "", during: str = "") -> DeviceError:
    """The error for a result code that is not success. Facts: ``pcsc`` (the code's name), ``slot``, ``during``."""
    code = hresult & 0xFFFFFFFF
    facts = {"pcsc": _NAME_OF.get(code, f"{code:08X}")}
    if slot:
        facts["slot"] = slot
    if during:
        facts["during"] = during
    return _KIND_OF.get(code, LinkLost)("card_reader", **facts)
