"""Whole operations of the drivers with simulated devices whose words are damaged, doubled, late or lost on the way.

In virtual time, with a bound on the steps. At a rate of 0 every operation comes to its good end; at every other rate it
ends in a result or in one of the drivers' own errors, and in time.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from drivers.barcode_reader.makes import MAKES, MakeName
from drivers.barcode_reader.reader import BarcodeReader, Scan
from drivers.card_reader.pin import verify_pin
from drivers.card_reader.session import read_card
from drivers.document_printer.printer import DocumentPrinter
from drivers.errors import DeviceError
from drivers.id_reader.reader import DocumentRead, IdReader
from drivers.lanes import Done, Failed, Outcome, VirtualLane
from drivers.links.memory import CardMemoryLink, IppMemoryLink, SerialMemoryLink
from drivers.operation import Operation
from drivers.pin_buffer import PinBuffer
from drivers.pin_pad.entry import BankPinEntered, CardPinEntered, ClearPin, KeyPair, enter_bank_pin, enter_card_pin
from drivers.pin_pad.pad import PinPad
from drivers.pin_pad.pin_block import Account
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.document import Pair, Receipt, Text
from drivers.receipt_printer.printer import ReceiptPrinter
from drivers.scheduler import VirtualScheduler
from fuzzing.mutator import Mutator
from fuzzing.sim_codecs import simulated_pdf
from hardware_sim.barcode_reader.reader import BarcodeReader as SimulatedScanner
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.id_reader.card import IdCard, citizen_text, photo_of
from hardware_sim.id_reader.reader import IdReader as SimulatedIdReader
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.people import Persona, persona
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.pad import PinPad as SimulatedPad
from hardware_sim.receipt_printer.printer import ReceiptPrinter as SimulatedReceiptPrinter

MOST_STEPS = 50_000
DEADLINE = 120.0
LATEST = DEADLINE + 60.0
"""Virtual seconds after which everything is over: the deadline, tidying up, and what was late on the line."""
TODAY = date(2026, 5, 4)
MASTER_KEY = b"1" * 16
Said = list[tuple[float, bytes]]


class Noise:
    """Decides what becomes of each message. ``rate`` 0: nothing."""

    def __init__(self, seed: int | str, rate: float) -> None:
        self._mutator = Mutator(seed, (b"\x02010405\x03", bytes.fromhex("AAAAAA96690004000090949000")))
        self.chance = self._mutator.chance
        self._rate = rate

    def strikes(self) -> bool:
        return self.chance.random() < self._rate

    def message(self, data: bytes) -> bytes:
        """One message where there is no line to be late on: damaged or not."""
        return self._mutator.damaged(data) if self.strikes() else data

    def line(self, said: Said) -> Said:
        """What a serial line makes of it."""
        heard: Said = []
        for delay, data in said:
            if not self.strikes():
                heard.append((delay, data))
                continue
            match self.chance.randrange(6):
                case 0 | 1:
                    heard.append((delay, self._mutator.damaged(data)))
                case 2:
                    pass
                case 3:
                    heard += [(delay, data), (delay + self.chance.uniform(0, 3), data)]
                case 4:
                    heard.append((delay + self.chance.uniform(0, 6), data))
                case _:
                    heard += [(delay, self._mutator.next()), (delay, data)]
        return heard


@dataclass
class NoisyLine:
    """A serial device at the far end of a bad cable; both ways are bad."""

    device: Any
    noise: Noise

    def feed(self, data: bytes, now: float) -> Said:
        return self.noise.line(self.device.feed(self.noise.message(data), now))


@dataclass
class NoisyCard:
    """A chip with bad contacts. Remembers the headers of what it was sent."""

    device: Any
    noise: Noise
    seen: list[bytes] = field(default_factory=list)

    def power_on(self) -> bytes | None:
        atr = self.device.power_on()
        return None if atr is None else self.noise.message(atr)

    def power_off(self) -> None:
        self.device.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        self.seen.append(apdu[:5])
        return self.noise.message(self.device.transmit(apdu))

    def seconds(self, apdu: bytes) -> float:
        return 0.01


@dataclass
class NoisyPrinter:
    """A printer on a network that garbles bodies."""

    device: IppPrinter
    noise: Noise

    def handle(self, body: bytes, now: float) -> tuple[bytes, float]:
        answer, seconds = self.device.handle(self.noise.message(body), now)
        return self.noise.message(answer), seconds


class Talk:
    """One conversation: a scheduler, a lane, and one outcome."""

    def __init__(self, seed: int | str, rate: float) -> None:
        self.scheduler = VirtualScheduler()
        self.noise = Noise(seed, rate)

    def run(self, link: Any, operation: Operation[Any], on_progress: Callable[[str], None] | None = None) -> Any:
        """The value, or the error."""
        outcomes: list[Outcome[Any]] = []
        lane = VirtualLane("fuzzed", self.scheduler, link)
        lane.submit(operation, outcomes.append, deadline=DEADLINE, on_progress=on_progress)
        self.scheduler.run_until_idle(limit=MOST_STEPS)
        assert self.scheduler.now() <= LATEST, f"over only after {self.scheduler.now():.0f} s"
        (outcome,) = outcomes
        if isinstance(outcome, Failed):
            assert isinstance(outcome.error, DeviceError)
            assert outcome.error.__traceback__ is None
            return outcome.error
        assert isinstance(outcome, Done)
        return outcome.value

    def line(self, device: Any) -> SerialMemoryLink:
        return SerialMemoryLink(self.scheduler, NoisyLine(device, self.noise))

    def later(self, seconds: float, link: SerialMemoryLink, hand: Callable[[float], Said | None]) -> None:
        """A hand does something to the device; what it says goes over the same bad line."""

        def act() -> None:
            for delay, data in self.noise.line(hand(self.scheduler.now()) or []):
                self.scheduler.call_later(delay, lambda data=data: link.arrive(data))  # type: ignore[misc]

        self.scheduler.call_later(seconds, act)


def _worker() -> Persona:
    return persona("worker")


WORKER = _worker()
ID_CARD = IdCard(
    citizen_text(
        name=WORKER.name,
        sex=WORKER.sex,
        ethnic=WORKER.ethnic,
        birth_date=str(WORKER.birth_date),
        address=WORKER.address,
        id_number=WORKER.id_number,
        issuer=WORKER.id_issuer,
        valid_from="20200101",
        valid_to="20400101",
    ),
    photo_of("worker"),
    bytes(1024),
)


def card_session(talk: Talk) -> bool:
    """Read a card with the PSAM's proof, then show the PIN once."""
    chance = random.Random(1)
    card = NoisyCard(SocialSecurityCard(WORKER, chance=chance.randbytes), talk.noise)
    sam = NoisyCard(Psam("SM4"), talk.noise)
    buffer = PinBuffer()
    for digit in WORKER.card.pin:
        buffer.press(int(digit))

    def session() -> Operation[Any]:
        facts = yield from read_card(TODAY, chance=chance.randbytes)
        yield from verify_pin(buffer.hand_over())
        return facts

    result = talk.run(CardMemoryLink(talk.scheduler, user=card, sam=sam), session())
    pins = [header for header in card.seen if header[1] == 0x20 and header[4:] not in (b"", b"\x00")]
    assert len(pins) <= 1, "a PIN was shown twice"
    return not isinstance(result, DeviceError)


