"""From bytes of the card to checked facts. Pure; every broken rule is a ``CardMalformed`` that names the element."""

import re
from datetime import date
from functools import lru_cache

from drivers.card_reader import elements
from drivers.card_reader.card_number import is_card_number
from drivers.card_reader.codings import WholeText
from drivers.card_reader.facts import V1, Algorithm, Atr, CardId, Holder, Issuer, Version
from drivers.card_reader.layouts import CARD_FACTOR, CONTACT_ATR, CONTACTLESS_ATR, HISTORICAL, TLVS, parsed
from drivers.errors import CardMalformed, CardUnsupported

_FCI, _PROPRIETARY, _ISSUER_DATA, _ALGORITHM, _DIRECTORY = 0x6F, 0xA5, 0x9F0C, 0x86, 0x88
_CLASSES = frozenset("1234")
_SEXES = frozenset("129")
_ETHNIC_GROUPS = frozenset(f"{number:02}" for number in [*range(1, 57), 99])
_NEWEST_MAJOR = 3
_WHOLE_NAME = WholeText()

Records = dict[int, bytes]
"""Tag to whole record of a file; a record the card does not have is ``tag 00``."""


def is_contactless(atr: bytes) -> bool:
    """Does it begin as PC/SC lets an ISO 14443 card begin? Such a card speaks T=1."""
    return atr.startswith(b"\x3b\x8d\x80\x01")


def atr_facts(atr: bytes) -> Atr:
    """Read the ATR. CardMalformed: it is none of a social security card's two forms (section 1)."""
    contactless = is_contactless(atr)
    frame = parsed(CONTACTLESS_ATR, atr, "ATR").checked.value if contactless else parsed(CONTACT_ATR, atr, "ATR")
    factor = parsed(HISTORICAL, frame.historical, "ATR").card_factor
    return Atr(contactless, frame.historical, factor, parsed(CARD_FACTOR, factor, "ATR").region.hex())


@lru_cache(maxsize=16)
def algorithm_of(fci: bytes, region: str) -> Algorithm:
    """Which cipher the card uses, from the answer to SELECT SSSE; left out it follows from the ``region`` (section 2).

    CardUnsupported: a cipher the sheet does not know. Remembered: the FCI is that of a kind of card, not of a card.
    """
    issuer_data = _proprietary(fci).get(_ISSUER_DATA, b"")
    named = _children(issuer_data, "FCI").get(_ALGORITHM)
    if named is None:
        return Algorithm.SSF33 if region.startswith("11") else Algorithm.TRIPLE_DES
    try:
        return Algorithm(int.from_bytes(named, "big"))
    except ValueError:
        raise CardUnsupported("card_reader", what="algorithm", value=named.hex()) from None


def directory_sfi(fci: bytes) -> int | None:
    """SFI of the file DIR, from the answer to SELECT SSSE; None: the card does not say."""
    named = _proprietary(fci).get(_DIRECTORY)
    if named is None:
        return None
    _require(len(named) == 1 and 1 <= named[0] <= 0x1E, "FCI", "no SFI")
    return named[0]


def _proprietary(fci: bytes) -> dict[int, bytes]:
    """The fields of the FCI's proprietary template (A5)."""
    return _children(_child(_child(fci, _FCI, "FCI"), _PROPRIETARY, "FCI"), "FCI")


def _children(data: bytes, element: str) -> dict[int, bytes]:
    return {field.tag: field.value for field in parsed(TLVS, data, element)}


def _child(data: bytes, tag: int, element: str) -> bytes:
    found = _children(data, element).get(tag)
    if found is None:
        raise CardMalformed("card_reader", element=element, shape="field missing", tag=tag)
    return found


def card_id(record: bytes) -> CardId:
    """卡识别码: city code of six digits, the registered mark, serial, authentication code."""
    fields = elements.CARD_ID_FIELD.decode(record)
    city = fields.city.hex()
    _require(city.isdecimal(), "card id", "city code is not decimal")
    return CardId(city, fields.serial.hex().upper(), fields.authentication_code.hex().upper())


def version(record: bytes) -> Version:
    """规范版本. CardUnsupported: newer than this program knows."""
    raw = elements.VERSION.decode(record)
    if not raw:
        return V1
    _require(re.fullmatch(rb"[1-9]\.[0-9][0-9]?", raw) is not None, "version", "not a version")
    found = Version(raw.decode("ascii"))
    if found.major > _NEWEST_MAJOR:
        raise CardUnsupported("card_reader", what="version", value=found.text)
    return found


def card_number(record: bytes) -> str:
    """卡号, 9 characters with a fitting check character."""
    number: str = elements.CARD_NUMBER.decode(record)
    _require(is_card_number(number), "card number", "check character")
    return number


def issuer(records: Records) -> Issuer:
    """Issuer data, from the records of EF05 by tag."""
    issued: date = elements.ISSUED.decode(records[elements.ISSUED.tag])
    expires: date = elements.EXPIRES.decode(records[elements.EXPIRES.tag])
    _require(issued <= expires, "expires", "before it was issued")
    return Issuer(
        card_class=_one_of(elements.CARD_CLASS.decode(records[elements.CARD_CLASS.tag]), _CLASSES, "card class"),
        version=version(records[elements.VERSION.tag]),
        initialiser=elements.INITIALISER.decode(records[elements.INITIALISER.tag]),
        issued=issued,
        expires=expires,
        number=card_number(records[elements.CARD_NUMBER.tag]),
    )


def holder(records: Records) -> Holder:
    """Whose card it is, from the records of EF06 by tag."""
    first: bytes = elements.NAME.decode(records[elements.NAME.tag])
    rest: bytes = elements.NAME_EXTENSION.decode(records[elements.NAME_EXTENSION.tag])
    name: str = parsed(_WHOLE_NAME, first + rest, "name")
    social_number: str = elements.SOCIAL_NUMBER.decode(records[elements.SOCIAL_NUMBER.tag])
    _require(bool(name), "name", "empty")
    _require(bool(social_number), "social number", "empty")
    return Holder(
        social_number=social_number,
        name=name,
        sex=_one_of(elements.SEX.decode(records[elements.SEX.tag]), _SEXES, "sex"),
        ethnic=_one_of(elements.ETHNIC.decode(records[elements.ETHNIC.tag]), _ETHNIC_GROUPS, "ethnic group"),
        birthplace=elements.BIRTHPLACE.decode(records[elements.BIRTHPLACE.tag]),
        birth_date=elements.BIRTH_DATE.decode(records[elements.BIRTH_DATE.tag]),
    )


def _one_of(value: str, allowed: frozenset[str], element: str) -> str:
    _require(value in allowed, element, "not one of the code table")
    return value


def _require(holds: bool, element: str, shape: str) -> None:
    if not holds:
        raise CardMalformed("card_reader", element=element, shape=shape)
