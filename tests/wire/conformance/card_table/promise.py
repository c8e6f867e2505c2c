"""The sheet's own list, written out: which status words each command may answer (section 7, and section 9's errors).

The sheet names some commands together ("BLOCK commands", "load / purchase init", "CREDIT / DEBIT"); here each is alone.
"""

from __future__ import annotations

ANY = "6E00 6D00 6A81 9303"
"""What every command of the card may answer."""

_BLOCK = "6581 6700 6982 6984 6985 6988 6A86 6A88"
_INITIALIZE = "6581 6700 6982 6985 6A86 9402 9403"
_FINISH = "6581 6700 6901 6985 6A86 9302"

CARD = {
    "SELECT": "6700 6A82 6A86",
    "READ RECORD": "6981 6982 6986 6A82 6A83 6A86 6Cxx",
    "READ BINARY": "6981 6982 6986 6A82 6B00 6Cxx",
    "UPDATE RECORD": "6581 6700 6981 6982 6984 6986 6988 6A82 6A83 6A84 6A85 6A86",
    "UPDATE BINARY": "6581 6700 6981 6982 6984 6986 6988 6A82 6A86 6B00",
    "VERIFY": "63Cx 6700 6983 6984 6A86 6A88",
    "CHANGE PIN": "63Cx 6581 6700 6983 6A80 6A86",
    "PIN CHANGE/UNBLOCK": "6581 6700 6982 6984 6985 6988 6A80 6A86 6A88",
    "EXTERNAL AUTHENTICATION": "63Cx 6581 6700 6983 6984 6A86 6A88",
    "INTERNAL AUTHENTICATION": "6700 6A86 6A88",
    "GET CHALLENGE": "6700 6A86",
    "GET RESPONSE": "61xx 6700 6A86 6Cxx 6F00",
    "APPLICATION BLOCK": _BLOCK,
    "CARD BLOCK": _BLOCK,
    "INITIALIZE FOR LOAD": _INITIALIZE,
    "INITIALIZE FOR PURCHASE": f"{_INITIALIZE} 9401",
    "CREDIT FOR LOAD": _FINISH,
    "DEBIT FOR PURCHASE": _FINISH,
    "GET BALANCE": "6700 6982 6985 6A86",
    "GET TRANSACTION PROOF": "6700 6985 6A86 9406",
}

PSAM = {
    "PSAM INIT ENVIRONMENT": "6700",
    "PSAM DELIVERY SESSION KEY": "6700 6A80 6A88",
    "PSAM CIPHER DATA": "6700 6901",
    "PSAM INIT SAM FOR PURCHASE": "6700 6A80 6A88",
    "PSAM CHECK MAC2": "6700 6901 63Cx 9302",
}

NOT_PROVOKED = {
    ("CARD BLOCK", "6985"): (
        "the sheet gives this word to both BLOCK commands and names no condition: an application must be selected "
        "before it can be blocked, but a card is always there"
    ),
}
"""Pairs of the sheet that no row tries, and why."""


def pairs() -> list[tuple[str, str]]:
    """Every command and each word it may answer, 9000 first, in the sheet's order."""
    card = [(command, word) for command, words in CARD.items() for word in ["9000", *words.split(), *ANY.split()]]
    return card + [(command, word) for command, words in PSAM.items() for word in ["9000", *words.split()]]
