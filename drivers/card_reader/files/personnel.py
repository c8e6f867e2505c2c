"""DF07 人事人才: honours, experts, ex-military (section 6). Each file has its own reading key; no PIN opens it.

Elements of which the sheet gives type and length alone go by their type and tag ("an F0").
"""

from typing import Final

from drivers.card_reader.files.access import with_key
from drivers.card_reader.files.declaration import Application, File, Kind, digits, text

PERSONNEL: Final = Application(
    "DF07", bytes.fromhex("D15600000504"), "人事人才", ("RK1", "RK2", "RK3", "UK1", "UK2", "UK3")
)

HONOURS: Final = File(
    PERSONNEL,
    0x05,
    "honours",
    Kind.VARIABLE,
    with_key("RK1"),
    with_key("UK1"),
    (
        text("an F0", 0xF0, 0x02),
        text("an F1", 0xF1, 0x01),
        digits("cn F2", 0xF2, 0x04),
        text("an F3", 0xF3, 0x03),
        digits("cn F4", 0xF4, 0x04),
    ),
)

EXPERTS: Final = File(
    PERSONNEL,
    0x06,
    "experts",
    Kind.VARIABLE,
    with_key("RK2"),
    with_key("UK2"),
    (text("an F5", 0xF5, 0x03), digits("cn F6", 0xF6, 0x04), text("an F7", 0xF7, 0x46)),
)

EX_MILITARY: Final = File(
    PERSONNEL,
    0x07,
    "ex-military",
    Kind.VARIABLE,
    with_key("RK3"),
    with_key("UK3"),
    (digits("cn F8", 0xF8, 0x04), text("an F9", 0xF9, 0x01)),
)

FILES: Final = (HONOURS, EXPERTS, EX_MILITARY)
