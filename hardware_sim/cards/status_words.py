"""Status words of the card's commands, by the names the specification gives them (SW1 SW2 as one number)."""

from typing import Final

OK: Final = 0x9000
MEMORY_FAULT: Final = 0x6581
WRONG_STATE: Final = 0x6901
WRONG_LENGTH: Final = 0x6700
WRONG_FILE_KIND: Final = 0x6981
SECURITY_STATE: Final = 0x6982
LOCKED: Final = 0x6983
DATA_INVALID: Final = 0x6984
CONDITIONS: Final = 0x6985
NO_CURRENT_EF: Final = 0x6986
SECURE_MESSAGING: Final = 0x6988
DATA_FIELD: Final = 0x6A80
NOT_SUPPORTED: Final = 0x6A81
FILE_NOT_FOUND: Final = 0x6A82
RECORD_NOT_FOUND: Final = 0x6A83
NO_ROOM: Final = 0x6A84
LENGTH_AGAINST_TLV: Final = 0x6A85
WRONG_P1_P2: Final = 0x6A86
KEY_NOT_FOUND: Final = 0x6A88
WRONG_OFFSET: Final = 0x6B00
UNKNOWN_INSTRUCTION: Final = 0x6D00
UNKNOWN_CLASS: Final = 0x6E00
NOTHING_WAITING: Final = 0x6F00
WRONG_MAC: Final = 0x9302
APPLICATION_BLOCKED: Final = 0x9303
TOO_LITTLE_MONEY: Final = 0x9401
COUNTER_AT_ITS_END: Final = 0x9402
KEY_INDEX: Final = 0x9403
NO_PROOF: Final = 0x9406


def tries_left(count: int) -> int:
    """63Cx: the comparison failed (or was only asked about) and x tries are left."""
    return 0x63C0 | min(count, 15)


def more_waiting(length: int) -> int:
    """61xx: xx bytes wait for GET RESPONSE; 00 stands for 256."""
    return 0x6100 | (length & 0xFF)


def exact_length(length: int) -> int:
    """6Cxx: send the same command again with this Le; 00 stands for 256."""
    return 0x6C00 | (length & 0xFF)


def to_bytes(status_word: int) -> bytes:
    """Two bytes as they go over the line."""
    return status_word.to_bytes(2, "big")
