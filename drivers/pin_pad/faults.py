"""The faults only a PIN pad can have. As everywhere: a device, a code and facts, never a digit and never a key."""
# ruff: noqa: N818  the names are the conditions themselves, as in drivers.errors

from drivers.errors import DeviceError


class PinPadSelfTestFailed(DeviceError):
    """The pad found itself ill (status F0 to F7). Facts: ``sw`` and ``part``, what it found ill."""

    code = "pin_pad_self_test_failed"


class PinPadKeysInvalid(DeviceError):
    """The pad has no valid master key (A4, B5, F6): never loaded, or wiped by its tamper switch. Facts: ``sw``."""

    code = "pin_pad_keys_invalid"


class PinPadBatteryLow(DeviceError):
    """The pad refused a command because of the battery that keeps its keys (D5). Facts: ``command``, ``sw``."""

    code = "pin_pad_battery_low"


class PinPadModeWrong(DeviceError):
    """Keys came in a mode that was not asked for: digits in clear during a bank PIN, or stars during a card PIN.

    Facts: ``wanted`` encrypted | plain. Nothing that was typed is used.
    """

    code = "pin_pad_mode_wrong"
