"""DF02 就业与失业: qualifications, registrations, job history, certificate, policies (section 6).

Elements of which the sheet gives type and length alone go by their type and tag ("an 42").
"""

from typing import Final

from drivers.card_reader.files.access import pin_or, with_key
from drivers.card_reader.files.declaration import Application, File, Kind, day, digits, group, text

EMPLOYMENT: Final = Application(
    "DF02",
    bytes.fromhex("D15600000501"),
    "就业与失业",
    ("RK1", "UK1", "UK2", "UK3", "UK4", "UK5", "UK6"),
)

_READ = pin_or("RK1")

QUALIFICATIONS: Final = File(
    EMPLOYMENT,
    0x05,
    "qualifications",
    Kind.VARIABLE,
    _READ,
    with_key("UK1"),
    (
        text("an 42", 0x42, 0x03),
        text("an 41", 0x41, 0x03),
        group(
            "group 43",
            0x43,
            (
                text("an 5A", 0x5A, 0x07),
                text("an 5B", 0x5B, 0x01),
                text("an 5C", 0x5C, 0x46),
                digits("cn 5D", 0x5D, 0x04),
                text("an 5E", 0x5E, 0x10),
            ),
            count=2,
        ),
        group(
            "group 44",
            0x44,
            (
                text("an 33", 0x33, 0x03),
                text("an 34", 0x34, 0x46),
                digits("cn 35", 0x35, 0x04),
                text("an 36", 0x36, 0x10),
            ),
            count=2,
        ),
    ),
)

REGISTRATIONS: Final = File(
    EMPLOYMENT,
    0x06,
    "registrations",
    Kind.VARIABLE,
    _READ,
    with_key("UK2"),
    (
        day("last job registration", 0x4C),
        text("job type", 0x4B, 0x05),
        digits("job region", 0x4D, 0x03),
        day("last unemployment registration", 0x60),
        text("an 4F", 0x4F, 0x06),
        digits("region 50", 0x50, 0x03),
        text("occupation", 0x3A, 0x07),
    ),
)
"""Tag 60 is here or in DF03/EF05, in exactly one of them."""

JOB_HISTORY: Final = File(
    EMPLOYMENT,
    0x07,
    "job history",
    Kind.CYCLIC,
    _READ,
    with_key("UK3"),
    (
        text("occupation", 0, 0x07),
        day("first date", 0),
        day("second date", 0),
        text("employer", 0, 0x46),
    ),
    size=0x55,
    records=4,
)

CERTIFICATE: Final = File(
    EMPLOYMENT,
    0x09,
    "employment certificate",
    Kind.VARIABLE,
    _READ,
    with_key("UK4"),
    (
        text("number", 0x55, 0x10),
        text("issuer", 0x56, 0x46),
        day("date", 0x96),
        digits("region", 0x97, 0x03),
    ),
)

ASSISTANCE: Final = File(
    EMPLOYMENT,
    0x15,
    "groups of tag 99",
    Kind.VARIABLE,
    _READ,
    with_key("UK5"),
    (
        group(
            "group 99",
            0x99,
            (text("an 10", 0x10, 0x03), digits("cn 11", 0x11, 0x04), digits("cn 12", 0x12, 0x03)),
            count=4,
        ),
        digits("cn 0F", 0x0F, 0x04),
        digits("cn 1F", 0x1F, 0x03),
    ),
)

POLICIES: Final = File(
    EMPLOYMENT,
    0x16,
    "support policies",
    Kind.CYCLIC,
    _READ,
    with_key("UK6"),
    (
        text("policy", 0, 0x03),
        digits("first cn", 0, 0x04),
        digits("second cn", 0, 0x04),
        digits("third cn", 0, 0x04),
        digits("region", 0, 0x03),
    ),
    size=0x12,
    records=4,
)

FILES: Final = (QUALIFICATIONS, REGISTRATIONS, JOB_HISTORY, CERTIFICATE, ASSISTANCE, POLICIES)
