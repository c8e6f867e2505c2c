"""Hold a code before the scanner: its lamp is lit, and the shape of the text is told, not the text."""

from __future__ import annotations

from collections.abc import Callable

from drivers.barcode_reader.gs1 import BrokenElementString, ElementString
from drivers.barcode_reader.makes import PLAIN
from drivers.barcode_reader.reader import BarcodeReader, NoScan, Scan, Unreadable
from drivers.operation import Operation
from kiosk.diagnostics.asking.barcode_reader import make_on
from kiosk.diagnostics.benches.trying import Bench, Outcome, Tried
from kiosk.diagnostics.findings import Result

_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("digits", lambda sign: sign.isascii() and sign.isdigit()),
    ("letters", lambda sign: sign.isascii() and sign.isalpha()),
    ("signs", lambda sign: sign.isascii() and sign.isprintable()),
    ("controls", str.isascii),
    ("other scripts", lambda sign: True),
)


def barcode_reader(
    reader: BarcodeReader, baud: int, clock: Callable[[], float], times: int, patience: float, *, reveal: bool
) -> Operation[Tried]:
    """A plain reader of the settings is asked for its make first, so that its lamp can be lit.

    `patience`: seconds to hold a code before it, each time. `reveal`: the text itself as well.
    """
    bench = Bench(clock, times)

    def once() -> Operation[Outcome]:
        if "make" not in bench.facts:
            if reader.make is PLAIN:
                found = yield from make_on(reader.line, baud)
                reader.make = found[0] if found else PLAIN
            bench.facts["make"] = reader.make.name.value
        match (yield from reader.scan(patience)):
            case Scan(text=text, gs1=gs1):
                if reveal:
                    bench.facts["text"] = text
                return Outcome(detail=shape(text, gs1))
            case Unreadable(rule=rule):
                return Outcome(Result.FAIL, rule, "unreadable_code")
            case NoScan():
                return Outcome(Result.UNCLEAR, "no code", "no_code", last=True)

    return bench.run(once)


def shape(text: str, gs1: ElementString | BrokenElementString | None) -> str:
    """`14 characters: digits; GS1 (01) (21)`: enough to know the code by, and nothing of what it says."""
    kinds = list(dict.fromkeys(_kind(sign) for sign in text))
    told = f"{len(text)} characters: {', '.join(kinds)}"
    match gs1:
        case ElementString(elements=elements):
            return f"{told}; GS1 {' '.join(f'({element.identifier})' for element in elements)}"
        case BrokenElementString(identifier=identifier, rule=rule):
            return f"{told}; GS1, but ({identifier}) {rule}"
    return told


def _kind(sign: str) -> str:
    return next(name for name, holds in _KINDS if holds(sign))
