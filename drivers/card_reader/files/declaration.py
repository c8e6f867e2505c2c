"""What a declaration of a file says, and how its bytes become values and values bytes.

Every broken rule is a ``CardMalformed`` (reading) or a ``DataUnfit`` (writing) with the file, the tag and the rule;
never a guess, and never the data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from construct import Adapter, Bytes, ConstructError, GreedyBytes, GreedyRange, Struct, ValidationError

from drivers.card_reader.codings import Digits, Text, WholeText
from drivers.card_reader.elements import Element
from drivers.card_reader.files.access import Access
from drivers.card_reader.files.tables import CodeTable
from drivers.card_reader.files.values import Coded, Fen, Moment, OptionalDate, Values, number
from drivers.card_reader.layouts import RECORD, parsed
from drivers.errors import CardMalformed, DataUnfit

_RECORDS = GreedyRange(RECORD)
_UNUSED = 0xEE


class Kind(Enum):
    """How a file keeps its data (section 3)."""

    VARIABLE = "variable"
    """Records ``tag length value`` of different lengths, one data element each."""
    FIXED = "fixed"
    """Records ``tag length value`` of one length."""
    CYCLIC = "cyclic"
    """Records of one length without tags, the newest first."""
    TRANSPARENT = "transparent"
    """Bytes with an offset."""


@dataclass(frozen=True)
class Application:
    """A place in the tree that is selected by name: the environment (SSSE) or one of its DFs.

    aid   None: the standard has it in an annex that is not public, so it is known by name only
    keys  names of its keys, reading keys first
    """

    name: str
    aid: bytes | None
    label: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """One EF.

    ef         its number; its low byte is the SFI
    elements   of a file with tags: its records in order; of a cyclic one: the fields of a record in order
    size       of a cyclic record, or of a transparent file, in bytes
    read       who may read it; from version 3 on ``read_v3``, where that differs
    joined     a long text in two records: (its name, name of the first, name of the second)
    records    how many records a cyclic file keeps at least
    """

    application: Application
    ef: int
    name: str
    kind: Kind
    read: Access
    write: Access
    elements: tuple[Element, ...] = ()
    size: int = 0
    read_v3: Access | None = None
    joined: tuple[str, str, str] | None = None
    records: int = 0

    @property
    def sfi(self) -> int:
        """Short file identifier (section 2)."""
        return self.ef & 0xFF

    @property
    def file_id(self) -> int:
        """As SELECT takes it: EF05 has the file id EF05 (section 2, field code)."""
        return 0xEF00 | self.ef

    @property
    def place(self) -> str:
        """For facts and traces: "DF01/EF05"."""
        return f"{self.application.name}/EF{self.ef:02X}"

    def access(self, major: int) -> Access:
        """Who may read it on a card of this main version."""
        return self.read_v3 if major >= 3 and self.read_v3 is not None else self.read

    def element(self, name: str) -> Element:
        """By name. KeyError: there is none, a mistake of the program."""
        for element in self.elements:
            if element.name == name:
                return element
        raise KeyError(f"{self.place} has no element {name!r}")

    # --- bytes to values ---

    def decode_record(self, record: bytes, element: Element) -> Any:
        """The value in a whole record of this element. CardMalformed."""
        try:
            return element.decode(record)
        except CardMalformed as error:
            raise self._malformed(error, element) from None

    def decode_records(self, records: Mapping[int, list[bytes]]) -> Values:
        """All values by name, from whole records by tag. An element that occurs several times is a tuple.

        A record the card does not have is left out; a tag that is not declared (a region's own) is not looked at.
        """
        values: dict[str, Any] = {}
        for element in self.elements:
            found = [self.decode_record(record, element) for record in records.get(element.tag, [])]
            if len(found) > element.count:
                raise CardMalformed("card_reader", file=self.place, tag=_hex(element.tag), shape="too many records")
            if found:
                values[element.name] = found[0] if element.count == 1 else tuple(found)
        if self.joined is not None:
            whole, first, second = self.joined
            if first in values:
                values[whole] = self._joined(values.pop(first) + values.pop(second, b""))
        return Values(values)

    def decode(self, data: bytes) -> Values:
        """A whole file with tags: its records one after the other. CardMalformed."""
        try:
            records = parsed(_RECORDS, data, self.name)
        except CardMalformed as error:
            raise self._malformed(error) from None
        return self.decode_records(by_tag(bytes(RECORD.build(record)) for record in records))

    def decode_cyclic(self, record: bytes) -> Values | None:
        """One record of a cyclic file; None: never written (all 00, EE or FF). CardMalformed."""
        if len(record) == self.size and len(set(record)) == 1 and record[0] in (0x00, 0xEE, 0xFF):
            return None
        try:
            fields = parsed(self._cyclic_layout, record, self.name)
        except CardMalformed as error:
            raise self._malformed(error) from None
        values = {}
        for element in self.elements:
            try:
                values[element.name] = parsed(element.coding, fields[element.name], element.name)
            except CardMalformed as error:
                raise self._malformed(error) from None
        return Values(values)

    # --- values to bytes ---

    def encode_element(self, name: str, value: Any) -> bytes:
        """The whole record for a value of this element. DataUnfit: it does not fit."""
        element = self.element(name)
        try:
            record = element.encode(value)
        except (ConstructError, ValueError) as error:
            raise DataUnfit("card_reader", file=self.place, tag=_hex(element.tag), shape=_rule(error)) from None
        if len(record) != element.record_length:
            raise DataUnfit("card_reader", file=self.place, tag=_hex(element.tag), shape="length")
        return record

    def encode(self, values: Mapping[str, Any]) -> bytes:
        """The whole file with tags, its records in order. DataUnfit."""
        given = dict(values)
        if self.joined is not None and self.joined[0] in given:
            whole, first, second = self.joined
            text = self._text_bytes(given.pop(whole), first)
            cut = self.element(first).length
            given |= {first: text[:cut], second: text[cut:]}
        records = b""
        for element in self.elements:
            if element.name in given:
                value = given[element.name]
                for one in (value,) if element.count == 1 else value:
                    records += self.encode_element(element.name, one)
        return records

    def encode_cyclic(self, values: Mapping[str, Any]) -> bytes:
        """One record of a cyclic file. DataUnfit."""
        record = b""
        for element in self.elements:
            try:
                record += element.coding.build(values[element.name])
            except (ConstructError, ValueError) as error:
                raise DataUnfit("card_reader", file=self.place, element=element.name, shape=_rule(error)) from None
        return record

    # --- inside ---

    @property
    def _cyclic_layout(self) -> Struct:
        return Struct(*(element.name / Bytes(element.length) for element in self.elements))

    def _joined(self, raw: bytes) -> str:
        try:
            return str(parsed(WholeText(), raw, self.name))
        except CardMalformed as error:
            raise self._malformed(error) from None

    def _text_bytes(self, text: str, first: str) -> bytes:
        try:
            return bytes(WholeText().build(text))
        except (ConstructError, ValueError) as error:
            tag = _hex(self.element(first).tag)
            raise DataUnfit("card_reader", file=self.place, tag=tag, shape=_rule(error)) from None

    def _malformed(self, error: CardMalformed, element: Element | None = None) -> CardMalformed:
        facts = {name: fact for name, fact in error.facts.items() if name != "tag"}
        tag = {} if element is None else {"tag": _hex(element.tag)}
        return CardMalformed("card_reader", file=self.place, **tag, **facts)


def by_tag(records: Iterator[bytes]) -> dict[int, list[bytes]]:
    """Whole records, gathered by their tag in the order they come."""
    found: dict[int, list[bytes]] = {}
    for record in records:
        found.setdefault(record[0], []).append(record)
    return found


class Group(Adapter):  # type: ignore[misc]
    """``B-TLV``: a value made of inner records. None: never filled in.

    EE behind the last inner record belongs to a later version's unused elements.
    """

    def __init__(self, inner: tuple[Element, ...]) -> None:
        super().__init__(GreedyBytes)
        self._inner = inner
        self.length = sum(element.record_length for element in inner)

    def _decode(self, value: bytes, context: Any, path: Any) -> Values | None:
        if len(value) != self.length:
            raise ValidationError("group of another length")
        if len(set(value)) == 1 and value[0] in (0x00, 0xEE, 0xFF):
            return None
        used = value.rstrip(bytes([_UNUSED]))
        try:
            found = {record.tag: record.value for record in parsed(_RECORDS, self._whole(value, used), "group")}
        except CardMalformed:
            raise ValidationError("group is not records") from None
        names = {element.tag: element for element in self._inner}
        if not set(found) <= set(names):
            raise ValidationError("unknown tag in group")
        if any(len(raw) != names[tag].length for tag, raw in found.items()):
            raise ValidationError("element of another length in group")
        return Values({names[tag].name: names[tag].coding.parse(raw) for tag, raw in found.items()})

    def _encode(self, value: Mapping[str, Any] | None, context: Any, path: Any) -> bytes:
        if value is None:
            return bytes(self.length)
        return b"".join(element.encode(value[element.name]) for element in self._inner)

    def _whole(self, value: bytes, used: bytes) -> bytes:
        """Without the filler, but not shorter than the records that end in EE themselves."""
        place = 0
        while place + 2 <= len(value) and value[place] != _UNUSED:
            place += 2 + value[place + 1]
        return value[: max(place, len(used))]


# --- one line an element ---


def text(name: str, tag: int, length: int) -> Element:
    """``an``."""
    return Element(name, tag, length, Text(length))


def digits(name: str, tag: int, length: int) -> Element:
    """``cn`` that is neither a date nor money, or of which the sheet does not say what it is."""
    return Element(name, tag, length, Digits(length))


def day(name: str, tag: int) -> Element:
    """``cn`` date."""
    return Element(name, tag, 4, OptionalDate())


def fen(name: str, tag: int) -> Element:
    """``cn`` money."""
    return Element(name, tag, 4, Fen(4))


def code(name: str, tag: int, length: int, table: CodeTable, *, bcd: bool = False) -> Element:
    """A code of a table, ``an`` or ``cn``."""
    return Element(name, tag, length, Coded(table, length, bcd=bcd))


def group(name: str, tag: int, inner: tuple[Element, ...], *, count: int) -> Element:
    """``B-TLV``, ``count`` records of it."""
    coding = Group(inner)
    return Element(name, tag, coding.length, coding, count=count)


def binary(name: str, length: int) -> Element:
    """``b``, a field of a cyclic record: it has no tag."""
    return Element(name, 0, length, number(length))


def moment(name: str) -> Element:
    """``cn`` 7 bytes of time, a field of a cyclic record."""
    return Element(name, 0, 7, Moment())


def _hex(tag: int) -> str:
    return f"{tag:02X}"


def _rule(error: Exception) -> str:
    """What rule a value breaks, in our own words; never the value."""
    if isinstance(error, ValidationError):
        return str(error).splitlines()[-1]
    return "character" if isinstance(error, ValueError) else "length"
