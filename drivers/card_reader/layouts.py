"""The layouts of what a card sends, declared once (construct), and the one door through which they are parsed.

Vectors stand beside each layout: (hex, what it means). One test walks over all of them, both ways.
"""

from dataclasses import dataclass
from functools import reduce
from io import BytesIO
from operator import xor
from typing import Any

from construct import (
    Byte,
    Bytes,
    Checksum,
    Const,
    Construct,
    ConstructError,
    Container,
    ExprAdapter,
    GreedyBytes,
    GreedyRange,
    If,
    Int16ub,
    Prefixed,
    RawCopy,
    StreamError,
    Struct,
    Switch,
    ValidationError,
    this,
)

from drivers.errors import CardMalformed

SSSE_NAME = "sx1.sh.社会保障".encode("gbk")
"""DDF name of the social security environment (SSSE), section 2."""

PSAM_DES_SET = SSSE_NAME
"""Name of the PSAM's MF, which holds the set of the 8-byte family, section 9."""

PSAM_WIDE_SET = "sx2.sh.社会保障".encode("gbk")
"""Name of the PSAM's DDF1, which holds the set of the 16-byte family, section 9."""

PSAM_AID = bytes.fromhex("D15600000590")
"""AID of the PSAM's application DF01, section 9."""

ISSUER_MARK = bytes.fromhex("D156000005")
"""Registered identifier inside every card id, section 4."""


class _Frame(BytesIO):
    """Answers a read in full or not at all: a compiled layout does not look whether it got all it asked for.

    ``Prefixed`` makes a stream of its own, which is not of this kind: in it, compiled, only a GreedyBytes may stand.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if size is not None and len(data) < size:
            raise StreamError("cut short")
        return data


def parsed(layout: Construct, data: bytes, element: str) -> Any:
    """Parse all of ``data``. CardMalformed: it does not fit; facts are the ``element`` and the ``shape`` it breaks."""
    stream = _Frame(data)
    try:
        value = layout.parse_stream(stream)
    except ValidationError as error:
        # Without a path in front: the message is the rule, in our own words.
        raise CardMalformed("card_reader", element=element, shape=str(error).splitlines()[-1]) from None
    except ConstructError:
        raise CardMalformed("card_reader", element=element, shape="layout", length=len(data)) from None
    if stream.tell() != len(data):
        raise CardMalformed("card_reader", element=element, shape="something behind", length=len(data))
    return value


# --- BER-TLV (ISO 7816-4, 5.2.2): tags of one or two bytes, lengths up to 65,535 ---

_MORE_TAG = 0x1F
_SHORT_LENGTH = 0x80


def _length(field: Container, context: Any) -> int:
    if field.first >= _SHORT_LENGTH and field.more is None:
        raise ValidationError("TLV length of unknown form")
    return int(field.first if field.more is None else field.more)


def _length_field(length: int, context: Any) -> dict[str, int | None]:
    if length < _SHORT_LENGTH:
        return {"first": length, "more": None}
    return {"first": 0x81 if length < 0x100 else 0x82, "more": length}


TAG = ExprAdapter(
    Struct("first" / Byte, "second" / If(this.first & _MORE_TAG == _MORE_TAG, Byte)),
    lambda field, _: field.first if field.second is None else field.first << 8 | field.second,
    lambda tag, _: {"first": tag >> 8, "second": tag & 0xFF} if tag > 0xFF else {"first": tag, "second": None},
)
LENGTH = ExprAdapter(
    Struct("first" / Byte, "more" / Switch(this.first, {0x81: Byte, 0x82: Int16ub})), _length, _length_field
)
TLV = Struct("tag" / TAG, "value" / Prefixed(LENGTH, GreedyBytes))
TLVS = GreedyRange(TLV)
"""Several, one after the other. What does not fit is left over, which ``parsed`` refuses."""

RECORD = Struct("tag" / Byte, "value" / Prefixed(Byte, GreedyBytes)).compile()
"""A record of a variable file: one data element (section 3). Compiled, for 14 of them are read from each card."""


# --- ATR (section 1) ---

CARD_FACTOR = Struct("card_maker" / Bytes(2), "region" / Bytes(2), "serial" / Bytes(4)).compile()
"""Level-3 factor of the card's keys (section 8)."""

HISTORICAL = Struct("chip_maker" / Bytes(2), "cos" / Bytes(3), "card_factor" / Bytes(8)).compile()
"""Historical bytes."""

CONTACT_ATR = Struct(Const(b"\x3b\x6d"), "tb1_tc1" / Bytes(2), "historical" / Bytes(13)).compile()
"""T=0, no check byte."""

CONTACTLESS_ATR = Struct(
    Const(b"\x3b"),
    "checked" / RawCopy(Struct(Const(b"\x8d\x80\x01"), "historical" / Bytes(13))),
    "tck" / Checksum(Byte, lambda data: reduce(xor, data), this.checked.data),
)
"""The form PC/SC gives an ISO 14443 card (PC/SC part 3, 3.1.3.2.3.1); the check byte is the XOR after TS."""

# --- card id (section 4), 16 bytes; the serial is unique in the city, not always decimal ---

CARD_ID = Struct(
    "city" / Bytes(3), "mark" / Const(ISSUER_MARK), "serial" / Bytes(4), "authentication_code" / Bytes(4)
).compile()


@dataclass(frozen=True)
class Vector:
    """A worked example: these bytes have this layout, and these of its fields have these values."""

    layout: Construct
    data: str
    fields: dict[str, Any]


VECTORS = (
    Vector(TLV, "88011E", {"tag": 0x88, "value": b"\x1e"}),
    Vector(TLV, "9F0C03860103", {"tag": 0x9F0C, "value": bytes.fromhex("860103")}),
    Vector(TLV, "6F8180" + "00" * 128, {"tag": 0x6F, "value": bytes(128)}),
    Vector(TLV, "53820100" + "00" * 256, {"tag": 0x53, "value": bytes(256)}),
    Vector(RECORD, "020133", {"tag": 2, "value": b"3"}),
    Vector(
        CARD_ID,
        "990100D15600000500000001FFFFFFFF",
        {"city": bytes.fromhex("990100"), "serial": b"\x00\x00\x00\x01", "authentication_code": b"\xff" * 4},
    ),
    Vector(
        HISTORICAL,
        "0081544C968684990100000001",
        {
            "chip_maker": b"\x00\x81",
            "cos": bytes.fromhex("544C96"),
            "card_factor": bytes.fromhex("8684990100000001"),
        },
    ),
    Vector(CARD_FACTOR, "8684990100000001", {"region": bytes.fromhex("9901")}),
    Vector(CONTACT_ATR, "3B6D00000081544C968684990100000001", {}),
    Vector(CONTACTLESS_ATR, "3B8D80010081544C96868499010000000198", {}),
)
