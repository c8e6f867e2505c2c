"""Rows about rights: the PIN, the proofs between card and terminal, GET RESPONSE, and the two blocks (section 7)."""

from __future__ import annotations

from card_table.rows import Row
from card_table.steps import BANK, FACTOR, MF, PIN, RAW, SSSE, authenticated, internal, new_pin, secured, waiting, worn

VERIFY = (
    Row("VERIFY", "9000", "the right PIN", (SSSE, PIN)),
    Row("VERIFY", "63C6", "Lc 00: how many tries are left?", (SSSE, "0020000000")),
    Row("VERIFY", "63C5", "a wrong PIN", (SSSE, "0020000003999999"), after=(PIN,)),
    Row("VERIFY", "6700", "one byte", (SSSE, "002000000112")),
    Row("VERIFY", "6984", "no PIN, letters", (SSSE, "0020000003ABCDEF")),
    Row("VERIFY", "6A86", "P2 01", (SSSE, "0020000103123456")),
    Row("VERIFY", "6A88", "in the MF, which has no PIN", (MF, PIN)),
)

_CHANGE = "805E010007123456FF888888"
_CHANGE_BACK = "805E010007888888FF123456"

CHANGE_PIN = (
    Row("CHANGE PIN", "9000", "the right old one", (SSSE, _CHANGE), after=(_CHANGE_BACK,)),
    Row("CHANGE PIN", "63C5", "a wrong old one", (SSSE, "805E010007999999FF888888"), after=(PIN,)),
    Row("CHANGE PIN", "6581", "into worn memory", (SSSE, worn, _CHANGE)),
    Row("CHANGE PIN", "6700", "two bytes", (SSSE, "805E010002FF12")),
    Row("CHANGE PIN", "6A80", "no FF between", (SSSE, "805E010007123456AA888888")),
    Row("CHANGE PIN", "6A86", "P1 02", (SSSE, "805E020007123456FF888888")),
)

UNBLOCK_PIN = (
    Row("PIN CHANGE/UNBLOCK", "9000", "unblock", (SSSE, secured("84240000"))),
    Row("PIN CHANGE/UNBLOCK", "9000", "a new PIN, the old one again", (SSSE, new_pin("123456")), after=(PIN,)),
    Row("PIN CHANGE/UNBLOCK", "6581", "into worn memory", (SSSE, worn, secured("84240000"))),
    Row("PIN CHANGE/UNBLOCK", "6700", "half a MAC", (SSSE, "8424000002AAAA")),
    Row("PIN CHANGE/UNBLOCK", "6982", "without secure messaging", (SSSE, "802400000400000000")),
    Row("PIN CHANGE/UNBLOCK", "6984", "a MAC without a challenge", (SSSE, "842400000400000000")),
    Row("PIN CHANGE/UNBLOCK", "6988", "a wrong MAC", (SSSE, secured("84240000", wrong=True))),
    Row("PIN CHANGE/UNBLOCK", "6A80", "what is enciphered is no PIN", (SSSE, new_pin("ABCDEF"))),
    Row("PIN CHANGE/UNBLOCK", "6A86", "P2 02", (SSSE, "842400020400000000")),
    Row("PIN CHANGE/UNBLOCK", "6A88", "in the MF, which has no PUK", (MF, "842400000400000000")),
)

_PROOF = f"0082000A10{FACTOR}{RAW}"

