"""GS1 element strings: identifiers and data in a row, with FNC1 (sent as GS, 1D) behind what has no fixed length.

Source: GS1 General Specifications, sections 3 and 7.8; symbology identifiers of ISO/IEC 15424. A text counts as GS1
when it says so by a symbology identifier or by a GS in it; digits that merely look like an element string stay plain.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from drivers.barcode_reader.application_identifiers import (
    IDENTIFIERS,
    PREDEFINED_LENGTH,
    Charset,
    Identifier,
    Meaning,
)

FNC1: Final = "\x1d"
SYMBOLOGIES: Final = ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1")
"""GS1-128, DataBar and composites, DataMatrix, QR, DotCode."""


class Gs1RefusedError(ValueError):
    """An element string that breaks a rule. Names the identifier, as far as it was understood, and the rule."""

    def __init__(self, identifier: str, rule: str) -> None:
        """``rule``: empty | unknown identifier | length | character | check digit | no such day | twice."""
        super().__init__(f"({identifier}) {rule}")
        self.identifier = identifier
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Element:
    """One identifier (AI) with its data, which keep their rules."""

    identifier: str
    data: str = field(repr=False)

    @property
    def decimal(self) -> Decimal | None:
        """The value of an identifier whose last digit tells the decimal places; None for others."""
        if IDENTIFIERS[self.identifier].meaning is not Meaning.DECIMAL:
            return None
        return Decimal(self.data).scaleb(-int(self.identifier[-1]))

    def day(self, today: date) -> date | None:
        """The day of a date identifier, in the century that is nearest to ``today``; None for others.

        Day 00 is the last of the month (section 3.4).
        """
        if IDENTIFIERS[self.identifier].meaning is not Meaning.DATE:
            return None
        short, month, day = (int(self.data[at : at + 2]) for at in (0, 2, 4))
        ahead = (short - today.year) % 100  # section 7.12: 51 to 99 ahead belongs to the century before
        year = today.year + (ahead - 100 if ahead > 50 else ahead)
        return date(year, month, min(day or 31, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class ElementString:
    """Checked elements in the order of the code."""

    elements: tuple[Element, ...]

    def get(self, identifier: str) -> Element | None:
        """The element with this identifier, if the code has it."""
        return next((element for element in self.elements if element.identifier == identifier), None)


@dataclass(frozen=True, slots=True)
class BrokenElementString:
    """A code that says it is GS1 and breaks its rules."""

    identifier: str
    rule: str


def gs1_content(text: str) -> ElementString | BrokenElementString | None:
    """What a scanned text says as GS1; None when it does not say that it is."""
    marked = next((mark for mark in SYMBOLOGIES if text.startswith(mark)), "")
    if not marked and FNC1 not in text:
        return None
    try:
        return parse_element_string(text.removeprefix(marked))
    except Gs1RefusedError as refused:
        return BrokenElementString(refused.identifier, refused.rule)


def parse_element_string(text: str) -> ElementString:
    """Read an element string without its symbology identifier. Raises Gs1RefusedError."""
    elements: dict[str, Element] = {}
    for element in _elements(text.removeprefix(FNC1)):
        if elements.setdefault(element.identifier, element) != element:
            raise Gs1RefusedError(element.identifier, "twice")
    if not elements:
        raise Gs1RefusedError("", "empty")
    return ElementString(tuple(elements.values()))


def check_digit(digits: str) -> str:
    """GS1's check digit for the digits before it: weights 3 1 3 … from the right, to the next ten (section 7.9)."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _elements(text: str) -> Iterator[Element]:
    rest = text
    while rest:
        identifier = _identifier(rest)
        rest = rest.removeprefix(identifier.code)
        if identifier.code[:2] in PREDEFINED_LENGTH:
            data, rest = rest[: identifier.digits], rest[identifier.digits :].removeprefix(FNC1)
        else:
            data, _, rest = rest.partition(FNC1)
        _check(identifier, data)
        yield Element(identifier.code, data)


def _identifier(text: str) -> Identifier:
    for size in (2, 3, 4):
        if (found := IDENTIFIERS.get(text[:size])) is not None and len(text) >= size:
            return found
    start = text[:4]
    raise Gs1RefusedError(start if start.isascii() and start.isdigit() else "", "unknown identifier")


def _check(identifier: Identifier, data: str) -> None:
    fixed, rest = data[: identifier.digits], data[identifier.digits :]
    if len(fixed) < identifier.digits or not identifier.least <= len(rest) <= identifier.most:
        raise Gs1RefusedError(identifier.code, "length")
    if not set(fixed) <= set(Charset.DIGITS.value) or not set(rest) <= set(identifier.charset.value):
        raise Gs1RefusedError(identifier.code, "character")
    if identifier.meaning is Meaning.CHECKED and check_digit(fixed[:-1]) != fixed[-1]:
        raise Gs1RefusedError(identifier.code, "check digit")
    if identifier.meaning is Meaning.DATE and not _is_day(fixed):
        raise Gs1RefusedError(identifier.code, "no such day")


def _is_day(data: str) -> bool:
    """Every century has the same calendar here: of the years that two digits can mean, 2000 is a leap year too."""
    year, month, day = (int(data[at : at + 2]) for at in (0, 2, 4))
    return 1 <= month <= 12 and day <= calendar.monthrange(2000 + year, month)[1]
