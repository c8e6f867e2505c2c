"""What stands on the chip of an ID card, from 256 bytes of text to a checked, frozen value: all four kinds of document.

What a document says of itself is compared with its number wherever the number says it too. Nothing is guessed: what
breaks a rule is refused by the field's name and the rule's, never with the content.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final, TypeAlias

from construct import ConstructError

from drivers.id_reader.citizen_number import CitizenNumber, NumberRefusedError
from drivers.id_reader.foreigner_number import ForeignerNumber
from drivers.id_reader.layouts import (
    ADDRESS,
    ADDRESS_SIZE,
    CITIZEN_LAYOUT,
    FOREIGNER_2017_LAYOUT,
    FOREIGNER_2023_LAYOUT,
    KIND,
    RESIDENT_LAYOUT,
    TEXT_SIZE,
)
from drivers.id_reader.text import TextMalformedError

_RESIDENT_REGIONS: Final = ("810000", "820000", "830000")  # Hong Kong, Macau, Taiwan
_FOREIGNER_DIGIT: Final = "9"


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


@dataclass(frozen=True, kw_only=True)
class _Document:
    """What every kind has. Every field is personal data, so repr shows none of them.

    ``name`` is the Chinese name. ``valid_from`` is None and ``valid_to`` is None where the card leaves the date blank.
    """

    name: str = field(repr=False)
    sex: Sex = field(repr=False)
    birth_date: date = field(repr=False)
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


@dataclass(frozen=True, kw_only=True)
class IdDocument(_Document):
    """A citizen's ID card (居民身份证).

    ``ethnic_group``: two digits of GB/T 3304, or None when blank. ``birth_date`` is the number's, which the card's own
    field was compared with.
    """

    ethnic_group: str | None = field(repr=False)
    address: str = field(repr=False)
    number: CitizenNumber = field(repr=False)
    issuer: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ResidencePermit(_Document):
    """A residence permit for residents of Hong Kong, Macau or Taiwan (港澳台居民居住证).

    ``permit_number``: of the travel permit (通行证), None when blank. ``issue_count``: how often it was issued.
    """

    address: str = field(repr=False)
    number: CitizenNumber = field(repr=False)
    issuer: str = field(repr=False)
    permit_number: str | None = field(repr=False)
    issue_count: int | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ForeignerCard2017(_Document):
    """A foreign permanent resident's card of 2017. ``name`` may be blank; ``nationality``: three letters."""

    english_name: str = field(repr=False)
    number: ForeignerNumber = field(repr=False)
    nationality: str = field(repr=False)
    version: str | None = field(repr=False)
    authority: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ForeignerCard2023(_Document):
    """A foreign permanent resident's card of 2023 (五星卡). ``name`` may be blank; ``nationality``: three letters.

    ``renewals``: how often it was issued anew. ``former_number``: the link to the number of an older card, if any.
    """

    english_name: str = field(repr=False)
    number: CitizenNumber = field(repr=False)
    nationality: str = field(repr=False)
    renewals: int | None = field(repr=False)
    former_number: str | None = field(repr=False)


Document: TypeAlias = IdDocument | ResidencePermit | ForeignerCard2017 | ForeignerCard2023


def document_kind(text: bytes) -> DocumentKind:
    """The kind of a 256-byte text. Raises DocumentRefusedError for an unknown letter or a wrong size."""
    if len(text) != TEXT_SIZE:
        raise DocumentRefusedError("text", "size")
    try:
        return DocumentKind(KIND.parse(text).letter)
    except ValueError:  # no such letter, or no character at all
        raise DocumentRefusedError("kind", "unknown letter") from None


def parse_document(text: bytes, *, business_date: date) -> Document:
    """Read and check 256 bytes of any kind.

    Raises DocumentRefusedError for everything that breaks a rule. An expired card is not refused: ask ``validity_on``.
    """
    layout, make = _KINDS[document_kind(text)]
    return make(_parsed("text", layout, text), business_date)


def parse_address(data: bytes) -> str:
    """The newest address, 70 bytes; empty when the card has none. Raises DocumentRefusedError."""
    if len(data) != ADDRESS_SIZE:
        raise DocumentRefusedError("address", "size")
    return str(_parsed("address", ADDRESS, data))


def _parsed(name: str, layout: Any, data: bytes) -> Any:
    try:
        return layout.parse(data)
    except TextMalformedError:
        raise DocumentRefusedError(name, "not text") from None
    except ConstructError:
        raise DocumentRefusedError(name, "layout") from None


