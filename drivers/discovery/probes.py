"""One question per class of device, in the order in which they are asked on a port whose device nobody knows.

The order is by what a question could do to a device it is not meant for, worst hearer first:

1. *Receipt printer*, DLE EOT (10 04 n), at every speed it may have. It prints whatever it does not understand, so it
   must be known before anything else is said on the line. The question itself is real-time status: it is answered out
   of line, enters no buffer and prints nothing. Heard at a wrong speed it is at most one broken character, and a
   driver's first receipt begins with ESC @ and a cut. No other device here has a frame that begins with 10.
2. *ID reader*, module state (11 FF). A whole frame with preamble and check sum; to a pad, which waits for 02, and to a
   scanner, which waits for its own sign, it is noise. The module only says how it is.
3. *PIN pad*, version (30). ASCII hex between 02 and 03; it has no digits of a PIN, switches no keys on and touches no
   key. A scanner knows no command that begins with 02.
4. *Barcode reader*, by make, last: to find a Newland its settings are entered and left again, so only a line on which
   nobody else answered hears that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeVar

from drivers.barcode_reader.makes import GM65, HONEYWELL, NEWLAND
from drivers.barcode_reader.scanner_line import ScannerLine
from drivers.barcode_reader.settings import identify
from drivers.id_reader import commands as id_commands
from drivers.id_reader.frames import FrameParser
from drivers.id_reader.frames import request_frame as id_frame
from drivers.operation import Operation, ReadUntil, Write
from drivers.pin_pad import commands as pad_commands
from drivers.pin_pad.commands import Status
from drivers.pin_pad.frames import Answer as PadAnswer
from drivers.pin_pad.frames import PadParser
from drivers.pin_pad.frames import request_frame as pad_frame

T = TypeVar("T")
_DRAIN_READS: Final = 16
_PRINTER_SECONDS: Final = 0.25
_MODULE_SECONDS: Final = 0.4
_PAD_SECONDS: Final = 0.6
_SCANNER_SECONDS: Final = 0.4
_MODULE_STATES: Final = frozenset({0x90, 0x60, 0x66})


class Kind(Enum):
    """Classes of serial devices."""

    RECEIPT_PRINTER = "receipt-printer"
    ID_READER = "id-reader"
    PIN_PAD = "pin-pad"
    BARCODE_READER = "barcode-reader"


@dataclass(frozen=True, slots=True)
class Identity:
    """What answered: its make or protocol family, and what else it told of itself. Nothing personal, no keys."""

    make: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """``ask(clock)`` is the question at the line's present speed; None: nobody who understands it answered."""

    kind: Kind
    rates: tuple[int, ...]
    ask: Callable[[Callable[[], float]], Operation[Identity | None]]


def _heard(
    question: bytes, take: Callable[[bytes], T | None], seconds: float, clock: Callable[[], float]
) -> Operation[T | None]:
    """Let the line fall silent, ask, and give what comes to ``take`` until it knows an answer or time is over."""
    for _ in range(_DRAIN_READS):
        if not (yield ReadUntil(0.0)):
            break
    yield Write(question)
    end = clock() + seconds
    while (left := end - clock()) > 0:
        received: bytes = yield ReadUntil(left)
        if received and (found := take(received)) is not None:
            return found
    return None


def _printer_byte(received: bytes) -> int | None:
    """Fixed bits of a real-time answer: (b & 93h) == 12h. An echo of the question has none of these."""
    return next((byte for byte in received if byte & 0x93 == 0x12), None)


def _receipt_printer(clock: Callable[[], float]) -> Operation[Identity | None]:
    # two questions: one byte of noise may look like an answer, two hardly do
    first = yield from _heard(b"\x10\x04\x01", _printer_byte, _PRINTER_SECONDS, clock)
    if first is None:
        return None
    paper = yield from _heard(b"\x10\x04\x04", _printer_byte, _PRINTER_SECONDS, clock)
    if paper is None:
        return None
    words = "out" if paper & 0x60 else "low" if paper & 0x0C else "full"
    return Identity("ESC/POS", {"offline": "yes" if first & 0x08 else "no", "paper": words})


def _id_reader(clock: Callable[[], float]) -> Operation[Identity | None]:
    parser = FrameParser()

    def state(received: bytes) -> int | None:
        answers = parser.feed(received)
        told = [answer.sw[2] for answer in answers if answer.sw[:2] == b"\x00\x00" and not answer.data]
        return next((sw3 for sw3 in told if sw3 in _MODULE_STATES), None)

    sw3 = yield from _heard(id_frame(id_commands.MODULE_STATE.code), state, _MODULE_SECONDS, clock)
    if sw3 is None:
        return None
    facts = {"state": "ready" if sw3 == id_commands.Sw3.DONE else f"{sw3:02x}"}

    def number(received: bytes) -> str | None:
        good = [each for each in parser.feed(received) if id_commands.MODULE_NUMBER.good_answer(each)]
        return _module_number(good[0].data) if good else None

    told = yield from _heard(id_frame(id_commands.MODULE_NUMBER.code), number, _MODULE_SECONDS, clock)
    return Identity("SAM_V", facts if told is None else {**facts, "module": told})


def _module_number(data: bytes) -> str:
    """As printed on the module (sheet, section 3): u16, u16, u32, u32, u32, little-endian."""
    a, b = (int.from_bytes(data[at : at + 2], "little") for at in (0, 2))
    made, serial, random = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12))
    return f"{a:02d}.{b:02d}-{made}-{serial:010d}-{random:010d}"


def _pin_pad(clock: Callable[[], float]) -> Operation[Identity | None]:
    def answer(received: bytes) -> PadAnswer | None:
        return next((item for item in parser.feed(received) if isinstance(item, PadAnswer)), None)

    parser = PadParser()
    version = yield from _heard(pad_frame(pad_commands.VERSION.code, b""), answer, _PAD_SECONDS, clock)
    if version is None or version.status not in {*Status, *pad_commands.SELF_TEST}:
        return None
    facts = {"keys": "invalid" if version.status == Status.DONE_KEYS_INVALID else "valid"}
    if version.status not in pad_commands.DONE:
        facts = {"status": f"{version.status:02x}"}
    text = version.data[:16].decode("latin-1").strip()
    if text.isascii() and text.isprintable() and text:
        facts["version"] = text
    return Identity("KMY350", facts)


def _barcode_reader(clock: Callable[[], float]) -> Operation[Identity | None]:
    line = ScannerLine(clock, "barcode_reader")
    for make in (NEWLAND, GM65, HONEYWELL):
        if (yield from identify(line, make, seconds=_SCANNER_SECONDS)):
            return Identity(make.name.value)
        line.owes_nothing()
    return None


PROBES: Final = (
    Probe(Kind.RECEIPT_PRINTER, (115_200, 9_600, 57_600, 38_400, 19_200), _receipt_printer),
    Probe(Kind.ID_READER, (115_200, 57_600, 38_400, 19_200, 9_600), _id_reader),
    Probe(Kind.PIN_PAD, (9_600,), _pin_pad),
    Probe(Kind.BARCODE_READER, (9_600, 115_200), _barcode_reader),
)
"""In the order in which they are asked; the reasons stand at the top."""
