"""Rows that need a card in a state of its own: PIN locked, worn out, blocked; and what every command may answer."""

from __future__ import annotations

from card_table.rows import Row
from card_table.steps import (
    DF04,
    FACTOR,
    MF,
    NOW,
    PIN,
    RAW,
    SSSE,
    authenticated,
    begin_load,
    begin_purchase,
    new_pin,
    secured,
)

SAMPLES = {
    "SELECT": DF04,
    "READ RECORD": "00B2012C12",
    "READ BINARY": "00B0870010",
    "UPDATE RECORD": "00DC013C03290131",
    "UPDATE BINARY": "00D696000100",
    "VERIFY": PIN,
    "CHANGE PIN": "805E010007123456FF888888",
    "PIN CHANGE/UNBLOCK": "842400000400000000",
    "EXTERNAL AUTHENTICATION": f"0082000A10{FACTOR}{RAW}",
    "INTERNAL AUTHENTICATION": f"0088000010{FACTOR}{RAW}",
    "GET CHALLENGE": "0084000008",
    "GET RESPONSE": "00C0000010",
    "APPLICATION BLOCK": "841E00010400000000",
    "CARD BLOCK": "841600000400000000",
    "INITIALIZE FOR LOAD": begin_load(),
    "INITIALIZE FOR PURCHASE": begin_purchase(),
    "CREDIT FOR LOAD": f"B02A00000B{NOW}00000000",
    "DEBIT FOR PURCHASE": f"B02C01000F00000007{NOW}00000000",
    "GET BALANCE": "B026000104",
    "GET TRANSACTION PROOF": "B02E0002020000",
}
"""Each command once, of the right shape."""

_NO_CLASS = "50"


def _other_class(sample: str) -> str:
    """A class that cards have, but not with this instruction."""
    return ("00" if sample.startswith("B0") else "B0") + sample[2:]


UNKNOWN = tuple(
    row
    for command, sample in SAMPLES.items()
    for row in (
        Row(command, "6E00", "in a class nobody has", (SSSE, _NO_CLASS + sample[2:])),
        Row(command, "6D00", "in a class without this instruction", (SSSE, _other_class(sample))),
    )
)

LOCKED = (
    Row("VERIFY", "6983", "the right PIN, locked", (SSSE, PIN)),
    Row("CHANGE PIN", "6983", "the right PIN, locked", (SSSE, "805E010007123456FF888888")),
    Row("EXTERNAL AUTHENTICATION", "6983", "the right data, key locked", (SSSE, authenticated())),
    Row("PIN CHANGE/UNBLOCK", "9000", "unblock a locked PIN", (SSSE, secured("84240000")), after=(PIN,)),
)
"""No try is left of the PIN, and none of RK_SSSE."""

SPENT = (
    Row("VERIFY", "9000", "Lc 00: no PIN is set", (SSSE, "0020000000")),
    Row("VERIFY", "63C6", "a PIN for a card that has none", (SSSE, PIN)),
    Row("PIN CHANGE/UNBLOCK", "6985", "there is no PIN to unblock", (SSSE, secured("84240000"))),
    Row("INITIALIZE FOR LOAD", "9402", "the last number is used up", (SSSE, DF04, begin_load())),
    Row("INITIALIZE FOR PURCHASE", "9402", "the last number is used up", (SSSE, DF04, begin_purchase())),
    Row("CHANGE PIN", "9000", "the first PIN of a card", (SSSE, "805E010004FF123456"), after=(PIN,)),
    Row(
        "PIN CHANGE/UNBLOCK", "9000", "a new PIN by the issuer", (SSSE, new_pin("888888")), after=("0020000003888888",)
    ),
)
"""No PIN is set, and both counters of the account are at their end."""

BLOCKED = (
    Row("APPLICATION BLOCK", "9000", "of the medical account", (SSSE, DF04, secured("841E0001"))),
    *(
        Row(command, "9303", "in an application blocked for good", (sample,), anew=False)
        for command, sample in SAMPLES.items()
    ),
    Row("SELECT", "9303", "of a blocked application, in a new session", (SSSE, DF04)),
    Row("SELECT", "9000", "of the environment, which is not blocked", (SSSE,)),
    Row("CARD BLOCK", "9000", "for good", (SSSE, secured("84160000"))),
    *(Row(command, "6A81", "of a card blocked for good", (sample,)) for command, sample in SAMPLES.items()),
    Row("SELECT", "6A81", "of the MF of a card blocked for good", (MF,)),
)
"""In this order: the card ends blocked."""
