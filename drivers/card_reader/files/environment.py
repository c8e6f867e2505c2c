"""The environment (SSSE): DIR, EF05 issuer, EF06 holder, EF07 fingerprints, EF08 photo (sections 2–5)."""

from dataclasses import replace
from typing import Any, Final

from construct import Adapter, Byte, Const, Container, GreedyBytes, Prefixed, Struct, ValidationError

from drivers.card_reader import elements
from drivers.card_reader.codings import Text, WholeText, gbk_text, strip_text_fill
from drivers.card_reader.elements import Element
from drivers.card_reader.facts import CardId
from drivers.card_reader.files.access import FREE, NEVER, with_key
from drivers.card_reader.files.declaration import Application, File, Kind, code
from drivers.card_reader.files.tables import CARD_CLASS, ETHNIC, SEX
from drivers.card_reader.layouts import CARD_ID, ISSUER_MARK, SSSE_NAME

SSSE: Final = Application("SSSE", SSSE_NAME, "社会保障", ("RK_SSSE", "UK_SSSE"))

_FROM_ISSUER = with_key("UK_SSSE")
_TO_TERMINALS = with_key("RK_SSSE")


class _CardIdText(Adapter):  # type: ignore[misc]
    """卡识别码 as ``CardId``."""

    def __init__(self) -> None:
        super().__init__(CARD_ID)

    def _decode(self, value: Container, context: Any, path: Any) -> CardId:
        city = value.city.hex()
        if not city.isdecimal():
            raise ValidationError("city code is not decimal")
        return CardId(city, value.serial.hex().upper(), value.authentication_code.hex().upper())

    def _encode(self, value: CardId, context: Any, path: Any) -> dict[str, bytes]:
        return {
            "city": bytes.fromhex(value.city),
            "mark": ISSUER_MARK,
            "serial": bytes.fromhex(value.serial),
            "authentication_code": bytes.fromhex(value.authentication_code),
        }


class _Label(WholeText):
    """Label of an application, as long as it is; fillers off."""

    def _decode(self, value: bytes, context: Any, path: Any) -> str:
        return gbk_text(strip_text_fill(value))


DIRECTORY_ENTRY: Final = Struct(
    Const(b"\x61"),
    "entry"
    / Prefixed(
        Byte,
        Struct(
            Const(b"\x4f"),
            "aid" / Prefixed(Byte, GreedyBytes),
            Const(b"\x50"),
            "label" / Prefixed(Byte, _Label()),
        ),
    ),
)
"""A record of DIR: template 61 with the AID (5–16 bytes) and the label (1–16 bytes)."""

DIRECTORY: Final = File(SSSE, 0x1E, "directory", Kind.VARIABLE, FREE, NEVER)
"""DIR. Its SFI is told by the FCI (tag 88); 1E is that of the trace. Its records are ``DIRECTORY_ENTRY``."""

ISSUER: Final = File(
    SSSE,
    0x05,
    "issuer",
    Kind.VARIABLE,
    FREE,
    _FROM_ISSUER,
    (
        Element("card id", 0x01, 0x10, _CardIdText()),
        code("card class", 0x02, 0x01, CARD_CLASS),
        replace(elements.VERSION, coding=Text(4), vectors=()),
        elements.INITIALISER,
        elements.ISSUED,
        elements.EXPIRES,
        elements.CARD_NUMBER,
    ),
)
"""EF05 发卡机构数据."""

HOLDER: Final = File(
    SSSE,
    0x06,
    "holder",
    Kind.VARIABLE,
    FREE,
    _FROM_ISSUER,
    (
        elements.SOCIAL_NUMBER,
        elements.NAME,
        elements.NAME_EXTENSION,
        code("sex", 0x0A, 0x01, SEX),
        code("ethnic group", 0x0B, 0x01, ETHNIC, bcd=True),
        elements.BIRTHPLACE,
        elements.BIRTH_DATE,
    ),
    read_v3=_TO_TERMINALS,
    joined=("full name", "name", "name extension"),
)
"""EF06 持卡人数据. From version 3 on a terminal must prove RK_SSSE."""

FINGERPRINTS: Final = File(SSSE, 0x07, "fingerprints", Kind.TRANSPARENT, _TO_TERMINALS, _FROM_ISSUER, size=0x300)
"""EF07 指纹数据."""

PHOTO: Final = File(SSSE, 0x08, "photo", Kind.TRANSPARENT, _TO_TERMINALS, _FROM_ISSUER, size=0x1000)
"""EF08 照片数据: jpeg or bmp, 26 × 32 mm, 300 dpi or more, 24 bits."""

FILES: Final = (DIRECTORY, ISSUER, HOLDER, FINGERPRINTS, PHOTO)