def id_document(talk: Talk) -> bool:
    """Wait for a document and read all of it."""
    device = SimulatedIdReader()
    device.place(ID_CARD)
    driver = IdReader(talk.scheduler.now)
    result = talk.run(
        talk.line(device), driver.poll_and_read(20.0, business_date=TODAY, fingerprint=True, newest_address=True)
    )
    return isinstance(result, DocumentRead)


def _no_picture(_text: str, _height: int) -> Bitmap:
    return Bitmap(1, 1, b"\x00")


def receipt(talk: Talk) -> bool:
    """Print a receipt."""
    driver = ReceiptPrinter(talk.scheduler.now, _no_picture)
    paper = Receipt((Text("社会保障卡业务凭条"), Pair("姓名", "周*安"), Text("金额 1234.56 元" * 20)))
    result = talk.run(talk.line(SimulatedReceiptPrinter(pace=0.01)), driver.print_receipt(paper, seconds=20.0))
    return isinstance(result, PrintOutcome) and result.result is PrintResult.PRINTED


PDF = simulated_pdf()


def pdf(talk: Talk) -> bool:
    """Print a certificate."""
    driver = DocumentPrinter(talk.scheduler.now, "ipp://localhost/ipp/print")
    link = IppMemoryLink(talk.scheduler, NoisyPrinter(IppPrinter(), talk.noise))
    result = talk.run(link, driver.print_pdf("1", PDF, seconds=40.0))
    return isinstance(result, PrintOutcome) and result.result is PrintResult.PRINTED


