"""The encrypting PIN pad: does it answer, is it well, are its keys there, which one is it. No key is touched."""

from __future__ import annotations

from collections.abc import Callable

from drivers.operation import Operation
from drivers.pin_pad.pad import PinPad
from drivers.status import BatteryState, DeviceState, EncryptionState
from kiosk.diagnostics.findings import Examination, Found, Identity


def pin_pad(pad: PinPad, port: str, clock: Callable[[], float]) -> Operation[Found]:
    """Nothing is typed and nothing is loaded."""
    exam = Examination(clock, ("answer", "version", "number", "keys"), Identity(port=port))
    return exam.run(_pin_pad(exam, pad, port))


def _pin_pad(exam: Examination, pad: PinPad, port: str) -> Operation[None]:
    exam.capabilities |= {
        "card_pin": "plain keypad",
        "bank_pin": "encrypted, ISO 9564 format 0",
        "ciphers": "DES, 3DES",
    }
    status = yield from exam.step("answer", pad.status())
    exam.status |= {
        "device": status.device.value,
        "encryption": status.encryption.value,
        "battery": status.battery.value,
    }
    if status.device is DeviceState.OFFLINE:
        exam.stop("no_answer", "silence")
    if status.device is DeviceState.HARDWARE_ERROR:
        exam.stop("pin_pad_self_test_failed")
    version = yield from exam.step("version", pad.version())
    model, _, firmware = version.partition(" ")
    exam.identity = Identity(model, firmware or None, None, port)
    number = yield from exam.step("number", pad.serial_number())
    exam.identity = Identity(model, firmware or None, number, port)
    fraud = status.device is DeviceState.POTENTIAL_FRAUD
    # a pad for card PINs alone never had a master key: that is no illness, and is told
    if fraud:
        exam.check("keys", well=False, cause="potential_fraud", detail="keys vanished")
    elif status.encryption in (EncryptionState.READY, EncryptionState.INITIALIZED):
        exam.check("keys", well=True, cause="")
    else:
        exam.warnings.append("keys_missing")
    if status.battery in (BatteryState.LOW, BatteryState.CRITICAL):
        exam.warnings.append("battery_low")
