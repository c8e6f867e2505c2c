"""DF04 社会保险2: medical insurance, the offline account's limits, its log, special settlements (section 6).

The account's own commands (load, debit) are in ``medical_account``; here is what stands in files.
"""

from typing import Final

from drivers.card_reader.elements import Element
from drivers.card_reader.files.access import NEVER, WITH_PIN, pin_and, pin_or, with_key
from drivers.card_reader.files.declaration import (
    Application,
    File,
    Kind,
    binary,
    code,
    day,
    digits,
    fen,
    moment,
    text,
)
from drivers.card_reader.files.tables import INSURANCE, LOG_TYPE, MEDICAL_PERSON, SETTLEMENT_CLASS, USE_MODE
from drivers.card_reader.files.values import MedicalKindText

MEDICAL: Final = Application("DF04", bytes.fromhex("D15600000503"), "社会保险2", ("RK1", "UK1", "UK2"))

INSURED: Final = File(
    MEDICAL,
    0x05,
    "medical insurance",
    Kind.VARIABLE,
    pin_or("RK1"),
    with_key("UK1"),
    (
        Element("kind", 0x81, 0x08, MedicalKindText(INSURANCE)),
        digits("region", 0x84, 0x03),
        text("health record", 0x87, 0x11),
        code("person class", 0x8C, 0x01, MEDICAL_PERSON, bcd=True),
        day("account opened", 0x80),
        text("account", 0x8B, 0x1D),
        text("medical card", 0x8A, 0x0F),
        text("clinic 83", 0x83, 0x09),
        text("clinic 86", 0x86, 0x09),
        text("clinic 89", 0x89, 0x09),
        text("injury clinic 7D", 0x7D, 0x09),
        text("injury clinic 7E", 0x7E, 0x09),
        text("injury clinic 7F", 0x7F, 0x09),
        text("maternity clinic 8D", 0x8D, 0x09),
        text("maternity clinic 8E", 0x8E, 0x09),
        code("use mode", 0x8F, 0x01, USE_MODE),
    ),
)

OFFLINE_LIMITS: Final = File(
    MEDICAL,
    0x06,
    "offline limits",
    Kind.VARIABLE,
    pin_and("RK1"),
    with_key("UK2"),
    (
        text("offline allowed", 0x90, 0x01),
        fen("offline sum", 0x92),
        text("offline count", 0x93, 0x02),
    ),
)

MEDICAL_LOG: Final = File(
    MEDICAL,
    0x08,
    "medical log",
    Kind.CYCLIC,
    WITH_PIN,
    NEVER,
    (
        binary("sequence", 2),
        code("type", 0, 1, LOG_TYPE),
        digits("terminal", 0, 6),
        moment("time"),
        binary("account", 4),
        binary("self-paid", 4),
        binary("fund", 4),
    ),
    size=0x1C,
    records=30,
)
"""Amounts in fen. The card writes it itself."""

SPECIAL_SETTLEMENTS: Final = File(
    MEDICAL,
    0x15,
    "special settlements",
    Kind.CYCLIC,
    pin_or("RK1"),
    with_key("UK2"),
    (binary("sequence", 2), code("class", 0, 1, SETTLEMENT_CLASS)),
    size=0x03,
    records=8,
)

FILES: Final = (INSURED, OFFLINE_LIMITS, MEDICAL_LOG, SPECIAL_SETTLEMENTS)
