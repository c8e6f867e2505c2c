"""The bank card on the same chip (sheet, section 10), read to the last four digits of its number and no further.

The number itself never leaves ``read_bank_card``: it is looked at in a buffer that is overwritten at once, and neither
kept, logged, shown nor returned. (The link and the library below it hand answers on as bytes nobody can overwrite; the
promise is the shortest life, not none.) Selecting the bank's application unselects the SSSE.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from construct import Byte, GreedyRange, Struct

from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import Command, read_record_at, select_by_name
from drivers.card_reader.facts import Atr
from drivers.card_reader.identity import channel_of
from drivers.card_reader.layouts import TAG, TLVS, parsed
from drivers.errors import CardMalformed, CardUnsupported
from drivers.operation import Operation

PSE: Final = b"1PAY.SYS.DDF01"
PPSE: Final = b"2PAY.SYS.DDF01"
KNOWN_AIDS: Final = tuple(bytes.fromhex(f"A00000033301010{kind}") for kind in "1236")
"""Debit, credit, quasi-credit, e-cash only: asked for one by one when a card has no directory of its own."""

_NO_FILE, _NO_RECORD = 0x6A82, 0x6A83
_FCI, _PROPRIETARY, _DISCRETIONARY, _DIRECTORY = 0x6F, 0xA5, 0xBF0C, 0x88
_RECORD, _ENTRY, _AID, _PRIORITY = 0x70, 0x61, 0x4F, 0x87
_PDOL, _FORMAT_1, _FORMAT_2, _AFL = 0x9F38, 0x80, 0x77, 0x94
_TRACK_2, _PAN = 0x57, 0x5A
_MOST_ENTRIES = 8

_DOL = GreedyRange(Struct("tag" / TAG, "length" / Byte))
_AFL_ENTRIES = GreedyRange(Struct("sfi" / Byte, "first" / Byte, "last" / Byte, "authenticated" / Byte))


@dataclass(frozen=True, slots=True)
class BankCard:
    """What may be known of the bank card. ``last_four``: digits."""

    last_four: str


def read_bank_card(atr: Atr) -> Operation[BankCard]:
    """Directory, application, processing options, records; answers the last four digits of the number.

    CardUnsupported (what="bank card"): no financial application. CardMalformed, Refused, CardBlocked, the wire's.
    """
    card = channel_of(atr)
    names = yield from (_ppse_names(card) if atr.contactless else _pse_names(card))
    for name in names or KNOWN_AIDS:
        selected = yield from card.send(select_by_name(name, "bank application"))
        if selected.sw == OK:
            return (yield from _last_four(card, selected.data))
        if selected.sw != _NO_FILE:
            raise card.refusal("select bank application", selected)
    raise CardUnsupported("card_reader", what="bank card", value="none")


def _pse_names(card: Channel) -> Operation[list[bytes]]:
    """AIDs in the directory of the contact side, by priority; none when it has no directory."""
    selected = yield from card.send(select_by_name(PSE, "PSE"))
    if selected.sw != OK:
        return []
    sfi = _fields(_field(_field(selected.data, _FCI), _PROPRIETARY)).get(_DIRECTORY, b"")
    if len(sfi) != 1 or not 1 <= sfi[0] <= 0x1E:
        raise CardMalformed("card_reader", element="PSE", shape="no SFI")
    entries: list[bytes] = []
    for position in range(1, _MOST_ENTRIES + 1):
        response = yield from card.send(read_record_at(sfi[0], position))
        if response.sw == _NO_RECORD:
            break
        if response.sw != OK:
            raise card.refusal("read PSE directory", response)
        entries += _entries(_field(response.data, _RECORD))
    return _by_priority(entries)


def _ppse_names(card: Channel) -> Operation[list[bytes]]:
    """AIDs that the contactless side names in its FCI."""
    selected = yield from card.send(select_by_name(PPSE, "PPSE"))
    if selected.sw != OK:
        return []
    proprietary = _field(_field(selected.data, _FCI), _PROPRIETARY)
    return _by_priority(_entries(_fields(proprietary).get(_DISCRETIONARY, b"")))


def _last_four(card: Channel, fci: bytes) -> Operation[BankCard]:
    dol = _fields(_field(_field(fci, _FCI), _PROPRIETARY)).get(_PDOL, b"")
    wanted = sum(entry.length for entry in parsed(_DOL, dol, "PDOL"))
    if wanted > 0x7F:
        raise CardMalformed("card_reader", element="PDOL", shape="too long", length=wanted)
    # Nothing is bought: every datum the card asks for is zero.
    command = Command("get processing options", 0x80, 0xA8, 0x00, 0x00, bytes((0x83, wanted)) + bytes(wanted), le=256)
    for sfi, position in _places((yield from card.ask(command))):
        response = yield from card.send(read_record_at(sfi, position))
        if response.sw != OK:
            raise card.refusal("read bank record", response)
        record = bytearray(response.data)
        del response
        digits = last_digits(record)
        if digits:
            return BankCard(digits)
    raise CardMalformed("card_reader", element="bank card number", shape="record missing")


def _places(options: bytes) -> Iterator[tuple[int, int]]:
    """(SFI, record) that the AFL names, in its order. Both forms of the answer to GET PROCESSING OPTIONS."""
    fields = _fields(options)
    simple = fields.get(_FORMAT_1)
    files = _fields(fields.get(_FORMAT_2, b"")).get(_AFL, b"") if simple is None else simple[2:]
    for entry in parsed(_AFL_ENTRIES, files, "AFL"):
        if not 1 <= entry.first <= entry.last:
            raise CardMalformed("card_reader", element="AFL", shape="no such records")
        for position in range(entry.first, entry.last + 1):
            yield entry.sfi >> 3, position


def last_digits(record: bytearray) -> str:
    """Last four digits of the number in a record of template 70; "" when it has none. Overwrites the record.

    CardMalformed: it is no record, or the number is none.
    """
    try:
        return _digits_in(record)
    finally:
        record[:] = bytes(len(record))


def _digits_in(record: bytearray) -> str:
    with memoryview(record) as view:
        for place, length in ((place, length) for tag, place, length in _spans(view) if tag in (_PAN, _TRACK_2)):
            end = 2 * length
            for nibble in range(2 * length):
                # D parts the number from the rest of the track, F fills it up.
                if _nibble(view, place, nibble) > 9:
                    end = nibble
                    break
            if end < 12:
                raise CardMalformed("card_reader", element="bank card number", shape="too short")
            return "".join(str(_nibble(view, place, nibble)) for nibble in range(end - 4, end))
    return ""


def _spans(view: memoryview) -> Iterator[tuple[int, int, int]]:
    """(tag, place of the value, its length) of what stands in template 70, without a copy of any value."""
    end, place = len(view), 0
    if end and view[0] == _RECORD:
        _, place, length = _head(view, 0)
        end = min(end, place + length)
    while place < end:
        tag, value, length = _head(view, place)
        if value + length > end:
            raise CardMalformed("card_reader", element="bank record", shape="layout", length=len(view))
        yield tag, value, length
        place = value + length


def _head(view: memoryview, place: int) -> tuple[int, int, int]:
    """Tag, place and length of the value at ``place`` (BER-TLV, ISO 7816-4, 5.2.2)."""
    try:
        tag, place = view[place], place + 1
        if tag & 0x1F == 0x1F:
            tag, place = tag << 8 | view[place], place + 1
        length, place = view[place], place + 1
        if length == 0x81:
            length, place = view[place], place + 1
    except IndexError:
        raise CardMalformed("card_reader", element="bank record", shape="layout", length=len(view)) from None
    return tag, place, length


def _nibble(view: memoryview, place: int, number: int) -> int:
    return view[place + number // 2] >> (0 if number % 2 else 4) & 0x0F


def _fields(data: bytes) -> dict[int, bytes]:
    return {field.tag: field.value for field in parsed(TLVS, data, "bank card")}


def _field(data: bytes, tag: int) -> bytes:
    found = _fields(data).get(tag)
    if found is None:
        raise CardMalformed("card_reader", element="bank card", shape="field missing", tag=f"{tag:02X}")
    return found


def _entries(data: bytes) -> list[bytes]:
    return [field.value for field in parsed(TLVS, data, "bank directory") if field.tag == _ENTRY]


def _by_priority(entries: list[bytes]) -> list[bytes]:
    """AIDs, those with the highest priority (lowest number; 0 means none) first."""
    found = []
    for entry in entries:
        fields = _fields(entry)
        priority = (fields.get(_PRIORITY) or b"\x00")[0] & 0x0F
        found.append((priority or 0x10, fields.get(_AID, b"")))
    return [aid for _, aid in sorted(found, key=lambda item: item[0]) if 5 <= len(aid) <= 16]
