"""The ID reader as a thing in the hall: nobody lays a card on it tonight, but it must be known how it is."""

from __future__ import annotations

from night.serial_path import Said, SerialPath

from drivers.scheduler import VirtualScheduler
from hardware_sim.id_reader.reader import SELF_TEST_FAILED, IdReader
from hardware_sim.line_troubles import Trouble

PORT = "/dev/kiosk/id-reader"


class IdReaderPath(SerialPath):
    """The reader on its line."""

    machine: IdReader

    def __init__(self, scheduler: VirtualScheduler) -> None:
        super().__init__(scheduler, IdReader())
        self.resets = 0
        self._hangs = False

    def feed(self, data: bytes, now: float) -> Said:
        if data.endswith(bytes.fromhex("10FFEC")):
            self.resets += 1
            self._hangs = False
        return [] if self._hangs else super().feed(data, now)

    # hands

    def fall_silent(self) -> None:
        self.machine.disturb(Trouble.SILENCE)

    def fail_its_test(self) -> None:
        self.machine.set_module_state(SELF_TEST_FAILED)

    def hang(self) -> None:
        """Its program stands still until it is started anew."""
        self._hangs = True

    def mend(self) -> None:
        self.machine.recover()
        self._hangs = False
        self.plug()