def _citizen(fields: Any, business_date: date) -> IdDocument:
    sex = _sex(fields.sex)
    number = _number(fields, sex, business_date)
    if number.text.startswith((*_RESIDENT_REGIONS, _FOREIGNER_DIGIT)):  # not a lookup: withdrawn regions live on
        raise DocumentRefusedError("number", "not of this kind")
    valid_from, valid_to = _validity(fields)
    return IdDocument(
        name=_filled("name", fields.name),
        sex=sex,
        ethnic_group=_ethnic_group(fields.ethnic_group),
        birth_date=number.birth_date,
        address=fields.address,
        number=number,
        issuer=fields.issuer,
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _resident(fields: Any, business_date: date) -> ResidencePermit:
    sex = _sex(fields.sex)
    number = _number(fields, sex, business_date)
    if not number.text.startswith(_RESIDENT_REGIONS):
        raise DocumentRefusedError("number", "not of this kind")
    valid_from, valid_to = _validity(fields)
    return ResidencePermit(
        name=_filled("name", fields.name),
        sex=sex,
        birth_date=number.birth_date,
        address=fields.address,
        number=number,
        issuer=fields.issuer,
        valid_from=valid_from,
        valid_to=valid_to,
        permit_number=fields.permit_number or None,
        issue_count=_count("issue_count", fields.issue_count),
    )


def _foreigner_2017(fields: Any, business_date: date) -> ForeignerCard2017:
    born = _date("birth_date", fields.birth_date)
    if born is None:
        raise DocumentRefusedError("birth_date", "blank")  # the number has no century, so nothing else says it
    if born > business_date:
        raise DocumentRefusedError("birth_date", "future-date")
    try:
        number = ForeignerNumber.parse(fields.number, birth_date=born)
    except NumberRefusedError as refused:
        raise DocumentRefusedError("number", refused.rule) from None
    valid_from, valid_to = _validity(fields)
    return ForeignerCard2017(
        name=fields.name,
        english_name=_filled("english_name", fields.english_name),
        sex=_sex(fields.sex),
        birth_date=born,
        number=number,
        nationality=_nationality(fields.nationality),
        valid_from=valid_from,
        valid_to=valid_to,
        version=fields.version or None,
        authority=fields.authority or None,
    )


def _foreigner_2023(fields: Any, business_date: date) -> ForeignerCard2023:
    sex = _sex(fields.sex)
    number = _number(fields, sex, business_date)
    if not number.text.startswith(_FOREIGNER_DIGIT):
        raise DocumentRefusedError("number", "not of this kind")
    valid_from, valid_to = _validity(fields)
    first = fields.english_name
    # a space where the two parts meet is cut off with the fill; the first part is full when a second one follows
    first = first.ljust(35) if fields.english_name_rest else first
    return ForeignerCard2023(
        name=fields.name,
        english_name=_filled("english_name", first + fields.english_name_rest),
        sex=sex,
        birth_date=number.birth_date,
        number=number,
        nationality=_nationality(fields.nationality),
        valid_from=valid_from,
        valid_to=valid_to,
        renewals=_count("renewals", fields.renewals),
        former_number=fields.former_number or None,
    )


_KINDS: Final[dict[DocumentKind, tuple[Any, Callable[[Any, date], Document]]]] = {
    DocumentKind.CITIZEN: (CITIZEN_LAYOUT, _citizen),
    DocumentKind.HK_MACAU_TAIWAN_RESIDENT: (RESIDENT_LAYOUT, _resident),
    DocumentKind.FOREIGNER_2017: (FOREIGNER_2017_LAYOUT, _foreigner_2017),
    DocumentKind.FOREIGNER_2023: (FOREIGNER_2023_LAYOUT, _foreigner_2023),
}


def _filled(name: str, text: str) -> str:
    if not text.strip():
        raise DocumentRefusedError(name, "blank")
    return text


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


def _number(fields: Any, sex: Sex, business_date: date) -> CitizenNumber:
    """The 18-character number, which must agree with the card's own sex and birth date where those are told."""
    try:
        number = CitizenNumber.parse(fields.number, today=business_date)
    except NumberRefusedError as refused:
        raise DocumentRefusedError("number", refused.rule) from None
    if sex in (Sex.MALE, Sex.FEMALE) and number.male != (sex is Sex.MALE):
        raise DocumentRefusedError("number", "sex differs")
    born = _date("birth_date", fields.birth_date)
    if born is not None and born != number.birth_date:
        raise DocumentRefusedError("number", "birth date differs")
    return number


def _nationality(text: str) -> str:
    if len(text) == 3 and text.isascii() and text.isalpha() and text.isupper():
        return text
    raise DocumentRefusedError("nationality", "unknown code")


def _count(name: str, text: str) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    raise DocumentRefusedError(name, "not a count")


def _validity(fields: Any) -> tuple[date | None, date | LongTerm | None]:
    valid_from = _date("valid_from", fields.valid_from)
    valid_to = _valid_to(fields.valid_to)
    if valid_from is not None and isinstance(valid_to, date) and valid_to < valid_from:
        raise DocumentRefusedError("valid_to", "before valid_from")
    return valid_from, valid_to


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
