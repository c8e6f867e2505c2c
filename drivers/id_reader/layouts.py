"""Where what stands in the 256 bytes of text, one layout for each kind of document (GA/T 490 as documented openly).

The kinds are told apart by the character at offset 248. The layout of the card of 2023 (Y) is from open code bases; no
official text was seen.
"""

from typing import Any, Final

from construct import Bytes, Computed, Default, Pointer, Struct

from drivers.id_reader.text import blank, text_field

TEXT_SIZE: Final = 256
ADDRESS_SIZE: Final = 70

# a field of its own, since a text in one layout must not be read by another
KIND: Final = Struct("letter" / Pointer(248, text_field(2)), "size" / Computed(TEXT_SIZE))

ADDRESS: Final = text_field(ADDRESS_SIZE)


def _unused(size: int) -> Any:
    return Default(Bytes(size), blank(size))


CITIZEN_LAYOUT: Final = Struct(
    "name" / text_field(30),
    "sex" / text_field(2),
    "ethnic_group" / text_field(4),
    "birth_date" / text_field(16),
    "address" / text_field(70),
    "number" / text_field(36),
    "issuer" / text_field(30),
    "valid_from" / text_field(16),
    "valid_to" / text_field(16),
    "reserved" / _unused(36),
)

RESIDENT_LAYOUT: Final = Struct(
    "name" / text_field(30),
    "sex" / text_field(2),
    "unused" / _unused(4),
    "birth_date" / text_field(16),
    "address" / text_field(70),
    "number" / text_field(36),
    "issuer" / text_field(30),
    "valid_from" / text_field(16),
    "valid_to" / text_field(16),
    "permit_number" / text_field(18),
    "issue_count" / text_field(4),
    "reserved" / _unused(6),
    "letter" / Default(text_field(2), "J"),
    "reserved_2" / _unused(6),
)

FOREIGNER_2017_LAYOUT: Final = Struct(
    "english_name" / text_field(120),
    "sex" / text_field(2),
    "number" / text_field(30),
    "nationality" / text_field(6),
    "name" / text_field(30),
    "valid_from" / text_field(16),
    "valid_to" / text_field(16),
    "birth_date" / text_field(16),
    "version" / text_field(4),
    "authority" / text_field(8),
    "letter" / Default(text_field(2), "I"),
    "reserved" / _unused(6),
)

FOREIGNER_2023_LAYOUT: Final = Struct(
    "name" / text_field(30),
    "sex" / text_field(2),
    "renewals" / text_field(4),
    "birth_date" / text_field(16),
    "english_name" / text_field(70),
    "number" / text_field(36),
    "reserved" / _unused(30),
    "valid_from" / text_field(16),
    "valid_to" / text_field(16),
    "english_name_rest" / text_field(22),
    "nationality" / text_field(6),
    "letter" / Default(text_field(2), "Y"),
    "former_number" / text_field(6),
)