def _pad_and_fingers(talk: Talk) -> tuple[PinPad, SerialMemoryLink, Callable[[str], None]]:
    device = SimulatedPad(master_key=MASTER_KEY)
    link = talk.line(device)
    pressed: list[str] = []

    def fingers(_step: str) -> None:
        if not pressed:
            pressed.append(_step)
            for place, key in enumerate((*"123456", "enter")):
                talk.later(0.5 + place * 0.3, link, lambda now, key=key: device.press(Key(key), now))  # type: ignore[misc]

    return PinPad(talk.scheduler.now), link, fingers


def card_pin(talk: Talk) -> bool:
    """Type a card's PIN."""
    driver, link, fingers = _pad_and_fingers(talk)
    result = talk.run(link, enter_card_pin(driver, ClearPin.SOCIAL_SECURITY_CARD, 20.0), fingers)
    return isinstance(result, CardPinEntered)


def bank_pin(talk: Talk) -> bool:
    """Load a key and type a bank's PIN."""
    driver, link, fingers = _pad_and_fingers(talk)

    def entry() -> Operation[Any]:
        yield from driver.load_working_key(0, 0, bytes(range(16)))
        return (yield from enter_bank_pin(driver, Account("123456789012"), KeyPair(0, 0), 20.0))

    result = talk.run(link, entry(), fingers)
    assert not isinstance(result, CardPinEntered)
    return isinstance(result, BankPinEntered)


def _scan(make: MakeName) -> Callable[[Talk], bool]:
    def scan(talk: Talk) -> bool:
        device = SimulatedScanner(make.value)
        link = talk.line(device)
        driver = BarcodeReader(talk.scheduler.now, MAKES[make])
        talk.later(1.0, link, lambda now: device.scan("https://hall.example/v#社保".encode(), now))
        return isinstance(talk.run(link, driver.scan(5.0)), Scan)

    return scan


CONVERSATIONS: dict[str, Callable[[Talk], bool]] = {
    "read card": card_session,
    "read ID document": id_document,
    "print receipt": receipt,
    "print PDF": pdf,
    "enter card PIN": card_pin,
    "enter bank PIN": bank_pin,
    **{f"scan, {make.value}": _scan(make) for make in (MakeName.NEWLAND, MakeName.HONEYWELL, MakeName.GM65)},
}
RATES = (0.02, 0.1, 0.3, 0.8)


@dataclass
class Talks:
    """What became of the conversations."""

    name: str
    seed: int
    held: int = 0
    good: int = 0
    failures: list[str] = field(default_factory=list)


def hold(name: str, seed: int, count: int) -> Talks:
    """Hold so many, each from its own seed and at one of the rates in turn."""
    talks = Talks(name, seed)
    for number in range(count):
        rate = RATES[number % len(RATES)]
        try:
            talks.good += CONVERSATIONS[name](Talk(f"{name} {seed} {number}", rate))
        except Exception as failure:  # noqa: BLE001  whatever it is, it is what this test looks for
            talks.failures.append(f"number {number}: {type(failure).__name__}: {failure}")
        talks.held += 1
    return talks
