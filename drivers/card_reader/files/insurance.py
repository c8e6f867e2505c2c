"""DF03 社会保险1: unemployment, work capacity, pension, injury, maternity, dependants, certificates (section 6).

Elements of which the sheet gives type and length alone go by their type and tag ("cn 98").
"""

from typing import Final

from drivers.card_reader.files.access import pin_or, with_key
from drivers.card_reader.files.declaration import Application, File, Kind, code, day, digits, fen, group, text
from drivers.card_reader.files.tables import INSURANCE, YES_NO

INSURANCE_1: Final = Application(
    "DF03",
    bytes.fromhex("D15600000502"),
    "社会保险1",
    ("RK1", "RK2", "UK1", "UK2", "UK3", "UK4", "UK5", "UK6", "UK7", "UK8"),
)

_READ = pin_or("RK1")

UNEMPLOYMENT: Final = File(
    INSURANCE_1,
    0x05,
    "unemployment",
    Kind.VARIABLE,
    pin_or("RK2"),
    with_key("UK1"),
    (
        digits("region", 0x61, 0x03),
        day("last unemployment registration", 0x60),
        digits("cn 98", 0x98, 0x04),
        digits("cn 62", 0x62, 0x04),
        text("paid years", 0x63, 0x03),
        text("valid years", 0x64, 0x03),
        text("months due", 0x65, 0x03),
        text("months taken", 0x66, 0x03),
    ),
)

WORK_CAPACITY: Final = File(
    INSURANCE_1,
    0x06,
    "work capacity",
    Kind.VARIABLE,
    _READ,
    with_key("UK2"),
    (
        text("an 45", 0x45, 0x14),
        text("an 46", 0x46, 0x02),
        text("an 47", 0x47, 0x02),
        text("an 48", 0x48, 0x01),
        text("an 49", 0x49, 0x01),
        digits("cn 67", 0x67, 0x04),
        text("an 6B", 0x6B, 0x3C),
        group(
            "group 4A",
            0x4A,
            (
                text("an 13", 0x13, 0x02),
                text("an 14", 0x14, 0x01),
                text("an 15", 0x15, 0x14),
                digits("cn 16", 0x16, 0x04),
                text("an 17", 0x17, 0x3C),
            ),
            count=3,
        ),
    ),
)

PENSION: Final = File(
    INSURANCE_1,
    0x07,
    "pension",
    Kind.VARIABLE,
    _READ,
    with_key("UK3"),
    (
        code("kind", 0x70, 0x03, INSURANCE),
        digits("region", 0x71, 0x03),
        day("account opened", 0x6E),
        day("retired", 0x6C),
        day("benefit from", 0x6F),
        day("updated", 0x73),
    ),
)

WORK_INJURY: Final = File(
    INSURANCE_1,
    0x15,
    "work injury",
    Kind.VARIABLE,
    _READ,
    with_key("UK4"),
    (digits("region", 0x7A, 0x03), digits("cn 7B", 0x7B, 0x04), digits("cn 7C", 0x7C, 0x04)),
)

MATERNITY: Final = File(
    INSURANCE_1,
    0x16,
    "maternity",
    Kind.VARIABLE,
    _READ,
    with_key("UK5"),
    (digits("region", 0x51, 0x03), code("spouse unemployed", 0x5F, 0x01, YES_NO)),
)

INJURY_FINDING: Final = File(
    INSURANCE_1,
    0x17,
    "injury finding",
    Kind.VARIABLE,
    _READ,
    with_key("UK6"),
    (
        text("an 3B", 0x3B, 0x14),
        text("an 3C", 0x3C, 0x46),
        text("an 3D", 0x3D, 0x01),
        digits("cn 3E", 0x3E, 0x04),
        text("an 3F", 0x3F, 0x3C),
    ),
)

DEPENDANTS: Final = File(
    INSURANCE_1,
    0x18,
    "dependants",
    Kind.VARIABLE,
    _READ,
    with_key("UK7"),
    (
        text("an 74", 0x74, 0x03),
        digits("cn 75", 0x75, 0x03),
        digits("cn 76", 0x76, 0x01),
        digits("cn 77", 0x77, 0x04),
        digits("cn 78", 0x78, 0x04),
    ),
)

CERTIFICATES: Final = File(
    INSURANCE_1,
    0x19,
    "insurance certificates",
    Kind.FIXED,
    _READ,
    with_key("UK8"),
    (
        group(
            "certificate",
            0x79,
            (
                code("kind", 0x18, 0x03, INSURANCE),
                digits("region", 0x19, 0x03),
                day("from", 0x1A),
                day("to", 0x1B),
                fen("paid", 0x1C),
                text("months", 0x1D, 0x03),
                day("issued", 0x1E),
            ),
            count=4,
        ),
    ),
)
"""Pension, medical, unemployment, reserve, in this order."""

FILES: Final = (
    UNEMPLOYMENT,
    WORK_CAPACITY,
    PENSION,
    WORK_INJURY,
    MATERNITY,
    INJURY_FINDING,
    DEPENDANTS,
    CERTIFICATES,
)
