"""The ID reader as a thing in the hall: nobody lays a card on it tonight, but it must be known how it is."""

from __future__ import annotations

from night.when import LifeSpan

from drivers.links.memory import SerialMemoryLink
from hardware_sim.id_reader.reader import SELF_TEST_FAILED, IdReader
from hardware_sim.line_troubles import Trouble

PORT = "/dev/kiosk/id-reader"


class IdReaderPath:
    """The reader on its line."""

    def __init__(self) -> None:
        self.machine = IdReader()
        self.resets = 0
        self._link: SerialMemoryLink | None = None
        self._plugged = True
        self._hangs = False

    def connect(self, life: LifeSpan) -> SerialMemoryLink:
        self._link = SerialMemoryLink(life, self if self._plugged else None)  # type: ignore[arg-type]
        return self._link

    def feed(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        if data.endswith(bytes.fromhex("10FFEC")):
            self.resets += 1
            self._hangs = False
        return [] if self._hangs else self.machine.feed(data, now)

    # hands

    def unplug(self) -> None:
        self._plugged = False
        if self._link is not None:
            self._link.unplug()

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
        if not self._plugged:
            self._plugged = True
            if self._link is not None:
                self._link.plug(self)  # type: ignore[arg-type]