EXTERNAL_AUTHENTICATION = (
    Row("EXTERNAL AUTHENTICATION", "9000", "RK_SSSE", (SSSE, authenticated())),
    Row("EXTERNAL AUTHENTICATION", "63C2", "wrong data", (SSSE, authenticated(wrong=True)), after=(authenticated(),)),
    Row("EXTERNAL AUTHENTICATION", "6581", "into worn memory", (SSSE, worn, authenticated())),
    Row("EXTERNAL AUTHENTICATION", "6700", "8 bytes", (SSSE, f"0082000A08{RAW}")),
    Row("EXTERNAL AUTHENTICATION", "6984", "without a challenge", (SSSE, _PROOF)),
    Row("EXTERNAL AUTHENTICATION", "6984", "with a challenge used before", (SSSE, authenticated(), _PROOF)),
    Row("EXTERNAL AUTHENTICATION", "6A86", "P1 01", (SSSE, f"0082010A10{FACTOR}{RAW}")),
    Row("EXTERNAL AUTHENTICATION", "6A88", "a key id nobody has", (SSSE, authenticated("0082000F"))),
)

INTERNAL_AUTHENTICATION = (
    Row("INTERNAL AUTHENTICATION", "9000", "IRK", (SSSE, f"0088000010{FACTOR}{RAW}"), internal),
    Row("INTERNAL AUTHENTICATION", "6700", "8 bytes", (SSSE, f"0088000008{RAW}")),
    Row("INTERNAL AUTHENTICATION", "6A86", "P2 01", (SSSE, f"0088000110{FACTOR}{RAW}")),
    Row("INTERNAL AUTHENTICATION", "6A88", "in the MF, which has no IRK", (MF, f"0088000010{FACTOR}{RAW}")),
)

GET_CHALLENGE = (
    Row("GET CHALLENGE", "9000", "4 bytes", ("0084000004",)),
    Row("GET CHALLENGE", "9000", "8 bytes", ("0084000008",)),
    Row("GET CHALLENGE", "9000", "16 bytes", ("0084000010",)),
    Row("GET CHALLENGE", "6700", "5 bytes", ("0084000005",)),
    Row("GET CHALLENGE", "6A86", "P1 01", ("0084010008",)),
)

GET_RESPONSE = (
    Row("GET RESPONSE", "6700", "with data", (SSSE, "00C0000001AA")),
    Row("GET RESPONSE", "6A86", "P1 01", (SSSE, "00C0010010")),
    Row("GET RESPONSE", "6F00", "nothing waits", ("0084000008", "00C0000010")),
)
GET_RESPONSE_T0 = (
    Row("GET RESPONSE", "9000", "all that waits", (waiting(SSSE), "00C000001E")),
    Row("GET RESPONSE", "610E", "a part of it", (waiting(SSSE), "00C0000010")),
    Row("GET RESPONSE", "6C1E", "more than waits", (waiting(SSSE), "00C0000020")),
)


def _block(command: str, header: str, sixth: str) -> tuple[Row, ...]:
    """All refusals of a BLOCK command. `header` without its class."""
    protected, plain = f"84{header}", f"80{header}"
    return (
        Row(command, "6581", "into worn memory", (SSSE, worn, secured(protected))),
        Row(command, "6700", "half a MAC", (SSSE, f"{protected}02AAAA")),
        Row(command, "6982", "without secure messaging", (SSSE, f"{plain}0400000000")),
        Row(command, "6984", "a MAC without a challenge", (SSSE, f"{protected}0400000000")),
        Row(command, "6988", "a wrong MAC", (SSSE, secured(protected, wrong=True))),
        Row(command, "6A86", "P2 of neither", (SSSE, f"84{sixth}0400000000")),
        Row(command, "6A88", "in the bank's application, which has no BK", (BANK, f"{protected}0400000000")),
    )


BLOCK_REFUSALS = (
    *_block("APPLICATION BLOCK", "1E0001", "1E0002"),
    Row("APPLICATION BLOCK", "6985", "in the MF: nothing is selected", (MF, "841E00010400000000")),
    *_block("CARD BLOCK", "160000", "160002"),
)

RIGHTS = (
    *VERIFY,
    *CHANGE_PIN,
    *UNBLOCK_PIN,
    *EXTERNAL_AUTHENTICATION,
    *INTERNAL_AUTHENTICATION,
    *GET_CHALLENGE,
    *GET_RESPONSE,
    *BLOCK_REFUSALS,
)
