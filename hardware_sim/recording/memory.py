"""The devices of a hall on wires of memory: no tty, no thread, and the clock is whatever the caller says."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from hardware_sim import people
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.id_reader.reader import IdReader, Timing
from hardware_sim.ipp_printer.machine import Speed
from hardware_sim.ipp_printer.printer import IppPrinter, PrinterOffError
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.people import Persona, PersonaError
from hardware_sim.pin_pad.keys import DEMO_MASTER_KEY
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.station.hall import CannotError, Hall

Said = list[tuple[float, bytes]]


class SerialDevice(Protocol):
    def feed(self, data: bytes, now: float) -> Said: ...


D = TypeVar("D", bound=SerialDevice)
T = TypeVar("T")


class Clock:
    """Seconds, set from outside."""

    def __init__(self) -> None:
        self.now = 0.0


class MemoryWire(Generic[D]):
    """What the device sends is in `sent` once its time has come: (time, bytes)."""

    def __init__(self, device: D, clock: Clock, due: Callable[[D], float | None] = lambda _: None) -> None:
        self._device = device
        self._clock = clock
        self._due = due
        self._pending: list[tuple[float, int, bytes]] = []
        self._count = 0
        self.plugged = True
        self.sent: list[tuple[float, bytes]] = []

    def plug(self) -> None:
        self.plugged = True

    def unplug(self) -> None:
        """What is under way is lost."""
        self.plugged = False
        self._pending.clear()

    def tell(self, hand: Callable[[D, float], Said | None]) -> None:
        self._put(hand(self._device, self._clock.now) or [])

    def look(self, glance: Callable[[D], T]) -> T:
        return glance(self._device)

    def hear(self, data: bytes) -> None:
        """Bytes from the host."""
        self._put(self._device.feed(data, self._clock.now))

    def advance(self, until: float) -> None:
        """Let time pass: alarms ring, and what is due is sent."""
        while (alarm := self._due(self._device)) is not None and alarm <= until and self.plugged:
            self._clock.now = max(self._clock.now, alarm)
            self.hear(b"")
        while self._pending and self._pending[0][0] <= until:
            at, _, data = heapq.heappop(self._pending)
            self.sent.append((at, data))

    def _put(self, said: Said) -> None:
        if not self.plugged:
            return
        for delay, data in said:
            heapq.heappush(self._pending, (self._clock.now + delay, self._count, data))
            self._count += 1


class HeardWire(Protocol):
    """What every wire of memory can do."""

    @property
    def sent(self) -> list[tuple[float, bytes]]: ...

    def hear(self, data: bytes) -> None: ...

    def advance(self, until: float) -> None: ...


class MemoryNetwork:
    """The A4 printer's wire: request bodies in, answers in `sent`."""

    def __init__(self, printer: IppPrinter, clock: Clock) -> None:
        self._printer = printer
        self._clock = clock
        self._plugged = True
        self._mute = False
        self._pending: list[tuple[float, int, bytes]] = []
        self._count = 0
        self.sent: list[tuple[float, bytes]] = []

    def plug(self) -> None:
        self._plugged = True

    def unplug(self) -> None:
        """Answers under way are lost."""
        self._plugged = False
        self._pending.clear()

    def fall_silent(self) -> None:
        self._mute = True

    def speak(self) -> None:
        self._mute = False

    def hear(self, data: bytes) -> None:
        """A request body; without power there is no answer."""
        if not self._plugged:
            return
        try:
            answer, seconds = self._printer.handle(data, self._clock.now)
        except PrinterOffError:
            return
        heapq.heappush(self._pending, (self._clock.now + seconds, self._count, answer))
        self._count += 1

    def advance(self, until: float) -> None:
        while self._pending and self._pending[0][0] <= until and not self._mute:
            at, _, answer = heapq.heappop(self._pending)
            self.sent.append((at, answer))


class MemoryHall(Hall):
    """Fresh devices, made as a station makes them, without card readers."""

    def __init__(self, *, seed: int, pace: float, a4_uri: str, personas: Path = people.FOLDER) -> None:
        super().__init__()
        self.clock = Clock()
        self._personas = personas
        chance = random.Random(seed)  # noqa: S311 - garbage on a wire, not a secret
        pad = PinPad(pace=pace, master_key=DEMO_MASTER_KEY)
        self.id_reader: MemoryWire[IdReader] = MemoryWire(IdReader(Timing().paced(pace)), self.clock)
        self.receipt_printer: MemoryWire[ReceiptPrinter] = MemoryWire(ReceiptPrinter(pace=pace), self.clock)
        self.pin_pad: MemoryWire[PinPad] = MemoryWire(pad, self.clock, lambda pad: pad.due)
        self.barcode_reader: MemoryWire[BarcodeReader] = MemoryWire(BarcodeReader(pace=pace, chance=chance), self.clock)
        self._a4 = IppPrinter(uri=a4_uri, speed=Speed().paced(pace))
        self.http: MemoryNetwork = MemoryNetwork(self._a4, self.clock)

    @property
    def bench(self) -> PcscBench:
        raise CannotError("Card readers cannot be held in memory.")

    def persona(self, key: str) -> Persona:
        try:
            return people.persona(key, self._personas)
        except PersonaError as error:
            raise CannotError(str(error)) from None

    def a4(self, hand: Callable[[IppPrinter, float], None]) -> None:
        hand(self._a4, self.clock.now)

    @property
    def wires(self) -> dict[str, HeardWire]:
        """By the word people type."""
        return {
            "id-reader": self.id_reader,
            "pin-pad": self.pin_pad,
            "barcode-reader": self.barcode_reader,
            "receipt-printer": self.receipt_printer,
            "a4-printer": self.http,
        }

    def advance(self, until: float) -> None:
        """Let time pass on every wire."""
        for wire in self.wires.values():
            wire.advance(until)
        self.clock.now = max(self.clock.now, until)
