"""PIN pad and barcode reader as things in the hall: what hands do to them, and what they then say by themselves."""

from __future__ import annotations

from typing import Any

from night.when import LifeSpan

from drivers.links.memory import SerialMemoryLink
from drivers.scheduler import VirtualScheduler
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.line_troubles import Trouble
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.pad import PinPad

PIN_PAD_PORT, SCANNER_PORT = "/dev/kiosk/pin-pad", "/dev/kiosk/barcode-reader"


class SerialPath:
    """A device on its line."""

    def __init__(self, scheduler: VirtualScheduler, machine: Any) -> None:
        self.machine = machine
        self._scheduler = scheduler
        self._link: SerialMemoryLink | None = None
        self._plugged = True

    def connect(self, life: LifeSpan) -> SerialMemoryLink:
        self._link = SerialMemoryLink(life, self if self._plugged else None)  # type: ignore[arg-type]
        return self._link

    def feed(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        said: list[tuple[float, bytes]] = self.machine.feed(data, now)
        return said

    # hands

    def unplug(self) -> None:
        self._plugged = False
        if self._link is not None:
            self._link.unplug()

    def power_off(self) -> None:
        self.machine.power_off()

    def fall_silent(self) -> None:
        self.machine.disturb(Trouble.SILENCE)

    def mend(self) -> None:
        self.machine.recover()
        if not self.machine.powered:
            self.machine.power_on()
        if not self._plugged:
            self._plugged = True
            if self._link is not None:
                self._link.plug(self)  # type: ignore[arg-type]


class PinPadPath(SerialPath):
    """The pad: digits go over its line only while it was asked for them."""

    def __init__(self, scheduler: VirtualScheduler) -> None:
        super().__init__(scheduler, PinPad())

    @property
    def listens(self) -> bool:
        """Whether its keys are on."""
        return bool(self.machine.keypad.open)

    def press(self, key: Key) -> None:
        for delay, data in self.machine.press(key, self._scheduler.now()):
            if self._link is not None:
                self._scheduler.call_later(delay, lambda data=data, link=self._link: link.arrive(data))  # type: ignore[misc]

    def fail_its_test(self) -> None:
        self.machine.fail_self_test(3)

    def mend(self) -> None:
        self.machine.fail_self_test(None)
        super().mend()


class ScannerPath(SerialPath):
    """The barcode reader."""

    def __init__(self, scheduler: VirtualScheduler) -> None:
        super().__init__(scheduler, BarcodeReader("newland"))
