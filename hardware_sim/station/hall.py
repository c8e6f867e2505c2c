"""The hands of people in front of a terminal's devices, whatever wires the devices are on.

A station puts the devices on real wires; a replay puts the same devices on wires of memory. What is said in phrases
moves these hands in both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from hardware_sim.barcode_reader.gs1 import Gs1Error, element_string
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.id_reader.card import IdCard, citizen_text, photo_of
from hardware_sim.id_reader.reader import IdReader, Step
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.people import Persona, PersonaError
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.keys import DEMO_MASTER_KEY
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.receipt_printer.printer import ReceiptPrinter

SERIAL_DEVICES = ("id-reader", "receipt-printer", "pin-pad", "barcode-reader")
"""What can be unplugged and plugged in again, in the order shown."""

Said = list[tuple[float, bytes]]
D = TypeVar("D", covariant=True)
T = TypeVar("T")


class CannotError(Exception):
    """A hand that makes no sense now; the message is one sentence for whoever asked."""


class SerialWire(Protocol[D]):
    """A serial device on a wire, real or of memory."""

    @property
    def plugged(self) -> bool: ...

    def plug(self) -> None: ...

    def unplug(self) -> None: ...

    def tell(self, hand: Callable[[D, float], Said | None]) -> None:
        """Do something to the device; what it says because of it goes over the line."""

    def look(self, glance: Callable[[D], T]) -> T:
        """Ask the device something, undisturbed by the line."""


class NetworkWire(Protocol):
    """The A4 printer's end of the network."""

    def plug(self) -> None: ...

    def unplug(self) -> None: ...

    def fall_silent(self) -> None: ...

    def speak(self) -> None: ...


class Hall(ABC):
    """All devices of one terminal and the hands that touch them."""

    id_reader: SerialWire[IdReader]
    receipt_printer: SerialWire[ReceiptPrinter]
    pin_pad: SerialWire[PinPad]
    barcode_reader: SerialWire[BarcodeReader]
    http: NetworkWire

    def __init__(self) -> None:
        self._id_card = ""

    # what a kind of hall must bring

    @property
    @abstractmethod
    def bench(self) -> PcscBench:
        """The card readers. Raises CannotError when there are none."""

    @abstractmethod
    def persona(self, key: str) -> Persona:
        """Raises CannotError naming the known ones."""

    @abstractmethod
    def a4(self, hand: Callable[[IppPrinter, float], None]) -> None:
        """Do something to the A4 printer."""

    # cards

    def insert_card(self, key: str, **habits: Any) -> None:
        """The persona's card, other than it usually is: keywords of the bench's `insert`."""
        try:
            self.bench.insert(self.persona(key), **habits)
        except PersonaError as error:
            raise CannotError(f"There is no such card: {error.problem}. {error.remedy}") from None

    def insert_psam(self, algorithm: str) -> None:
        if algorithm == "SSF33":
            raise CannotError("A PSAM of SSF33 is not simulated. There are SM4 and 3DES.")
        self.bench.insert_psam("SM4" if algorithm == "SM4" else "3DES")

    # plugs

    def serial(self, name: str) -> SerialWire[Any]:
        """A serial device by the word people type."""
        wires: dict[str, SerialWire[Any]] = {
            "id-reader": self.id_reader,
            "receipt-printer": self.receipt_printer,
            "pin-pad": self.pin_pad,
            "barcode-reader": self.barcode_reader,
        }
        return wires[name]

    def unplug(self, name: str) -> None:
        """Its tty goes away."""
        self.serial(name).unplug()

    def plug(self, name: str) -> None:
        """And comes back under the same path. A reader that lives on the plug's power wakes up with nothing begun."""
        if name == "id-reader":
            self.id_reader.tell(lambda reader, _: reader.power_cycle())
        self.serial(name).plug()

    # the ID reader

    @property
    def id_card(self) -> str | None:
        """Whose ID card lies on the reader."""
        return self._id_card if self._id_lies() else None

    def place_id(self, key: str, *, swap: bool = False) -> None:
        """Lay the persona's resident ID card on the reader."""
        if self._id_lies() and not swap:
            raise CannotError("There is an ID card on the reader already.")
        card = id_card(self.persona(key))
        self.id_reader.tell(lambda reader, _: reader.place(card))
        self._id_card = key

    def remove_id(self) -> None:
        if not self._id_lies():
            raise CannotError("There is no ID card on the reader.")
        self.id_reader.tell(lambda reader, _: reader.lift())

    def lift_id_during(self, step: Step) -> None:
        """It will leave while the reader works on this step."""
        if not self._id_lies():
            raise CannotError("There is no ID card on the reader.")
        self.id_reader.tell(lambda reader, _: reader.lift_during(step))

    def _id_lies(self) -> bool:
        return self.id_reader.look(lambda reader: reader.has_card)

    # the PIN pad

    def press(self, key: Key) -> None:
        """One key of the pad."""
        self.pin_pad.tell(lambda pad, now: pad.press(key, now))

    def type_digits(self, digits: str) -> None:
        """Several digits, one after another."""
        for digit in digits:
            self.press(Key(digit))

    def load_demo_keys(self) -> None:
        """As in the secure room before delivery."""
        self.pin_pad.tell(lambda pad, _: pad.load_demo_key(DEMO_MASTER_KEY))

    # the barcode reader

    def scan(self, data: bytes) -> None:
        """Hold a code with these bytes before it."""
        read: list[bool] = []

        def hold(reader: BarcodeReader, now: float) -> Said:
            said = reader.scan(data, now)
            read.append(said is not None)
            return said or []

        try:
            self.barcode_reader.tell(hold)
        except ValueError as error:
            raise CannotError(f"Not scanned: {error}.") from None
        if read == [False]:
            raise CannotError("The reader did not read it: it has no power, or waits for the program's trigger.")

    def scan_text(self, text: str, encoding: str) -> None:
        """A text as a QR code holds it, in `encoding`."""
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            raise CannotError(f"{encoding.upper()} does not have all characters of this text.") from None
        self.scan(data)

    def scan_gs1(self, text: str) -> None:
        """A GS1 element string written with brackets."""
        try:
            data = element_string(text)
        except Gs1Error as error:
            raise CannotError(f"Not scanned: {error}.") from None
        self.scan(data)

    # the printers

    def take_receipt(self) -> None:
        if not self.receipt_printer.look(lambda printer: printer.take_receipt()):
            raise CannotError("There is no receipt in the mouth of the printer.")

    def a4_power_off(self) -> None:
        self.http.unplug()
        self.a4(lambda printer, now: printer.power_off(now))

    def a4_power_on(self) -> None:
        self.a4(lambda printer, now: printer.power_on(now))
        self.http.plug()

    def a4_clear(self) -> None:
        self.http.speak()
        self.a4(lambda printer, now: printer.clear(now))


def id_card(person: Persona) -> IdCard:
    """The resident ID card of a persona."""
    valid_to = person.id_valid_to
    text = citizen_text(
        name=person.name,
        sex=person.sex,
        ethnic=person.ethnic,
        birth_date=person.birth_date.isoformat(),
        address=person.address,
        id_number=person.id_number,
        issuer=person.id_issuer,
        valid_from=person.id_valid_from.isoformat(),
        valid_to=valid_to if isinstance(valid_to, str) else valid_to.isoformat(),
    )
    return IdCard(text, photo_of(person.id_number))
