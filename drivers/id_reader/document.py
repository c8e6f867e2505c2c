"""What stands on the chip of a citizen's ID card, from 256 bytes of text to a checked, frozen value.

Layout: UTF-16LE fields filled with U+0020 or U+0000 (GA/T 490 as documented openly). The character at offset 248 tells
the kind of document; only the citizen's layout is read here, the other known kinds are named to the caller by letter.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final

from construct import Bytes, Computed, ConstructError, Default, ExprAdapter, Pointer, Struct

from drivers.id_reader.citizen_number import CitizenNumber, NumberRefusedError

TEXT_SIZE: Final = 256
_FILL: Final = " \x00"


class TextMalformedError(ValueError):
    """A text field that is no UTF-16 text. Carries no content."""


def _decode(raw: bytes, _context: Any) -> str:
    try:
        text = raw.decode("utf-16-le")  # strict: a lone surrogate is no character
    except UnicodeDecodeError:
        raise TextMalformedError("utf-16") from None
    return _whole(text.rstrip(_FILL))


def _whole(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        raise TextMalformedError("control character")
    return text


def _encode(text: str, size: int) -> bytes:
    raw = text.encode("utf-16-le")
    return raw + b"\x20\x00" * ((size - len(raw)) // 2)  # too long a text is refused by the field's own size


def _text(size: int) -> Any:
    """A text field of ``size`` bytes."""
    return ExprAdapter(Bytes(size), _decode, lambda text, _context: _encode(text, size))


# a field of its own, since a text in one of the other layouts must not be read by this one
_KIND: Final = Struct("letter" / Pointer(248, _text(2)), "size" / Computed(TEXT_SIZE))

CITIZEN_LAYOUT: Final = Struct(
    "name" / _text(30),
    "sex" / _text(2),
    "ethnic_group" / _text(4),
    "birth_date" / _text(16),
    "address" / _text(70),
    "number" / _text(36),
    "issuer" / _text(30),
    "valid_from" / _text(16),
    "valid_to" / _text(16),
    "reserved" / Default(Bytes(36), 18 * b"\x20\x00"),
)


class Sex(Enum):
    """GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    NOT_STATED = "9"


class LongTerm(Enum):
    """The end of a document that has none: 长期."""

    LONG_TERM = "长期"


class Validity(Enum):
    """Whether a document is valid on a day; UNKNOWN when the card does not say."""

    VALID = "valid"
    NOT_YET = "not yet"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class DocumentKind(Enum):
    """The letter at offset 248; blank is the Chinese citizen's card."""

    CITIZEN = ""
    HK_MACAU_TAIWAN_RESIDENT = "J"
    FOREIGNER_2017 = "I"
    FOREIGNER_2023 = "Y"


class DocumentRefusedError(ValueError):
    """The text is not a document we may rely on. Names the field and the broken rule, never the content."""

    def __init__(self, field_name: str, rule: str) -> None:
        """Keep the two short words."""
        super().__init__(f"{field_name}: {rule}")
        self.field_name = field_name
        self.rule = rule


class KindNotServedError(ValueError):
    """A document kind that is known but not read here (J, I, Y)."""

    def __init__(self, kind: DocumentKind) -> None:
        """``kind.value`` is the letter on the card."""
        super().__init__(kind.name)
        self.kind = kind


@dataclass(frozen=True)
class IdDocument:
    """A citizen's ID card. Every field is personal data, so repr shows none of them.

    ``ethnic_group``: two digits of GB/T 3304, or None when blank. ``birth_date`` is the number's, which the card's own
    field was compared with. ``valid_from`` is None and ``valid_to`` is None where the card leaves the date blank.
    """

    name: str = field(repr=False)
    sex: Sex = field(repr=False)
    ethnic_group: str | None = field(repr=False)
    birth_date: date = field(repr=False)
    address: str = field(repr=False)
    number: CitizenNumber = field(repr=False)
    issuer: str = field(repr=False)
    valid_from: date | None = field(repr=False)
    valid_to: date | LongTerm | None = field(repr=False)

    def validity_on(self, business_date: date) -> Validity:
        """Valid through the whole last day; a blank date leaves the answer unknown unless the other date decides."""
        if self.valid_from is not None and business_date < self.valid_from:
            return Validity.NOT_YET
        if isinstance(self.valid_to, date) and business_date > self.valid_to:
            return Validity.EXPIRED
        if self.valid_from is None or self.valid_to is None:
            return Validity.UNKNOWN
        return Validity.VALID


def document_kind(text: bytes) -> DocumentKind:
    """The kind of a 256-byte text. Raises DocumentRefusedError for an unknown letter or a wrong size."""
    if len(text) != TEXT_SIZE:
        raise DocumentRefusedError("text", "size")
    try:
        return DocumentKind(_KIND.parse(text).letter)
    except ValueError:  # no such letter, or no character at all
        raise DocumentRefusedError("kind", "unknown letter") from None


def parse_citizen(text: bytes, *, business_date: date) -> IdDocument:
    """Read and check a citizen's 256 bytes.

    Raises KindNotServedError for J, I and Y, DocumentRefusedError for everything that breaks a rule. An expired card is
    not refused: ask ``validity_on``.
    """
    kind = document_kind(text)
    if kind is not DocumentKind.CITIZEN:
        raise KindNotServedError(kind)
    try:
        fields = CITIZEN_LAYOUT.parse(text)
    except TextMalformedError:
        raise DocumentRefusedError("text", "not text") from None
    except ConstructError:
        raise DocumentRefusedError("text", "layout") from None
    if not fields.name.strip():
        raise DocumentRefusedError("name", "blank")
    sex = _sex(fields.sex)
    number = _number(fields.number, business_date)
    if sex in (Sex.MALE, Sex.FEMALE) and number.male != (sex is Sex.MALE):
        raise DocumentRefusedError("number", "sex differs")
    born = _date("birth_date", fields.birth_date)
    if born is not None and born != number.birth_date:
        raise DocumentRefusedError("number", "birth date differs")
    valid_from = _date("valid_from", fields.valid_from)
    valid_to = _valid_to(fields.valid_to)
    if valid_from is not None and isinstance(valid_to, date) and valid_to < valid_from:
        raise DocumentRefusedError("valid_to", "before valid_from")
    return IdDocument(
        name=fields.name,
        sex=sex,
        ethnic_group=_ethnic_group(fields.ethnic_group),
        birth_date=number.birth_date,
        address=fields.address,
        number=number,
        issuer=fields.issuer,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _sex(text: str) -> Sex:
    if not text:
        return Sex.UNKNOWN
    try:
        return Sex(text)
    except ValueError:
        raise DocumentRefusedError("sex", "unknown code") from None


def _ethnic_group(text: str) -> str | None:
    if not text:
        return None
    if len(text) == 2 and text.isascii() and text.isdigit() and (1 <= int(text) <= 56 or text in ("97", "98")):
        return text
    raise DocumentRefusedError("ethnic_group", "unknown code")


def _number(text: str, business_date: date) -> CitizenNumber:
    try:
        return CitizenNumber.parse(text, today=business_date)
    except NumberRefusedError as refused:
        raise DocumentRefusedError("number", refused.rule) from None


def _date(name: str, text: str) -> date | None:
    if not text:
        return None
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise DocumentRefusedError(name, "not a date")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise DocumentRefusedError(name, "no such day") from None


def _valid_to(text: str) -> date | LongTerm | None:
    return LongTerm.LONG_TERM if text == LongTerm.LONG_TERM.value else _date("valid_to", text)
