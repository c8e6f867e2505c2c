"""Links in memory for ``VirtualLane``: simulated devices and hand-written scripts are plugged in here.

A device is any object of the right shape; nothing is imported from where it was made. Time is the scheduler's.
"""

from collections.abc import Callable
from typing import Any, Protocol

from drivers.errors import CardGone, CardMute, DeviceError, LinkLost, NoDevice
from drivers.operation import (
    Exchange,
    FindReaders,
    FoundReaders,
    Post,
    PowerOff,
    PowerOn,
    ReadUntil,
    Request,
    SecretExchange,
    SetBaud,
    Slot,
    Write,
)
from drivers.scheduler import Scheduled, VirtualScheduler


class Card(Protocol):
    """A chip card or PSAM. A ``DeviceError`` raised from any method is a failure of the wire."""

    def power_on(self) -> bytes | None:
        """ATR, or None for a card that stays mute."""

    def power_off(self) -> None: ...

    def transmit(self, apdu: bytes) -> bytes:
        """Response with status word."""

    def seconds(self, apdu: bytes) -> float:
        """How long the card takes for this command."""


class SerialDevice(Protocol):
    """A device on a serial line."""

    def feed(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        """Take bytes at virtual time ``now``; answer what it will send: (seconds from now, bytes)."""


class IppDevice(Protocol):
    """A printer that speaks IPP."""

    def handle(self, body: bytes, now: float) -> tuple[bytes, float]:
        """Take a request's body at virtual time ``now``; answer the response's body and the seconds it takes."""


class _Pending:
    """A request under way: cancelling it also tells the link."""

    def __init__(self, timer: Scheduled, on_cancel: Callable[[], None]) -> None:
        self._timer = timer
        self._on_cancel = on_cancel

    def cancel(self) -> None:
        if self._timer.waiting:
            self._timer.cancel()
            self._on_cancel()


def _nothing() -> None:
    return None


class CardMemoryLink:
    """The two slots of a card reader. Handles die as on a real one: by any fault, by a pull, by a cancel half-way.

    ``readers`` is what FindReaders is answered with; a test may change it, or put a fault there.
    """

    def __init__(self, scheduler: VirtualScheduler, *, user: Card | None = None, sam: Card | None = None) -> None:
        self.readers: FoundReaders | DeviceError = FoundReaders(("User",), "SAM")
        self._scheduler = scheduler
        self._cards: dict[Slot, Card | None] = {Slot.USER: user, Slot.SAM: sam}
        self._powered: dict[Slot, Card] = {}

    def insert(self, slot: Slot, card: Card) -> None:
        """Put a card in; one that was there is pulled out first."""
        self.remove(slot)
        self._cards[slot] = card

    def remove(self, slot: Slot) -> None:
        """Pull the card out, in the middle of a command if it must be."""
        self._drop(slot)
        self._cards[slot] = None

    def begin(self, request: Request, done: Callable[[Any], None]) -> _Pending:
        """See ``VirtualLink``."""
        answer: bytes | FoundReaders | DeviceError | None
        if isinstance(request, FindReaders):
            answer = self.readers
            return _Pending(self._scheduler.call_later(0.0, lambda: done(answer)), _nothing)
        match request:
            case PowerOn(slot):
                answer, seconds = self._power_on(slot), 0.0
            case PowerOff(slot):
                self._drop(slot)
                answer, seconds = None, 0.0
            case Exchange(slot, apdu):
                answer, seconds = self._transmit(slot, apdu)
            case SecretExchange(slot, make):
                command = make()
                answer, seconds = self._transmit(slot, bytes(command))
                command[:] = bytes(len(command))
            case _:
                raise TypeError(f"a card reader cannot {request!r}")
        card = self._powered.get(slot)

        def deliver() -> None:
            pulled = card is not None and self._powered.get(slot) is not card
            done(CardGone("card_reader", slot=slot.value) if pulled else answer)

        abandon = _nothing if card is None else lambda: self._drop(slot)
        return _Pending(self._scheduler.call_later(seconds, deliver), abandon)

    def close(self) -> None:
        """Take the power from both cards."""
        for slot in Slot:
            self._drop(slot)

    def _power_on(self, slot: Slot) -> bytes | DeviceError:
        self._drop(slot)
        card = self._cards[slot]
        if card is None:
            return CardGone("card_reader", slot=slot.value)
        try:
            atr = card.power_on()
        except DeviceError as error:
            return error
        if atr is None:
            return CardMute("card_reader", slot=slot.value)
        self._powered[slot] = card
        return atr

    def _transmit(self, slot: Slot, apdu: bytes) -> tuple[bytes | DeviceError, float]:
        card = self._powered.get(slot)
        if card is None:
            return CardGone("card_reader", slot=slot.value), 0.0
        try:
            return card.transmit(apdu), card.seconds(apdu)
        except DeviceError as error:
            self._drop(slot)
            return error, 0.0

    def _drop(self, slot: Slot) -> None:
        card = self._powered.pop(slot, None)
        if card is not None:
            card.power_off()


class _Reading:
    """Somebody waits for bytes, until ``timer``, which comes forward when bytes arrive."""

    def __init__(self, done: Callable[[Any], None], timer: Scheduled) -> None:
        self.done = done
        self.timer = timer

    def cancel(self) -> None:
        self.timer.cancel()


class SerialMemoryLink:
    """A serial line. Bytes arrive when the device sends them, whether or not somebody reads."""

    def __init__(self, scheduler: VirtualScheduler, device: SerialDevice | None) -> None:
        self.baud: int | None = None
        self._scheduler = scheduler
        self._device = device
        self._arrived = bytearray()
        self._reading: _Reading | None = None

    def arrive(self, data: bytes) -> None:
        """Bytes come from the device now, asked for or not."""
        self._arrived += data
        if self._arrived:
            self._wake()

    def unplug(self) -> None:
        """The device leaves the line; a read that waits fails at once."""
        self._device = None
        self._arrived.clear()
        self._wake()

    def plug(self, device: SerialDevice) -> None:
        """A device comes to the line."""
        self._device = device

    def begin(self, request: Request, done: Callable[[Any], None]) -> "Scheduled | _Reading":
        """See ``VirtualLink``."""
        match request:
            case Write(data):
                answer = self._write(data)
                return self._scheduler.call_later(0.0, lambda: done(answer))
            case SetBaud(rate):
                self.baud = rate
                return self._scheduler.call_later(0.0, lambda: done(None))
            case ReadUntil(deadline):
                self._reading = _Reading(done, self._scheduler.call_later(deadline, self._deliver))
                if self._arrived or self._device is None:
                    self._wake()
                return self._reading
            case _:
                raise TypeError(f"a serial line cannot {request!r}")

    def close(self) -> None:
        """What arrived and nobody read is gone with the tty."""
        self._arrived.clear()

    def _write(self, data: bytes) -> LinkLost | None:
        if self._device is None:
            return LinkLost("serial")
        for delay, answer in self._device.feed(data, self._scheduler.now()):
            self._scheduler.call_later(delay, lambda answer=answer, sender=self._device: self._sent(sender, answer))  # type: ignore[misc]
        return None

    def _sent(self, sender: SerialDevice, data: bytes) -> None:
        if self._device is sender:
            self.arrive(data)

    def _wake(self) -> None:
        if self._reading is not None and self._reading.timer.waiting:
            self._reading.timer.cancel()
            self._reading.timer = self._scheduler.call_later(0.0, self._deliver)

    def _deliver(self) -> None:
        reading, self._reading = self._reading, None
        if reading is None:
            return
        if self._device is None:
            reading.done(LinkLost("serial"))
            return
        data = bytes(self._arrived)
        self._arrived.clear()
        reading.done(data)


class IppMemoryLink:
    """A printer behind HTTP."""

    def __init__(self, scheduler: VirtualScheduler, device: IppDevice | None) -> None:
        self.device = device
        self._scheduler = scheduler

    def begin(self, request: Request, done: Callable[[Any], None]) -> Scheduled:
        """See ``VirtualLink``. With ``device`` None the printer is not on the network: nothing was sent."""
        if not isinstance(request, Post):
            raise TypeError(f"a printer behind HTTP cannot {request!r}")
        if self.device is None:
            return self._scheduler.call_later(0.0, lambda: done(NoDevice("ipp", reason="no connection")))
        answer, seconds = self.device.handle(request.body, self._scheduler.now())
        return self._scheduler.call_later(seconds, lambda: done(answer))

    def close(self) -> None:
        """There is nothing open between two requests."""
