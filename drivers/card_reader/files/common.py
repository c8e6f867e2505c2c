"""DF01 公共应用: home, residence, state of life and work, education, and the reserved files (section 6)."""

from typing import Final

from drivers.card_reader.files.access import FREE, pin_or, with_key
from drivers.card_reader.files.declaration import Application, File, Kind, code, day, digits, group, text
from drivers.card_reader.files.tables import EDUCATION, EMPLOYMENT, HOUSEHOLD, MARITAL, PERSON_CLASS, POLITICAL

COMMON: Final = Application(
    "DF01",
    bytes.fromhex("D15600000500"),
    "公共应用",
    ("RK1", "UK1", "UK2", "UK3", "UK4", "UK5", "UK6", "UK7", "UK8", "UK9", "UKA", "UKB"),
)

_READ = pin_or("RK1")

HOME: Final = File(
    COMMON,
    0x05,
    "registered home",
    Kind.VARIABLE,
    _READ,
    with_key("UK1"),
    (
        code("household", 0x20, 0x02, HOUSEHOLD),
        text("address", 0x21, 0x50),
        digits("region", 0x0E, 0x03),
    ),
)

RESIDENCE: Final = File(
    COMMON,
    0x06,
    "residence",
    Kind.VARIABLE,
    _READ,
    with_key("UK4"),
    (
        text("address", 0x23, 0x50),
        digits("region", 0x24, 0x03),
        text("phone", 0x28, 0x0F),
        text("contact", 0x2C, 0x32),
        text("contact phone", 0x2D, 0x0F),
    ),
)

WORK_STATE: Final = File(
    COMMON,
    0x07,
    "work state",
    Kind.VARIABLE,
    _READ,
    with_key("UK2"),
    (code("work state", 0x29, 0x01, EMPLOYMENT),),
)

MARITAL_STATE: Final = File(
    COMMON,
    0x08,
    "marital state",
    Kind.VARIABLE,
    _READ,
    with_key("UK3"),
    (code("marital state", 0x2B, 0x01, MARITAL),),
)

EMPLOYER: Final = File(
    COMMON,
    0x09,
    "employer",
    Kind.VARIABLE,
    _READ,
    with_key("UK2"),
    (
        text("employer", 0x2E, 0x46),
        text("organisation code", 0x30, 0x09),
        code("person class", 0x32, 0x02, PERSON_CLASS),
    ),
)

STANDING: Final = File(
    COMMON,
    0x0A,
    "nationality and political status",
    Kind.VARIABLE,
    _READ,
    with_key("UK5"),
    (
        text("nationality", 0x37, 0x03),
        code("political status", 0x38, 0x02, POLITICAL),
        day("date", 0x39),
    ),
)

EDUCATION_FILE: Final = File(
    COMMON,
    0x15,
    "education",
    Kind.VARIABLE,
    _READ,
    with_key("UK6"),
    (
        code("education", 0x2A, 0x01, EDUCATION, bcd=True),
        group(
            "degree",
            0x40,
            (text("an 57", 0x57, 0x03), digits("cn 58", 0x58, 0x03), text("an 59", 0x59, 0x28)),
            count=3,
        ),
    ),
)
"""The sheet does not say what the inner elements of a degree are; they go by their tags."""

RESERVED: Final = tuple(
    File(COMMON, ef, f"reserved {ef:02X}", Kind.TRANSPARENT, FREE, with_key(key), size=128)
    for ef, key in zip(range(0x16, 0x1B), ("UK7", "UK8", "UK9", "UKA", "UKB"), strict=True)
)
"""EF16–EF1A, for the region."""

FILES: Final = (HOME, RESIDENCE, WORK_STATE, MARITAL_STATE, EMPLOYER, STANDING, EDUCATION_FILE, *RESERVED)
