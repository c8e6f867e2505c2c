"""The data elements of EF05 (issuer data) and EF06 (holder data) of the SSSE, sheet sections 4 and 5.

One line an element: tag, length, coding, and worked values. One test walks over all of them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from construct import Construct

from drivers.card_reader.codings import CardNumberText, Date, Digits, Latin, TextBytes
from drivers.card_reader.layouts import CARD_ID, RECORD, parsed
from drivers.errors import CardMalformed

ISSUER_FILE = 0x05
"""SFI of EF05: who issued the card, until when it is valid, its number."""

HOLDER_FILE = 0x06
"""SFI of EF06: whose card it is."""


@dataclass(frozen=True)
class Element:
    """A record ``tag length value`` of a variable file, one data element.

    length        of the value as the sheet gives it, in bytes; asked for with the right Le it saves a 6Cxx round
    optional      cards of version 1.0 have no such record: it then reads as empty
    vectors       (value in hex, decoded); files have vectors of their own
    count         how many records with this tag the file holds
    """

    name: str
    tag: int
    length: int
    coding: Construct
    vectors: tuple[tuple[str, Any], ...] = ()
    optional: bool = False
    count: int = 1

    @property
    def record_length(self) -> int:
        """Of the whole record, in bytes."""
        return 2 + self.length

    def decode(self, record: bytes) -> Any:
        """Decode a whole record. CardMalformed: another tag, a wrong length, a value that breaks its coding."""
        fields = parsed(RECORD, record, self.name)
        tag, value = fields.tag, fields.value
        if tag != self.tag:
            raise CardMalformed("card_reader", element=self.name, shape="another tag", tag=tag)
        if self.optional and not value:
            value = bytes(self.length)
        return parsed(self.coding, value, self.name)

    def encode(self, value: Any) -> bytes:
        """The record for a decoded value."""
        return bytes(RECORD.build({"tag": self.tag, "value": self.coding.build(value)}))


CARD_ID_FIELD = Element("card id", 0x01, 0x10, CARD_ID)
"""卡识别码. Its vector is with its layout."""

CARD_CLASS = Element("card class", 0x02, 0x01, Latin(1), (("33", "3"),))
"""卡类别: 1 under school age, 2 student, 3 adult or "not divided", 4 elderly."""

VERSION = Element("version", 0x03, 0x04, TextBytes(4), (("322E3030", b"2.00"), ("00000000", b"")), optional=True)
"""规范版本. Empty means 1.0."""

INITIALISER = Element(
    "initialiser", 0x04, 0x0C, Digits(0x0C), (("915600000299010099010001", "915600000299010099010001"),)
)
"""初始化机构编号."""

ISSUED = Element("issued", 0x05, 0x04, Date(), (("20240101", date(2024, 1, 1)), ("20240229", date(2024, 2, 29))))
"""发卡日期."""

EXPIRES = Element("expires", 0x06, 0x04, Date(), (("20340101", date(2034, 1, 1)),))
"""卡有效期: the last day on which the card is valid."""

CARD_NUMBER = Element("card number", 0x07, 0x09, CardNumberText(), (("413030303030303131", "A00000011"),))
"""卡号."""

SOCIAL_NUMBER = Element(
    "social number", 0x08, 0x12, Latin(0x12), (("313130313035313934393132333130303258", "11010519491231002X"),)
)
"""社会保障号码: for residents the number of the ID card, an assigned number for others."""

NAME = Element("name", 0x09, 0x1E, TextBytes(0x1E), (("B2E2CAD4C8CB" + "00" * 24, "测试人".encode("gbk")),))
"""姓名, first 30 bytes. Decoded together with its extension."""

NAME_EXTENSION = Element("name extension", 0x4E, 0x14, TextBytes(0x14), (("00" * 20, b""),), optional=True)
"""姓名扩展, version 2 on. Full name = 09 then 4E, joined as bytes."""

SEX = Element("sex", 0x0A, 0x01, Latin(1), (("32", "2"),))
"""性别: 1 male, 2 female, 9 not stated."""

ETHNIC = Element("ethnic group", 0x0B, 0x01, Digits(1), (("01", "01"),))
"""民族 (GB 3304): 01–56, 99."""

BIRTHPLACE = Element("birthplace", 0x0C, 0x03, Digits(3), (("110105", "110105"),))
"""出生地, code of the region (GB/T 2260)."""

BIRTH_DATE = Element("birth date", 0x0D, 0x04, Date(), (("19491231", date(1949, 12, 31)),))
"""出生日期."""

ISSUER_ELEMENTS = (CARD_CLASS, VERSION, INITIALISER, ISSUED, EXPIRES, CARD_NUMBER)
"""EF05 without the card id, which is read on its own and first."""

HOLDER_ELEMENTS = (SOCIAL_NUMBER, NAME, NAME_EXTENSION, SEX, ETHNIC, BIRTHPLACE, BIRTH_DATE)
"""EF06."""
