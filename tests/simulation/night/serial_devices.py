"""PIN pad and barcode reader as things in the hall: what hands do to them, and what they then say by themselves."""

from __future__ import annotations

from night.serial_path import SerialPath

from drivers.scheduler import VirtualScheduler
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.line_troubles import Trouble
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.pad import PinPad

PIN_PAD_PORT, SCANNER_PORT = "/dev/kiosk/pin-pad", "/dev/kiosk/barcode-reader"


class FittedPath(SerialPath):
    """What hands do to either."""

    machine: PinPad | BarcodeReader

    def power_off(self) -> None:
        self.machine.power_off()

    def fall_silent(self) -> None:
        self.machine.disturb(Trouble.SILENCE)

    def mend(self) -> None:
        self.machine.recover()
        if not self.machine.powered:
            self.machine.power_on()
        self.plug()


class PinPadPath(FittedPath):
    """The pad: digits go over its line only while it was asked for them."""

    machine: PinPad

    def __init__(self, scheduler: VirtualScheduler) -> None:
        super().__init__(scheduler, PinPad())

    @property
    def listens(self) -> bool:
        """Whether its keys are on."""
        return bool(self.machine.keypad.open)

    def press(self, key: Key) -> None:
        self._say(self.machine.press(key, self._scheduler.now()))

    def fail_its_test(self) -> None:
        self.machine.fail_self_test(3)

    def mend(self) -> None:
        self.machine.fail_self_test(None)
        super().mend()


class ScannerPath(FittedPath):
    """The barcode reader."""

    machine: BarcodeReader

    def __init__(self, scheduler: VirtualScheduler) -> None:
        super().__init__(scheduler, BarcodeReader("newland"))
